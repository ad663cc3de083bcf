//! Connections that only read. One is made when none is idle, and a few are kept.

use std::{
    path::PathBuf,
    sync::{Mutex, PoisonError},
    time::Duration,
};

use super::{
    Mode,
    connection::Guarded,
    error::Error,
    value::{Rows, Value},
};

/// Idle connections worth their memory.
const KEPT: usize = 4;

/// A pool that never makes anyone wait: there are never more readers than threads that read.
pub(super) struct Readers {
    path: PathBuf,
    mode: Mode,
    /// `None` once closed.
    idle: Mutex<Option<Vec<Guarded>>>,
}

impl Readers {
    pub(super) fn new(path: PathBuf, mode: Mode) -> Self {
        Self { path, mode, idle: Mutex::new(Some(Vec::new())) }
    }

    /// Runs the statement if it only reads; `None` means that it writes, and nothing was done.
    pub(super) fn run(
        &self,
        sql: &str,
        params: &[Value],
        limit: Duration,
    ) -> Result<Option<Rows>, Error> {
        let idle = self.idle().as_mut().ok_or_else(Error::closed)?.pop();
        let reader = match idle {
            Some(reader) => reader,
            None => Guarded::reader(&self.path, self.mode)?,
        };
        let outcome = reader.run(sql, params, limit, false);
        if let Some(idle) = self.idle().as_mut().filter(|idle| idle.len() < KEPT) {
            idle.push(reader);
        }
        outcome
    }

    /// Closes the idle ones and makes no more.
    pub(super) fn close(&self) {
        self.idle().take();
    }

    fn idle(&self) -> std::sync::MutexGuard<'_, Option<Vec<Guarded>>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
