//! Alarm clocks. An alarm only wakes somebody up; whether a reminder fires is up to its row.

use std::{
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use async_trait::async_trait;
use chrono::{DateTime, TimeDelta, Utc};
use tokio::sync::Notify;
use uuid::Uuid;

use crate::{clock::Clock, observe::metric};

mod heap;

pub use heap::Heap;

/// How far ahead alarms are kept in memory. What is further away waits in its row.
pub const HORIZON: TimeDelta = TimeDelta::minutes(10);
/// The wall clock is looked at again at least so often, so that steps and suspends are seen.
const LOOK_AGAIN: Duration = Duration::from_secs(1);

/// A wish to be woken up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Alarm {
    /// The reminder; it has one alarm at a time.
    pub reminder_id: Uuid,
    /// The generation of the reminder's row that it is for. An older one never replaces a newer.
    pub generation: u32,
    /// When. Never goes off before.
    pub fire_at: DateTime<Utc>,
}

/// Why an alarm was not set.
#[derive(Debug, thiserror::Error)]
#[error("could not set or cancel the alarm of reminder {reminder_id}")]
pub struct AlarmError {
    /// The reminder.
    pub reminder_id: Uuid,
    #[source]
    cause: Box<dyn std::error::Error + Send + Sync>,
}

impl AlarmError {
    /// For adapters whose clock is elsewhere.
    pub fn new(
        reminder_id: Uuid,
        cause: impl Into<Box<dyn std::error::Error + Send + Sync>>,
    ) -> Self {
        Self { reminder_id, cause: cause.into() }
    }
}

/// Sets and cancels alarms. Both may be repeated.
#[async_trait]
pub trait AlarmClock: Send + Sync {
    /// Sets or moves the alarm of a reminder.
    async fn schedule(&self, alarm: Alarm) -> Result<(), AlarmError>;
    /// Takes the alarm of a reminder back; there may be none.
    async fn cancel(&self, reminder_id: Uuid) -> Result<(), AlarmError>;
}

/// The alarm clock of this process.
pub struct Alarms {
    clock: Arc<dyn Clock>,
    heap: Mutex<Heap>,
    earlier: Notify,
}

impl Alarms {
    /// An alarm clock without alarms.
    pub fn new(clock: Arc<dyn Clock>) -> Self {
        Self { clock, heap: Mutex::new(Heap::default()), earlier: Notify::new() }
    }

    /// Keeps alarms that are due within the [`HORIZON`]; the rest comes from the rows in time.
    pub fn set(&self, alarms: impl IntoIterator<Item = Alarm>) {
        let horizon = self.clock.now() + HORIZON;
        let mut heap = self.heap();
        let next = heap.earliest();
        for alarm in alarms.into_iter().filter(|alarm| alarm.fire_at <= horizon) {
            heap.schedule(alarm);
        }
        metrics::gauge!(metric::ALARMS).set(heap.len() as f64);
        if heap.earliest() != next {
            self.earlier.notify_one();
        }
    }

    /// Returns when at least one alarm has gone off, and forgets those that have. One caller only.
    pub async fn due(&self) {
        loop {
            let now = self.clock.now();
            let pause = match self.next_after(now) {
                None => return,
                Some(next) => next.map_or(LOOK_AGAIN, |at| until(at, now).min(LOOK_AGAIN)),
            };
            tokio::select! {
                () = self.earlier.notified() => {}
                () = tokio::time::sleep(pause) => {}
            }
        }
    }

    /// Alarms that are set.
    pub fn len(&self) -> usize {
        self.heap().len()
    }

    /// Whether none is set.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// `None` when something went off by `now`; else the time of the next alarm, if there is one.
    fn next_after(&self, now: DateTime<Utc>) -> Option<Option<DateTime<Utc>>> {
        let mut heap = self.heap();
        let gone_off = heap.take_due(now);
        if gone_off == 0 {
            return Some(heap.earliest());
        }
        metrics::gauge!(metric::ALARMS).set(heap.len() as f64);
        None
    }

    /// The heap is whole after every operation, so a panic elsewhere does not make it useless.
    fn heap(&self) -> MutexGuard<'_, Heap> {
        self.heap.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[async_trait]
impl AlarmClock for Alarms {
    async fn schedule(&self, alarm: Alarm) -> Result<(), AlarmError> {
        self.set([alarm]);
        Ok(())
    }

    async fn cancel(&self, reminder_id: Uuid) -> Result<(), AlarmError> {
        self.heap().cancel(reminder_id);
        Ok(())
    }
}

/// At least a millisecond, so that a clock that stands still is not asked in a busy loop.
fn until(at: DateTime<Utc>, now: DateTime<Utc>) -> Duration {
    (at - now).to_std().unwrap_or_default().max(Duration::from_millis(1))
}

#[cfg(test)]
mod tests;
