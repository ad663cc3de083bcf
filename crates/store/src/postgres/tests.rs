//! Error codes and rights.

use super::*;
use crate::SqlError;

#[track_caller]
fn check(sqlstate: &str, message: &str, expect: SqlErrorKind) {
    assert_eq!(SqlError::from_postgres(sqlstate, message).kind(), expect);
}

#[test]
fn what_the_function_raises_is_understood() {
    check("P0001", "conflict:version", SqlErrorKind::Conflict(Conflict::Version));
    check("P0001", "conflict:fence", SqlErrorKind::Other);
    check("22P02", "conflict:version", SqlErrorKind::Other);
}

#[test]
fn a_taken_place_in_a_series_is_a_conflict() {
    let message = "duplicate key value violates unique constraint \"tasks_by_series\"";
    check("23505", message, SqlErrorKind::Conflict(Conflict::Series));
    let message = "duplicate key value violates unique constraint \"events_event_id_key\"";
    check("23505", message, SqlErrorKind::Other);
}

#[test]
fn what_can_be_tried_again_is_told_from_what_needs_a_hand() {
    check("40P01", "deadlock detected", SqlErrorKind::Busy);
    check("57014", "canceling statement due to statement timeout", SqlErrorKind::Busy);
    check("53100", "could not extend file", SqlErrorKind::Full);
    check("42501", "permission denied for table tasks", SqlErrorKind::ReadOnly);
    check("42P07", "relation \"tasks\" already exists", SqlErrorKind::Exists);
    check("08006", "connection failure", SqlErrorKind::Away);
    check("57P01", "terminating connection due to administrator command", SqlErrorKind::Away);
    check("53300", "sorry, too many clients already", SqlErrorKind::Away);
    check("57000", "operator intervention", SqlErrorKind::Other);
    check("", "", SqlErrorKind::Other);
    assert!(SqlError::from_postgres("57P03", "the database system is starting up").is_retryable());
    assert!(!SqlError::from_postgres("53100", "no space left on device").is_retryable());
}

#[test]
fn the_name_of_a_role_stays_a_name() {
    let grants = grants("app\"; drop table tasks; --");
    assert!(grants.iter().all(|grant| grant.ends_with(" to \"app\"\"; drop table tasks; --\"")));
}
