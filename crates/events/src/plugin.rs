//! The WIT side of a handler plugin, written once: values to and from the texts that `wit/plugin`
//! carries, and [`export_handler!`](crate::export_handler).

use chrono::{DateTime, NaiveDateTime, Utc};
use serde::Serialize;
use serde_json::value::RawValue;
use uuid::Uuid;

use crate::{FieldError, RawEnvelope, time};

/// The envelope of an event that came over WIT.
pub fn envelope(
    event_id: &str,
    event_type: String,
    user_id: String,
    timestamp: &str,
    payload: String,
) -> Result<RawEnvelope, FieldError> {
    Ok(RawEnvelope {
        event_id: Uuid::parse_str(event_id)
            .map_err(|_| FieldError::new("event_id", "is no UUID"))?,
        event_type,
        user_id,
        timestamp: time::instant(timestamp)
            .ok_or_else(|| FieldError::new("timestamp", time::NO_INSTANT))?
            .to_utc(),
        payload: raw("payload", payload)?,
    })
}

/// Any `json` of WIT, as the text that it is.
pub fn raw(field: &str, text: String) -> Result<Box<RawValue>, FieldError> {
    RawValue::from_string(text)
        .map_err(|error| FieldError::new(field, format!("is no JSON: {error}")))
}

/// An instant as the `timestamp` of WIT.
pub fn timestamp(at: DateTime<Utc>) -> String {
    time::instant_text(at)
}

/// A wall-clock time as WIT writes it.
pub fn wall_clock(local: NaiveDateTime) -> String {
    time::local_text(local)
}

/// One of our shapes as the `json` of WIT.
#[expect(clippy::expect_used, reason = "our shapes have string keys and no failing serializer")]
pub fn json<T: Serialize>(shape: &T) -> String {
    serde_json::to_string(shape).expect("plain shapes serialise")
}

/// Exports `$handle`, a `fn(&RawEnvelope) -> Result<Vec<Effect>, Failure>`, as the
/// `taskloom:plugin/event-handler` of a component. It belongs into the module in which
/// `wit_bindgen::generate!` made the bindings of world `event-handler-plugin`.
#[macro_export]
macro_rules! export_handler {
    ($handle:path) => {
        use exports::taskloom::plugin::event_handler as wit;

        struct Handler;

        impl wit::Guest for Handler {
            fn handle(event: wit::Event) -> Result<Vec<wit::Effect>, wit::Failure> {
                answer(event).map_err(|failure| match failure {
                    $crate::effect::Failure::Invalid(why) => wit::Failure::Invalid(why),
                    $crate::effect::Failure::TryLater(why) => wit::Failure::TryLater(why),
                })
            }
        }

        fn answer(event: wit::Event) -> Result<Vec<wit::Effect>, $crate::effect::Failure> {
            let wit::Event { event_id, event_type, user_id, timestamp, payload } = event;
            let envelope =
                $crate::plugin::envelope(&event_id, event_type, user_id, &timestamp, payload)?;
            Ok($handle(&envelope)?.into_iter().map(effect).collect())
        }

        fn effect(effect: $crate::effect::Effect) -> wit::Effect {
            use $crate::{effect::Effect, plugin::json};
            match effect {
                Effect::CreateTask { task, series } => wit::Effect::CreateTask(wit::NewTask {
                    task: json(&task),
                    series: series.map(|place| wit::SeriesPosition {
                        series_id: place.series_id.to_string(),
                        occurrence: place.occurrence,
                        start: $crate::plugin::wall_clock(place.start),
                        slot: $crate::plugin::wall_clock(place.slot),
                        predecessor: place.predecessor.to_string(),
                    }),
                }),
                Effect::UpdateTask { task_id, patch } => wit::Effect::UpdateTask(wit::TaskChange {
                    task_id: task_id.to_string(),
                    patch: json(&patch),
                }),
                Effect::CompleteTask { task_id } => wit::Effect::CompleteTask(task_id.to_string()),
                Effect::ScheduleReminder { reminder_id, task_id, generation, fire_at } => {
                    wit::Effect::ScheduleReminder(wit::Alarm {
                        reminder_id: reminder_id.to_string(),
                        task_id: task_id.to_string(),
                        generation,
                        fire_at: $crate::plugin::timestamp(fire_at),
                    })
                }
                Effect::CancelReminder { reminder_id } => {
                    wit::Effect::CancelReminder(reminder_id.to_string())
                }
                Effect::Notify { title, body } => wit::Effect::Notify(wit::Notice { title, body }),
                Effect::Publish { event } => wit::Effect::Publish(event.to_string()),
            }
        }

        export!(Handler);
    };
}
