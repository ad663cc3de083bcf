//! The language from outside: what holds for every text, the rows of others' complaints, refusals,
//! the answer as JSON.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails there")]

mod complaints;
mod invariants;
mod json;
mod moments;
mod properties;
mod refusals;
#[path = "../corpus/show.rs"]
mod show;
mod spoken;

use domain::zone::{self, ZoneName};
use language::{Context, Intent, Locale, parse};

/// Monday, 21 September 2026, 10:00 in Berlin.
pub(crate) fn context(locale: Locale) -> Context {
    context_at("2026-09-21T10:00", "Europe/Berlin", locale)
}

pub(crate) fn context_at(now: &str, zone: &str, locale: Locale) -> Context {
    let zone = ZoneName::parse(zone).unwrap();
    let local = chrono::NaiveDateTime::parse_from_str(now, "%Y-%m-%dT%H:%M").unwrap();
    Context::new(zone::instant(local, &zone), zone, locale)
}

pub(crate) fn read(text: &str, locale: Locale) -> Intent {
    parse(text, &context(locale)).unwrap()
}
