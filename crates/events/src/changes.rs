//! What differs between two states of a task, field by field, as it is on the wire.

use std::collections::BTreeMap;

use domain::task::Task;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use serde_json::{Map, Value, json};

use crate::{FieldError, api::TaskSnapshot, payload::to_value, time};

/// Field -> its value before and after.
pub type Changes = BTreeMap<String, FieldChange>;

/// One field, before and after.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct FieldChange {
    /// The value before; null when there was none.
    pub from: Value,
    /// The value after; null when there is none.
    pub to: Value,
}

impl FieldChange {
    /// The value before, in its own shape.
    pub fn before<T: DeserializeOwned>(&self) -> Result<T, FieldError> {
        T::deserialize(&self.from).map_err(|error| FieldError::new("from", error))
    }
}

/// Fields that every change touches; they would only be noise.
const ALWAYS_CHANGED: [&str; 2] = ["version", "updated_at"];

/// What changed between two states. Without a `before`, every field that has a value.
pub fn between(before: Option<&Task>, after: &Task) -> Changes {
    let mut before = before.map(fields).unwrap_or_default();
    fields(after)
        .into_iter()
        .filter(|(field, _)| !ALWAYS_CHANGED.contains(&field.as_str()))
        .map(|(field, to)| {
            let from = before.remove(&field).unwrap_or(Value::Null);
            (field, FieldChange { from, to })
        })
        .filter(|(_, change)| change.from != change.to)
        .collect()
}

/// The snapshot's fields and `deleted_at`, which snapshots do not show.
fn fields(task: &Task) -> Map<String, Value> {
    match to_value(&TaskSnapshot::from(task)) {
        Value::Object(mut fields) => {
            fields.insert("deleted_at".to_owned(), json!(task.deleted_at.map(time::instant_text)));
            fields
        }
        _ => Map::new(),
    }
}
