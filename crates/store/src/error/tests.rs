//! Classification of error texts.

use super::*;

#[track_caller]
fn check(message: &str, expect: SqlErrorKind) {
    let error = SqlError::new(message);
    assert_eq!(error.kind(), expect);
    let shown = error.to_string();
    assert!(!shown.contains(message) && !shown.contains("tasks."), "{shown}");
}

#[test]
fn the_trigger_is_understood() {
    check("conflict:version", SqlErrorKind::Conflict(Conflict::Version));
    check("conflict:duplicate", SqlErrorKind::Conflict(Conflict::Duplicate));
    check("conflict:idempotency", SqlErrorKind::Conflict(Conflict::Idempotency));
    check("conflict:reminder", SqlErrorKind::Conflict(Conflict::Reminder));
    check("conflict:series", SqlErrorKind::Conflict(Conflict::Series));
    check("io error: conflict:version", SqlErrorKind::Conflict(Conflict::Version));
}

#[test]
fn a_taken_place_in_a_series_is_a_conflict() {
    check(
        "UNIQUE constraint failed: tasks.user_id, tasks.series_id, tasks.occurrence",
        SqlErrorKind::Conflict(Conflict::Series),
    );
    check("UNIQUE constraint failed: events.event_id", SqlErrorKind::Other);
}

#[test]
fn what_can_be_tried_again_is_told_from_what_needs_a_hand() {
    check("database is locked", SqlErrorKind::Busy);
    check("database table is locked: events", SqlErrorKind::Busy);
    check("database or disk is full", SqlErrorKind::Full);
    check("attempt to write a readonly database", SqlErrorKind::ReadOnly);
    check("duplicate column name: color", SqlErrorKind::Exists);
    check("disk I/O error", SqlErrorKind::Other);
    assert!(SqlError::new("database is locked").is_retryable());
    assert!(!SqlError::new("database or disk is full").is_retryable());
}

#[test]
fn an_unknown_conflict_is_no_conflict() {
    check("conflict:color", SqlErrorKind::Other);
    check("conflict:version of the file", SqlErrorKind::Other);
}

#[test]
fn a_conflict_is_told_from_a_database_that_does_not_answer() {
    let conflict = ApplyError::from(SqlError::new("conflict:series"));
    assert_eq!(conflict, ApplyError::Conflict(Conflict::Series));
    let busy = ApplyError::from(SqlError::new("database is locked"));
    assert!(busy.is_retryable() && !conflict.is_retryable());
    assert_eq!(busy.to_string(), "the change could not be stored");
}
