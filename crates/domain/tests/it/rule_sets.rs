//! RRULE, RDATE and EXDATE together, as calendars exchange them.

use domain::recurrence::{Gap, Moment, Rule, RuleSet, Start};

use crate::support::{wall, zone};

fn set(rule: &str, rdates: &str, exdates: &str) -> RuleSet {
    let list = |text: &str| match text {
        "" => Vec::new(),
        text => Moment::parse_list("RDATE", text).unwrap(),
    };
    RuleSet {
        rule: (!rule.is_empty()).then(|| Rule::parse(rule).unwrap()),
        rdates: list(rdates),
        exdates: list(exdates),
    }
}

#[track_caller]
fn check(set: &RuleSet, start: Start<'_>, expect: &[&str]) {
    let show = |found: domain::recurrence::Occurrence| found.at.format("%m-%dT%H:%MZ").to_string();
    let all: Vec<_> = set.occurrences(start, Gap::Shift).take(20).collect();
    assert_eq!(all.iter().copied().map(show).collect::<Vec<_>>(), expect);
    for (place, found) in all.iter().enumerate() {
        let rest = set.after(start, Gap::Shift, Moment::Utc(found.at)).take(20).collect::<Vec<_>>();
        assert_eq!(rest, all[place + 1..], "after {}", found.at);
    }
}

fn start(text: &str) -> Start<'static> {
    Start::Floating(wall(text))
}

#[test]
fn dates_are_added_and_taken_away() {
    let set = set("FREQ=DAILY;COUNT=4", "20260110T090000,20260102T120000", "20260103T090000");
    let expect = ["01-01T09:00Z", "01-02T09:00Z", "01-02T12:00Z", "01-04T09:00Z", "01-10T09:00Z"];
    check(&set, start("2026-01-01 09:00"), &expect);
}

#[test]
fn what_the_rule_has_already_is_not_added_twice() {
    let set = set("FREQ=DAILY;COUNT=2", "20260102T090000,20260102T090000Z,20260102", "");
    check(&set, start("2026-01-01 09:00"), &["01-01T09:00Z", "01-02T09:00Z"]);
}

#[test]
fn an_exdate_of_any_form_takes_away() {
    let berlin = zone("Europe/Berlin");
    let start = Start::Zoned(wall("2026-01-01 09:00"), &berlin);
    for exdate in ["20260102", "20260102T090000", "20260102T080000Z"] {
        check(&set("FREQ=DAILY;COUNT=3", "", exdate), start, &["01-01T08:00Z", "01-03T08:00Z"]);
    }
    let nothing = "20260102T090000Z,20260102T080000,20260104";
    let all = ["01-01T08:00Z", "01-02T08:00Z", "01-03T08:00Z"];
    check(&set("FREQ=DAILY;COUNT=3", "", nothing), start, &all);
}

#[test]
fn an_exdate_takes_an_rdate_away_too() {
    let set = set("FREQ=DAILY;COUNT=1", "20260105T090000", "20260105T090000");
    check(&set, start("2026-01-01 09:00"), &["01-01T09:00Z"]);
}

#[test]
fn without_a_rule_the_start_is_the_first() {
    let set = set("", "20260105T090000", "");
    check(&set, start("2026-01-01 09:00"), &["01-01T09:00Z", "01-05T09:00Z"]);
}

#[test]
fn with_a_rule_the_start_is_one_only_if_the_rule_says_so() {
    let set = set("FREQ=WEEKLY;BYDAY=MO;COUNT=1", "", "");
    check(&set, start("2026-01-01 09:00"), &["01-05T09:00Z"]);
}

#[test]
fn a_set_of_days_has_days() {
    let set = set("FREQ=WEEKLY;BYHOUR=9,10;COUNT=2", "20260105T120000", "20260108T120000");
    let day = Start::Day("2026-01-01".parse().unwrap());
    // The EXDATE names a time, and the set has none.
    check(&set, day, &["01-01T00:00Z", "01-05T00:00Z", "01-08T00:00Z"]);
}

#[test]
fn a_value_that_is_no_date_is_named() {
    let error = Moment::parse_list("EXDATE", "20260101,2026-01-02").unwrap_err().to_string();
    assert!(error.starts_with("EXDATE does not take `2026-01-02`; it takes a day"), "{error}");
}
