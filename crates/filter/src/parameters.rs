//! The plain parameters of a list (`status=open&tag=home`) as a filter, so that there is one path.

use domain::task::{Priority, TAGS_MAX};

use crate::{
    Filter,
    field::{PRIORITIES, STATUSES, named},
    node::Node,
    parse::{self, TERMS_MAX},
    term::{Tag, Term},
    text::TEXT_MAX_CHARS,
    time::{Days, Moment, Order, Point, TimeField, When},
    words::{Words, folded},
};

/// The parameters, as they were sent. What is not there does not count.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Parameters<'a> {
    /// `open`, `done` or `all`.
    pub status: Option<&'a str>,
    /// One or more of `low`, `medium`, `high`, `urgent`, with commas between them.
    pub priority: Option<&'a str>,
    /// Each parameter `tag`; a task has to have all of them.
    pub tags: &'a [&'a str],
    /// A day or a time with its offset; the task is due later.
    pub due_after: Option<&'a str>,
    /// A day or a time with its offset; the task is due earlier.
    pub due_before: Option<&'a str>,
    /// Words, all of which have to be found; nothing else has a meaning in it.
    pub q: Option<&'a str>,
}

/// A parameter that cannot be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("`{parameter}` {kind}")]
pub struct ParameterError {
    /// Its name.
    pub parameter: &'static str,
    /// What is wrong with it.
    pub kind: ParameterErrorKind,
}

/// What is wrong with a parameter.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ParameterErrorKind {
    /// Another status.
    #[error("takes `open`, `done` or `all`")]
    Status,
    /// Another priority.
    #[error("takes a list of `low`, `medium`, `high` and `urgent`")]
    Priority,
    /// A tag that no task has.
    #[error("takes a tag such as `home`, with at least one letter")]
    Tag,
    /// More tags than a task can have.
    #[error("can be given {TAGS_MAX} times at most")]
    Tags,
    /// No day and no time.
    #[error("takes a day (`2026-12-01`) or a time with its offset (RFC 3339)")]
    Moment,
    /// Nothing to look for.
    #[error("takes words to look for, with at least one letter or digit")]
    Words,
    /// Too much to look for.
    #[error("takes at most {TERMS_MAX} words and {TEXT_MAX_CHARS} characters")]
    TooLong,
}

impl Parameters<'_> {
    /// What passes all of them.
    pub fn filter(&self) -> Result<Filter, ParameterError> {
        let mut terms = Vec::new();
        terms.extend(self.status.map(status).transpose()?.flatten());
        terms.extend(self.priority.map(priorities).transpose()?);
        terms.extend(tags(self.tags)?);
        terms
            .extend(self.due_after.map(|text| due("due_after", Order::Greater, text)).transpose()?);
        terms.extend(self.due_before.map(|text| due("due_before", Order::Less, text)).transpose()?);
        terms.extend(self.q.map(words).transpose()?.unwrap_or_default());
        let root = terms.into_iter().map(Node::new).reduce(Node::and);
        Ok(root.map(Filter::from).unwrap_or_default())
    }
}

fn wrong(parameter: &'static str, kind: ParameterErrorKind) -> ParameterError {
    ParameterError { parameter, kind }
}

/// `all` asks nothing.
fn status(text: &str) -> Result<Option<Term>, ParameterError> {
    if text == "all" {
        return Ok(None);
    }
    let status = named(&STATUSES, text).ok_or(wrong("status", ParameterErrorKind::Status))?;
    Ok(Some(Term::Status(vec![status])))
}

fn priorities(text: &str) -> Result<Term, ParameterError> {
    let one = |name: &str| named(&PRIORITIES, name.trim());
    let named: Option<Vec<Priority>> = text.split(',').map(one).collect();
    let mut named = named.ok_or(wrong("priority", ParameterErrorKind::Priority))?;
    named.sort_unstable();
    named.dedup();
    Ok(Term::Priority(named))
}

fn tags(texts: &[&str]) -> Result<Vec<Term>, ParameterError> {
    if texts.len() > TAGS_MAX {
        return Err(wrong("tag", ParameterErrorKind::Tags));
    }
    let one = |text: &&str| Tag::new(text).map(|tag| Term::Tag(vec![tag]));
    let tags: Option<Vec<Term>> = texts.iter().map(one).collect();
    tags.ok_or(wrong("tag", ParameterErrorKind::Tag))
}

/// A link has to mean the same tomorrow: what is relative has its place in `filter`.
fn due(parameter: &'static str, order: Order, text: &str) -> Result<Term, ParameterError> {
    let is_absolute = |point: &Point| {
        matches!(point, Point::Days(Days::Date(_)) | Point::Moment(Moment::Instant(_)))
    };
    let point = parse::point(text).ok().filter(is_absolute);
    let point = point.ok_or(wrong(parameter, ParameterErrorKind::Moment))?;
    Ok(Term::Time { field: TimeField::Due, when: When::Compared(order, point) })
}

fn words(text: &str) -> Result<Vec<Term>, ParameterError> {
    if text.chars().nth(TEXT_MAX_CHARS).is_some() {
        return Err(wrong("q", ParameterErrorKind::TooLong));
    }
    let folded = folded(text);
    let terms: Vec<_> = folded.split(' ').filter_map(Words::new).map(Term::Text).collect();
    match terms.len() {
        0 => Err(wrong("q", ParameterErrorKind::Words)),
        1..=TERMS_MAX => Ok(terms),
        _ => Err(wrong("q", ParameterErrorKind::TooLong)),
    }
}
