//! What becomes of an event that has arrived, whatever brought it: what people are to be told is
//! kept, and every handler that subscribed to it is called.

use store::LogRow;

use super::PublishError;
use crate::{
    dispatcher::{Dispatcher, Undelivered},
    notify::Intake,
};

/// Where every bus hands over its events.
pub struct Inlet {
    dispatcher: Dispatcher,
    notifications: Option<Intake>,
}

impl Inlet {
    /// Hands events to the handlers behind `dispatcher`.
    pub fn new(dispatcher: Dispatcher) -> Self {
        Self { dispatcher, notifications: None }
    }

    /// Keeps what people are to be told of, too.
    #[must_use]
    pub fn notifying(self, intake: Intake) -> Self {
        Self { notifications: Some(intake), ..self }
    }

    /// Returns when all that follows from the event is stored, or is with the dead letters of who
    /// can never take it. May be repeated; a repetition has no effect. The events of a user come one
    /// after the other, in order.
    pub async fn take(&self, row: &LogRow) -> Result<(), PublishError> {
        self.take_all(std::slice::from_ref(row)).await
    }

    /// Hands an event to one handler again that could not take it before; see
    /// [`Dispatcher::deliver_again`].
    pub async fn take_again(&self, consumer: &str, row: &LogRow) -> Result<(), Undelivered> {
        self.dispatcher.deliver_again(consumer, row).await
    }

    /// The same as [`Inlet::take`] for events of one user, in order. An error names the first that was not taken.
    pub async fn take_all(&self, batch: &[LogRow]) -> Result<(), PublishError> {
        if let (Some(intake), Some(first)) = (&self.notifications, batch.first()) {
            let failed = |error| PublishError::of_storage(first, error);
            intake.take(batch).await.map_err(failed)?;
        }
        for row in batch {
            self.dispatcher.deliver(row).await?;
        }
        Ok(())
    }
}
