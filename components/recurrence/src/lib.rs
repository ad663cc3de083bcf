//! `task.completed` -> the next instance of its series.
//!
//! A pure function of the event: the only clock is the time of the completion in it, so the same event
//! leads to the same wish, however often and wherever it is handled. What is due on a day without a
//! zone is counted in UTC, because a handler knows no setting of the user.

use domain::{
    recurrence::{self, Next},
    zone::ZoneName,
};
use events::{
    EventType, FieldError, RawEnvelope,
    api::{Due, NewTask, TaskSnapshot, Trigger},
    effect::{Effect, Failure, SeriesPosition},
};
use serde::Deserialize;

#[cfg(target_arch = "wasm32")]
mod plugin;

/// What this handler reads of a payload.
#[derive(Deserialize)]
struct Payload {
    task: TaskSnapshot,
}

/// What has to happen because of an event: nothing, or the creation of one task.
pub fn handle(envelope: &RawEnvelope) -> Result<Vec<Effect>, Failure> {
    if envelope.event_type != EventType::TaskCompleted.as_str() {
        return Ok(Vec::new());
    }
    let Payload { task: snapshot } = envelope.payload_as()?;
    let task = snapshot
        .clone()
        .into_task(&envelope.user_id)
        .map_err(|error| error.within("payload.task"))?;
    let completed_at = task.completed_at.ok_or_else(|| {
        FieldError::new("payload.task.completed_at", "is missing in a completed task")
    })?;
    let next = recurrence::next_instance(&task, completed_at, &ZoneName::utc());
    Ok(next.map(|next| wish(snapshot, next)).into_iter().collect())
}

/// The next instance: what the person wrote, at the new time. A reminder at a fixed moment belongs to
/// the old one.
fn wish(done: TaskSnapshot, Next { series, due }: Next) -> Effect {
    let reminders = done.reminders.into_iter().filter(|reminder| reminder.before.is_some());
    Effect::CreateTask {
        series: Some(SeriesPosition {
            series_id: series.id,
            occurrence: series.occurrence,
            start: series.start,
            slot: series.slot,
            predecessor: done.id,
        }),
        task: Box::new(NewTask {
            title: done.title,
            description: Some(done.description),
            priority: Some(done.priority),
            tags: Some(done.tags),
            due: Some(Due::wish(&due)),
            repeat: done.repeat,
            reminders: Some(
                reminders.map(|reminder| Trigger { before: reminder.before, at: None }).collect(),
            ),
            parent_id: done.parent_id,
        }),
    }
}

#[cfg(test)]
mod tests;
