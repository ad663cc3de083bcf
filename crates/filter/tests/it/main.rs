//! The filter language from outside: which tasks pass, what people are told, what holds for every filter.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails there")]

mod docs;
mod explain;
mod limits;
mod moments;
mod parameters;
mod passes;
mod properties;
mod random;
mod tasks;

use chrono::NaiveDateTime;
use domain::zone::{self, ZoneName};
use filter::{Filter, Now};

/// Thursday, 24 September 2026, 10:00 in Berlin, which is 08:00 in UTC.
pub(crate) fn now() -> Now {
    now_at("2026-09-24T10:00", "Europe/Berlin")
}

pub(crate) fn now_at(local: &str, zone: &str) -> Now {
    let zone = ZoneName::parse(zone).unwrap();
    let local = NaiveDateTime::parse_from_str(local, "%Y-%m-%dT%H:%M").unwrap();
    Now { now: zone::instant(local, &zone), zone }
}

#[track_caller]
pub(crate) fn parse(text: &str) -> Filter {
    Filter::parse(text).unwrap()
}
