//! One line of a corpus file: `<now> <zone> <locale> | <text> | <expected>`.

use chrono::NaiveDateTime;
use domain::zone::{self, ZoneName};
use language::{Context, Locale, parse};

use super::show;

/// A text, what it is read against, and what has to come out.
pub(crate) struct Line {
    pub(crate) text: String,
    pub(crate) context: Context,
    pub(crate) expected: String,
}

impl Line {
    pub(crate) fn parse(line: &str) -> Result<Self, String> {
        let fields = fields(line);
        let [context, text, expected] = fields.as_slice() else {
            return Err(format!("it has {} fields, not 3", fields.len()));
        };
        let words: Vec<_> = context.split_whitespace().collect();
        let [now, zone, locale] = words.as_slice() else {
            return Err(format!("`{context}` is not `<now> <zone> <locale>`"));
        };
        Ok(Self {
            text: text.clone(),
            context: read_context(now, zone, locale)?,
            expected: expected.clone(),
        })
    }

    /// What is wrong with what comes out, if anything is.
    pub(crate) fn failure(&self) -> Option<String> {
        let got = match parse(&self.text, &self.context) {
            Ok(intent) => show::intent(&intent, &self.context),
            Err(error) => format!("error: {error}"),
        };
        (got != self.expected).then(|| format!("  expected {}\n  got      {got}", self.expected))
    }
}

pub(crate) fn read_context(now: &str, zone: &str, locale: &str) -> Result<Context, String> {
    let local = NaiveDateTime::parse_from_str(now, "%Y-%m-%dT%H:%M")
        .map_err(|error| format!("`{now}`: {error}"))?;
    let zone = ZoneName::parse(zone).map_err(|error| error.to_string())?;
    let locale: Locale = locale.parse().map_err(|error| format!("`{locale}`: {error}"))?;
    Ok(Context::new(zone::instant(local, &zone), zone, locale))
}

/// The fields between bars; `\|` is a bar in a field.
fn fields(line: &str) -> Vec<String> {
    let mut fields = vec![String::new()];
    let mut chars = line.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '\\' if chars.peek() == Some(&'|') => {
                chars.next();
                fields.last_mut().into_iter().for_each(|field| field.push('|'));
            }
            '|' if fields.len() < 3 => fields.push(String::new()),
            c => fields.last_mut().into_iter().for_each(|field| field.push(c)),
        }
    }
    fields.iter().map(|field| field.trim().to_owned()).collect()
}
