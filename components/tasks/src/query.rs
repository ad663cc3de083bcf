//! The query of a request: every parameter is known, and there once unless it may repeat.

use std::{borrow::Cow, fmt, str::FromStr};

use guest::{Code, Problem, Request};

/// Parameters as they came, decoded.
pub(crate) struct Query<'a> {
    pairs: Vec<(Cow<'a, str>, Cow<'a, str>)>,
}

impl<'a> Query<'a> {
    /// Refuses, by name, what is not in `known`.
    pub(crate) fn read(request: &'a Request, known: &[&str]) -> Result<Self, Problem> {
        let text = request.uri().query().unwrap_or_default();
        let pairs: Vec<_> = form_urlencoded::parse(text.as_bytes()).collect();
        match pairs.iter().find(|(name, _)| !known.contains(&&**name)) {
            None => Ok(Self { pairs }),
            Some((name, _)) if known.is_empty() => {
                Err(wrong(&shown(name), "is not known here; this route has no parameters"))
            }
            Some((name, _)) => {
                let known = known.join("`, `");
                Err(wrong(&shown(name), format_args!("is not known here; known are `{known}`")))
            }
        }
    }

    /// Every value of a parameter that may repeat.
    pub(crate) fn all(&self, name: &str) -> impl Iterator<Item = &str> {
        self.pairs.iter().filter(move |(given, _)| given == name).map(|(_, value)| &**value)
    }

    /// The value of a parameter that may be there once.
    pub(crate) fn one(&self, name: &str) -> Result<Option<&str>, Problem> {
        let mut values = self.all(name);
        match (values.next(), values.next()) {
            (value, None) => Ok(value),
            _ => Err(wrong(name, "is given more than once")),
        }
    }

    /// The value of a parameter that has to be there.
    pub(crate) fn required(&self, name: &str) -> Result<&str, Problem> {
        self.one(name)?.ok_or_else(|| wrong(name, "is missing"))
    }

    /// A whole number within bounds.
    pub(crate) fn number<N>(&self, name: &str, min: N, max: N, default: N) -> Result<N, Problem>
    where
        N: FromStr + PartialOrd + fmt::Display + Copy,
    {
        let Some(text) = self.one(name)? else { return Ok(default) };
        match text.parse() {
            Ok(number) if (min..=max).contains(&number) => Ok(number),
            _ => Err(wrong(name, format_args!("takes a whole number from {min} to {max}"))),
        }
    }
}

/// A parameter that cannot be taken as it is.
pub(crate) fn wrong(name: &str, why: impl fmt::Display) -> Problem {
    Problem::at(Code::InvalidParameter, name, format!("`{name}` {why}"))
}

/// Cut to a length that can be shown.
pub(crate) fn shown(text: &str) -> String {
    const SHOWN_MAX_CHARS: usize = 60;
    match text.char_indices().nth(SHOWN_MAX_CHARS) {
        None => text.to_owned(),
        Some((end, _)) => format!("{}...", &text[..end]),
    }
}
