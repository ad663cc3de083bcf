//! What a person or a handler may ask for. Parsed and typed, not yet checked against any state.

use uuid::Uuid;

use crate::{
    recurrence::Repeat,
    reminder::{Snooze, Trigger},
    task::{Due, Priority, Series},
};

/// The wish for a new task.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewTask {
    /// See [`crate::task::Task::title`].
    pub title: String,
    /// Markdown.
    pub description: String,
    /// Medium when not said.
    pub priority: Priority,
    /// As typed; trimmed and made unique without case by the decision.
    pub tags: Vec<String>,
    /// When.
    pub due: Option<Due>,
    /// How often.
    pub repeat: Option<Repeat>,
    /// When to remind.
    pub reminders: Vec<Trigger>,
    /// Part of which task.
    pub parent_id: Option<Uuid>,
}

/// A merge patch: `None` leaves a field as it is.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct TaskPatch {
    /// New title.
    pub title: Option<String>,
    /// New description.
    pub description: Option<String>,
    /// New priority.
    pub priority: Option<Priority>,
    /// All tags from now on.
    pub tags: Option<Vec<String>>,
    /// `Some(None)` takes the due date away.
    pub due: Option<Option<Due>>,
    /// `Some(None)` ends the series with this instance.
    pub repeat: Option<Option<Repeat>>,
    /// All reminders from now on.
    pub reminders: Option<Vec<Trigger>>,
    /// `Some(None)` makes it a task of its own.
    pub parent_id: Option<Option<Uuid>>,
    /// Which instances of a series it is for. When it is not said, `due` is for this one and
    /// everything else for the following ones too.
    pub scope: Option<Scope>,
}

/// Which instances of a series a change is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    /// This one; those that follow are as if nothing had happened.
    This,
    /// This one and all that come after it.
    ThisAndFollowing,
}

/// The wish to be reminded once more, later.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SnoozeReminder {
    /// Which one; `None`: the one that fired last, or else the next to fire.
    pub reminder_id: Option<Uuid>,
    /// To when.
    pub to: Snooze,
}

/// A handler's wish for the next instance of a series.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NextInstance {
    /// What it looks like.
    pub task: NewTask,
    /// Its place; the id follows from series and occurrence.
    pub series: Series,
    /// The instance whose completion led to it. When that one is open again, nothing is created.
    pub predecessor: Uuid,
}
