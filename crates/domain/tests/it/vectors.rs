//! The file of vectors: every row is proved here, or stands on a list that says why it is not.

use std::collections::BTreeSet;

use serde_json::Value;

/// What a row of the file says.
pub(crate) struct Row {
    pub(crate) id: String,
    pub(crate) group: String,
    pub(crate) fields: Value,
}

impl Row {
    pub(crate) fn text(&self, field: &str) -> &str {
        self.fields[field].as_str().unwrap()
    }
}

/// The rows of `rrule` or of `other`.
pub(crate) fn rows(list: &str) -> Vec<Row> {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/recurrence_vectors.json");
    let file: Value = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    let row = |fields: &Value| Row {
        id: fields["id"].as_str().unwrap().to_owned(),
        group: fields["group"].as_str().unwrap().to_owned(),
        fields: fields.clone(),
    };
    file[list].as_array().unwrap().iter().map(row).collect()
}

/// Holds what we work out against the words of a row: they must contain it.
#[track_caller]
pub(crate) fn row_says(id: &str, ours: &str) {
    let rows = rows("other");
    let row = rows.iter().find(|row| row.id == id).unwrap();
    assert!(says(row.text("expect"), ours), "{id}: {ours:?} is not in {:?}", row.text("expect"));
}

/// Whole lists only: what is left of the words must not go on with another value.
fn says(expect: &str, ours: &str) -> bool {
    let goes_on = |rest: &str| {
        rest.strip_prefix(", ").is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit()))
    };
    let begins_earlier = |before: &str| {
        before.strip_suffix(", ").is_some_and(|rest| rest.ends_with(|c: char| c.is_ascii_digit()))
    };
    !ours.is_empty()
        && expect
            .match_indices(ours)
            .any(|(at, _)| !goes_on(&expect[at + ours.len()..]) && !begins_earlier(&expect[..at]))
}

#[test]
fn a_row_that_says_otherwise_is_noticed() {
    assert!(says("two: 01-31, 02-28; then", "01-31, 02-28"));
    assert!(!says("two: 01-31, 02-27; then", "01-31, 02-28"));
    assert!(!says("01-31, 02-28, 03-31", "01-31, 02-28"), "one is missing at the end");
    assert!(!says("01-31, 02-28, 03-31", "02-28, 03-31"), "one is missing at the start");
    assert!(!says("01-31", ""));
}

/// Proved by a test of this crate that names the row.
const PROVED: &[&str] = &[
    "S1", "S2", "S3", "S4", "S5", "S6", "D1", "D2", "D3", "D4", "D5", "D6", "D7", "D8", "D9",
    "D10", "D11", "D12", "C1", "C2", "C3", "C4", "C5", "C6", "C7", "C8", "C9", "C10", "C11", "C12",
    "C13", "C14", "C15", "C16", "C17", "C18", "C19", "C20", "C21", "C22", "C23", "C24", "C25",
    "C26", "C27", "I1", "I2", "I3", "I4", "I5", "M1", "M2", "M3", "M4", "M5", "M6",
];

/// Where they are.
const TESTS: &str = concat!(
    include_str!("completion.rs"),
    include_str!("dst.rs"),
    include_str!("reminders.rs"),
    include_str!("rules.rs"),
    include_str!("series.rs"),
    include_str!("snooze.rs"),
);

/// Proved by another crate, and where.
const NOT_HERE: &[(&str, &str)] =
    &[("M7", "the wire: `a_wish_for_an_alarm_says_its_moment_with_its_offset` in `events`")];

#[test]
fn every_row_is_proved_or_listed() {
    // Rows of the group `parse` are about text in plain language.
    let known: BTreeSet<String> =
        rows("other").into_iter().filter(|row| row.group != "parse").map(|row| row.id).collect();
    let listed: Vec<&str> =
        PROVED.iter().copied().chain(NOT_HERE.iter().map(|(id, _)| *id)).collect();
    assert_eq!(listed.iter().map(ToString::to_string).collect::<BTreeSet<_>>(), known);
    assert_eq!(listed.len(), known.len(), "a row is listed twice");
}

#[test]
fn every_proved_row_is_named_by_a_test() {
    let unnamed: Vec<_> =
        PROVED.iter().filter(|id| !TESTS.contains(&format!("\"{id}\""))).collect();
    assert!(unnamed.is_empty(), "{unnamed:?}");
}
