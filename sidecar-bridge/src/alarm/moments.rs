//! Moments in their order, to the millisecond, each one once however many reminders wait for it.
//!
//! Reminders are not named, so that nothing has to be found when one of them moves or goes away, and
//! a hundred thousand take no more than 2 MB. Within ten minutes there are 600,000 moments at most,
//! whatever the number of reminders.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};

/// Moments in their order.
#[derive(Debug, Default)]
pub(super) struct Moments(BTreeSet<i64>);

impl Moments {
    /// Adds a moment; it may be there already.
    pub(super) fn add(&mut self, at: DateTime<Utc>) {
        // Rounded up: a fraction of a millisecond must not make it early.
        self.0.insert(-(-at.timestamp_micros()).div_euclid(1000));
    }

    /// The next one.
    pub(super) fn earliest(&self) -> Option<DateTime<Utc>> {
        self.0.first().and_then(|at_ms| DateTime::from_timestamp_millis(*at_ms))
    }

    /// Forgets those that have come by `now`, and says whether there were any.
    pub(super) fn pass(&mut self, now: DateTime<Utc>) -> bool {
        let now_ms = now.timestamp_millis();
        let mut passed = false;
        while self.0.first().is_some_and(|at_ms| *at_ms <= now_ms) {
            self.0.pop_first();
            passed = true;
        }
        passed
    }

    /// How many there are.
    pub(super) fn len(&self) -> usize {
        self.0.len()
    }
}
