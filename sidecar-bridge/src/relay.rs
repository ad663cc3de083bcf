//! Moves events from the log to the bus: at least once, in order for each user, many users at a time.
//!
//! The log is the only memory. Whatever instant the process dies at, the next one reads the same rows
//! and publishes again what was not marked; whoever takes an event dedupes on its id.

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use store::{LogRow, SqlError};
use tokio::{sync::watch, time::sleep};
use tokio_util::sync::CancellationToken;
use tracing::warn;

use crate::{
    bus::Publisher,
    clock::Clock,
    database::{Storage, operator_text},
};

mod backoff;
mod lag;
mod lane;
mod lanes;
mod leases;
mod marks;

pub use backoff::Backoff;
pub use lag::report_lag;
pub use leases::{Keeper, Tenure};

use lane::{Hold, Lane, LaneEnd};
use lanes::Lanes;
use marks::Marks;

/// Rows that one look into the log reads at most.
const LOOK_ROWS: u32 = 1000;
/// Lanes at most: those that publish, those that wait for it, and those whose rows are being marked.
const LANES_MAX: usize = 1000;

/// How the relay paces itself.
#[derive(Debug, Clone)]
pub struct Pace {
    /// Covers wake-ups that do not reach this process, such as writes of another one.
    pub poll_every: Duration,
    /// Users whose events are being published at the same time.
    pub users_in_flight: usize,
    /// Events of one user that travel together.
    pub rows_per_batch: usize,
    /// Failures of one event before its user's queue is parked.
    pub attempts_max: u32,
    /// Pauses between the attempts at one event.
    pub retry: Backoff,
    /// Pauses of everything while the other side is away.
    pub outage: Backoff,
}

impl Default for Pace {
    fn default() -> Self {
        Self {
            poll_every: Duration::from_millis(250),
            users_in_flight: 32,
            rows_per_batch: 100,
            attempts_max: 8,
            retry: Backoff::new(Duration::from_millis(500), Duration::from_secs(60)),
            outage: Backoff::new(Duration::from_millis(250), Duration::from_secs(10)),
        }
    }
}

/// The loop from the log to the bus.
pub struct Relay {
    storage: Storage,
    publisher: Arc<dyn Publisher>,
    clock: Arc<dyn Clock>,
    /// Changes after each commit of this process.
    committed: watch::Receiver<u64>,
    /// Which users are ours; all of them when nobody else works on this database.
    tenure: Option<Tenure>,
    pace: Pace,
}

/// What the relay does next.
enum Next {
    /// Looks into the log again.
    Look,
    /// Waits for a commit, the poll or a free lane.
    Wait,
    /// Waits, and not even a commit shortens it.
    Pause(Duration),
}

impl Relay {
    /// A relay that looks into the log whenever `committed` changes.
    pub fn new(
        storage: Storage,
        publisher: Arc<dyn Publisher>,
        clock: Arc<dyn Clock>,
        committed: watch::Receiver<u64>,
        pace: Pace,
    ) -> Self {
        Self { storage, publisher, clock, committed, tenure: None, pace }
    }

    /// Serves only the users that `tenure` says are ours, beside others who serve the rest.
    #[must_use]
    pub fn sharing(self, tenure: Tenure) -> Self {
        Self { tenure: Some(tenure), ..self }
    }

    /// Runs until `shutdown`, then finishes what is on its way.
    pub async fn run(mut self, shutdown: CancellationToken) {
        let (marks, marking) = Marks::start(self.storage.clone(), Arc::clone(&self.clock));
        let mut lanes = Lanes::new(self.pace.users_in_flight);
        let mut outages = 0;
        let mut next = Next::Look;
        while !shutdown.is_cancelled() {
            next = match next {
                Next::Look => self.look(&mut lanes, &marks).await,
                Next::Wait => {
                    tokio::select! {
                        () = shutdown.cancelled() => Next::Look,
                        ends = lanes.next() => self.after(&ends, &mut outages),
                        () = changed(&mut self.committed) => Next::Look,
                        () = others(&mut self.tenure) => Next::Look,
                        () = sleep(self.pace.poll_every) => Next::Look,
                    }
                }
                Next::Pause(pause) => {
                    lanes.close();
                    tokio::select! {
                        () = shutdown.cancelled() => {}
                        () = sleep(pause) => {}
                    }
                    lanes.reopen();
                    Next::Look
                }
            };
        }
        lanes.close();
        lanes.finish().await;
        drop(marks);
        marking.await;
    }

    /// Starts a lane for each user that has events and none under way.
    async fn look(&mut self, lanes: &mut Lanes, marks: &Marks) -> Next {
        let free = LANES_MAX.saturating_sub(lanes.len());
        if free == 0 {
            return Next::Wait;
        }
        // Listen before looking: a row written after the look still wakes us.
        self.committed.mark_unchanged();
        let rows = match self.unpublished(lanes.users()).await {
            Ok(rows) if rows.is_empty() => return Next::Wait,
            Ok(rows) => rows,
            Err(failure) => {
                warn!(error = operator_text(&failure), "could not read the event log");
                return Next::Pause(self.pace.outage.pause(1));
            }
        };
        for (user_id, rows) in by_user(rows, self.pace.rows_per_batch).into_iter().take(free) {
            let hold = match &self.tenure {
                None => Hold::Whole,
                Some(tenure) => match tenure.of(&user_id) {
                    Some(lease) => Hold::Leased(lease, tenure.clone()),
                    // Lost since the rows were read.
                    None => continue,
                },
            };
            let lane = Lane {
                storage: self.storage.clone(),
                publisher: Arc::clone(&self.publisher),
                clock: Arc::clone(&self.clock),
                places: lanes.places(),
                marks: marks.clone(),
                hold,
                attempts_max: self.pace.attempts_max,
                retry: self.pace.retry,
            };
            lanes.start(user_id, lane.run(rows));
        }
        Next::Look
    }

    async fn unpublished(&self, skip_users: Vec<String>) -> Result<Vec<LogRow>, SqlError> {
        let now_ms = self.clock.now().timestamp_millis();
        let Some(tenure) = &self.tenure else {
            return self
                .storage
                .read(move |store| store.unpublished(now_ms, LOOK_ROWS, &skip_users))
                .await;
        };
        let leases = tenure.leases();
        if leases.is_empty() {
            return Ok(Vec::new());
        }
        self.storage
            .read(move |store| store.unpublished_in(&leases, now_ms, LOOK_ROWS, &skip_users))
            .await
    }

    fn after(&self, ends: &[LaneEnd], outages: &mut u32) -> Next {
        let reason = ends.iter().find_map(|end| match end {
            LaneEnd::Outage(reason) => Some(reason),
            LaneEnd::Settled => None,
        });
        let Some(reason) = reason else {
            *outages = 0;
            return Next::Look;
        };
        *outages = outages.saturating_add(1);
        let pause = self.pace.outage.pause(*outages);
        warn!(error = reason, "nothing can be published; all events wait for {pause:.1?}");
        Next::Pause(pause)
    }
}

/// Rows of each user in order, no more than travel together.
fn by_user(rows: Vec<LogRow>, rows_per_batch: usize) -> BTreeMap<String, Vec<LogRow>> {
    let mut users = BTreeMap::<String, Vec<LogRow>>::new();
    for row in rows {
        let batch = users.entry(row.user_id.clone()).or_default();
        if batch.len() < rows_per_batch {
            batch.push(row);
        }
    }
    users
}

/// Returns when there are other leases than before.
async fn others(tenure: &mut Option<Tenure>) {
    match tenure {
        Some(tenure) => tenure.changed().await,
        None => std::future::pending().await,
    }
}

/// Returns after a commit; never when nobody counts commits any more.
async fn changed(committed: &mut watch::Receiver<u64>) {
    if committed.changed().await.is_err() {
        std::future::pending::<()>().await;
    }
}

#[cfg(test)]
mod tests;
