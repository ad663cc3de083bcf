//! The bus of one process: live streams are told, handlers are called, and nothing is kept, because
//! the log in the database is the queue.

use std::sync::Arc;

use async_trait::async_trait;
use store::LogRow;

use super::{PublishError, Publisher};
use crate::{dispatcher::Dispatcher, stream::Hub};

/// Delivers in this process.
pub struct EmbeddedBus {
    dispatcher: Dispatcher,
    streams: Arc<Hub>,
}

impl EmbeddedBus {
    /// Delivers to the handlers behind `dispatcher` and to the live `streams`.
    pub fn new(dispatcher: Dispatcher, streams: Arc<Hub>) -> Self {
        Self { dispatcher, streams }
    }
}

#[async_trait]
impl Publisher for EmbeddedBus {
    async fn publish(&self, batch: &[LogRow]) -> Result<(), PublishError> {
        // Streams first: they drop what they have seen, and must not wait for a slow handler.
        self.streams.tell(batch);
        for row in batch {
            self.dispatcher.deliver(row).await?;
        }
        Ok(())
    }
}
