//! Why a server could not be used.

use std::{io, path::Path};

/// What went wrong, as far as a caller can act on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ErrorKind {
    /// The program is not on this machine, or nobody said where.
    Missing,
    /// A file, a folder or a process could not be made.
    System,
    /// The server ended by itself.
    Ended,
    /// The server did not become ready in time.
    NotReady,
}

/// A server could not be started, watched or ended.
#[derive(Debug, thiserror::Error)]
#[error("{server}: {what}")]
pub struct Error {
    /// Which server.
    pub server: String,
    /// What a caller can act on.
    pub kind: ErrorKind,
    what: String,
    #[source]
    source: Option<io::Error>,
}

impl Error {
    pub(crate) fn new(server: &str, kind: ErrorKind, what: impl Into<String>) -> Self {
        Self { server: server.to_owned(), kind, what: what.into(), source: None }
    }

    pub(crate) fn system(server: &str, what: impl Into<String>, source: io::Error) -> Self {
        let (server, what) = (server.to_owned(), what.into());
        Self { server, kind: ErrorKind::System, what, source: Some(source) }
    }

    /// With the last lines of the server's log.
    pub(crate) fn with_log(server: &str, kind: ErrorKind, what: &str, log: &Path) -> Self {
        let end = std::fs::read(log).unwrap_or_default();
        let end = String::from_utf8_lossy(&end);
        let lines: Vec<_> = end.lines().rev().take(8).collect();
        let end: Vec<_> = lines.into_iter().rev().collect();
        Self::new(server, kind, format!("{what}; {} ends with: {}", log.display(), end.join(" | ")))
    }

    /// Whether the same call may succeed later with nothing changed.
    #[must_use]
    pub fn is_retryable(&self) -> bool {
        self.kind == ErrorKind::NotReady
    }
}
