//! The AsyncAPI document says what we write.

use std::collections::BTreeSet;

use events::{
    EventType,
    cloud_event::{self, Attributes},
    topic,
};
use serde_json::{Map, Value, json};

use crate::{samples, schemas};

fn document() -> Value {
    events::schema::asyncapi()
}

/// What a reference within the document points to.
fn resolved<'a>(document: &'a Value, reference: &Value) -> &'a Value {
    let pointer = reference["$ref"].as_str().and_then(|text| text.strip_prefix('#'));
    document.pointer(pointer.expect("a reference into this document")).expect("what it points to")
}

fn headers_of(event_type: &str, attributes: &Attributes) -> Value {
    let event = samples::events().into_iter().map(|event| samples::envelope(&event));
    let envelope = event.into_iter().find(|event| event.event_type == event_type).unwrap();
    let headers = cloud_event::headers(&envelope, attributes);
    headers.into_iter().map(|(name, value)| (name.to_owned(), Value::from(value))).collect()
}

#[test]
fn every_topic_has_its_event_types_and_both_operations() {
    let document = document();
    for topic in topic::ALL {
        let channel = &document["channels"][topic];
        assert_eq!(channel["address"], topic);
        let named: BTreeSet<_> = channel["messages"].as_object().unwrap().keys().collect();
        let fit = EventType::ALL.into_iter().filter(|event_type| event_type.topic() == topic);
        let fit: Vec<_> = fit.map(|event_type| event_type.to_string()).collect();
        assert_eq!(named, fit.iter().collect());
        for action in ["send", "receive"] {
            let operation = &document["operations"][format!("{action}-{topic}")];
            assert_eq!(operation["action"], action);
            assert_eq!(resolved(&document, &operation["channel"]), channel);
            let messages = operation["messages"].as_array().unwrap();
            assert_eq!(messages.len(), fit.len());
            for message in messages {
                let message = resolved(&document, resolved(&document, message));
                assert!(fit.iter().any(|name| message["name"] == **name));
            }
        }
    }
}

#[test]
fn payloads_are_the_files_beside_it() {
    let document = document();
    let known: BTreeSet<_> = events::schema::all().into_iter().map(|(name, _)| name).collect();
    for event_type in EventType::ALL {
        let message = &document["components"]["messages"][event_type.as_str()];
        assert!(message["summary"].is_string(), "{event_type} says what it is");
        let schema = &message["payload"]["schema"];
        let payload = &schema["properties"]["payload"]["$ref"];
        assert_eq!(*payload, format!("./{event_type}.json"));
        assert_eq!(schema["allOf"][0]["$ref"], "./envelope.json");
        assert!(known.contains(event_type.as_str()) && known.contains("envelope"));
    }
}

#[test]
fn the_headers_that_we_write_are_those_that_it_lists() {
    let document = document();
    let all = Attributes {
        sequence: Some(41),
        correlation_id: Some("order-66_and-8".to_owned()),
        traceparent: Some("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01".to_owned()),
    };
    for event_type in EventType::ALL {
        let schema = &document["components"]["messages"][event_type.as_str()]["headers"];
        let listed: BTreeSet<_> = schema["properties"].as_object().unwrap().keys().collect();
        let full = headers_of(event_type.as_str(), &all);
        assert_eq!(full.as_object().unwrap().keys().collect::<BTreeSet<_>>(), listed);
        let few = headers_of(event_type.as_str(), &Attributes::default());
        for headers in [&full, &few] {
            assert_eq!(schemas::faults_of(schema, headers), Vec::<String>::new());
        }
        for (name, value) in few.as_object().unwrap() {
            if name == "ce_subject" {
                continue;
            }
            let without: Map<_, _> = few
                .as_object()
                .unwrap()
                .clone()
                .into_iter()
                .filter(|(key, _)| key != name)
                .collect();
            assert!(!schemas::faults_of(schema, &without.into()).is_empty(), "{name} {value}");
        }
        let mut other = full;
        other["ce_type"] = json!("task.exploded");
        assert!(!schemas::faults_of(schema, &other).is_empty());
    }
}

/// The files beside the document.
struct Beside;

impl jsonschema::Retrieve for Beside {
    fn retrieve(
        &self,
        uri: &jsonschema::Uri<String>,
    ) -> Result<Value, Box<dyn std::error::Error + Send + Sync>> {
        let name = uri.path().as_str().rsplit('/').next().unwrap_or_default();
        Ok(serde_json::from_slice(&std::fs::read(schemas::folder().join(name))?)?)
    }
}

#[test]
fn every_event_keeps_to_the_payload_of_its_message_and_to_no_other() {
    let document = document();
    let fits = |event_type: &str, envelope: &Value| {
        let message = &document["components"]["messages"][event_type];
        let options = jsonschema::options().with_retriever(Beside).should_validate_formats(true);
        let validator = options.build(&message["payload"]["schema"]).expect("a sound schema");
        validator.is_valid(envelope)
    };
    for event in samples::events() {
        let envelope = serde_json::to_value(samples::envelope(&event)).unwrap();
        for event_type in EventType::ALL {
            let own = envelope["event_type"] == event_type.as_str();
            assert_eq!(fits(event_type.as_str(), &envelope), own, "{event_type}: {envelope:#}");
        }
        let event_type = envelope["event_type"].as_str().unwrap();
        let mut other = envelope.clone();
        other["payload"].as_object_mut().unwrap().remove("task_id");
        assert!(!fits(event_type, &other), "{event_type} without its task");
    }
}
