//! The envelope that every event travels in, on every transport.

use chrono::{DateTime, Utc};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use serde_json::{Value, value::RawValue};
use uuid::Uuid;

use crate::{EventType, FieldError, UnknownEventType, json, time};

/// Exactly these five keys, whatever carries them.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Envelope<P = Value> {
    /// Given when the event is written. Consumers dedupe on it.
    pub event_id: Uuid,
    /// What happened: `task.created`, `task.completed`, ...; later versions may know more.
    pub event_type: String,
    /// Whose event it is.
    pub user_id: String,
    /// When it happened.
    #[serde(with = "time::utc")]
    #[schemars(with = "DateTime<Utc>")]
    pub timestamp: DateTime<Utc>,
    /// As the JSON Schema of the event type says.
    pub payload: P,
}

/// An envelope whose payload is still the text that came: for those that hand it on, or read it once.
pub type RawEnvelope = Envelope<Box<RawValue>>;

impl<P> Envelope<P> {
    /// The event type, when this version knows it.
    pub fn known_type(&self) -> Result<EventType, UnknownEventType> {
        self.event_type.parse()
    }
}

impl Envelope {
    /// Reads an envelope. The payload is not looked at; see [`Envelope::payload_as`].
    pub fn parse(bytes: &[u8]) -> Result<Self, FieldError> {
        json::parse(bytes)
    }

    /// The payload in its own shape.
    pub fn payload_as<T: DeserializeOwned>(&self) -> Result<T, FieldError> {
        json::read(&self.payload).map_err(|error| error.within("payload"))
    }
}

impl RawEnvelope {
    /// Reads an envelope. The payload is not looked at; see [`RawEnvelope::payload_as`].
    pub fn parse_raw(bytes: &[u8]) -> Result<Self, FieldError> {
        json::parse(bytes)
    }

    /// The payload in its own shape. The error names the field but not the path to it: handlers
    /// read this way, and would pay for the path with a third of their size.
    pub fn payload_as<T: DeserializeOwned>(&self) -> Result<T, FieldError> {
        json::read_text(self.payload.get()).map_err(|error| error.within("payload"))
    }
}
