//! What one user was told: every acknowledged write, and what follows from it.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};

/// All that was acknowledged to one user.
#[derive(Debug, Default)]
pub(crate) struct Ledger {
    /// Whose it is.
    pub(crate) user: String,
    /// Tasks that happen once.
    pub(crate) plain: Vec<Plain>,
    /// Tasks that repeat.
    pub(crate) series: Vec<Series>,
    /// Writes acknowledged.
    pub(crate) acknowledged: u64,
    /// Requests that got no answer and were sent again.
    pub(crate) cut: u64,
    /// Of those, how many had been stored before their answer was cut.
    pub(crate) replayed: u64,
    /// Answers that should not have come.
    pub(crate) odd: Vec<String>,
}

/// A task that happens once.
#[derive(Debug)]
pub(crate) struct Plain {
    /// Its title, which no other task has.
    pub(crate) title: String,
    /// Its id.
    pub(crate) id: String,
    /// How often it was changed, from 1.
    pub(crate) version: i64,
    /// Its description since the last change.
    pub(crate) description: String,
    /// Whether it was completed.
    pub(crate) done: bool,
    /// Whether it was deleted.
    pub(crate) deleted: bool,
    /// When its reminder has to fire. Such a task is left alone.
    pub(crate) remind_at: Option<DateTime<Utc>>,
}

/// A task that repeats.
#[derive(Debug)]
pub(crate) struct Series {
    /// Id of the series.
    pub(crate) id: String,
    /// The title that the current instance has.
    pub(crate) title: String,
    /// Id of the current instance: the latest that the user knows of.
    pub(crate) current: String,
    /// Its number.
    pub(crate) occurrence: u32,
    /// Completed instances by number, with the title that each had at its last completion.
    pub(crate) done: BTreeMap<u32, String>,
}

impl Series {
    /// Whether the current instance is completed, so that the next one is due to appear.
    pub(crate) fn waits(&self) -> bool {
        self.done.contains_key(&self.occurrence)
    }
}
