//! The bus of one process: live streams are told, handlers are called, and nothing is kept, because
//! the log in the database is the queue.

use std::sync::Arc;

use async_trait::async_trait;
use store::LogRow;

use super::{Inlet, PublishError, Publisher};
use crate::stream::Hub;

/// Delivers in this process.
pub struct EmbeddedBus {
    inlet: Arc<Inlet>,
    streams: Arc<Hub>,
}

impl EmbeddedBus {
    /// Delivers to `inlet` and to the live `streams`.
    pub fn new(inlet: Arc<Inlet>, streams: Arc<Hub>) -> Self {
        Self { inlet, streams }
    }
}

#[async_trait]
impl Publisher for EmbeddedBus {
    async fn publish(&self, batch: &[LogRow]) -> Result<(), PublishError> {
        // Streams first: they drop what they have seen, and must not wait for a slow handler.
        self.streams.tell(batch);
        self.inlet.take_all(batch).await
    }
}
