//! The formats that are read, by name.

use std::{fmt, str::FromStr};

/// A kind of file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Format {
    /// Todoist's template export.
    TodoistCsv,
    /// TickTick's backup.
    TicktickCsv,
    /// `todoTask`s of Microsoft Graph.
    MicrosoftJson,
    /// Tasks as Outlook exports them to a table.
    MicrosoftCsv,
    /// Google Takeout, `Tasks.json`.
    GoogleJson,
    /// iCalendar with VTODO: Apple Reminders, Nextcloud, Tasks.org.
    Ics,
    /// `task export` of Taskwarrior.
    TaskwarriorJson,
    /// todo.txt.
    TodoTxt,
    /// Our own, complete.
    TaskloomJson,
    /// Our own, for spreadsheets.
    Csv,
}

/// Not the name of a format.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "this format is not known; use one of `todoist-csv`, `ticktick-csv`, `mstodo-json`, `mstodo-csv`, \
     `google-json`, `ics`, `taskwarrior-json`, `todo-txt`, `taskloom-json`, `csv`"
)]
pub struct UnknownFormat;

impl Format {
    /// All of them.
    pub const ALL: [Self; 10] = [
        Self::TodoistCsv,
        Self::TicktickCsv,
        Self::MicrosoftJson,
        Self::MicrosoftCsv,
        Self::GoogleJson,
        Self::Ics,
        Self::TaskwarriorJson,
        Self::TodoTxt,
        Self::TaskloomJson,
        Self::Csv,
    ];

    /// Its name in a URL and on the command line. Ids of imported tasks are derived from it, so it
    /// never changes.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::TodoistCsv => "todoist-csv",
            Self::TicktickCsv => "ticktick-csv",
            Self::MicrosoftJson => "mstodo-json",
            Self::MicrosoftCsv => "mstodo-csv",
            Self::GoogleJson => "google-json",
            Self::Ics => "ics",
            Self::TaskwarriorJson => "taskwarrior-json",
            Self::TodoTxt => "todo-txt",
            Self::TaskloomJson => "taskloom-json",
            Self::Csv => "csv",
        }
    }

    /// Whether the file is one of ours, in which a task that is done may still have its rule.
    pub(crate) fn is_ours(self) -> bool {
        matches!(self, Self::TaskloomJson | Self::Csv)
    }
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Format {
    type Err = UnknownFormat;

    fn from_str(name: &str) -> Result<Self, UnknownFormat> {
        Self::ALL.into_iter().find(|format| format.as_str() == name).ok_or(UnknownFormat)
    }
}
