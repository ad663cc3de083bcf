//! Stand-ins for the world around the loops: a database that can die, components that follow a
//! script, and a clock that goes with the paused time of tokio.

use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use domain::{change::Settings, zone::ZoneName};
use tokio::time::Instant;

use crate::clock::Clock;

mod components;
mod database;

pub(crate) use components::{FakeComponents, Reply};
pub(crate) use database::{Death, FakeDatabase};

/// A wall clock that starts at [`testkit::now`] and goes with tokio's time.
pub(crate) fn clock() -> Arc<dyn Clock> {
    let start = Instant::now();
    Arc::new(move || testkit::now() + (Instant::now() - start))
}

/// `seconds` after [`testkit::now`].
pub(crate) fn after_ms(ms: i64) -> DateTime<Utc> {
    testkit::now() + TimeDelta::milliseconds(ms)
}

pub(crate) fn settings() -> Settings {
    Settings {
        zone: ZoneName::utc(),
        day_starts_at: chrono::NaiveTime::from_hms_opt(9, 0, 0).unwrap(),
    }
}
