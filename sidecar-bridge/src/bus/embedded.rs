//! The bus of one process: live streams are told, handlers are called, and nothing is kept, because
//! the log in the database is the queue.

use std::sync::Arc;

use async_trait::async_trait;
use store::LogRow;

use super::{PublishError, PublishErrorKind, Publisher};
use crate::{dispatcher::Dispatcher, notify::Intake, stream::Hub};

/// Delivers in this process.
pub struct EmbeddedBus {
    dispatcher: Dispatcher,
    streams: Arc<Hub>,
    notifications: Option<Intake>,
}

impl EmbeddedBus {
    /// Delivers to the handlers behind `dispatcher` and to the live `streams`.
    pub fn new(dispatcher: Dispatcher, streams: Arc<Hub>) -> Self {
        Self { dispatcher, streams, notifications: None }
    }

    /// Keeps what people are to be told of, too.
    #[must_use]
    pub fn notifying(self, intake: Intake) -> Self {
        Self { notifications: Some(intake), ..self }
    }
}

#[async_trait]
impl Publisher for EmbeddedBus {
    async fn publish(&self, batch: &[LogRow]) -> Result<(), PublishError> {
        // Streams first: they drop what they have seen, and must not wait for a slow handler.
        self.streams.tell(batch);
        if let (Some(intake), Some(first)) = (&self.notifications, batch.first()) {
            let failed = |error| PublishError::new(first, PublishErrorKind::Failed, error);
            intake.take(batch).await.map_err(failed)?;
        }
        for row in batch {
            self.dispatcher.deliver(row).await?;
        }
        Ok(())
    }
}
