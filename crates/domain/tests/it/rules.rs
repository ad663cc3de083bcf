//! `rrule` rows of the vectors, month ends, and what a rule's text may say.

use chrono::NaiveDateTime;
use domain::recurrence::{MonthEnd, Rule, RuleError, Schedule};

use crate::{
    support::{wall, zone},
    vectors::{Row, row_says, rows},
};

/// Parts that a later version will follow; the test fails when one of them starts to work.
const NOT_YET: &[&str] = &["R11", "R12", "R13", "R14", "R18", "R24", "R28", "R31"];

#[derive(Debug, PartialEq)]
enum Verdict {
    Agrees,
    NotYet,
}

/// Holds the engine against one row; `Err` says how they differ.
fn verdict(row: &Row) -> Result<Verdict, String> {
    let rule = match Rule::parse(row.text("rrule")) {
        Ok(rule) => rule,
        Err(RuleError::NotSupported(_)) => return Ok(Verdict::NotYet),
        Err(error) => return Err(format!("{}: {error}", row.id)),
    };
    let start = basic(row.text("dtstart"));
    let expect: Vec<&str> =
        row.fields["expect"].as_array().unwrap().iter().map(|day| day.as_str().unwrap()).collect();
    let ours: Vec<String> =
        Schedule { rule: &rule, month_end: MonthEnd::Skip, start, zone: &zone("UTC") }
            .occurrences()
            .take(expect.len() + 1)
            .map(|at| at.format("%Y%m%d").to_string())
            .collect();
    if ours == expect {
        Ok(Verdict::Agrees)
    } else {
        Err(format!("{}: {ours:?} instead of {expect:?}", row.id))
    }
}

/// `20070131T090000` or `20240229`.
fn basic(text: &str) -> NaiveDateTime {
    let text = if text.contains('T') { text.to_owned() } else { format!("{text}T000000") };
    NaiveDateTime::parse_from_str(&text, "%Y%m%dT%H%M%S").unwrap()
}

#[test]
fn every_rrule_row_agrees_or_is_listed_as_not_supported_yet() {
    let mut not_yet = Vec::new();
    for row in rows("rrule") {
        match verdict(&row).unwrap() {
            Verdict::Agrees => {}
            Verdict::NotYet => not_yet.push(row.id),
        }
    }
    assert_eq!(not_yet, NOT_YET);
    assert_eq!(rows("rrule").len(), 31);
}

#[test]
fn an_altered_row_is_noticed() {
    for mut row in rows("rrule").into_iter().filter(|row| !NOT_YET.contains(&row.id.as_str())) {
        row.fields["expect"].as_array_mut().unwrap().push("20991231".into());
        assert!(verdict(&row).is_err(), "{}", row.id);
    }
}

#[track_caller]
fn check(id: &str, rule: &str, month_end: MonthEnd, start: &str, format: &str) {
    let rule = Rule::parse(rule).unwrap();
    let days: Vec<String> =
        Schedule { rule: &rule, month_end, start: wall(start), zone: &zone("UTC") }
            .occurrences()
            .map(|at| at.format(format).to_string())
            .collect();
    row_says(id, &days.join(", "));
}

#[test]
fn s1_s2_a_month_without_a_31st_is_skipped_or_ends_on_its_last_day() {
    let rule = "FREQ=MONTHLY;COUNT=6";
    check("S1", rule, MonthEnd::Skip, "2025-01-31 08:00", "%m-%d");
    check("S2", rule, MonthEnd::Clamp, "2025-01-31 08:00", "%m-%d");
}

#[test]
fn s4_s5_a_year_without_29_february_is_skipped_or_has_it_on_the_28th() {
    let rule = "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29;COUNT=6";
    check("S4", rule, MonthEnd::Skip, "2016-02-29", "%Y");
    check("S5", rule, MonthEnd::Clamp, "2016-02-29", "%Y-%m-%d");
}

#[track_caller]
fn first_three(rule: &str, month_end: MonthEnd, start: &str, expect: &[&str]) {
    let rule = Rule::parse(rule).unwrap();
    let days: Vec<String> =
        Schedule { rule: &rule, month_end, start: wall(start), zone: &zone("UTC") }
            .occurrences()
            .take(3)
            .map(|at| at.format("%Y-%m-%d").to_string())
            .collect();
    assert_eq!(days, expect);
}

#[test]
fn a_date_that_no_year_has_is_not_clamped() {
    for month_end in [MonthEnd::Clamp, MonthEnd::Skip] {
        first_three("FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30", month_end, "2024-01-01", &[]);
        first_three("FREQ=MONTHLY;BYMONTH=4,6;BYMONTHDAY=31", month_end, "2024-01-01", &[]);
    }
}

#[test]
fn a_rule_without_occurrences_ends() {
    for rule in [
        "FREQ=MONTHLY;BYDAY=6MO",
        "FREQ=MONTHLY;BYDAY=5MO;BYMONTHDAY=1",
        "FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30",
        "FREQ=DAILY;INTERVAL=4294967295;BYMONTH=2;BYMONTHDAY=31",
        "FREQ=YEARLY;BYDAY=53MO;BYMONTHDAY=1;BYMONTH=2",
        "FREQ=YEARLY;UNTIL=20231231",
        "FREQ=WEEKLY;INTERVAL=5200;UNTIL=20240110;BYDAY=SU",
    ] {
        first_three(rule, MonthEnd::Skip, "2024-01-15", &[]);
    }
}

#[test]
fn a_clamped_day_is_one_occurrence() {
    let rule = "FREQ=MONTHLY;BYMONTHDAY=28,29,30,31";
    let expect = ["2026-02-28", "2026-03-28", "2026-03-29"];
    first_three(rule, MonthEnd::Clamp, "2026-02-01", &expect);
}

#[test]
fn an_anchor_outside_the_rules_months_is_clamped_all_the_same() {
    let expect = ["2026-02-28", "2027-02-28", "2028-02-29"];
    first_three("FREQ=YEARLY;BYMONTH=2", MonthEnd::Clamp, "2026-01-31", &expect);
}

#[test]
fn yearly_weekdays_count_in_the_year_or_in_its_months() {
    let expect = ["1997-05-19", "1998-05-18", "1999-05-17"];
    first_three("FREQ=YEARLY;BYDAY=20MO", MonthEnd::Skip, "1997-05-19", &expect);
    let expect = ["1997-03-30", "1998-03-29", "1999-03-28"];
    first_three("FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU", MonthEnd::Skip, "1997-03-01", &expect);
    let expect = ["2026-12-31", "2027-12-30", "2028-12-28"];
    first_three("FREQ=YEARLY;BYDAY=-1TH", MonthEnd::Skip, "2026-01-01", &expect);
}

#[test]
fn every_form_of_until_includes_its_own_moment() {
    let expect = ["2026-01-01", "2026-01-02"];
    for until in ["20260102", "20260102T090000", "20260102T090000Z"] {
        let rule = format!("FREQ=DAILY;UNTIL={until}");
        first_three(&rule, MonthEnd::Skip, "2026-01-01 09:00", &expect);
    }
    first_three(
        "FREQ=DAILY;UNTIL=20260102T085959Z",
        MonthEnd::Skip,
        "2026-01-01 09:00",
        &expect[..1],
    );
}

#[track_caller]
fn canonical(text: &str, expect: &str) {
    let rule = Rule::parse(text).unwrap();
    assert_eq!(rule.to_string(), expect);
    assert_eq!(Rule::parse(expect), Ok(rule));
}

#[test]
fn a_rule_is_written_back_in_canonical_form() {
    canonical("FREQ=MONTHLY;BYMONTHDAY=31", "FREQ=MONTHLY;BYMONTHDAY=31");
    canonical("rrule:freq=weekly;byday=we,mo,MO;interval=1;", "FREQ=WEEKLY;BYDAY=MO,WE");
    canonical(
        "BYDAY=-1FR,+2MO,SU;BYMONTH=12,1;COUNT=010;FREQ=MONTHLY;WKST=SU;BYMONTHDAY=-1,1,-31",
        "FREQ=MONTHLY;COUNT=10;BYMONTH=1,12;BYMONTHDAY=1,-31,-1;BYDAY=SU,2MO,-1FR;WKST=SU",
    );
    for until in ["20261231", "20261231T090000", "20261231T090000Z"] {
        let text = format!("FREQ=YEARLY;INTERVAL=2;UNTIL={until}");
        canonical(&text, &text);
    }
}

#[track_caller]
fn refused(text: &str, expect: &str) {
    assert_eq!(Rule::parse(text).unwrap_err().to_string(), expect);
}

#[test]
fn an_error_names_the_part() {
    let missing = "FREQ is missing; write one of `FREQ=DAILY`, `WEEKLY`, `MONTHLY` or `YEARLY`";
    refused("", missing);
    refused("  ", missing);
    refused("INTERVAL=2", missing);
    refused(
        "every day",
        "`every day` is no part of a rule; write parts such as `FREQ=DAILY` with `;` between them",
    );
    refused("FREQ=OFTEN", "FREQ does not take `OFTEN`; it takes DAILY, WEEKLY, MONTHLY or YEARLY");
    refused(
        "FREQ=DAILY;INTERVAL=0",
        "INTERVAL does not take `0`; it takes a whole number from 1 to 4294967295",
    );
    refused(
        "FREQ=DAILY;COUNT=-1",
        "COUNT does not take `-1`; it takes a whole number from 1 to 4294967295",
    );
    refused(
        "FREQ=DAILY;COUNT=2;UNTIL=20270101",
        "COUNT and UNTIL exclude each other; keep one of them",
    );
    refused(
        "FREQ=MONTHLY;BYMONTHDAY=1,0",
        "BYMONTHDAY does not take `0`; it takes numbers from 1 to 31 or -31 to -1",
    );
    refused("FREQ=YEARLY;BYMONTH=13", "BYMONTH does not take `13`; it takes numbers from 1 to 12");
    refused(
        "FREQ=WEEKLY;BYDAY=MO,XX",
        "BYDAY does not take `XX`; it takes MO, TU, WE, TH, FR, SA or SU, each with or without a \
         number such as 1MO or -1FR",
    );
    refused("FREQ=DAILY;FREQ=DAILY", "FREQ is given twice");
    refused(
        "FREQ=DAILY;EVERY=2",
        "`EVERY` is no part of RFC 5545 rules; known are FREQ, INTERVAL, COUNT, UNTIL, BYMONTH, \
         BYMONTHDAY, BYDAY and WKST",
    );
    refused(
        "FREQ=WEEKLY;BYMONTHDAY=1",
        "BYMONTHDAY does not go with FREQ=WEEKLY; it goes with DAILY, MONTHLY and YEARLY",
    );
    refused(
        "FREQ=WEEKLY;BYDAY=1MO",
        "BYDAY with a number does not go with FREQ=WEEKLY; it goes with MONTHLY and YEARLY",
    );
    refused(
        "FREQ=DAILY;UNTIL=20260231",
        "UNTIL does not take `20260231`; it takes a day `20261231`, a local time \
         `20261231T090000` or UTC `20261231T080000Z`",
    );
    refused(&"X".repeat(1025), "the rule is 1025 bytes long; at most 1024 are read");
}

#[test]
fn what_is_valid_but_not_built_says_so() {
    for part in ["BYSETPOS=-1", "BYYEARDAY=1", "BYWEEKNO=20", "BYHOUR=9", "BYMINUTE=1", "SKIP=OMIT"]
    {
        let name = part.split_once('=').unwrap().0;
        refused(&format!("FREQ=MONTHLY;{part}"), &format!("not supported yet: {name}"));
    }
    refused("FREQ=HOURLY", "not supported yet: FREQ=HOURLY");
}
