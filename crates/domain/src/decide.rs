//! `decide(state, command, now) -> ChangeSet`: what each command leads to, or why it is refused.
//!
//! Every change of a task raises its version, expects the version that it was decided on, and emits
//! its `task.*` event and after it a `task.state_changed`.

mod create;
mod digest;
mod fields;
mod fire;
mod following;
mod lifecycle;
mod parts;
mod record;
mod reminders;
mod skip;
mod snooze;
mod update;

use uuid::Uuid;

pub use self::{
    create::{create, next_instance},
    digest::{LATE_ALONE_MAX, group_late},
    fire::fire_reminders,
    lifecycle::{complete, delete, reopen},
    skip::skip,
    snooze::snooze,
    update::update,
};

/// Why a command leads to nothing. Nothing was changed; the message is safe to show.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// A value that no task may have.
    #[error("{message}")]
    Invalid {
        /// Path of the field as on the wire: `reminders[0].before`.
        field: String,
        /// What is wrong and what would be accepted.
        message: String,
    },
    /// A rule that never takes place.
    #[error("the rule has no occurrence on or after the due date")]
    RuleHasNoOccurrence,
    /// A rule whose COUNT the series has passed.
    #[error("COUNT={count} is over: this is instance {occurrence} of the series")]
    CountIsOver {
        /// How many instances the rule allows.
        count: u32,
        /// Which one this is.
        occurrence: u32,
    },
    /// A reminder relative to a due date that the task does not have.
    #[error("a reminder before the due time needs a due date")]
    ReminderWithoutDue {
        /// Which reminder.
        index: usize,
    },
    /// A reminder that was asked to fire before its time.
    #[error("reminder {reminder_id} is not due yet")]
    ReminderTooEarly {
        /// Which reminder.
        reminder_id: Uuid,
    },
    /// An instance that does not follow the one that it names.
    #[error("instance {occurrence} does not follow task {predecessor}")]
    NotASuccessor {
        /// The place that was asked for.
        occurrence: u32,
        /// The task that was named.
        predecessor: Uuid,
    },
    /// What is asked for is possible for an open task only.
    #[error("the task is done; open it again first")]
    TaskIsDone,
    /// There is no place for this instance to move to.
    #[error("the task has no further occurrence to move to")]
    SeriesIsOver,
    /// The reminder that is named is not one of the task, or none is named and none waits or fired.
    #[error("the task has no such reminder; `reminder_id` names one of its `reminders`")]
    NoSuchReminder,
    /// The task was deleted, or is somebody else's.
    #[error("no such task")]
    NotFound,
}

impl Refusal {
    /// Path of the field at fault, as on the wire.
    pub fn field(&self) -> Option<String> {
        match self {
            Self::Invalid { field, .. } => Some(field.clone()),
            Self::RuleHasNoOccurrence | Self::CountIsOver { .. } => Some("repeat.rule".to_owned()),
            Self::ReminderWithoutDue { index } => Some(format!("reminders[{index}].before")),
            Self::NotASuccessor { .. } => Some("series".to_owned()),
            Self::NoSuchReminder => Some("reminder_id".to_owned()),
            Self::ReminderTooEarly { .. }
            | Self::TaskIsDone
            | Self::SeriesIsOver
            | Self::NotFound => None,
        }
    }
}
