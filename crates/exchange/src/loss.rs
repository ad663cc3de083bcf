//! What did not come along, and why a file cannot be read at all.

use std::fmt;

use crate::{ITEMS_MAX, format::Format, shown::shown};

/// Most losses that a reading names one by one.
pub const LOSSES_MAX: usize = 10_000;

/// Something in the file that has no place in a task.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Loss {
    /// Where.
    pub place: Place,
    /// Which field, as the file calls it.
    pub field: String,
    /// What was there, cut; what looks like a secret is left out.
    pub found: String,
    /// What happened to it, and what would have been accepted.
    pub why: String,
}

/// A place in a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    /// The file as a whole, or so many places that they are told as one.
    File,
    /// A line, counted from 1; of a row the first one.
    Line(u64),
    /// A path in JSON: `lists[0].tasks[3]`.
    Path(String),
    /// A component of iCalendar that begins in this line.
    Component {
        /// Its first line.
        line: u64,
        /// Its UID, cut.
        uid: String,
    },
}

/// Why a file cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ReadError {
    /// It is something else.
    #[error("{place}: this is no {format} file: {problem}; accepted: {accepts}")]
    Format {
        /// What was asked for.
        format: Format,
        /// Where it shows.
        place: Place,
        /// What is there.
        problem: String,
        /// What would be read.
        accepts: &'static str,
    },
    /// The syntax of JSON or CSV is broken.
    #[error("line {line}, column {column}: {problem}")]
    Syntax {
        /// Line, counted from 1.
        line: u64,
        /// Column, counted from 1; 0 where it is not known.
        column: u64,
        /// What is wrong there.
        problem: String,
    },
    /// More than one import may bring.
    #[error("the file has more than {ITEMS_MAX} tasks; divide it")]
    TooMany,
}

impl Loss {
    pub(crate) fn new(place: &Place, field: &str, found: &str, why: impl Into<String>) -> Self {
        let (place, field) = (place.clone(), shown(field));
        Self { place, field, found: shown(found), why: why.into() }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File => f.write_str("file"),
            Self::Line(line) => write!(f, "line {line}"),
            Self::Path(path) => f.write_str(path),
            Self::Component { line, uid } if uid.is_empty() => write!(f, "line {line}"),
            Self::Component { line, uid } => write!(f, "line {line} (UID {uid})"),
        }
    }
}

impl fmt::Display for Loss {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {} `{}`: {}", self.place, self.field, self.found, self.why)
    }
}
