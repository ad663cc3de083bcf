//! Stand-ins for the world around the loops: a database that can die, components that follow a
//! script, and a clock that goes with the paused time of tokio.

use std::sync::{
    Arc, Mutex,
    atomic::{AtomicI64, Ordering},
};

use async_trait::async_trait;
use chrono::{DateTime, TimeDelta, Utc};
use domain::{change::Settings, zone::ZoneName};
use tokio::time::Instant;
use uuid::Uuid;

use crate::{
    alarm::{Alarm, AlarmClock, AlarmError},
    clock::Clock,
};

mod components;
mod database;

pub(crate) use components::{FakeComponents, Reply};
pub(crate) use database::{Death, FakeDatabase};

/// A wall clock that starts at [`testkit::now`] and goes with tokio's time.
pub(crate) fn clock() -> Arc<dyn Clock> {
    let start = Instant::now();
    Arc::new(move || testkit::now() + (Instant::now() - start))
}

/// A wall clock like [`clock`] that can be put forward and back.
pub(crate) struct SteppingClock {
    clock: Arc<dyn Clock>,
    stepped_ms: AtomicI64,
}

impl SteppingClock {
    pub(crate) fn new() -> Arc<Self> {
        Arc::new(Self { clock: clock(), stepped_ms: AtomicI64::new(0) })
    }

    pub(crate) fn step(&self, by: TimeDelta) {
        self.stepped_ms.fetch_add(by.num_milliseconds(), Ordering::SeqCst);
    }
}

impl Clock for SteppingClock {
    fn now(&self) -> DateTime<Utc> {
        self.clock.now() + TimeDelta::milliseconds(self.stepped_ms.load(Ordering::SeqCst))
    }
}

/// An alarm clock that only writes down what it is told: when, or `None` to cancel.
#[derive(Default)]
pub(crate) struct ToldAlarms(Mutex<Vec<(Uuid, Option<DateTime<Utc>>)>>);

impl ToldAlarms {
    pub(crate) fn told(&self) -> Vec<(Uuid, Option<DateTime<Utc>>)> {
        self.0.lock().unwrap().clone()
    }
}

#[async_trait]
impl AlarmClock for ToldAlarms {
    async fn schedule(&self, alarm: Alarm) -> Result<(), AlarmError> {
        self.0.lock().unwrap().push((alarm.reminder_id, Some(alarm.fire_at)));
        Ok(())
    }

    async fn cancel(&self, reminder_id: Uuid) -> Result<(), AlarmError> {
        self.0.lock().unwrap().push((reminder_id, None));
        Ok(())
    }
}

/// `ms` milliseconds after [`testkit::now`].
pub(crate) fn after_ms(ms: i64) -> DateTime<Utc> {
    testkit::now() + TimeDelta::milliseconds(ms)
}

pub(crate) fn settings() -> Settings {
    Settings {
        zone: ZoneName::utc(),
        day_starts_at: chrono::NaiveTime::from_hms_opt(9, 0, 0).unwrap(),
    }
}
