//! `schemas/asyncapi.json`: topics, what is in them and how to read it, for programs outside.

use schemars::SchemaGenerator;
use serde_json::{Map, Value, json};

use crate::{EventType, cloud_event, topic};

/// The version of AsyncAPI that the document is written in.
const ASYNCAPI: &str = "3.0.0";
/// The version of AsyncAPI's words for Kafka.
const KAFKA_BINDING: &str = "0.5.0";
/// How the schemas beside the document are written.
const SCHEMA_FORMAT: &str = "application/schema+json;version=draft-2020-12";
/// A new topic is made with so many, unless the operator says another number.
const PARTITIONS: u32 = 12;
/// Whole days that a new topic keeps its records.
const KEPT_DAYS: u64 = 7;
const DEAD_LETTERS_KEPT_DAYS: u64 = 30;

/// The document. Schemas of payloads are the files beside it.
pub fn asyncapi() -> Value {
    let messages = EventType::ALL.map(|event_type| (event_type.as_str(), message(event_type)));
    let messages = messages.into_iter().chain([("dead-letter", dead_letter())]);
    let channels = topic::ALL.into_iter().chain([topic::DEAD_LETTERS]);
    let operations = topic::ALL.iter().flat_map(|topic| operations(topic));
    json!({
        "asyncapi": ASYNCAPI,
        "info": {
            "title": "Taskloom events",
            "version": super::VERSION.to_string(),
            "description": "Every event is an envelope of five fields, the same on every transport. \
                In Kafka its attributes travel as headers (CloudEvents, binary mode); through Dapr \
                the envelope is `data` of a CloudEvent (structured mode) whose `id` is `event_id`. \
                Events come at least once: drop what has an `event_id` that was seen. Those of one \
                user come in order. Expect event types and fields of payloads that are not listed \
                here.",
            "license": { "name": "Apache-2.0" },
        },
        "defaultContentType": "application/json",
        "servers": { "kafka": server() },
        "channels": object(channels.map(|topic| (channel_name(topic), channel(topic)))),
        "operations": object(operations.chain([set_aside()])),
        "components": { "messages": object(messages) },
    })
}

/// Nothing is known of it here.
fn server() -> Value {
    json!({
        "host": "{host}:{port}",
        "protocol": "kafka",
        "description": "A broker of the operator's.",
        "variables": {
            "host": { "default": "localhost", "description": "A broker to begin with." },
            "port": { "default": "9092", "description": "Where it listens." },
        },
    })
}

/// A name that a reference may hold.
fn channel_name(topic: &str) -> String {
    topic.replace('.', "-")
}

fn channel(topic: &str) -> Value {
    let messages = types_on(topic)
        .map(|name| (name, json!({ "$ref": format!("#/components/messages/{name}") })));
    let description = match topic {
        topic::TASK_EVENTS => {
            "What happened to tasks, with the whole task: for handlers and other services."
        }
        topic::REMINDERS => "Reminders that fired.",
        topic::TASK_UPDATES => "What changed, small: for live views.",
        _ => "Records of the other topics that could not be read, as they came.",
    };
    let (partitions, kept_days) = match topic {
        topic::DEAD_LETTERS => (1, DEAD_LETTERS_KEPT_DAYS),
        _ => (PARTITIONS, KEPT_DAYS),
    };
    json!({
        "address": topic,
        "description": description,
        "messages": object(messages),
        "bindings": {
            "kafka": {
                "topic": topic,
                "partitions": partitions,
                "topicConfiguration": {
                    "cleanup.policy": ["delete"],
                    "retention.ms": kept_days * 24 * 60 * 60 * 1000,
                },
                "bindingVersion": KAFKA_BINDING,
            },
        },
    })
}

/// What Taskloom does with a topic. It is a reader of all of them, too.
fn operations(topic: &str) -> [(String, Value); 2] {
    let messages: Vec<_> = types_on(topic)
        .map(|name| json!({ "$ref": format!("#/channels/{topic}/messages/{name}") }))
        .collect();
    let receive = match topic {
        topic::TASK_EVENTS => "Calls the handlers that take the event's type.",
        topic::REMINDERS => {
            "Notifies people. Every process reads it without a group, too: for live views."
        }
        _ => "Calls handlers. Every process reads it without a group, too: for live views.",
    };
    let operation = |action: &str, summary: &str| {
        json!({
            "action": action,
            "channel": { "$ref": format!("#/channels/{topic}") },
            "summary": summary,
            "messages": messages,
        })
    };
    let mut received = operation("receive", receive);
    received["bindings"] = json!({
        "kafka": {
            "groupId": { "type": "string", "default": "taskloom" },
            "bindingVersion": KAFKA_BINDING,
        },
    });
    let sent = operation("send", "Writes every event of the log, in the order of its user.");
    [(format!("send-{topic}"), sent), (format!("receive-{topic}"), received)]
}

fn message(event_type: EventType) -> Value {
    let name = event_type.as_str();
    json!({
        "name": name,
        "title": name,
        "summary": summary(name),
        "contentType": "application/json",
        "correlationId": { "location": "$message.header#/ce_correlationid" },
        "headers": headers(name),
        "payload": {
            "schemaFormat": SCHEMA_FORMAT,
            "schema": {
                "allOf": [{ "$ref": "./envelope.json" }],
                "properties": {
                    "event_type": { "const": name },
                    "payload": { "$ref": format!("./{name}.json") },
                },
            },
        },
        "bindings": {
            "kafka": {
                "key": {
                    "type": "string",
                    "description": "`user_id` of the envelope: the events of a user keep their order.",
                },
                "bindingVersion": KAFKA_BINDING,
            },
        },
    })
}

/// The one thing that is written to [`topic::DEAD_LETTERS`].
fn set_aside() -> (String, Value) {
    let channel = format!("#/channels/{}", channel_name(topic::DEAD_LETTERS));
    let operation = json!({
        "action": "send",
        "channel": { "$ref": channel },
        "summary": "Sets a record aside that no attempt can read.",
        "messages": [{ "$ref": format!("{channel}/messages/dead-letter") }],
    });
    ("send-dead-letters".to_owned(), operation)
}

fn dead_letter() -> Value {
    let text = |description: &str| json!({ "type": "string", "description": description });
    json!({
        "name": "dead-letter",
        "title": "dead-letter",
        "summary": "A record with its key, value and headers, and where it was.",
        "contentType": "application/octet-stream",
        "headers": {
            "type": "object",
            "required": ["reason", "source-topic", "source-partition", "source-offset"],
            "properties": {
                "reason": text("What is wrong with it."),
                "source-topic": text("Where it was."),
                "source-partition": text("Its partition there."),
                "source-offset": text("Its place there."),
            },
        },
    })
}

/// Headers of a record, as [`cloud_event::headers`] writes them.
fn headers(event_type: &str) -> Value {
    json!({
        "type": "object",
        "required":
            ["ce_specversion", "ce_id", "ce_type", "ce_source", "ce_time", "content-type"],
        "properties": {
            "ce_specversion": { "type": "string", "const": "1.0" },
            "ce_id": { "type": "string", "format": "uuid", "description": "`event_id`" },
            "ce_type": { "type": "string", "const": event_type, "description": "`event_type`" },
            "ce_source": { "type": "string", "const": cloud_event::SOURCE },
            "ce_time": { "type": "string", "format": "date-time", "description": "`timestamp`" },
            "content-type": { "type": "string", "const": "application/json" },
            "ce_subject": {
                "type": "string",
                "description": "The task that the event is about.",
            },
            "ce_sequence": {
                "type": "string",
                "pattern": "^[0-9]+$",
                "description": "Place of the event in the log of its user: from 1, without gaps.",
            },
            "ce_correlationid": {
                "type": "string",
                "pattern": "^[A-Za-z0-9_-]{1,64}$",
                "description": "Ties the event to the request that it came from.",
            },
            "traceparent": {
                "type": "string",
                "pattern": "^[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$",
                "description": "W3C Trace Context.",
            },
        },
    })
}

/// What the type says of itself.
fn summary(event_type: &str) -> Value {
    let schema = SchemaGenerator::default().into_root_schema_for::<EventType>().to_value();
    let of_type = |variant: &&Value| variant["const"] == event_type;
    let variants = schema["oneOf"].as_array();
    variants
        .and_then(|variants| variants.iter().find(of_type))
        .map_or(Value::Null, |variant| variant["description"].clone())
}

/// Names of the messages of a topic.
fn types_on(topic: &str) -> impl Iterator<Item = &'static str> {
    let on_topic = move |event_type: &EventType| event_type.topic() == topic;
    let aside = (topic == topic::DEAD_LETTERS).then_some("dead-letter");
    EventType::ALL.into_iter().filter(on_topic).map(EventType::as_str).chain(aside)
}

fn object<K: Into<String>>(entries: impl IntoIterator<Item = (K, Value)>) -> Value {
    entries.into_iter().map(|(key, value)| (key.into(), value)).collect::<Map<_, _>>().into()
}
