//! Where events go, and what can go wrong on the way there.
//!
//! Each bus is a module with a function `open(&Config, Ground) -> Result<Parts, SetupError>`.
//! Whatever brings an event, it ends at the one [`Inlet`]; live streams are told beside it.

use std::sync::Arc;

use async_trait::async_trait;
use store::{LogRow, SqlError, SqlErrorKind};
use uuid::Uuid;

use crate::{clock::Clock, database::Storage, service::Service, stream::Hub};

pub mod dapr;
pub mod embedded;
mod failures;
mod inlet;
pub mod kafka;
mod live;

pub use inlet::Inlet;
pub use live::Live;

/// Takes events of one user, in order.
#[async_trait]
pub trait Publisher: Send + Sync {
    /// Publishes `batch` and returns when all of it is in safe hands. An error names the first row
    /// that is not; the rows before it are.
    async fn publish(&self, batch: &[LogRow]) -> Result<(), PublishError>;

    /// Returns when nothing is on its way any more. Nobody publishes after.
    async fn close(&self) {}
}

/// What a bus stands on.
#[derive(Clone)]
pub struct Ground {
    /// Where events go that have arrived, each of them once in the whole installation.
    pub inlet: Arc<Inlet>,
    /// The live streams of this process: they are told of every event, in every process.
    pub streams: Arc<Hub>,
    /// What is stored.
    pub storage: Storage,
    /// For dead letters and lateness.
    pub clock: Arc<dyn Clock>,
}

/// A bus, put together.
pub struct Parts {
    /// Where the relay publishes.
    pub publisher: Arc<dyn Publisher>,
    /// What brings events back to the [`Ground`]. Told to stop before the relay is: each finishes the
    /// events it has begun, says so to the other side, and takes no new ones.
    pub arrivals: Vec<Service>,
}

/// An event that was not published. Display says which; the cause is reachable by `source()` only.
#[derive(Debug, thiserror::Error)]
#[error("could not publish event {event_id} to topic {topic}")]
pub struct PublishError {
    /// The first event that was not published.
    pub event_id: Uuid,
    /// Its topic.
    pub topic: String,
    /// Whether trying again can help.
    pub kind: PublishErrorKind,
    #[source]
    cause: Box<dyn std::error::Error + Send + Sync>,
}

/// Whether trying again can help.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PublishErrorKind {
    /// The other side is away altogether: no event is to blame, all wait for its return.
    Unreachable,
    /// There was no room for this event at the moment; it is not to blame either.
    Busy,
    /// This event did not get through; the same event may later.
    Failed,
    /// This event will be refused again.
    Rejected,
}

impl PublishError {
    /// For adapters.
    pub fn new(
        row: &LogRow,
        kind: PublishErrorKind,
        cause: impl Into<Box<dyn std::error::Error + Send + Sync>>,
    ) -> Self {
        Self { event_id: row.event_id, topic: row.topic.clone(), kind, cause: cause.into() }
    }

    /// What follows from it could not be stored. A database that is away, busy, full or read-only says
    /// nothing about the event.
    pub(crate) fn of_storage(row: &LogRow, cause: SqlError) -> Self {
        use SqlErrorKind::{Away, Busy, Full, ReadOnly};
        let kind = match cause.kind() {
            Away | Busy | Full | ReadOnly => PublishErrorKind::Busy,
            _ => PublishErrorKind::Failed,
        };
        Self::new(row, kind, cause)
    }

    /// The causes, from the outermost in: what an operator reads.
    pub fn reason(&self) -> String {
        let mut reason = self.cause.to_string();
        let mut next = self.cause.source();
        while let Some(cause) = next {
            reason = format!("{reason}: {cause}");
            next = cause.source();
        }
        reason
    }

    /// Whether the same event may get through later.
    pub fn is_retryable(&self) -> bool {
        self.kind != PublishErrorKind::Rejected
    }
}
