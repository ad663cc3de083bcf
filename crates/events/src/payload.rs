//! Payloads: one shape for `task.*`, one for live views, one for reminders.

use chrono::{DateTime, Utc};
use domain::{
    change::{Change, Event, EventBody},
    reminder::Reminder,
    task::Task,
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
}

/// Type and payload of an event, ready for its envelope.
pub fn payload(event: &Event) -> (EventType, Value) {
    match &event.body {
        EventBody::TaskCreated(task) => (EventType::TaskCreated, task_payload(task, None)),
        EventBody::TaskUpdated(change) => (EventType::TaskUpdated, changed(change)),
        EventBody::TaskCompleted(change) => (EventType::TaskCompleted, changed(change)),
        EventBody::TaskDeleted(change) => (EventType::TaskDeleted, changed(change)),
        EventBody::TaskStateChanged { before, after } => {
            (EventType::TaskStateChanged, state_changed(before.as_deref(), after))
        }
        EventBody::ReminderTrigger { reminder, task, late_by_ms } => {
            (EventType::ReminderTrigger, reminder_trigger(reminder, task, *late_by_ms))
        }
    }
}

fn changed(Change { before, after }: &Change) -> Value {
    task_payload(after, Some(changes::between(Some(before), after)))
}

fn task_payload(task: &Task, changes: Option<Changes>) -> Value {
    to_value(&TaskPayload { task_id: task.id, task: task.into(), changes })
}

fn state_changed(before: Option<&Task>, after: &Task) -> Value {
    to_value(&StateChanged {
        task_id: after.id,
        changes: changes::between(before, after),
        version: after.version,
        seq: None,
    })
}

fn reminder_trigger(reminder: &Reminder, task: &Task, late_by_ms: u64) -> Value {
    to_value(&ReminderTrigger {
        reminder_id: reminder.id,
        task_id: task.id,
        due_date: task.due.as_ref().and_then(|due| Due::from(due).into_text()),
        fire_at: reminder.fire_at,
        late_by_ms,
        title: task.title.clone(),
    })
}

/// One of our own shapes as JSON.
#[expect(clippy::expect_used, reason = "our shapes have string keys and no failing serializer")]
pub(crate) fn to_value<T: Serialize>(shape: &T) -> Value {
    serde_json::to_value(shape).expect("plain shapes serialise")
}
