//! Event types. Their names are fixed: consumers outside subscribe to them.

use std::{fmt, str::FromStr};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::topic;

/// What happened.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
pub enum EventType {
    /// A new task.
    #[serde(rename = "task.created")]
    TaskCreated,
    /// Fields of a task changed; reopening is a change of `status`.
    #[serde(rename = "task.updated")]
    TaskUpdated,
    /// An open task was done.
    #[serde(rename = "task.completed")]
    TaskCompleted,
    /// A task was deleted.
    #[serde(rename = "task.deleted")]
    TaskDeleted,
    /// Any of the above, for live views.
    #[serde(rename = "task.state_changed")]
    TaskStateChanged,
    /// A reminder fired.
    #[serde(rename = "reminder.trigger")]
    ReminderTrigger,
}

impl EventType {
    /// All of them.
    pub const ALL: [Self; 6] = [
        Self::TaskCreated,
        Self::TaskUpdated,
        Self::TaskCompleted,
        Self::TaskDeleted,
        Self::TaskStateChanged,
        Self::ReminderTrigger,
    ];

    /// The name on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::TaskCreated => "task.created",
            Self::TaskUpdated => "task.updated",
            Self::TaskCompleted => "task.completed",
            Self::TaskDeleted => "task.deleted",
            Self::TaskStateChanged => "task.state_changed",
            Self::ReminderTrigger => "reminder.trigger",
        }
    }

    /// Where it is published.
    pub const fn topic(self) -> &'static str {
        match self {
            Self::TaskCreated | Self::TaskUpdated | Self::TaskCompleted | Self::TaskDeleted => {
                topic::TASK_EVENTS
            }
            Self::TaskStateChanged => topic::TASK_UPDATES,
            Self::ReminderTrigger => topic::REMINDERS,
        }
    }
}

impl fmt::Display for EventType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// An event type that this version does not know.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{name}` is no event type of this version")]
pub struct UnknownEventType {
    /// What was given, cut to a length that can be shown.
    pub name: String,
}

impl FromStr for EventType {
    type Err = UnknownEventType;

    fn from_str(name: &str) -> Result<Self, UnknownEventType> {
        Self::ALL
            .into_iter()
            .find(|event_type| event_type.as_str() == name)
            .ok_or_else(|| UnknownEventType { name: crate::field::shown(name) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_reads_back_and_serialises_as_itself() {
        for event_type in EventType::ALL {
            assert_eq!(event_type.as_str().parse(), Ok(event_type));
            assert_eq!(serde_json::to_value(event_type).unwrap(), event_type.as_str());
            assert!(topic::ALL.contains(&event_type.topic()));
        }
    }

    #[test]
    fn an_unknown_type_is_named() {
        let error = "task.exploded".parse::<EventType>().unwrap_err();
        assert_eq!(error.to_string(), "`task.exploded` is no event type of this version");
    }
}
