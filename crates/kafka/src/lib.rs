//! Kafka with discipline: a producer and a consumer that keep order and lose nothing. Knows nothing
//! of tasks.
//!
//! - [`Producer`] sends in order for each key and answers for every record: idempotent, all replicas.
//! - [`Consumer`] belongs to a group. It calls a [`Handler`] in order for each key, many keys side by
//!   side, and commits only what is done without a gap. A record that nobody can take goes to the
//!   topic of dead letters before its offset counts as done.
//! - [`Broadcast`] hears everything from a moment on, in every process, and commits nothing.
//! - [`topics`] says what differs from the topics that we need, and creates those that are missing.

mod broadcast;
mod client;
mod consumer;
mod error;
mod producer;
mod record;
mod settings;
pub mod topics;

pub use broadcast::{Broadcast, Listener};
pub use consumer::{Consumer, Handler, Outcome, Pace};
pub use error::{ClientError, SendError, SendErrorKind};
pub use producer::Producer;
pub use record::{Placed, Received, Record, header};
pub use settings::{Mechanism, Protocol, Sasl, Security, Settings};
