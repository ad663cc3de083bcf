//! The JSON Schemas in `schemas/`, made from the types, and the AsyncAPI document beside them.

use schemars::{JsonSchema, Schema, SchemaGenerator, generate::SchemaSettings};
use serde_json::{Value, json};

use crate::{
    Envelope, EventType,
    api::{NewTask, Snooze, TaskPatch, TaskSnapshot},
    effect::{Applied, ApplyEffects, HandlerReply},
    payload::{ReminderTrigger, StateChanged, TaskPayload},
};

mod asyncapi;

pub use asyncapi::asyncapi;

/// The version of the schemas of events. Each has a folder in `schemas/versions`, which says what was
/// promised then; `schemas/README.md` says when there is a new one.
pub const VERSION: u32 = 1;

/// File name (without `.json`) and content of every schema. An event type's schema is that of its
/// payload.
pub fn all() -> Vec<(&'static str, Value)> {
    let payloads = EventType::ALL.map(|event_type| (event_type.as_str(), payload(event_type)));
    let mut schemas = vec![
        ("envelope", written::<Envelope>()),
        ("new-task", read::<NewTask>()),
        ("task-patch", read::<TaskPatch>()),
        ("snooze", read::<Snooze>()),
        ("task-snapshot", written::<TaskSnapshot>()),
        ("handler-reply", read::<HandlerReply>()),
        ("apply-effects", read::<ApplyEffects>()),
        ("applied", written::<Applied>()),
    ];
    schemas.extend(payloads.map(|(name, schema)| (name, schema)));
    schemas.into_iter().map(|(name, schema)| (name, finished(name, schema))).collect()
}

fn payload(event_type: EventType) -> Schema {
    match event_type {
        EventType::TaskCreated => written::<TaskPayload>(),
        EventType::TaskUpdated | EventType::TaskCompleted | EventType::TaskDeleted => {
            with_required(written::<TaskPayload>(), "changes")
        }
        EventType::TaskStateChanged => written::<StateChanged>(),
        EventType::ReminderTrigger => written::<ReminderTrigger>(),
    }
}

/// As we write it: what we always write is required.
fn written<T: JsonSchema>() -> Schema {
    SchemaGenerator::new(SchemaSettings::draft2020_12().for_serialize()).into_root_schema_for::<T>()
}

/// As we read it: what has a default may be absent.
fn read<T: JsonSchema>() -> Schema {
    SchemaGenerator::new(SchemaSettings::draft2020_12().for_deserialize())
        .into_root_schema_for::<T>()
}

fn with_required(mut schema: Schema, field: &str) -> Schema {
    if let Some(Value::Array(required)) = schema.get_mut("required") {
        required.push(json!(field));
    }
    schema
}

fn finished(name: &str, mut schema: Schema) -> Value {
    schema.insert("title".to_owned(), json!(name));
    schema.into()
}
