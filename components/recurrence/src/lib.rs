//! `task.completed` -> the next instance of its series.
//!
//! A pure function of the event: the only clock is the time of the completion in it, and the zone of
//! the user is the one that it names, so the same event leads to the same wish, however often and
//! wherever it is handled.

use domain::{command::NextInstance, recurrence, zone::ZoneName};
use events::{
    EventType, FieldError, RawEnvelope,
    api::{Due, NewTask, TaskSnapshot},
    effect::{Effect, Failure, SeriesPosition},
};
use serde::Deserialize;

#[cfg(target_arch = "wasm32")]
mod plugin;

/// What this handler reads of a payload.
#[derive(Deserialize)]
struct Payload {
    task: TaskSnapshot,
    /// Where "today" is for the user; events of older versions do not say it and mean UTC.
    time_zone: Option<String>,
}

/// What has to happen because of an event: nothing, or the creation of one task.
pub fn handle(envelope: &RawEnvelope) -> Result<Vec<Effect>, Failure> {
    if envelope.event_type != EventType::TaskCompleted.as_str() {
        return Ok(Vec::new());
    }
    let Payload { task: snapshot, time_zone } = envelope.payload_as()?;
    let zone = match time_zone {
        None => ZoneName::utc(),
        Some(name) => {
            ZoneName::parse(&name).map_err(|error| FieldError::new("payload.time_zone", error))?
        }
    };
    let task =
        snapshot.into_task(&envelope.user_id).map_err(|error| error.within("payload.task"))?;
    let completed_at = task.completed_at.ok_or_else(|| {
        FieldError::new("payload.task.completed_at", "is missing in a completed task")
    })?;
    let next = recurrence::successor(&task.as_followed(), completed_at, &zone);
    Ok(next.map(wish).into_iter().collect())
}

/// The next instance as an effect.
fn wish(NextInstance { task, series, predecessor }: NextInstance) -> Effect {
    Effect::CreateTask {
        series: Some(SeriesPosition {
            series_id: series.id,
            occurrence: series.occurrence,
            start: series.start,
            slot: series.slot,
            predecessor,
        }),
        task: Box::new(NewTask {
            title: task.title,
            description: Some(task.description),
            priority: Some(task.priority.into()),
            tags: Some(task.tags),
            due: task.due.as_ref().map(Due::wish),
            repeat: task.repeat.as_ref().map(Into::into),
            reminders: Some(task.reminders.iter().map(Into::into).collect()),
            parent_id: task.parent_id,
        }),
    }
}

#[cfg(test)]
mod tests;
