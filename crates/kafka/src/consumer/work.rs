//! What handlers do: one record after another of a lane, each until it is done.

use std::{panic::AssertUnwindSafe, sync::Arc, time::Duration};

use futures_util::FutureExt as _;
use tokio::{sync::Semaphore, time::sleep};
use tracing::{error, warn};

use super::{Handler, Outcome, Pace, dead_letter, slot::Slot};
use crate::{error::SendErrorKind, producer::Producer, record::Received, settings::Settings};

/// A handler that panics that often on one record will not take it.
const PANICS_MAX: u32 = 8;

/// What all lanes share.
pub(super) struct Work {
    handler: Arc<dyn Handler>,
    producer: Producer,
    dead_letters: String,
    dead_letter_bytes_max: usize,
    places: Semaphore,
    pub(super) pace: Pace,
}

impl Work {
    pub(super) fn new(
        handler: Arc<dyn Handler>,
        producer: Producer,
        dead_letters: String,
        settings: &Settings,
        pace: Pace,
    ) -> Self {
        let places = Semaphore::new(pace.keys_in_flight);
        let dead_letter_bytes_max = settings.record_bytes_max;
        Self { handler, producer, dead_letters, dead_letter_bytes_max, places, pace }
    }

    /// Handles `first` and what comes behind it, until nothing does.
    pub(super) async fn run_lane(self: Arc<Self>, slot: Arc<Slot>, first: Received) {
        let mut next = Some(first);
        while let Some(received) = next {
            let done = tokio::select! {
                biased;
                () = slot.abandoned.cancelled() => false,
                done = self.settle(&slot, &received) => done,
            };
            next = slot.next(&received, done);
        }
    }

    /// Returns whether the record is done. It is not when its partition is to be given away first.
    async fn settle(&self, slot: &Slot, received: &Received) -> bool {
        let mut attempt = 0;
        loop {
            attempt += 1;
            let outcome = {
                // Not held during a pause: others may go on where this one cannot.
                let Ok(_place) = self.places.acquire().await else { return false };
                if !slot.begin(received.offset) {
                    return false;
                }
                self.try_once(received, attempt).await
            };
            let reason = match outcome {
                Outcome::Done => return true,
                Outcome::SetAside(reason) => match self.set_aside(received, &reason).await {
                    Ok(()) => return true,
                    Err(failure) => failure,
                },
                Outcome::Retry(reason) => reason,
            };
            let pause = self.pause(attempt);
            warn!(
                messaging.destination.name = received.topic,
                messaging.destination.partition.id = received.partition,
                messaging.kafka.offset = received.offset,
                attempt,
                pause_ms = u64::try_from(pause.as_millis()).unwrap_or(u64::MAX),
                "a record is tried again: {reason}"
            );
            tokio::select! {
                () = slot.closing.cancelled() => return false,
                () = sleep(pause) => {}
            }
        }
    }

    async fn try_once(&self, received: &Received, attempt: u32) -> Outcome {
        let handled = AssertUnwindSafe(self.handler.handle(received, attempt)).catch_unwind();
        match handled.await {
            Ok(outcome) => outcome,
            Err(_) if attempt < PANICS_MAX => Outcome::Retry("its handler met a bug".to_owned()),
            Err(_) => Outcome::SetAside("its handler meets a bug whenever it comes".to_owned()),
        }
    }

    /// Returns when the dead letter is in safe hands, or why it is not.
    async fn set_aside(&self, received: &Received, reason: &str) -> Result<(), String> {
        let whole = dead_letter::of(received, &self.dead_letters, reason, usize::MAX);
        let mut sent = self.producer.send_one(whole).await;
        if sent.as_ref().is_err_and(|error| error.kind == SendErrorKind::Rejected) {
            let bytes_max = self.dead_letter_bytes_max / 2;
            let cut = dead_letter::of(received, &self.dead_letters, reason, bytes_max);
            sent = self.producer.send_one(cut).await;
        }
        sent.map_err(|error| format!("its dead letter was not stored: {error}"))?;
        error!(
            messaging.destination.name = received.topic,
            messaging.destination.partition.id = received.partition,
            messaging.kafka.offset = received.offset,
            "a record was set aside: {reason}"
        );
        Ok(())
    }

    fn pause(&self, attempt: u32) -> Duration {
        let doubled = 2_u32.saturating_pow((attempt - 1).min(16));
        self.pace.retry_first.saturating_mul(doubled).min(self.pace.retry_max)
    }
}
