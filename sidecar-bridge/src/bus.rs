//! Where events go, and what can go wrong on the way there.

use async_trait::async_trait;
use store::LogRow;
use uuid::Uuid;

pub mod embedded;

/// Takes events of one user, in order.
#[async_trait]
pub trait Publisher: Send + Sync {
    /// Publishes `batch` and returns when all of it is in safe hands. An error names the first row
    /// that is not; the rows before it are.
    async fn publish(&self, batch: &[LogRow]) -> Result<(), PublishError>;
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

    /// Whether the same event may get through later.
    pub fn is_retryable(&self) -> bool {
        self.kind != PublishErrorKind::Rejected
    }
}
