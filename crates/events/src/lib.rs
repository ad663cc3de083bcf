//! The wire: envelope, topics, snapshots, effects, JSON Schemas.
//!
//! The one crate that serialises. What comes in is turned into the typed values of `domain` here, or
//! into a [`FieldError`] that names the field and says what would be accepted; what goes out is made
//! from them here. `schemas/` holds the JSON Schemas of all of it, written by [`schema::all`].

pub mod api;
pub mod changes;
pub mod cloud_event;
pub mod effect;
pub mod payload;
pub mod plugin;
pub mod schema;
pub mod topic;

mod envelope;
mod event_type;
mod field;
mod json;
mod time;

pub use envelope::{Envelope, RawEnvelope};
pub use event_type::{EventType, UnknownEventType};
pub use field::FieldError;
pub use payload::payload;
