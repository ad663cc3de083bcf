//! What can go wrong with a statement, and what the caller can do about it.

use rusqlite::ffi;

/// A statement that was not carried out. Nothing of it is stored.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct Error {
    /// What the caller can do about it.
    pub kind: ErrorKind,
    /// SQLite's own words, as Spin passes them on: for a trigger's `RAISE(ABORT, 'x')` just `x`.
    pub message: String,
}

/// Sorts of [`Error`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ErrorKind {
    /// Another process holds the lock; the same statement may succeed later.
    Busy,
    /// The disk is full. Nothing was stored; reads go on, and writes do once there is room.
    Full,
    /// The file or its folder cannot be written.
    ReadOnly,
    /// A constraint or a trigger refused the change.
    Constraint,
    /// The host runs no such statement (`ATTACH`, transactions, most pragmas, several at once).
    Refused,
    /// Bad SQL, wrong parameters, a value that cannot be carried.
    Invalid,
    /// The statement ran too long.
    Timeout,
    /// The statement, a value or the answer is too long, or it needs too much memory.
    TooBig,
    /// The disk failed or the file is damaged: see [`Database::failed`](super::Database::failed).
    Failed,
    /// The database is closed.
    Closed,
}

impl Error {
    pub(super) fn new(kind: ErrorKind, message: impl Into<String>) -> Self {
        Self { kind, message: message.into() }
    }

    pub(super) fn closed() -> Self {
        Self::new(ErrorKind::Closed, "the database is closed")
    }
}

impl From<rusqlite::Error> for Error {
    fn from(error: rusqlite::Error) -> Self {
        let (kind, message) = match error {
            // The guard sees the ATTACH inside a VACUUM only when it runs, which a transaction
            // prevents.
            rusqlite::Error::SqliteFailure(_, Some(text)) if text.starts_with("cannot VACUUM") => {
                (ErrorKind::Refused, text)
            }
            rusqlite::Error::SqliteFailure(code, text) => {
                (kind_of(code.extended_code), text.unwrap_or_else(|| code.to_string()))
            }
            // Without the statement's text, which may hold what nobody should read in a log.
            rusqlite::Error::SqlInputError { error, msg, .. } => {
                (kind_of(error.extended_code), msg)
            }
            rusqlite::Error::MultipleStatement => (
                ErrorKind::Refused,
                "one statement at a time: there is more after the first".to_owned(),
            ),
            other => (ErrorKind::Invalid, other.to_string()),
        };
        Self { kind, message }
    }
}

fn kind_of(extended_code: i32) -> ErrorKind {
    // Want of memory while a page is read or written says nothing about the disk.
    if extended_code == ffi::SQLITE_IOERR_NOMEM {
        return ErrorKind::TooBig;
    }
    match extended_code & 0xff {
        ffi::SQLITE_BUSY | ffi::SQLITE_LOCKED => ErrorKind::Busy,
        ffi::SQLITE_FULL => ErrorKind::Full,
        ffi::SQLITE_READONLY | ffi::SQLITE_CANTOPEN | ffi::SQLITE_PERM => ErrorKind::ReadOnly,
        ffi::SQLITE_CONSTRAINT => ErrorKind::Constraint,
        ffi::SQLITE_AUTH => ErrorKind::Refused,
        ffi::SQLITE_INTERRUPT => ErrorKind::Timeout,
        ffi::SQLITE_TOOBIG | ffi::SQLITE_NOMEM => ErrorKind::TooBig,
        ffi::SQLITE_IOERR | ffi::SQLITE_CORRUPT | ffi::SQLITE_NOTADB | ffi::SQLITE_PROTOCOL => {
            ErrorKind::Failed
        }
        _ => ErrorKind::Invalid,
    }
}
