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

pub mod dapr;
mod moments;

use moments::Moments;

/// How far ahead alarms are kept in memory. What is further away waits in its row.
pub const HORIZON: TimeDelta = TimeDelta::minutes(10);
/// The wall clock is looked at again at least so often. The pause itself is counted by a clock that
/// stands still while the machine is suspended and knows nothing of steps of the wall clock.
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

/// Sets and cancels alarms. Both may be repeated. An alarm that goes off all the same does no harm.
#[async_trait]
pub trait AlarmClock: Send + Sync {
    /// Sets or moves the alarm of a reminder.
    async fn schedule(&self, alarm: Alarm) -> Result<(), AlarmError>;
    /// Takes the alarm of a reminder back; there may be none.
    async fn cancel(&self, reminder_id: Uuid) -> Result<(), AlarmError>;
}

/// The alarm clock of this process. It knows at which moments to look at the rows, and not for whose
/// sake: the look finds out what is due then, if anything still is.
pub struct Alarms {
    clock: Arc<dyn Clock>,
    moments: Mutex<Moments>,
    earlier: Notify,
}

impl Alarms {
    /// An alarm clock without alarms.
    pub fn new(clock: Arc<dyn Clock>) -> Self {
        Self { clock, moments: Mutex::default(), earlier: Notify::new() }
    }

    /// Keeps those moments that are within the [`HORIZON`]; the rest comes from the rows in time.
    pub fn set(&self, moments: impl IntoIterator<Item = DateTime<Utc>>) {
        let horizon = self.clock.now() + HORIZON;
        let mut kept = self.moments();
        let next = kept.earliest();
        for moment in moments.into_iter().filter(|moment| *moment <= horizon) {
            kept.add(moment);
        }
        metrics::gauge!(metric::ALARMS).set(kept.len() as f64);
        if kept.earliest() != next {
            self.earlier.notify_one();
        }
    }

    /// Returns when at least one alarm has gone off, and forgets those that have. One caller only.
    pub async fn due(&self) {
        loop {
            let now = self.clock.now();
            let pause = {
                let mut moments = self.moments();
                if moments.pass(now) {
                    metrics::gauge!(metric::ALARMS).set(moments.len() as f64);
                    return;
                }
                moments.earliest().map_or(LOOK_AGAIN, |at| until(at, now).min(LOOK_AGAIN))
            };
            tokio::select! {
                () = self.earlier.notified() => {}
                () = tokio::time::sleep(pause) => {}
            }
        }
    }

    /// Moments at which an alarm goes off.
    pub fn len(&self) -> usize {
        self.moments().len()
    }

    /// Whether none is set.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// They are whole after every operation, so a panic elsewhere does not make them useless.
    fn moments(&self) -> MutexGuard<'_, Moments> {
        self.moments.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[async_trait]
impl AlarmClock for Alarms {
    async fn schedule(&self, alarm: Alarm) -> Result<(), AlarmError> {
        self.set([alarm.fire_at]);
        Ok(())
    }

    /// Leaves the moment as it is: others may wait for it too, and a look that finds nothing due
    /// costs less than to know whose moment it is.
    async fn cancel(&self, _reminder_id: Uuid) -> Result<(), AlarmError> {
        Ok(())
    }
}

/// At least a millisecond, so that a clock that stands still is not asked in a busy loop.
fn until(at: DateTime<Utc>, now: DateTime<Utc>) -> Duration {
    (at - now).to_std().unwrap_or_default().max(Duration::from_millis(1))
}

#[cfg(test)]
mod tests;
