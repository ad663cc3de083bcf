//! Every change of every clock between 1970 and 2100: gaps and overlaps as they are, not as drawn.

use std::sync::LazyLock;

use chrono::{DateTime, NaiveDateTime, TimeDelta, Utc};
use domain::{
    recurrence::{MonthEnd, Occurrence, Rule, Start, Timetable},
    zone::{self, ZoneName},
};

use crate::timetables::ZONES;

/// A clock is set: from this instant on, by so much.
#[derive(Debug, Clone, Copy)]
struct Change {
    at: DateTime<Utc>,
    by: TimeDelta,
    /// What the clock would show at `at` if it were not set.
    before: NaiveDateTime,
}

/// Found without the help of the database's own list: by looking at the offset twice a week.
fn changes(zone: &ZoneName) -> Vec<Change> {
    let offset = |at: i64| {
        let at = DateTime::from_timestamp(at, 0).unwrap();
        i64::from(zone::offset(at, zone).local_minus_utc())
    };
    let end: DateTime<Utc> = "2100-12-31T00:00:00Z".parse().unwrap();
    let half_week = 302_400;
    let mut found = Vec::new();
    for look in (0..end.timestamp()).step_by(half_week) {
        let (mut early, mut late) = (look, look + half_week as i64);
        let (before, after) = (offset(early), offset(late));
        if before == after {
            continue;
        }
        while late - early > 1 {
            let middle = early.midpoint(late);
            if offset(middle) == before { early = middle } else { late = middle }
        }
        found.push(Change {
            at: DateTime::from_timestamp(late, 0).unwrap(),
            by: TimeDelta::seconds(offset(late) - before),
            before: DateTime::from_timestamp(late + before, 0).unwrap().naive_utc(),
        });
    }
    found
}

/// Zones with the changes that they have.
static CHANGES: LazyLock<Vec<(&ZoneName, Vec<Change>)>> =
    LazyLock::new(|| ZONES.iter().map(|zone| (zone, changes(zone))).collect());

/// `Err` says what is wrong around a change; `days` are the day before, the day, the day after.
fn verdict(zone: &ZoneName, change: Change, days: &[Occurrence]) -> Result<(), String> {
    let size = change.by.abs();
    if size >= TimeDelta::days(1) && change.by > TimeDelta::zero() {
        // A whole day that is left out moves onto the next one, which has its own.
        return if days.len() == 2 { Ok(()) } else { Err(format!("{zone} {change:?} {days:?}")) };
    }
    let middle = middle(change);
    let told = |day: &Occurrence| (day.local, zone::local(day.at, zone));
    let is_right = match days {
        // The gap moves it forward by its length.
        [_, day, after] if change.by > TimeDelta::zero() => {
            told(day) == (middle, middle + change.by)
                && day.at == change.at + size / 2
                && after.local == middle + TimeDelta::days(1)
        }
        // Of the two the first, before the clock was set.
        [_, day, after] => {
            told(day) == (middle, middle)
                && day.at == change.at - size / 2
                && after.local == middle + TimeDelta::days(1)
        }
        _ => false,
    };
    if is_right { Ok(()) } else { Err(format!("{zone} {change:?} {days:?}")) }
}

/// In the middle of what the clock left out or showed twice.
fn middle(change: Change) -> NaiveDateTime {
    change.before + change.by / 2
}

fn days_around(zone: &ZoneName, change: Change) -> Vec<Occurrence> {
    let rule = Rule::parse("FREQ=DAILY;COUNT=3").unwrap();
    let start = middle(change) - TimeDelta::days(1);
    Timetable::new(&rule, MonthEnd::Skip, Start::Zoned(start, zone)).occurrences().collect()
}

#[test]
fn at_every_change_of_every_clock_a_day_has_its_occurrence_where_the_rule_says() {
    let mut seen = 0;
    for (zone, changes) in CHANGES.iter() {
        for change in changes {
            verdict(zone, *change, &days_around(zone, *change)).unwrap();
            seen += 1;
        }
    }
    assert!(seen > 50_000, "{seen} changes");
}

#[test]
fn an_occurrence_that_is_an_hour_off_is_noticed() {
    let (zone, changes) =
        CHANGES.iter().find(|(zone, _)| zone.as_str() == "Europe/Berlin").unwrap();
    for change in changes {
        for place in 1..3 {
            for hours in [-1, 1] {
                let mut days = days_around(zone, *change);
                days[place].at += TimeDelta::hours(hours);
                days[place].local += TimeDelta::hours(if place == 2 { hours } else { 0 });
                verdict(zone, *change, &days).unwrap_err();
            }
        }
    }
    assert!(changes.len() > 200, "{} changes", changes.len());
}

#[test]
fn through_every_change_of_every_clock_hours_run_on() {
    let rule = Rule::parse("FREQ=HOURLY;COUNT=5").unwrap();
    for (zone, changes) in CHANGES.iter() {
        for change in changes {
            let start = zone::local(change.at - TimeDelta::hours(2), zone);
            let first = zone::instant(start, zone);
            let times =
                Timetable::new(&rule, MonthEnd::Skip, Start::Zoned(start, zone)).occurrences();
            let hours: Vec<i64> = times.map(|found| (found.at - first).num_minutes()).collect();
            assert_eq!(hours, [0, 60, 120, 180, 240], "{zone} {change:?}");
        }
    }
}
