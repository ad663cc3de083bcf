//! Whether an event is what `schemas/` promises. Every event that a test sees goes through here.

use std::{collections::BTreeMap, fmt, sync::LazyLock};

use jsonschema::Validator;
use serde_json::Value;

/// The promised schemas, as text: of the envelope, and of the payload of every event type.
const ENVELOPE: &str = include_str!("../../../schemas/envelope.json");
const PAYLOADS: [(&str, &str); 6] = [
    ("task.created", include_str!("../../../schemas/task.created.json")),
    ("task.updated", include_str!("../../../schemas/task.updated.json")),
    ("task.completed", include_str!("../../../schemas/task.completed.json")),
    ("task.deleted", include_str!("../../../schemas/task.deleted.json")),
    ("task.state_changed", include_str!("../../../schemas/task.state_changed.json")),
    ("reminder.trigger", include_str!("../../../schemas/reminder.trigger.json")),
];

/// Which event types a topic may have.
const ASYNCAPI: &str = include_str!("../../../schemas/asyncapi.json");

/// An event that is not what was promised: each fault with the place where it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Faults(pub Vec<String>);

impl fmt::Display for Faults {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "an event does not keep to its schema: {}", self.0.join("; "))
    }
}

impl std::error::Error for Faults {}

/// The envelope keeps to its schema, and its payload to that of its event type.
pub fn validate(envelope: &Value) -> Result<(), Faults> {
    let mut faults = faults(&SCHEMAS.envelope, "", envelope);
    if let Some(event_type) = envelope["event_type"].as_str() {
        match SCHEMAS.payloads.get(event_type) {
            None => faults.push(format!("/event_type: no schema knows `{event_type}`")),
            Some(payload) => {
                faults.extend(self::faults(payload, "/payload", &envelope["payload"]));
            }
        }
    }
    if faults.is_empty() { Ok(()) } else { Err(Faults(faults)) }
}

/// The same, and the event belongs on the topic that it came from.
pub fn validate_on(topic: &str, envelope: &Value) -> Result<(), Faults> {
    validate(envelope)?;
    let event_type = envelope["event_type"].as_str().unwrap_or_default();
    if SCHEMAS.asyncapi["channels"][topic]["messages"].get(event_type).is_some() {
        return Ok(());
    }
    Err(Faults(vec![format!("/event_type: `{event_type}` does not belong on topic `{topic}`")]))
}

struct Schemas {
    envelope: Validator,
    payloads: BTreeMap<&'static str, Validator>,
    asyncapi: Value,
}

static SCHEMAS: LazyLock<Schemas> = LazyLock::new(|| Schemas {
    envelope: validator(ENVELOPE),
    payloads: PAYLOADS.into_iter().map(|(name, schema)| (name, validator(schema))).collect(),
    asyncapi: parsed(ASYNCAPI),
});

fn validator(schema: &str) -> Validator {
    let options = jsonschema::options().should_validate_formats(true);
    #[expect(clippy::expect_used, reason = "a test holds the files to what they should be")]
    options.build(&parsed(schema)).expect("a sound schema")
}

fn parsed(text: &str) -> Value {
    #[expect(clippy::expect_used, reason = "a test holds the files to what they should be")]
    serde_json::from_str(text).expect("a file of JSON")
}

fn faults(schema: &Validator, place: &str, instance: &Value) -> Vec<String> {
    let said = |error: jsonschema::ValidationError<'_>| {
        format!("{place}{}: {error}", error.instance_path())
    };
    schema.iter_errors(instance).map(said).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    /// A sample that was kept with its schema.
    fn sample() -> Value {
        parsed(include_str!("../../../schemas/versions/1/samples/task.state_changed.with-seq.json"))
    }

    #[track_caller]
    fn check(edit: impl FnOnce(&mut Value), expect: &str) {
        let mut envelope = sample();
        edit(&mut envelope);
        let faults = validate(&envelope).unwrap_err();
        assert!(faults.0.iter().any(|fault| fault.starts_with(expect)), "{faults}");
    }

    #[test]
    fn a_sound_event_has_no_fault() {
        assert_eq!(validate(&sample()), Ok(()));
        assert_eq!(validate_on("task-updates", &sample()), Ok(()));
    }

    #[test]
    fn a_fault_is_found_where_it_is() {
        check(|envelope| envelope["seq"] = json!(1), ": Additional properties");
        check(|envelope| envelope["timestamp"] = json!("today"), "/timestamp: ");
        check(|envelope| envelope["event_id"] = json!("7"), "/event_id: ");
        check(|envelope| envelope["payload"]["version"] = json!("2"), "/payload/version: ");
        check(
            |envelope| _ = envelope["payload"].as_object_mut().unwrap().remove("task_id"),
            "/payload: \"task_id\" is a required property",
        );
        check(
            |envelope| envelope["event_type"] = json!("task.exploded"),
            "/event_type: no schema knows `task.exploded`",
        );
        check(|envelope| *envelope = json!([]), ": [] is not of type \"object\"");
    }

    #[test]
    fn an_event_on_another_topic_is_a_fault() {
        for topic in ["task-events", "reminders", "elsewhere"] {
            let faults = validate_on(topic, &sample()).unwrap_err();
            assert!(faults.to_string().contains(topic), "{faults}");
        }
    }

    #[test]
    fn every_event_type_of_the_document_has_its_schema() {
        let listed: Vec<_> = SCHEMAS.asyncapi["channels"]
            .as_object()
            .unwrap()
            .values()
            .flat_map(|channel| channel["messages"].as_object().unwrap().keys())
            .filter(|name| *name != "dead-letter")
            .map(String::as_str)
            .collect();
        let mut known: Vec<_> = SCHEMAS.payloads.keys().copied().collect();
        let mut listed = listed;
        known.sort_unstable();
        listed.sort_unstable();
        assert_eq!(known, listed);
    }
}
