//! Gaps, overlaps and names.

use chrono::NaiveDateTime;

use super::*;

#[track_caller]
fn check(zone: &str, wall: &str, expect: &str) {
    let zone = ZoneName::parse(zone).unwrap();
    let wall: NaiveDateTime = wall.parse().unwrap();
    assert_eq!(in_zone(instant(wall, &zone), &zone).to_rfc3339(), expect);
}

#[test]
fn a_time_in_a_gap_moves_forward_by_the_gap() {
    check("Europe/Berlin", "2026-03-29T02:30:00", "2026-03-29T03:30:00+02:00");
    check("America/New_York", "2007-03-11T02:30:00", "2007-03-11T03:30:00-04:00");
    check("Australia/Lord_Howe", "2026-10-04T02:15:00", "2026-10-04T02:45:00+11:00");
}

#[test]
fn a_day_that_a_zone_skipped_becomes_the_next_one() {
    check("Pacific/Apia", "2011-12-30T09:00:00", "2011-12-31T09:00:00+14:00");
}

#[test]
fn the_first_time_in_an_overlap_counts() {
    check("America/New_York", "2007-11-04T01:30:00", "2007-11-04T01:30:00-04:00");
    check("Europe/Berlin", "2026-10-25T02:30:00", "2026-10-25T02:30:00+02:00");
}

#[test]
fn an_instant_comes_back_from_the_wall() {
    let berlin = ZoneName::parse("Europe/Berlin").unwrap();
    let at: DateTime<Utc> = "2026-07-01T22:30:00.5Z".parse().unwrap();
    assert_eq!(local(at, &berlin).to_string(), "2026-07-02 00:30:00.500");
    assert_eq!(instant(local(at, &berlin), &berlin), at);
    assert_eq!(date(at, &berlin).to_string(), "2026-07-02");
}

#[test]
fn a_name_is_written_as_in_the_database() {
    assert_eq!(ZoneName::parse("europe/berlin").unwrap().as_str(), "Europe/Berlin");
    assert_eq!(ZoneName::parse("UTC").unwrap(), ZoneName::utc());
}

#[test]
fn an_unknown_name_is_refused_with_an_example() {
    for name in ["", "Mars/Olympus", "Etc/Unknown", "+01:00", "CET-1CEST", "Europe/Berlin ", "\0"] {
        let error = ZoneName::parse(name).unwrap_err().to_string();
        assert!(error.contains("use an IANA name such as `Europe/Berlin`"), "{error}");
    }
}

#[test]
fn the_ends_of_time_do_not_panic() {
    let zone = ZoneName::parse("Pacific/Kiritimati").unwrap();
    for wall in [NaiveDateTime::MIN, NaiveDateTime::MAX] {
        assert_eq!(instant(wall, &zone).naive_utc(), wall);
    }
    for at in [DateTime::<Utc>::MIN_UTC, DateTime::<Utc>::MAX_UTC] {
        assert_eq!(local(at, &zone), at.naive_utc());
        assert_eq!(in_zone(at, &zone), at);
    }
}

#[test]
fn the_database_says_its_release() {
    assert!(database_version().starts_with("20"), "{}", database_version());
}
