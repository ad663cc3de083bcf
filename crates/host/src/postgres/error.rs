//! What can go wrong with a statement on Postgres, and what the caller can do about it.

use std::{error::Error as StdError, time::Duration};

use deadpool_postgres::{PoolError, TimeoutType};
use tokio_postgres::types::WrongType;

/// A statement that was not carried out, unless its kind says that this is not known.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct Error {
    /// What the caller can do about it.
    pub kind: ErrorKind,
    /// The server's code, when it was the server that refused.
    pub sqlstate: Option<String>,
    /// The server's words, or ours. Never an address or a password.
    pub message: String,
    /// `ERROR`, `FATAL` or `PANIC` when it was the server that refused.
    pub severity: String,
    /// What the server says beside its message. It may hold values of rows.
    pub detail: Option<String>,
}

/// Sorts of [`Error`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ErrorKind {
    /// The server cannot be reached, ends connections or broke this one. Whether a statement that
    /// was under way has been carried out is not known.
    Away,
    /// All connections of the pool were in use for as long as the caller waits. Nothing was sent.
    Busy,
    /// The server refused the statement, and says why in `sqlstate`.
    Refused,
    /// Wrong parameters, or a column of a type that is not carried.
    Invalid,
    /// The statement ran too long and was cancelled; it may have been carried out all the same.
    Timeout,
    /// The answer is too long.
    TooBig,
}

impl Error {
    pub(crate) fn new(kind: ErrorKind, message: impl Into<String>) -> Self {
        let message = message.into();
        Self { kind, sqlstate: None, message, severity: String::new(), detail: None }
    }

    /// Whether the same statement may succeed later without anybody doing anything.
    pub fn is_retryable(&self) -> bool {
        match self.kind {
            ErrorKind::Away | ErrorKind::Busy | ErrorKind::Timeout => true,
            ErrorKind::Refused => {
                let transient = ["40001", "40P01", "55P03", "57014"];
                self.sqlstate.as_deref().is_some_and(|code| transient.contains(&code))
            }
            ErrorKind::Invalid | ErrorKind::TooBig => false,
        }
    }

    /// After this the connection is in a state that nobody knows.
    pub(super) fn spoils(&self) -> bool {
        let unknown_statement = self.sqlstate.as_deref() == Some("26000");
        let stale_plan = self.sqlstate.as_deref() == Some("0A000");
        // A standby, after a failover: the address may lead to another server by now.
        let read_only = self.sqlstate.as_deref() == Some("25006");
        matches!(self.kind, ErrorKind::Away | ErrorKind::Timeout | ErrorKind::TooBig)
            || unknown_statement
            || stale_plan
            || read_only
    }

    pub(super) fn no_place(wait: Duration) -> Self {
        let message =
            format!("no connection to the database became free within {} ms", wait.as_millis());
        Self::new(ErrorKind::Busy, message)
    }

    pub(super) fn no_answer(wait: Duration) -> Self {
        let message = format!("the database did not answer within {} ms", wait.as_millis());
        Self::new(ErrorKind::Away, message)
    }

    pub(super) fn of_pool(error: PoolError, wait: Duration) -> Self {
        match error {
            PoolError::Timeout(TimeoutType::Wait) => Self::no_place(wait),
            PoolError::Timeout(_) => Self::no_answer(wait),
            PoolError::Backend(error) => error.into(),
            other => Self::new(ErrorKind::Away, other.to_string()),
        }
    }
}

impl From<tokio_postgres::Error> for Error {
    fn from(error: tokio_postgres::Error) -> Self {
        if let Some(refusal) = error.as_db_error() {
            let code = refusal.code().code();
            let ends =
                code.starts_with("08") || ["57P01", "57P02", "57P03", "53300"].contains(&code);
            return Self {
                kind: if ends { ErrorKind::Away } else { ErrorKind::Refused },
                sqlstate: Some(code.to_owned()),
                message: refusal.message().to_owned(),
                severity: refusal.severity().to_owned(),
                detail: refusal.detail().map(str::to_owned),
            };
        }
        let is_ours = error.source().is_some_and(|cause| cause.is::<WrongType>());
        let kind = if is_ours { ErrorKind::Invalid } else { ErrorKind::Away };
        Self::new(kind, chain(&error))
    }
}

/// The driver keeps what the system says in the cause.
fn chain(error: &dyn StdError) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        let more = error.to_string();
        if !text.contains(&more) {
            text = format!("{text}: {more}");
        }
        cause = error.source();
    }
    text
}
