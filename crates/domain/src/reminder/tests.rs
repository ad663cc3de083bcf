//! Durations, and the instants that follow from them.

use chrono::NaiveTime;

use super::*;
use crate::zone::ZoneName;

#[track_caller]
fn round_trip(text: &str, expect: &str) {
    assert_eq!(Trigger::before(text).unwrap().duration().as_deref(), Some(expect));
}

#[test]
fn a_duration_is_read_and_written_back() {
    for text in ["PT30M", "P1D", "P1DT2H", "P2W", "PT24H", "PT1H30M", "PT0S", "P3DT1H2M3S"] {
        round_trip(text, text);
    }
    round_trip("PT90M", "PT1H30M");
    round_trip("P14D", "P2W");
    round_trip("P0D", "PT0S");
}

#[test]
fn what_is_no_duration_is_refused() {
    let refused = [
        "",
        "P",
        "PT",
        "T1H",
        "-PT30M",
        "PT-30M",
        "+PT30M",
        "P1M",
        "P1Y",
        "P1W2D",
        "PT1.5H",
        "P1DT",
        "PT30",
        "30M",
        "PT5S3M",
        "PT1H1H",
        "p1d",
        "P1D ",
        "P٣D",
        "PW",
        "PD",
        "P12345678901D",
    ];
    for text in refused {
        let error = Trigger::before(text).unwrap_err();
        assert!(matches!(error, DurationError::Form(_)), "{text}: {error}");
    }
}

#[test]
fn more_than_ten_years_before_is_refused() {
    round_trip("P3660D", "P3660D");
    for text in ["P3661D", "P523W", "PT9999999999S", "P3660DT1S", "P9999999999W"] {
        let error = Trigger::before(text).unwrap_err();
        assert!(matches!(error, DurationError::TooLong(_)), "{text}: {error}");
    }
}

#[track_caller]
fn check(trigger: &str, due: &Due, expect: &str) {
    let settings = Settings {
        zone: ZoneName::parse("America/New_York").unwrap(),
        day_starts_at: NaiveTime::from_hms_opt(9, 0, 0).unwrap(),
    };
    let zone = due.zone().unwrap_or(&settings.zone);
    let at = fire_at(&Trigger::before(trigger).unwrap(), Some(due), &settings).unwrap();
    assert_eq!(zone::in_zone(at, zone).to_rfc3339(), expect);
}

fn due_at(local: &str, zone: &str) -> Due {
    Due::At { local: local.parse().unwrap(), zone: ZoneName::parse(zone).unwrap() }
}

fn due_on(date: &str, zone: Option<&str>) -> Due {
    Due::Date { date: date.parse().unwrap(), zone: zone.map(|zone| ZoneName::parse(zone).unwrap()) }
}

#[test]
fn days_count_before_the_time() {
    check(
        "P1DT2H",
        &due_at("2026-03-08T09:00:00", "America/New_York"),
        "2026-03-07T07:00:00-05:00",
    );
}

#[test]
fn a_day_before_that_falls_into_a_gap_moves_forward() {
    check("P1D", &due_at("2026-03-30T02:30:00", "Europe/Berlin"), "2026-03-29T03:30:00+02:00");
}

#[test]
fn a_date_counts_from_the_hour_at_which_the_day_starts() {
    check("PT0S", &due_on("2026-10-01", None), "2026-10-01T09:00:00-04:00");
    check("P1D", &due_on("2026-10-01", Some("Europe/Berlin")), "2026-09-30T09:00:00+02:00");
}

#[test]
fn without_a_due_date_only_a_moment_is_possible() {
    let settings = Settings { zone: ZoneName::utc(), day_starts_at: NaiveTime::MIN };
    let moment = Trigger::At("2026-11-30T18:00:00+01:00".parse().unwrap());
    assert_eq!(
        fire_at(&moment, None, &settings).unwrap().to_rfc3339(),
        "2026-11-30T17:00:00+00:00"
    );
    assert_eq!(fire_at(&Trigger::before("P1D").unwrap(), None, &settings), Err(NoDue));
}
