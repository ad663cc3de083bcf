//! Wall clocks through gaps and overlaps.

use chrono::{DateTime, FixedOffset};
use domain::recurrence::{Gap, MonthEnd, Occurrence, Rule, Start, Timetable, preview};

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

/// The days that a rule gives when a gap takes them away, as imports may ask for.
fn without_gaps(rule: &str, start: &str, zone_name: &str) -> String {
    let (rule, zone) = (Rule::parse(rule).unwrap(), zone(zone_name));
    let start = Start::Zoned(wall(start), &zone);
    let days: Vec<String> = Timetable::new(&rule, MonthEnd::Skip, start)
        .with_gap(Gap::Omit)
        .occurrences()
        .map(|Occurrence { local, .. }| local.format("%m-%d").to_string())
        .collect();
    days.join(", ")
}

#[test]
fn d1_d6_imports_may_leave_a_gap_out_and_do_not_count_it() {
    let days = without_gaps("FREQ=DAILY;COUNT=4", "2026-03-27 02:30", "Europe/Berlin");
    row_says("D1", &format!("STRICT RFC 3.3.10: {days} (gap day not produced, not counted)"));
    let days = without_gaps("FREQ=DAILY;COUNT=3", "2026-10-03 02:15", "Australia/Lord_Howe");
    row_says("D6", &format!("strict: {days}"));
}

#[test]
fn d11_every_24_hours_is_elapsed_time_and_every_day_is_the_wall_clock() {
    let times = |rule| {
        let all = occurrences(rule, "2026-03-28 09:00", "Europe/Berlin");
        all.iter().map(short).collect::<Vec<_>>()
    };
    let hours = times("FREQ=HOURLY;INTERVAL=24;COUNT=3");
    assert_eq!(hours, ["03-28 09:00+01", "03-29 10:00+02", "03-30 10:00+02"]);
    let days = times("FREQ=DAILY;COUNT=3");
    assert_eq!(days, ["03-28 09:00+01", "03-29 09:00+02", "03-30 09:00+02"]);
    row_says("D11", "HOURLY keeps elapsed time (wall clock moves), DAILY keeps wall clock");
}

#[track_caller]
fn times(rule: &str, start: &str, zone_name: &str, expect: &[&str]) {
    let ours: Vec<String> = occurrences(rule, start, zone_name).iter().map(short).collect();
    assert_eq!(ours, expect);
}

#[test]
fn a_rule_within_the_day_runs_on_through_gap_and_overlap() {
    let rule = "FREQ=HOURLY;COUNT=4";
    let spring = ["03-29 01:30+01", "03-29 03:30+02", "03-29 04:30+02", "03-29 05:30+02"];
    times(rule, "2026-03-29 01:30", "Europe/Berlin", &spring);
    let autumn = ["10-25 01:30+02", "10-25 02:30+02", "10-25 02:30+01", "10-25 03:30+01"];
    times(rule, "2026-10-25 01:30", "Europe/Berlin", &autumn);
    // Half an hour: what the rule leaves open moves, what it says stays.
    let open = ["10-04 01:15+10:30", "10-04 02:45+11", "10-04 03:45+11", "10-04 04:45+11"];
    times(rule, "2026-10-04 01:15", "Australia/Lord_Howe", &open);
    let said = ["10-04 01:15+10:30", "10-04 03:15+11", "10-04 04:15+11", "10-04 05:15+11"];
    let rule = "FREQ=HOURLY;BYMINUTE=15;COUNT=4";
    times(rule, "2026-10-04 01:15", "Australia/Lord_Howe", &said);
}

#[test]
fn times_in_a_gap_come_in_the_order_in_which_they_take_place_and_once() {
    let rule = "FREQ=DAILY;BYHOUR=2,3;BYMINUTE=15,45;COUNT=8";
    let expect = ["03-28 02:15+01", "03-28 02:45+01", "03-28 03:15+01", "03-28 03:45+01"];
    // 02:15 becomes 03:15, which is there already.
    let gap = ["03-29 03:15+02", "03-29 03:45+02", "03-30 02:15+02", "03-30 02:45+02"];
    let rule_without_count = rule.replace(";COUNT=8", "");
    let all = occurrences(&rule_without_count, "2026-03-28 02:00", "Europe/Berlin");
    let ours: Vec<String> = all.iter().take(8).map(short).collect();
    assert_eq!(ours, [expect, gap].concat());

    let rule = "FREQ=DAILY;BYHOUR=2,3;BYMINUTE=10,50;BYSETPOS=2,3;COUNT=2";
    times(rule, "2026-03-29 00:00", "Europe/Berlin", &["03-29 03:10+02", "03-29 03:50+02"]);
}

#[test]
fn a_rule_that_meets_a_gap_each_year_loses_no_year() {
    let rule = "FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU;COUNT=3";
    let expect = ["03-29 03:30+02", "03-28 03:30+02", "03-26 03:30+02"];
    times(rule, "2026-03-01 02:30", "Europe/Berlin", &expect);
}

#[test]
fn a_day_that_a_zone_left_out_is_the_next_day() {
    let rule = "FREQ=DAILY;COUNT=4";
    // The 31st has its own at that instant: it takes place once, and both are counted.
    let expect = ["12-28 09:00-10", "12-29 09:00-10", "12-31 09:00+14"];
    times(rule, "2011-12-28 09:00", "Pacific/Apia", &expect);
}
