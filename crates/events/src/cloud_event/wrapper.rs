//! Structured mode: the event as one JSON object with the envelope in it.

use serde::{Deserialize, de::IgnoredAny};
use serde_json::{Value, value::RawValue};

use super::{Attributes, base64, check_version, follow, sequence, speaks_of, with_payload_seq};
use crate::{Envelope, FieldError, json};

/// What a sidecar calls an event that it wrapped by itself: then it gave the id, too, a new one at
/// every delivery, and neither says anything of what is inside.
const MADE_BY_SIDECAR: &str = "com.dapr.event.sent";

/// What we read of it. A sidecar adds more.
#[derive(Deserialize)]
struct Wrapper {
    specversion: String,
    id: String,
    #[serde(rename = "type")]
    event_type: String,
    source: String,
    data: Option<Box<RawValue>>,
    data_base64: Option<String>,
    // Extensions: text as a rule, but nothing holds others to it.
    sequence: Option<Value>,
    correlationid: Option<Value>,
    traceparent: Option<Value>,
}

/// Whether `value` is meant as one: an envelope has no `specversion`.
pub(super) fn is_one(value: &[u8]) -> bool {
    #[derive(Deserialize)]
    struct Probe {
        specversion: Option<IgnoredAny>,
    }
    let probe = serde_json::from_slice::<json::Object<Probe>>(value);
    probe.is_ok_and(|probe| probe.0.specversion.is_some())
}

pub(super) fn read(value: &[u8]) -> Result<(Envelope, Attributes), FieldError> {
    let event: Wrapper = json::parse(value)?;
    check_version("specversion", &event.specversion)?;
    if event.source.is_empty() {
        return Err(FieldError::new("source", "is missing"));
    }
    let envelope = event.envelope()?;
    if event.event_type != MADE_BY_SIDECAR {
        speaks_of(&envelope, ["id", "type"], [&event.id, &event.event_type])?;
    }
    let attributes = Attributes {
        sequence: match &event.sequence {
            None => None,
            Some(Value::String(text)) => Some(sequence("sequence", text)?),
            Some(other) => Some(sequence("sequence", &other.to_string())?),
        },
        correlation_id: text(&event.correlationid).and_then(follow::correlation_id),
        traceparent: text(&event.traceparent).and_then(follow::traceparent),
    };
    with_payload_seq(envelope, attributes, "sequence")
}

impl Wrapper {
    fn envelope(&self) -> Result<Envelope, FieldError> {
        match (&self.data, &self.data_base64) {
            (Some(data), None) => {
                Envelope::parse(data.get().as_bytes()).map_err(|error| error.within("data"))
            }
            (None, Some(text)) => {
                let bytes = base64::decode(text)
                    .ok_or_else(|| FieldError::new("data_base64", "is no Base64"))?;
                Envelope::parse(&bytes).map_err(|error| error.within("data_base64"))
            }
            (None, None) => Err(FieldError::new("data", "is missing")),
            (Some(_), Some(_)) => {
                Err(FieldError::new("data_base64", "cannot be used together with data"))
            }
        }
    }
}

fn text(extension: &Option<Value>) -> Option<&str> {
    extension.as_ref()?.as_str()
}
