//! A history: what clients were told, what is stored, and what strangers saw. [`check`] finds what
//! cannot be true of a system that loses nothing and does nothing twice.
//!
//! Everything here is data: nothing is read from anywhere, and the same history has the same findings.

mod effects;
mod finding;
mod index;
mod log;
mod topics;
mod writes;

#[cfg(test)]
mod simulator;
#[cfg(test)]
mod tests;

pub use finding::{Finding, Findings, Kind};

use std::collections::BTreeSet;

/// All that is known when the faults are over and the system has come to rest.
#[derive(Debug, Clone, Default)]
pub struct History {
    /// What clients asked for, in the order in which each of them asked.
    pub writes: Vec<Write>,
    /// Reminders that clients were promised.
    pub promises: Vec<Promise>,
    /// Every task that is stored, deleted ones too.
    pub tasks: Vec<Task>,
    /// Every reminder that is stored.
    pub reminders: Vec<Reminder>,
    /// The log of events as it is stored.
    pub log: Vec<Event>,
    /// What a stranger reads from the topics, each partition in its order. `None` when there are no
    /// topics.
    pub records: Option<Vec<Record>>,
    /// Who held which part of the log, in the order in which it came to be.
    pub tenures: Vec<Tenure>,
    /// Ids of events that the harness itself wrote to the topics.
    pub planted: BTreeSet<String>,
    /// When the system had come to rest: what was due before has to be done. Milliseconds.
    pub rested_at_ms: i64,
}

/// A write, and the state of the task that it led to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Write {
    /// Who asked.
    pub user: String,
    /// Which task; unknown when a creation was never answered.
    pub task: Option<String>,
    /// The title that was asked for at its creation: nobody else asks for the same.
    pub title: String,
    /// The version after it.
    pub version: u64,
    /// Whether the task is done after it.
    pub done: bool,
    /// Whether the task is deleted after it.
    pub deleted: bool,
    /// Whether the client was told that it is done. If not, it may be or not.
    pub acknowledged: bool,
}

/// A reminder that a client was told of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Promise {
    /// Who.
    pub user: String,
    /// Id of the reminder.
    pub reminder: String,
    /// When it is to fire.
    pub fire_at_ms: i64,
}

/// A task as it is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Task {
    /// Whose it is.
    pub user: String,
    /// Its id.
    pub id: String,
    /// Its title.
    pub title: String,
    /// Its version.
    pub version: u64,
    /// Whether it is done.
    pub done: bool,
    /// Whether it is deleted.
    pub deleted: bool,
    /// Its series and its place there, when it recurs.
    pub place: Option<(String, u32)>,
}

/// A reminder as it is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reminder {
    /// Whose it is.
    pub user: String,
    /// Its id.
    pub id: String,
    /// When it is to fire.
    pub fire_at_ms: i64,
    /// What became of it.
    pub state: State,
}

/// What became of a reminder.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// It waits.
    Scheduled,
    /// It has fired.
    Fired,
    /// It was called off.
    Cancelled,
}

/// What an event says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Body {
    /// `task.state_changed`: a task has this version now.
    Changed {
        /// The version.
        version: u64,
    },
    /// `task.created`.
    Created,
    /// `task.deleted`.
    Deleted,
    /// `reminder.trigger`.
    Fired {
        /// Id of the reminder.
        reminder: String,
        /// When it was to fire; tells one generation of it from the next.
        fire_at_ms: i64,
    },
    /// Any other.
    Other,
}

/// An event as it is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    /// Its id.
    pub id: String,
    /// Whose it is.
    pub user: String,
    /// Its place in the log of the user, from 1.
    pub seq: u64,
    /// The topic that it belongs to.
    pub topic: String,
    /// Its task.
    pub task: String,
    /// When it happened. Milliseconds.
    pub at_ms: i64,
    /// What it says.
    pub body: Body,
    /// Of its payload, however written.
    pub digest: u64,
    /// Whether the system believes that it was published.
    pub published: bool,
}

/// A record of a topic.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Record {
    /// The topic.
    pub topic: String,
    /// The partition.
    pub partition: i32,
    /// The place in it.
    pub offset: i64,
    /// Its key.
    pub key: String,
    /// Id of the event; empty when it cannot be read.
    pub event: String,
    /// Whose event it says it is.
    pub user: String,
    /// The place in the log of the user, if it says so.
    pub seq: Option<u64>,
    /// Of its payload, made as that of [`Event`].
    pub digest: u64,
}

/// That somebody held a part of the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tenure {
    /// Which part.
    pub bucket: u32,
    /// Who.
    pub owner: String,
    /// Under which number.
    pub fence: u64,
}

/// Everything that is wrong with a history.
pub fn check(history: &History) -> Findings {
    let index = index::Index::new(history);
    let mut findings = Findings::default();
    writes::check(history, &index, &mut findings);
    log::check(history, &index, &mut findings);
    effects::check(history, &index, &mut findings);
    match &history.records {
        Some(records) => topics::check(history, records, &mut findings),
        None => topics::undelivered(history, &mut findings),
    }
    findings
}
