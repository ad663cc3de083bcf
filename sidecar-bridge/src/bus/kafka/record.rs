//! An event as a record, and back. What comes back is not trusted: anybody who may write to the topic
//! can have written it.

use ::kafka::{Received, Record};
use events::{
    EventType,
    cloud_event::{self, Attributes},
};
use store::LogRow;

/// Longest value that is looked at.
const VALUE_BYTES_MAX: usize = 1_048_576;

/// What a record turned out to be.
#[derive(Debug)]
pub(super) enum Arrived {
    /// An event.
    Event(Box<LogRow>),
    /// An event of a type that only a later version knows.
    Later,
    /// Nothing that anybody could take, and why.
    Poison(String),
}

/// The record of an event: key is the user, value the envelope, and the rest is in the headers.
pub(super) fn write(row: &LogRow) -> Result<Record, serde_json::Error> {
    let envelope = row.envelope();
    let attributes = Attributes {
        sequence: Some(row.seq),
        correlation_id: Some(row.correlation_id.clone()),
        traceparent: None,
    };
    let headers = cloud_event::headers(&envelope, &attributes);
    Ok(Record {
        topic: row.topic.clone(),
        key: row.user_id.clone(),
        payload: serde_json::to_vec(&envelope)?,
        headers: headers.into_iter().map(|(name, value)| (name.to_owned(), value)).collect(),
    })
}

/// The event that a record carries. One without a place in its user's log has `seq` 0.
pub(super) fn read(received: &Received) -> Arrived {
    let poison = |reason: &str| Arrived::Poison(reason.to_owned());
    if received.payload.len() > VALUE_BYTES_MAX {
        return poison("the value is larger than 1 MiB");
    }
    let headers = received.headers.iter().map(|(name, value)| (name.as_str(), value.as_bytes()));
    let (envelope, attributes) = match cloud_event::read(headers, &received.payload) {
        Ok(read) => read,
        Err(error) => return Arrived::Poison(format!("it is no event: {error}")),
    };
    // Order holds by key, and what a user gets hangs on who the event says it belongs to.
    if envelope.user_id != received.key {
        return poison("the key is not the `user_id` of the envelope");
    }
    let Ok(event_type) = envelope.event_type.parse::<EventType>() else { return Arrived::Later };
    if event_type.topic() != received.topic {
        return poison("an event of this type does not belong in this topic");
    }
    if !envelope.payload.is_object() {
        return poison("the payload is no JSON object");
    }
    Arrived::Event(Box::new(LogRow {
        user_id: envelope.user_id,
        seq: attributes.sequence.unwrap_or_default(),
        event_id: envelope.event_id,
        topic: received.topic.clone(),
        event_type: envelope.event_type,
        timestamp: envelope.timestamp,
        payload: envelope.payload,
        correlation_id: attributes.correlation_id.unwrap_or_else(|| envelope.event_id.to_string()),
        attempts: 0,
    }))
}
