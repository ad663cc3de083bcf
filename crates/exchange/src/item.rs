//! A task on its way in or out.

use chrono::{DateTime, Utc};
use domain::{
    recurrence::Repeat,
    reminder::{ReminderState, Trigger},
    task::{Due, Priority, Series, Status, Task},
};

/// A task as a file holds it: no owner, no version, and a key in place of an id.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Item {
    /// What makes it the same task when the file is read again: the file's own id for it, or else a
    /// hash of what it says. Unique within a reading.
    pub key: String,
    /// See [`Task::title`].
    pub title: String,
    /// See [`Task::description`].
    pub description: String,
    /// See [`Task::priority`].
    pub priority: Priority,
    /// See [`Task::tags`].
    pub tags: Vec<String>,
    /// See [`Task::due`].
    pub due: Option<Due>,
    /// See [`Task::repeat`]. On an item that is done it is history and leads to no next instance.
    pub repeat: Option<Repeat>,
    /// See [`Task::series`]. Our own JSON has it, no other format.
    pub series: Option<Series>,
    /// What is still to fire.
    pub reminders: Vec<Trigger>,
    /// The key of the item that this one is a part of.
    pub parent: Option<String>,
    /// Whether it is done.
    pub is_done: bool,
    /// When it was done, where the file says so; only on items that are done.
    pub completed_at: Option<DateTime<Utc>>,
    /// When it came to be, where the file says so.
    pub created_at: Option<DateTime<Utc>>,
    /// When it changed last, where the file says so.
    pub updated_at: Option<DateTime<Utc>>,
}

impl From<&Task> for Item {
    /// Reminders that have fired or were taken back are left out. What a series changes from its next
    /// instance on ([`Task::following`]) is not in it.
    fn from(task: &Task) -> Self {
        let waiting = task.reminders.iter().filter(|r| r.state == ReminderState::Scheduled);
        Self {
            key: task.id.to_string(),
            title: task.title.clone(),
            description: task.description.clone(),
            priority: task.priority,
            tags: task.tags.clone(),
            due: task.due.clone(),
            repeat: task.repeat.clone(),
            series: task.series.clone(),
            reminders: waiting.map(|reminder| reminder.trigger.clone()).collect(),
            parent: task.parent_id.map(|id| id.to_string()),
            is_done: task.status == Status::Done,
            completed_at: task.completed_at,
            created_at: Some(task.created_at),
            updated_at: Some(task.updated_at),
        }
    }
}
