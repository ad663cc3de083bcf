//! From the topics to the handlers.

use ::kafka::{Handler, Outcome, Received};
use async_trait::async_trait;
use store::{DeadLetter, LogRow, SqlError};

use super::record::{self, Arrived};
use crate::{
    bus::{Ground, failures::Failures},
    dead_letters::{BUS, may_be_kept_later},
    observe::metric,
};

/// Hands what arrives to the inlet.
pub(super) struct Arrivals {
    ground: Ground,
    failures: Failures,
}

impl Arrivals {
    pub(super) fn new(ground: Ground) -> Self {
        Self { ground, failures: Failures::default() }
    }

    /// Keeps an event that can be read where `taskloom dead-letters` finds it, and can replay it.
    async fn keep(
        &self,
        received: &Received,
        row: &LogRow,
        reason: String,
    ) -> Result<(), SqlError> {
        let letter = DeadLetter {
            consumer: BUS.to_owned(),
            event_id: row.event_id,
            user_id: row.user_id.clone(),
            topic: row.topic.clone(),
            envelope: String::from_utf8_lossy(&received.payload).into_owned(),
            reason,
            source_seq: row.seq,
            source_topic: Some(received.topic.clone()),
            source_partition: Some(received.partition.into()),
            source_offset: Some(received.offset),
            at_ms: self.ground.clock.now().timestamp_millis(),
            ..DeadLetter::default()
        };
        self.ground.storage.write(move |store| store.put_dead_letter(&letter)).await
    }

    async fn take(&self, received: &Received, row: &LogRow) -> Outcome {
        let Err(error) = self.ground.inlet.take(row).await else {
            self.failures.forget(row.event_id);
            return Outcome::Done;
        };
        let reason = error.reason();
        if !self.failures.gives_up(row.event_id, error.kind) {
            return Outcome::Retry(reason);
        }
        match self.keep(received, row, reason.clone()).await {
            Err(error) if may_be_kept_later(&error) => {
                return Outcome::Retry(format!("its dead letter was not kept: {error}"));
            }
            // The topic of dead letters has it alone.
            Err(_) | Ok(()) => {}
        }
        self.failures.forget(row.event_id);
        set_aside(reason)
    }
}

#[async_trait]
impl Handler for Arrivals {
    async fn handle(&self, received: &Received, _: u32) -> Outcome {
        match record::read(received) {
            Arrived::Event(row) => self.take(received, &row).await,
            Arrived::Later => {
                metrics::counter!(metric::SKIPPED_TOTAL).increment(1);
                Outcome::Done
            }
            Arrived::Poison(reason) => set_aside(reason),
        }
    }
}

fn set_aside(reason: String) -> Outcome {
    metrics::counter!(metric::DEAD_LETTERS_TOTAL, "component" => BUS).increment(1);
    Outcome::SetAside(reason)
}
