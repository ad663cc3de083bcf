//! Fires reminders. The rows say what is due, alarms only say when to look; looking every second all
//! the same finds what every alarm clock forgot.

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use chrono::{DateTime, TimeDelta, Utc};
use domain::change::Settings;
use futures_util::{StreamExt as _, stream};
use store::{DueReminder, SqlError};
use tokio::time::sleep;
use tokio_util::sync::CancellationToken;
use tracing::warn;

use crate::{
    alarm::{Alarms, HORIZON},
    clock::Clock,
    database::{Storage, operator_text},
    observe::metric,
    relay::Tenure,
};

mod firing;

use firing::Firing;

/// Rows are looked at so often even if no alarm goes off.
const SWEEP_EVERY: Duration = Duration::from_secs(1);
/// Alarms are taken from the rows so often.
const FEED_EVERY: TimeDelta = TimeDelta::minutes(1);
/// What is later than this is everybody's: whose turn it was has missed it.
const OVERDUE: TimeDelta = TimeDelta::seconds(2);
/// Rows that one read returns at most.
const READ_ROWS: u32 = 10_000;
/// Reminders of a user that fire in one change set at most, and so the longest digest.
const FIRE_TOGETHER: usize = 1000;
/// Reminders that are decided on in one go: few enough not to keep other reads waiting.
const DECIDE_TOGETHER: usize = 50;
/// Batches that are decided on at once.
const DECIDE_AT_ONCE: usize = 2;
/// Change sets that are stored at once; they share a sync to disk.
const STORE_AT_ONCE: usize = 64;

/// Fires reminders when they are due.
pub struct Sweeper {
    storage: Storage,
    alarms: Arc<Alarms>,
    clock: Arc<dyn Clock>,
    firing: Firing,
    /// Whose reminders are ours to fire; everybody's when nobody else works on this database.
    tenure: Option<Tenure>,
}

impl Sweeper {
    /// A sweeper that is woken up by `alarms`.
    pub fn new(
        storage: Storage,
        alarms: Arc<Alarms>,
        clock: Arc<dyn Clock>,
        settings: Settings,
    ) -> Self {
        let firing = Firing::new(storage.clone(), Arc::clone(&clock), settings);
        Self { storage, alarms, clock, firing, tenure: None }
    }

    /// Leaves reminders of users that are not ours to others who work on the same database, unless
    /// they are late. Who fires one is decided by its row all the same.
    #[must_use]
    pub fn sharing(self, tenure: Tenure) -> Self {
        Self { tenure: Some(tenure), ..self }
    }

    /// Runs until `shutdown`. What was due while nobody ran fires at once.
    pub async fn run(self, shutdown: CancellationToken) {
        let mut feed_at = DateTime::<Utc>::MIN_UTC;
        while !shutdown.is_cancelled() {
            if let Err(failure) = self.turn(&mut feed_at).await {
                warn!(error = operator_text(&failure), "could not read the reminders that are due");
            }
            metrics::gauge!(metric::ALARMS).set(self.alarms.len() as f64);
            tokio::select! {
                () = shutdown.cancelled() => {}
                () = self.alarms.due() => {}
                () = sleep(SWEEP_EVERY) => {}
            }
        }
    }

    async fn turn(&self, feed_at: &mut DateTime<Utc>) -> Result<(), SqlError> {
        self.sweep().await?;
        let now = self.clock.now();
        // A clock that was put back by more than the pause must not keep us waiting for it.
        if *feed_at <= now || *feed_at > now + FEED_EVERY {
            *feed_at = self.feed(now).await?;
        }
        Ok(())
    }

    /// Sets the alarms of the near future and says when to do so again.
    async fn feed(&self, now: DateTime<Utc>) -> Result<DateTime<Utc>, SqlError> {
        let rows = self.due(now + HORIZON).await?;
        let again_at = now + FEED_EVERY;
        let full_until = match rows.last() {
            Some(last) if rows.len() >= READ_ROWS as usize => instant(last),
            _ => again_at,
        };
        self.alarms.set(rows.iter().map(instant));
        Ok(full_until.min(again_at))
    }

    /// Fires all that is due, read after read until there is no more.
    async fn sweep(&self) -> Result<(), SqlError> {
        loop {
            let now = self.clock.now();
            let mut due = self.due(now).await?;
            let full = due.len() >= READ_ROWS as usize;
            if let Some(tenure) = &self.tenure {
                due.retain(|row| {
                    instant(row) + OVERDUE <= now || tenure.of(&row.user_id).is_some()
                });
            }
            let fired = self.fire(due).await;
            // When nothing moves, the next tick is soon enough.
            if !full || fired == 0 {
                return Ok(());
            }
        }
    }

    async fn due(&self, until: DateTime<Utc>) -> Result<Vec<DueReminder>, SqlError> {
        let until_ms = until.timestamp_millis();
        self.storage.read(move |store| store.due_reminders(until_ms, READ_ROWS)).await
    }

    /// Decides on few threads, many users at a time; then stores on many, which wait for the disk
    /// together.
    async fn fire(&self, due: Vec<DueReminder>) -> usize {
        stream::iter(batches(due))
            .map(|batch| self.firing.decide(batch))
            .buffer_unordered(DECIDE_AT_ONCE)
            .flat_map(stream::iter)
            .map(|decided| self.firing.store(decided))
            .buffer_unordered(STORE_AT_ONCE)
            .fold(0, async |sum, fired| sum + fired)
            .await
    }
}

/// Reminders that fire together, by user; as many in a batch as are worth a way to another thread.
fn batches(due: Vec<DueReminder>) -> Vec<Vec<Arc<[DueReminder]>>> {
    let mut users = BTreeMap::<String, Vec<DueReminder>>::new();
    for row in due {
        users.entry(row.user_id.clone()).or_default().push(row);
    }
    let mut batches = Vec::new();
    let (mut batch, mut rows) = (Vec::new(), 0);
    for together in users.values().flat_map(|rows| rows.chunks(FIRE_TOGETHER)) {
        batch.push(Arc::from(together));
        rows += together.len();
        if rows >= DECIDE_TOGETHER {
            batches.push(std::mem::take(&mut batch));
            rows = 0;
        }
    }
    batches.push(batch);
    batches
}

fn instant(row: &DueReminder) -> DateTime<Utc> {
    DateTime::from_timestamp_millis(row.fire_at_ms).unwrap_or(DateTime::<Utc>::MAX_UTC)
}

#[cfg(test)]
mod tests;
