//! Any text in any locale: no panic, no word lost, no promise broken.

#![no_main]

#[path = "../../crates/language/tests/it/invariants.rs"]
mod invariants;

use chrono::DateTime;
use language::{Context, Locale};

/// September 2026 and 300,007 s steps from there on: all days of a year, all hours of a day.
const FIRST_S: i64 = 1_790_000_000;
const STEP_S: i64 = 300_007;

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    let [first, text @ ..] = data else { return };
    let Ok(text) = std::str::from_utf8(text) else { return };
    let Some(now) = DateTime::from_timestamp(FIRST_S + i64::from(*first) * STEP_S, 0) else {
        return;
    };
    let Ok(zone) = domain::zone::ZoneName::parse("Europe/Berlin") else { return };
    let context = Context::new(now, zone, Locale::ALL[usize::from(*first) % Locale::ALL.len()]);
    assert_eq!(invariants::broken(text, &context), None);
});
