//! CloudEvents 1.0: what travels beside an envelope, and the two forms that it travels in.
//!
//! In Kafka the envelope is the value and its attributes are headers (*binary* mode). Dapr wraps it
//! in a JSON object (*structured* mode). [`read`] takes both, and an envelope that comes alone.

use chrono::SecondsFormat;
use serde_json::{Value, json};

use crate::{Envelope, FieldError, payload::to_value};

mod base64;
mod follow;
mod headers;
mod wrapper;

/// Where our events come from, as CloudEvents say it.
pub const SOURCE: &str = "taskloom";

/// The content type of [`structured`].
pub const STRUCTURED_CONTENT_TYPE: &str = "application/cloudevents+json";

/// What travels beside the envelope.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Attributes {
    /// Place of the event in the log of its user.
    pub sequence: Option<u64>,
    /// What ties it to the request that it came from.
    pub correlation_id: Option<String>,
    /// The span that it was written in, as the W3C's `traceparent` says it.
    pub traceparent: Option<String>,
}

impl Attributes {
    /// Reads them from the headers of a record. The headers may speak of another event than the value
    /// does: [`read`] looks at both.
    pub fn read<'a>(
        headers: impl IntoIterator<Item = (&'a str, &'a [u8])>,
    ) -> Result<Self, FieldError> {
        headers::Stated::read(headers).map(|stated| stated.attributes)
    }
}

/// The headers of a record whose value is `envelope`.
pub fn headers(envelope: &Envelope, attributes: &Attributes) -> Vec<(&'static str, String)> {
    let mut headers = vec![
        ("ce_specversion", "1.0".to_owned()),
        ("ce_id", envelope.event_id.to_string()),
        ("ce_type", envelope.event_type.clone()),
        ("ce_source", SOURCE.to_owned()),
        ("ce_time", time(envelope)),
        ("content-type", "application/json".to_owned()),
    ];
    let optional = [
        ("ce_subject", subject(envelope).map(str::to_owned)),
        ("ce_sequence", attributes.sequence.map(|sequence| sequence.to_string())),
        ("ce_correlationid", attributes.correlation_id.as_deref().and_then(follow::correlation_id)),
        ("traceparent", attributes.traceparent.as_deref().and_then(follow::traceparent)),
    ];
    headers.extend(optional.into_iter().filter_map(|(name, value)| Some((name, value?))));
    headers
}

/// The event as one JSON object, as Dapr takes it with [`STRUCTURED_CONTENT_TYPE`].
pub fn structured(envelope: &Envelope, attributes: &Attributes) -> Value {
    let traceparent = attributes.traceparent.as_deref().and_then(follow::traceparent);
    let mut event = json!({
        "specversion": "1.0",
        "id": envelope.event_id,
        "type": envelope.event_type,
        "source": SOURCE,
        "time": time(envelope),
        "datacontenttype": "application/json",
        "data": to_value(envelope),
    });
    let optional = [
        ("subject", subject(envelope).map(str::to_owned)),
        ("sequence", attributes.sequence.map(|sequence| sequence.to_string())),
        ("correlationid", attributes.correlation_id.as_deref().and_then(follow::correlation_id)),
        // A sidecar that misses the one writes its own span over both.
        ("traceid", traceparent.clone()),
        ("traceparent", traceparent),
    ];
    for (name, value) in optional {
        if let Some(value) = value {
            event[name] = value.into();
        }
    }
    event
}

/// Reads a record: an envelope with the headers of binary mode or with none, or the JSON object of
/// structured mode, which says all by itself. What only helps to follow an event around is left out
/// when it is not sound; anything else that is not sound is an error.
pub fn read<'a>(
    headers: impl IntoIterator<Item = (&'a str, &'a [u8])>,
    value: &[u8],
) -> Result<(Envelope, Attributes), FieldError> {
    if wrapper::is_one(value) {
        return wrapper::read(value);
    }
    let envelope = Envelope::parse(value)?;
    let attributes = headers::Stated::read(headers)?.about(&envelope)?;
    with_payload_seq(envelope, attributes, "ce_sequence")
}

/// Reads the JSON object of structured mode, or an envelope that comes alone.
pub fn read_structured(value: &[u8]) -> Result<(Envelope, Attributes), FieldError> {
    read([], value)
}

/// A `task.state_changed` tells its place in its payload, too.
fn with_payload_seq(
    envelope: Envelope,
    mut attributes: Attributes,
    named: &str,
) -> Result<(Envelope, Attributes), FieldError> {
    let in_payload = envelope.payload.get("seq").and_then(Value::as_u64);
    match (attributes.sequence, in_payload) {
        (Some(beside), Some(inside)) if beside != inside => {
            Err(FieldError::new(named, format!("is not the `seq` of the payload, {inside}")))
        }
        (beside, inside) => {
            attributes.sequence = beside.or(inside);
            Ok((envelope, attributes))
        }
    }
}

/// What an attribute that must speak of `envelope` says.
fn speaks_of(
    envelope: &Envelope,
    [id_name, type_name]: [&str; 2],
    [id, event_type]: [&str; 2],
) -> Result<(), FieldError> {
    if id != envelope.event_id.to_string() {
        return Err(FieldError::new(id_name, "is not the `event_id` of the envelope"));
    }
    if event_type != envelope.event_type {
        return Err(FieldError::new(type_name, "is not the `event_type` of the envelope"));
    }
    Ok(())
}

fn time(envelope: &Envelope) -> String {
    envelope.timestamp.to_rfc3339_opts(SecondsFormat::AutoSi, true)
}

/// The task that the event is about.
fn subject(envelope: &Envelope) -> Option<&str> {
    envelope.payload.get("task_id")?.as_str()
}

/// The version of CloudEvents that we read.
fn check_version(name: &str, version: &str) -> Result<(), FieldError> {
    match version {
        "1.0" => Ok(()),
        _ => Err(FieldError::new(name, "is not 1.0")),
    }
}

fn sequence(name: &str, text: &str) -> Result<u64, FieldError> {
    let digits = text.bytes().all(|byte| byte.is_ascii_digit());
    let number = if digits { text.parse().ok() } else { None };
    number.ok_or_else(|| FieldError::new(name, "is no number of an event"))
}
