//! From the topics to the handlers.

use ::kafka::{Handler, Outcome, Received};
use async_trait::async_trait;
use store::{DeadLetter, LogRow, SqlError};

use super::record::{self, Arrived};
use crate::{
    bus::{Ground, PublishErrorKind},
    dead_letters::BUS,
    observe::metric,
};

/// Failures of one event before it is set aside, so that its user's next ones go on.
const ATTEMPTS_MAX: u32 = 8;

/// Hands what arrives to the inlet.
pub(super) struct Arrivals {
    ground: Ground,
}

impl Arrivals {
    pub(super) fn new(ground: Ground) -> Self {
        Self { ground }
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

    async fn take(&self, received: &Received, row: &LogRow, attempt: u32) -> Outcome {
        let Err(error) = self.ground.inlet.take(row).await else { return Outcome::Done };
        let reason = error.reason();
        let gives_up = match error.kind {
            // Somebody else is away or busy: no event is to blame, however long it takes.
            PublishErrorKind::Unreachable | PublishErrorKind::Busy => false,
            PublishErrorKind::Failed => attempt >= ATTEMPTS_MAX,
            PublishErrorKind::Rejected => true,
        };
        if !gives_up {
            return Outcome::Retry(reason);
        }
        match self.keep(received, row, reason.clone()).await {
            Ok(()) => set_aside(reason),
            Err(error) => Outcome::Retry(format!("its dead letter was not kept: {error}")),
        }
    }
}

#[async_trait]
impl Handler for Arrivals {
    async fn handle(&self, received: &Received, attempt: u32) -> Outcome {
        match record::read(received) {
            Arrived::Event(row) => self.take(received, &row, attempt).await,
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
