//! Hands dead letters to their consumers again, once an operator asks for it.
//!
//! The request is a mark on the letter's row, so it survives whoever took it. A letter goes away only
//! when its consumer has taken the event; taking it twice has one effect, as with every delivery.

use std::{sync::Arc, time::Duration};

use events::Envelope;
use store::{DeadLetter, LogRow, SqlError};
use tokio::{sync::Notify, time::sleep};
use tokio_util::sync::CancellationToken;
use tracing::{info, warn};

use super::BUS;
use crate::{
    bus::{Inlet, PublishErrorKind, Publisher},
    clock::Clock,
    database::{Storage, operator_text},
    dispatcher::Undelivered,
    observe::metric,
};

/// Covers requests that other processes took.
const LOOK_EVERY: Duration = Duration::from_secs(5);
/// Letters that one look reads at most.
const LOOK_ROWS: u32 = 100;

/// The loop from the dead letters back to their consumers.
pub struct Replay {
    /// Where the letters are.
    pub storage: Storage,
    /// Consumers that are handlers.
    pub inlet: Arc<Inlet>,
    /// The bus, for what it refused itself.
    pub publisher: Arc<dyn Publisher>,
    /// For the letters that stay.
    pub clock: Arc<dyn Clock>,
    /// Notified when a request was taken here.
    pub asked: Arc<Notify>,
}

impl Replay {
    /// Runs until `stop`, then finishes the letter in hand.
    pub async fn run(self, stop: CancellationToken) {
        while !stop.is_cancelled() {
            if let Err(failure) = self.look(&stop).await {
                let error = operator_text(&failure);
                warn!(error, "dead letters could not be replayed; their requests stay");
            }
            tokio::select! {
                () = stop.cancelled() => {}
                () = self.asked.notified() => {}
                () = sleep(LOOK_EVERY) => {}
            }
        }
    }

    async fn look(&self, stop: &CancellationToken) -> Result<(), SqlError> {
        for letter in self.storage.read(|store| store.replays_due(LOOK_ROWS)).await? {
            if stop.is_cancelled() {
                return Ok(());
            }
            let outcome = self.hand_over(&letter).await;
            self.settle(letter, outcome).await?;
        }
        Ok(())
    }

    async fn hand_over(&self, letter: &DeadLetter) -> Result<(), Undelivered> {
        let rejected = |reason: String| Undelivered { kind: PublishErrorKind::Rejected, reason };
        let row = row(letter).map_err(|error| rejected(error.to_string()))?;
        if letter.consumer != BUS {
            return self.inlet.take_again(&letter.consumer, &row).await;
        }
        let published = self.publisher.publish(std::slice::from_ref(&row)).await;
        published.map_err(|error| Undelivered { kind: error.kind, reason: error.reason() })
    }

    async fn settle(
        &self,
        letter: DeadLetter,
        outcome: Result<(), Undelivered>,
    ) -> Result<(), SqlError> {
        let (id, consumer, event_id) = (letter.id, letter.consumer.clone(), letter.event_id);
        let now_ms = self.clock.now().timestamp_millis();
        let (outcome, done) = match outcome {
            Ok(()) => {
                let dropping = self.storage.write(move |store| store.drop_dead_letter(id));
                dropping.await?;
                info!(event.id = %event_id, "`{consumer}` has taken the dead letter {id}");
                ("taken", true)
            }
            Err(Undelivered { kind: PublishErrorKind::Rejected, reason }) => {
                // It stays, with the new reason and without the request.
                let letter = DeadLetter { reason, at_ms: now_ms, replay_at_ms: None, ..letter };
                self.storage.write(move |store| store.put_dead_letter(&letter)).await?;
                warn!(event.id = %event_id, "`{consumer}` did not take the dead letter {id} again");
                ("refused", true)
            }
            Err(Undelivered { reason, .. }) => {
                // Behind the others, which may have more luck.
                let again = self.storage.write(move |store| store.request_replay(id, now_ms));
                again.await?;
                // The reason may quote what people wrote.
                tracing::debug!(event.id = %event_id, reason, "the replay of {id} did not get through");
                ("failed", false)
            }
        };
        if !done {
            warn!(event.id = %event_id, "the dead letter {id} did not reach `{consumer}`; again soon");
        }
        metrics::counter!(metric::REPLAYS_TOTAL, "outcome" => outcome).increment(1);
        Ok(())
    }
}

/// The event as it was delivered. What tied it to its request is not kept, so the event itself does.
fn row(letter: &DeadLetter) -> Result<LogRow, events::FieldError> {
    let envelope = Envelope::parse(letter.envelope.as_bytes())?;
    Ok(LogRow {
        user_id: envelope.user_id,
        seq: letter.source_seq,
        event_id: envelope.event_id,
        topic: letter.topic.clone(),
        event_type: envelope.event_type,
        timestamp: envelope.timestamp,
        payload: envelope.payload,
        correlation_id: letter.event_id.to_string(),
        attempts: 0,
    })
}

#[cfg(test)]
mod tests;
