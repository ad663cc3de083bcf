//! One user's turn: a batch of events in order, published, then settled in the log.

use std::{panic::AssertUnwindSafe, sync::Arc};

use futures_util::FutureExt as _;
use store::{Conflict, Lease, LogRow, SqlError, SqlErrorKind};
use tokio::sync::Semaphore;
use tracing::{error, warn};

use super::{Backoff, Tenure, marks::Marks};
use crate::{
    bus::{PublishError, PublishErrorKind, Publisher},
    clock::Clock,
    database::{Storage, operator_text},
    dead_letters,
    observe::metric,
};

/// What a lane works with.
pub(super) struct Lane {
    pub(super) storage: Storage,
    pub(super) publisher: Arc<dyn Publisher>,
    pub(super) clock: Arc<dyn Clock>,
    /// As many as may publish at once.
    pub(super) places: Arc<Semaphore>,
    pub(super) marks: Marks,
    pub(super) hold: Hold,
    pub(super) attempts_max: u32,
    pub(super) retry: Backoff,
}

/// By what right a lane works.
pub(super) enum Hold {
    /// Nobody else works on this database.
    Whole,
    /// Under a lease on the user's bucket, as long as it holds.
    Leased(Lease, Tenure),
}

impl Hold {
    pub(super) fn lease(&self) -> Option<Lease> {
        match self {
            Self::Whole => None,
            Self::Leased(lease, tenure) => tenure.is_fenced().then_some(*lease),
        }
    }

    /// Returns when the right ends.
    async fn lost(&self) {
        match self {
            Self::Whole => std::future::pending().await,
            Self::Leased(lease, tenure) => tenure.clone().lost(*lease).await,
        }
    }
}

/// What the relay has to know of a lane that ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum LaneEnd {
    /// The log says how it went.
    Settled,
    /// Nothing can be done for anybody at the moment, and why.
    Outage(String),
}

impl Lane {
    /// Publishes the rows of one user and writes down what came of it.
    pub(super) async fn run(self, rows: Vec<LogRow>) -> LaneEnd {
        // Closed before it was our turn: the rows are read again when there is a new turn.
        let Ok(place) = self.places.acquire().await else { return LaneEnd::Settled };
        // First of all the loss: after a sleep both may be there, and what was published counts for
        // nothing any more. Whoever serves the user now publishes it again.
        let published = tokio::select! {
            biased;
            () = self.hold.lost() => return LaneEnd::Settled,
            published = self.publish(&rows) => published,
        };
        let failure = published.err();
        if failure.as_ref().is_some_and(|error| error.kind == PublishErrorKind::Unreachable) {
            // Nobody else needs to find out.
            self.places.close();
        }
        drop(place);
        let first_failed = failure
            .as_ref()
            .map(|error| rows.iter().position(|row| row.event_id == error.event_id));
        // An error about a foreign row says nothing of ours: then all of them go again.
        let (done, rest) = rows.split_at(first_failed.map_or(rows.len(), |at| at.unwrap_or(0)));

        let settled = async {
            let done = done.iter().map(|row| row.event_id).collect();
            self.marks.mark(done, self.hold.lease()).await?;
            match (failure, rest.first()) {
                (Some(failure), Some(row)) => self.settle(row, &failure).await,
                _ => Ok(LaneEnd::Settled),
            }
        };
        // Published and not marked: it goes again, and is known by its id.
        settled.await.unwrap_or_else(|failure: SqlError| match failure.kind() {
            SqlErrorKind::Conflict(Conflict::Fence) => {
                metrics::counter!(metric::FENCED_TOTAL).increment(1);
                LaneEnd::Settled
            }
            _ => LaneEnd::Outage(operator_text(&failure)),
        })
    }

    /// A bug in the publisher is a failure of the event that met it, and not the end of the lane.
    async fn publish(&self, rows: &[LogRow]) -> Result<(), PublishError> {
        let caught = AssertUnwindSafe(self.publisher.publish(rows)).catch_unwind().await;
        match (caught, rows.first()) {
            (Ok(outcome), _) => outcome,
            (Err(_), Some(row)) => {
                Err(PublishError::new(row, PublishErrorKind::Failed, "publishing it met a bug"))
            }
            (Err(_), None) => Ok(()),
        }
    }

    /// What becomes of the row that did not get through.
    async fn settle(&self, row: &LogRow, failure: &PublishError) -> Result<LaneEnd, SqlError> {
        let reason = failure.reason();
        match failure.kind {
            PublishErrorKind::Unreachable => return Ok(LaneEnd::Outage(reason)),
            PublishErrorKind::Rejected => self.set_aside(row, reason).await?,
            PublishErrorKind::Failed if row.attempts + 1 >= self.attempts_max => {
                self.park(row, reason).await?;
            }
            PublishErrorKind::Failed => self.put_off(row, row.attempts + 1, reason).await?,
            PublishErrorKind::Busy => self.put_off(row, row.attempts, reason).await?,
        }
        Ok(LaneEnd::Settled)
    }

    async fn set_aside(&self, row: &LogRow, reason: String) -> Result<(), SqlError> {
        dead_letters::set_aside(&self.storage, &*self.clock, row, dead_letters::BUS, reason)
            .await?;
        self.marks.mark(vec![row.event_id], self.hold.lease()).await
    }

    async fn park(&self, row: &LogRow, reason: String) -> Result<(), SqlError> {
        let (event_id, now_ms, attempts) = (row.event_id, self.now_ms(), self.attempts_max);
        error!(
            event.id = %event_id,
            event.name = row.event_type,
            correlation_id = row.correlation_id,
            error = reason,
            "gave up on event {event_id} after {attempts} attempts; its user's later events wait",
        );
        metrics::counter!(metric::OUTBOX_PARKED_TOTAL).increment(1);
        let lease = self.hold.lease();
        self.storage
            .write(move |store| match lease {
                None => store.park(event_id, now_ms, &reason),
                Some(lease) => store.park_in(event_id, now_ms, &reason, lease),
            })
            .await
    }

    async fn put_off(&self, row: &LogRow, failures: u32, reason: String) -> Result<(), SqlError> {
        let event_id = row.event_id;
        let pause = self.retry.pause(failures);
        warn!(
            event.id = %event_id,
            event.name = row.event_type,
            correlation_id = row.correlation_id,
            error = reason,
            "event {event_id} was not delivered, {failures} failures so far; again in {pause:.1?}",
        );
        metrics::counter!(metric::OUTBOX_RETRIES_TOTAL).increment(1);
        let next_ms = self.now_ms() + pause.as_millis() as i64;
        let lease = self.hold.lease();
        self.storage
            .write(move |store| match lease {
                None => store.record_failure(event_id, failures, next_ms, &reason),
                Some(lease) => store.record_failure_in(event_id, failures, next_ms, &reason, lease),
            })
            .await
    }

    fn now_ms(&self) -> i64 {
        self.clock.now().timestamp_millis()
    }
}
