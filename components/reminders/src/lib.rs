//! `task.*` -> alarms for the reminders of the task.
//!
//! A pure function of the event. The rows of the reminders are the truth and an alarm only wakes
//! somebody up, so an alarm too many does no harm and nothing is remembered here.

use events::{
    EventType, RawEnvelope,
    api::{ReminderSnapshot, ReminderState},
    effect::{Effect, Failure},
};
use serde::Deserialize;
use uuid::Uuid;

#[cfg(target_arch = "wasm32")]
mod plugin;

/// What this handler reads of a payload.
#[derive(Deserialize)]
struct Payload {
    task_id: Uuid,
    task: Task,
    changes: Option<Changes>,
}

#[derive(Deserialize)]
struct Task {
    reminders: Vec<ReminderSnapshot>,
}

#[derive(Deserialize)]
struct Changes {
    reminders: Option<Change>,
}

#[derive(Deserialize)]
struct Change {
    from: Option<Vec<ReminderSnapshot>>,
}

/// The alarms to set and to take back because of an event.
pub fn handle(envelope: &RawEnvelope) -> Result<Vec<Effect>, Failure> {
    let closed = match envelope.known_type() {
        Ok(EventType::TaskCreated | EventType::TaskUpdated) => false,
        Ok(EventType::TaskCompleted | EventType::TaskDeleted) => true,
        _ => return Ok(Vec::new()),
    };
    let Payload { task_id, task, changes } = envelope.payload_as()?;
    let gone = changes.map(|changes| gone(changes, &task)).unwrap_or_default();
    let effect = |reminder: ReminderSnapshot| match reminder.state {
        ReminderState::Scheduled if !closed => Some(Effect::ScheduleReminder {
            reminder_id: reminder.id,
            task_id,
            generation: reminder.generation,
            fire_at: reminder.fire_at,
        }),
        ReminderState::Scheduled | ReminderState::Cancelled => Some(cancel(reminder.id)),
        ReminderState::Fired => None,
    };
    let there = task.reminders.into_iter().filter_map(effect);
    Ok(gone.into_iter().map(cancel).chain(there).collect())
}

/// Reminders that waited before the change and are there no more.
fn gone(changes: Changes, task: &Task) -> Vec<Uuid> {
    let before = changes.reminders.and_then(|change| change.from).unwrap_or_default();
    let waited = before.into_iter().filter(|reminder| reminder.state == ReminderState::Scheduled);
    waited
        .map(|reminder| reminder.id)
        .filter(|id| task.reminders.iter().all(|reminder| reminder.id != *id))
        .collect()
}

fn cancel(reminder_id: Uuid) -> Effect {
    Effect::CancelReminder { reminder_id }
}

#[cfg(test)]
mod tests;
