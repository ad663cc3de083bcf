//! Wall clocks through gaps and overlaps.

use chrono::{DateTime, FixedOffset};
use domain::recurrence::{MonthEnd, Rule, preview};

use crate::{
    support::{wall, zone},
    vectors::row_says,
};

fn occurrences(rule: &str, start: &str, zone_name: &str) -> Vec<DateTime<FixedOffset>> {
    let rule = Rule::parse(rule).unwrap();
    preview(&rule, MonthEnd::Clamp, wall(start), &zone(zone_name), 100)
        .into_iter()
        .map(|(_, instant)| instant)
        .collect()
}

/// `03-29 03:30+02`, as the rows write it.
fn short(at: &DateTime<FixedOffset>) -> String {
    let offset = at.format("%:z").to_string();
    format!("{}{}", at.format("%m-%d %H:%M"), offset.trim_end_matches(":00"))
}

#[track_caller]
fn check(id: &str, rule: &str, start: &str, zone_name: &str) {
    let days: Vec<String> = occurrences(rule, start, zone_name).iter().map(short).collect();
    row_says(id, &days.join(", "));
}

#[test]
fn d1_d2_a_gap_moves_one_day_and_no_other() {
    let rule = "FREQ=DAILY;COUNT=4";
    check("D1", rule, "2026-03-27 02:30", "Europe/Berlin");
    row_says("D2", &occurrences(rule, "2026-03-27 02:30", "Europe/Berlin")[3].to_rfc3339());
}

#[test]
fn d3_d4_a_gap_moves_forward_and_of_an_overlap_the_first_counts() {
    for (id, start) in [("D3", "2007-03-11 02:30"), ("D4", "2007-11-04 01:30")] {
        let at = occurrences("FREQ=DAILY;COUNT=1", start, "America/New_York")[0];
        let ours = format!(
            "{} EDT ({}) = {}",
            at.format("%H:%M"),
            at.format("%:z"),
            at.to_utc().format("%H:%MZ")
        );
        row_says(id, &ours);
    }
}

#[test]
fn d5_an_overlap_fires_once() {
    check("D5", "FREQ=DAILY;COUNT=4", "2026-10-30 01:30", "America/New_York");
}

#[test]
fn d6_half_an_hour_is_a_gap_too() {
    check("D6", "FREQ=DAILY;COUNT=3", "2026-10-03 02:15", "Australia/Lord_Howe");
}

#[test]
fn d7_a_gap_on_a_day_left_out_moves_nothing() {
    let rule = "FREQ=DAILY;BYDAY=MO,TU,WE,TH,FR;COUNT=3";
    check("D7", rule, "2026-03-27 02:30", "Europe/Berlin");
}

#[test]
fn d8_until_in_an_overlap_is_an_instant() {
    let rule = "FREQ=DAILY;UNTIL=20201025T010000Z";
    let days: Vec<String> = occurrences(rule, "2020-10-24 02:30", "Europe/Amsterdam")
        .iter()
        .map(|at| at.format("%Y%m%dT%H%M%S").to_string())
        .collect();
    row_says("D8", &days.join(", "));
}

#[test]
fn d9_a_gap_drops_no_day() {
    let days = occurrences("FREQ=DAILY;COUNT=30", "2021-03-01 02:22:10", "America/Vancouver");
    row_says("D9", &format!("{} instances", days.len()));
    assert!(days.is_sorted());
}

#[test]
fn d10_a_week_keeps_its_wall_clock() {
    let days = occurrences("FREQ=WEEKLY;COUNT=5", "2023-10-22 09:00", "America/New_York");
    let groups: Vec<String> = days
        .chunk_by(|one, other| one.offset() == other.offset())
        .map(|days| {
            let dates: Vec<String> = days.iter().map(|at| at.format("%m-%d").to_string()).collect();
            format!("{} on {}", days[0].format("%H:%M%:z"), dates.join(", "))
        })
        .collect();
    row_says("D10", &groups.join("; "));
}
