//! Payloads: one shape for `task.*`, one for live views, one for reminders.

use chrono::{DateTime, Utc};
use domain::{
    change::{self, Change, Event, EventBody},
    reminder::Reminder,
    task::Task,
    zone::ZoneName,
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use uuid::Uuid;

use crate::{
    EventType,
    api::{Due, TaskSnapshot},
    changes::{self, Changes},
    time,
};

/// `task.created`, `task.updated`, `task.completed`, `task.deleted`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct TaskPayload {
    /// Which task.
    pub task_id: Uuid,
    /// The task after the change.
    pub task: TaskSnapshot,
    /// The zone of the user: a day without a zone is meant there, and so is "today". Absent in events
    /// of versions that did not say it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub time_zone: Option<String>,
    /// What changed; absent for a new task.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub changes: Option<Changes>,
}

/// `task.state_changed`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct StateChanged {
    /// Which task.
    pub task_id: Uuid,
    /// What changed; for a new task every field that has a value, for a deleted one `deleted_at`.
    pub changes: Changes,
    /// The version of the task after the change.
    pub version: u64,
    /// Place of this event in the log of its user, filled in when it is read from there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seq: Option<u64>,
}

/// `reminder.trigger`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ReminderTrigger {
    /// Which reminder.
    pub reminder_id: Uuid,
    /// Its task.
    pub task_id: Uuid,
    /// When the task is due: a day, or a time with its offset; null when it has no due date.
    pub due_date: Option<String>,
    /// When the reminder had to fire.
    #[serde(with = "time::utc")]
    #[schemars(with = "DateTime<Utc>")]
    pub fire_at: DateTime<Utc>,
    /// How much later it fired; 0 when on time.
    pub late_by_ms: u64,
    /// Of the task.
    pub title: String,
    /// Absent unless it is one of more than five late reminders that fired together. Then people are
    /// told once: when the first of them comes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub digest: Option<Digest>,
}

/// A place among late reminders that people are told of in one message. The events of all of them
/// were stored at once and lie next to each other in the log of their user.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Digest {
    /// The same for all of them, and what their one message is known by.
    pub id: Uuid,
    /// How many they are.
    pub size: u32,
    /// Which of them this is, in the order of `fire_at`: 1 to `size`.
    pub position: u32,
}

impl From<change::Digest> for Digest {
    fn from(change::Digest { id, size, position }: change::Digest) -> Self {
        Self { id, size, position }
    }
}

/// Type and payload of an event, ready for its envelope.
pub fn payload(event: &Event) -> (EventType, Value) {
    let zone = &event.zone;
    match &event.body {
        EventBody::TaskCreated(task) => (EventType::TaskCreated, task_payload(task, None, zone)),
        EventBody::TaskUpdated(change) => (EventType::TaskUpdated, changed(change, zone)),
        EventBody::TaskCompleted(change) => (EventType::TaskCompleted, changed(change, zone)),
        EventBody::TaskDeleted(change) => (EventType::TaskDeleted, changed(change, zone)),
        EventBody::TaskStateChanged { before, after } => {
            (EventType::TaskStateChanged, state_changed(before.as_deref(), after))
        }
        EventBody::ReminderTrigger { reminder, task, late_by_ms, digest } => {
            (EventType::ReminderTrigger, reminder_trigger(reminder, task, *late_by_ms, *digest))
        }
    }
}

fn changed(Change { before, after }: &Change, zone: &ZoneName) -> Value {
    task_payload(after, Some(changes::between(Some(before), after)), zone)
}

fn task_payload(task: &Task, changes: Option<Changes>, zone: &ZoneName) -> Value {
    let time_zone = Some(zone.to_string());
    to_value(&TaskPayload { task_id: task.id, task: task.into(), time_zone, changes })
}

fn state_changed(before: Option<&Task>, after: &Task) -> Value {
    to_value(&StateChanged {
        task_id: after.id,
        changes: changes::between(before, after),
        version: after.version,
        seq: None,
    })
}

fn reminder_trigger(
    reminder: &Reminder,
    task: &Task,
    late_by_ms: u64,
    digest: Option<change::Digest>,
) -> Value {
    to_value(&ReminderTrigger {
        reminder_id: reminder.id,
        task_id: task.id,
        due_date: task.due.as_ref().and_then(|due| Due::from(due).into_text()),
        fire_at: reminder.fire_at,
        late_by_ms,
        title: task.title.clone(),
        digest: digest.map(Digest::from),
    })
}

/// One of our own shapes as JSON.
#[expect(clippy::expect_used, reason = "our shapes have string keys and no failing serializer")]
pub(crate) fn to_value<T: Serialize>(shape: &T) -> Value {
    serde_json::to_value(shape).expect("plain shapes serialise")
}
