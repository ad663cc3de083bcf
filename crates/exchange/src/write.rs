//! Files of tasks.

mod calendar;
mod timezone;

use std::{fmt, str::FromStr};

use language::Context;

use crate::{item::Item, loss::Loss, spreadsheet, taskloom};

/// A kind of file that is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Target {
    /// Our own JSON, complete.
    TaskloomJson,
    /// A table for spreadsheets.
    Csv,
    /// iCalendar with a VTODO for each task, for other task apps.
    Ics,
    /// iCalendar with a VEVENT for each task that is due, for calendars that know no VTODO.
    IcsEvents,
}

/// Not the name of a target.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("this format is not written; use one of `taskloom-json`, `csv`, `ics`, `ics-events`")]
pub struct UnknownTarget;

/// A file, and what it does not hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Written {
    /// All of it.
    pub text: String,
    /// What has no place in it.
    pub lost: Vec<Loss>,
}

/// Writes a file, oldest task first. The same tasks in any order are the same bytes. `context` is the
/// zone and the beginning of the day of the person whose tasks they are, and the moment of writing.
pub fn write(target: Target, items: &[Item], context: &Context) -> Written {
    let mut sorted: Vec<_> = items.iter().collect();
    sorted.sort_by(|a, b| (a.created_at, &a.key).cmp(&(b.created_at, &b.key)));
    match target {
        Target::TaskloomJson => Written { text: taskloom::write(&sorted), lost: Vec::new() },
        Target::Csv => Written { text: spreadsheet::write(&sorted), lost: Vec::new() },
        Target::Ics => calendar::todos(&sorted, context),
        Target::IcsEvents => calendar::events(&sorted, context),
    }
}

impl Target {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::TaskloomJson, Self::Csv, Self::Ics, Self::IcsEvents];

    /// Its name in a URL and on the command line.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::TaskloomJson => "taskloom-json",
            Self::Csv => "csv",
            Self::Ics => "ics",
            Self::IcsEvents => "ics-events",
        }
    }

    /// Its media type.
    pub fn media_type(self) -> &'static str {
        match self {
            Self::TaskloomJson => "application/json",
            Self::Csv => "text/csv; charset=utf-8",
            Self::Ics | Self::IcsEvents => "text/calendar; charset=utf-8",
        }
    }
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Target {
    type Err = UnknownTarget;

    fn from_str(name: &str) -> Result<Self, UnknownTarget> {
        Self::ALL.into_iter().find(|target| target.as_str() == name).ok_or(UnknownTarget)
    }
}
