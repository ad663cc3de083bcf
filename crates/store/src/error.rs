//! What can go wrong, and what the caller can do about it. The one place that reads error texts.

use std::fmt;

use crate::list::CursorError;

/// A statement that had no effect.
///
/// `Display` tells the kind only: the driver's message may hold SQL or values, so it is for the
/// operator's log, never for an answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SqlError {
    kind: SqlErrorKind,
    message: String,
}

/// Why a statement had no effect.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SqlErrorKind {
    /// Another connection holds the lock. The same statement may succeed later.
    Busy,
    /// The disk is full.
    Full,
    /// The file, its folder or its file system does not let us write.
    ReadOnly,
    /// A condition of a `ChangeSet` did not hold.
    Conflict(Conflict),
    /// The database is not reachable, or has no place for one more connection. Whether the statement
    /// had an effect is not known.
    Away,
    /// The answer is longer than the database gives at once. Fewer rows may fit.
    TooLong,
    /// What a migration wanted to add is there already.
    Exists,
    /// A row holds what this version never writes.
    Unreadable,
    /// Anything else.
    Other,
}

/// The condition of a `ChangeSet` that did not hold. Nothing was changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Conflict {
    /// A task has another version than expected. Read again, then decide again.
    Version,
    /// This consumer has taken this delivery already.
    Duplicate,
    /// This key has a stored answer already.
    Idempotency,
    /// A reminder is not scheduled in this generation any more.
    Reminder,
    /// The series has this occurrence already.
    Series,
    /// The lease on these events is another relay's by now.
    Fence,
}

/// Conflicts as the database names them after `conflict:`.
const CONFLICTS: [(&str, Conflict); 5] = [
    ("version", Conflict::Version),
    ("duplicate", Conflict::Duplicate),
    ("idempotency", Conflict::Idempotency),
    ("reminder", Conflict::Reminder),
    ("series", Conflict::Series),
];

/// SQLite's own texts, which are all that reaches a guest.
const TEXTS: [(&str, SqlErrorKind); 10] = [
    (
        "unique constraint failed: tasks.user_id, tasks.series_id, tasks.occurrence",
        SqlErrorKind::Conflict(Conflict::Series),
    ),
    ("database is locked", SqlErrorKind::Busy),
    ("database table is locked", SqlErrorKind::Busy),
    ("database schema is locked", SqlErrorKind::Busy),
    ("database is busy", SqlErrorKind::Busy),
    ("locking protocol", SqlErrorKind::Busy),
    ("disk is full", SqlErrorKind::Full),
    ("readonly database", SqlErrorKind::ReadOnly),
    ("duplicate column name", SqlErrorKind::Exists),
    ("already exists", SqlErrorKind::Exists),
];

impl SqlError {
    /// Classifies the driver's text.
    pub fn new(message: impl Into<String>) -> Self {
        let message = message.into();
        Self { kind: classify(&message), message }
    }

    /// Classifies what Postgres says.
    pub fn from_postgres(sqlstate: &str, message: &str) -> Self {
        Self { kind: crate::postgres::classify(sqlstate, message), message: message.to_owned() }
    }

    /// An error whose kind the driver knows better than its text tells.
    pub fn of(kind: SqlErrorKind, message: impl Into<String>) -> Self {
        Self { kind, message: message.into() }
    }

    /// Why.
    pub fn kind(&self) -> SqlErrorKind {
        self.kind
    }

    /// The driver's text, for the operator's log only.
    pub fn message(&self) -> &str {
        &self.message
    }

    /// Whether the same statement may succeed later without anybody doing anything.
    pub fn is_retryable(&self) -> bool {
        matches!(self.kind, SqlErrorKind::Busy | SqlErrorKind::Away)
    }
}

/// The condition that the database says did not hold.
pub(crate) fn conflict(message: &str) -> Option<Conflict> {
    let (_, name) = message.rsplit_once("conflict:")?;
    CONFLICTS.into_iter().find(|(known, _)| *known == name).map(|(_, conflict)| conflict)
}

fn classify(message: &str) -> SqlErrorKind {
    if let Some(conflict) = conflict(message) {
        return SqlErrorKind::Conflict(conflict);
    }
    let message = message.to_lowercase();
    let known = TEXTS.into_iter().find(|(text, _)| message.contains(text));
    known.map_or(SqlErrorKind::Other, |(_, kind)| kind)
}

impl fmt::Display for SqlError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.kind {
            SqlErrorKind::Busy => "the database is busy",
            SqlErrorKind::Full => "the disk of the database is full",
            SqlErrorKind::ReadOnly => "the database is read-only",
            SqlErrorKind::Conflict(conflict) => return conflict.fmt(f),
            SqlErrorKind::Away => "the database is not reachable",
            SqlErrorKind::TooLong => "the answer of the database is too long",
            SqlErrorKind::Exists => "the database has this part of the schema already",
            SqlErrorKind::Unreadable => "the database holds a row that this version cannot read",
            SqlErrorKind::Other => "the database failed",
        })
    }
}

impl std::error::Error for SqlError {}

impl fmt::Display for Conflict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Version => "the task was changed by someone else",
            Self::Duplicate => "the event was delivered before",
            Self::Idempotency => "the request was answered before",
            Self::Reminder => "the reminder is not scheduled any more",
            Self::Series => "the series has this occurrence already",
            Self::Fence => "the lease on these events was taken over",
        })
    }
}

/// Why a `ChangeSet` was not applied. Nothing of it was.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ApplyError {
    /// A condition did not hold.
    #[error("{0}")]
    Conflict(Conflict),
    /// The database did not do it.
    #[error("the change could not be stored")]
    Unavailable(#[source] SqlError),
}

impl ApplyError {
    /// Whether the same `ChangeSet` may be applied later as it is.
    pub fn is_retryable(&self) -> bool {
        matches!(self, Self::Unavailable(error) if error.is_retryable())
    }
}

impl From<SqlError> for ApplyError {
    fn from(error: SqlError) -> Self {
        match error.kind {
            SqlErrorKind::Conflict(conflict) => Self::Conflict(conflict),
            _ => Self::Unavailable(error),
        }
    }
}

/// Why there is no page.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ListError {
    /// The cursor does not belong to this list.
    #[error(transparent)]
    Cursor(#[from] CursorError),
    /// The database did not answer.
    #[error("the tasks could not be read")]
    Unavailable(#[from] SqlError),
}

#[cfg(test)]
mod tests;
