//! Month ends, and what a rule's text may say.

use domain::recurrence::{MonthEnd, RULE_MAX_BYTES, Rule, Schedule};

use crate::{
    support::{wall, zone},
    vectors::row_says,
};

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

#[test]
fn s1_to_s6_a_rule_may_say_itself_what_becomes_of_a_day_that_is_missing() {
    // What the task says of short months does not matter then.
    for month_end in [MonthEnd::Clamp, MonthEnd::Skip] {
        for (monthly, yearly, skip) in
            [("S1", "S4", "OMIT"), ("S2", "S5", "BACKWARD"), ("S3", "S6", "FORWARD")]
        {
            let rule = format!("FREQ=MONTHLY;RSCALE=GREGORIAN;SKIP={skip};COUNT=6");
            check(monthly, &rule, month_end, "2025-01-31 08:00", "%m-%d");
            let rule = format!("FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29;SKIP={skip};COUNT=6");
            let format = if skip == "OMIT" { "%Y" } else { "%Y-%m-%d" };
            check(yearly, &rule, month_end, "2016-02-29", format);
        }
    }
}

#[test]
fn skip_mends_what_no_year_has_and_days_counted_from_either_end() {
    let forward = |rule: &str, start: &str, expect: &[&str]| {
        first_three(&format!("{rule};SKIP=FORWARD"), MonthEnd::Clamp, start, expect);
    };
    let backward = |rule: &str, start: &str, expect: &[&str]| {
        first_three(&format!("{rule};SKIP=BACKWARD"), MonthEnd::Skip, start, expect);
    };
    let rule = "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30";
    forward(rule, "2026-01-01", &["2026-03-01", "2027-03-01", "2028-03-01"]);
    backward(rule, "2026-01-01", &["2026-02-28", "2027-02-28", "2028-02-29"]);
    let rule = "FREQ=MONTHLY;INTERVAL=3";
    forward(rule, "2014-01-31", &["2014-01-31", "2014-05-01", "2014-07-31"]);
    let rule = "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=28,29";
    forward(rule, "2015-02-01", &["2015-02-28", "2015-03-01", "2016-02-28"]);
    let rule = "FREQ=MONTHLY;BYMONTHDAY=-31";
    forward(rule, "2015-01-02", &["2015-02-01", "2015-03-01", "2015-04-01"]);
    backward(rule, "2015-01-02", &["2015-01-31", "2015-03-01", "2015-03-31"]);
    let rule = "FREQ=YEARLY;BYYEARDAY=366";
    forward(rule, "2026-06-01", &["2027-01-01", "2028-01-01", "2028-12-31"]);
    backward(rule, "2026-06-01", &["2026-12-31", "2027-12-31", "2028-12-31"]);
    let rule = "FREQ=YEARLY;BYYEARDAY=-366";
    forward(rule, "2026-06-01", &["2027-01-01", "2028-01-01", "2029-01-01"]);
    backward(rule, "2026-06-01", &["2026-12-31", "2028-01-01", "2028-12-31"]);
}

#[test]
fn a_day_that_moved_onto_another_is_one_occurrence() {
    let rule = "FREQ=MONTHLY;BYMONTHDAY=1,30,31;SKIP=FORWARD";
    first_three(rule, MonthEnd::Skip, "2026-02-02", &["2026-03-01", "2026-03-30", "2026-03-31"]);
    let rule = "FREQ=YEARLY;BYMONTH=2,3;BYMONTHDAY=1,30;SKIP=FORWARD";
    first_three(rule, MonthEnd::Skip, "2026-02-02", &["2026-03-01", "2026-03-30", "2027-02-01"]);
    let rule = "FREQ=DAILY;BYMONTHDAY=1,30;SKIP=FORWARD";
    first_three(rule, MonthEnd::Skip, "2026-02-02", &["2026-03-01", "2026-03-30", "2026-04-01"]);
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
        "FREQ=DAILY;INTERVAL=14;BYDAY=SU",
        "FREQ=SECONDLY;BYMONTH=2;BYMONTHDAY=30",
        "FREQ=SECONDLY;INTERVAL=60;BYSECOND=1",
        "FREQ=SECONDLY;INTERVAL=86399;BYMONTH=2;BYMONTHDAY=31",
        "FREQ=HOURLY;INTERVAL=168;BYDAY=SU",
        "FREQ=MINUTELY;INTERVAL=4294967295;BYHOUR=9;BYDAY=SU;BYMONTH=6;BYMONTHDAY=1;BYYEARDAY=1",
        "FREQ=SECONDLY;BYHOUR=3;BYSETPOS=2",
        "FREQ=HOURLY;BYMINUTE=0,1;BYSETPOS=-3",
        "FREQ=DAILY;BYHOUR=9;BYSETPOS=2",
        "FREQ=WEEKLY;BYDAY=MO;BYSETPOS=8",
        "FREQ=YEARLY;BYWEEKNO=53;BYMONTH=6",
        "FREQ=YEARLY;BYYEARDAY=1;BYMONTHDAY=2",
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
fn weeks_of_a_year_reach_over_its_edges_and_keep_the_weekday_of_the_start() {
    let expect = ["2013-12-31", "2014-01-07", "2014-12-30"];
    first_three("FREQ=YEARLY;BYWEEKNO=1,2", MonthEnd::Skip, "2013-01-15", &expect);
    let expect = ["2026-12-28", "2027-01-03", "2032-12-27"];
    first_three("FREQ=YEARLY;BYWEEKNO=53;BYDAY=MO,SU", MonthEnd::Skip, "2026-01-01", &expect);
    let expect = ["2026-12-31", "2027-12-30", "2028-12-28"];
    first_three("FREQ=YEARLY;BYWEEKNO=-1;BYDAY=TH", MonthEnd::Skip, "2026-01-01", &expect);
}

#[test]
fn numbered_and_plain_weekdays_add_up() {
    let expect = ["2026-06-01", "2026-06-05", "2026-06-08"];
    first_three("FREQ=MONTHLY;BYDAY=MO,1FR", MonthEnd::Skip, "2026-06-01", &expect);
}

#[test]
fn a_set_position_counts_in_the_whole_period_even_where_it_began_before_the_start() {
    // Saturday of that week is its second day asked for, though the start is later than the first.
    let expect = ["2026-06-06", "2026-06-13", "2026-06-20"];
    let rule = "FREQ=WEEKLY;BYDAY=MO,SA;BYSETPOS=2";
    first_three(rule, MonthEnd::Skip, "2026-06-03", &expect);
}

#[track_caller]
fn first_times(rule: &str, start: &str, expect: &[&str]) {
    let rule = Rule::parse(rule).unwrap();
    let schedule =
        Schedule { rule: &rule, month_end: MonthEnd::Skip, start: wall(start), zone: &zone("UTC") };
    let times: Vec<String> = schedule
        .occurrences()
        .take(expect.len())
        .map(|at| at.format("%d %H:%M:%S").to_string())
        .collect();
    assert_eq!(times, expect);
}

#[test]
fn times_of_day_multiply() {
    let expect = ["01 09:15:00", "01 09:45:00", "01 17:15:00", "01 17:45:00", "02 09:15:00"];
    first_times("FREQ=DAILY;BYHOUR=17,9;BYMINUTE=45,15", "2026-06-01 09:00:00", &expect);
    let expect = ["01 17:45:00", "02 09:15:00", "02 17:45:00"];
    let rule = "FREQ=DAILY;BYHOUR=9,17;BYMINUTE=15,45;BYSETPOS=1,-1";
    first_times(rule, "2026-06-01 10:00:00", &expect);
    let expect = ["01 10:00:30", "01 11:00:10", "01 11:00:30"];
    first_times("FREQ=HOURLY;BYSECOND=10,30", "2026-06-01 10:00:20", &expect);
    let expect = ["01 09:59:59", "02 09:00:59", "02 09:01:59"];
    first_times("FREQ=MINUTELY;BYHOUR=9;BYSECOND=60", "2026-06-01 09:59:01", &expect);
    let expect = ["01 09:00:00", "01 09:00:25", "01 09:01:15"];
    first_times("FREQ=SECONDLY;INTERVAL=25;BYSECOND=0,25,15", "2026-06-01 09:00:00", &expect);
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
    canonical(
        "SKIP=FORWARD;RSCALE=gregorian;BYSETPOS=-1,2;BYSECOND=60,5;BYMINUTE=7;BYHOUR=9,8;BYYEARDAY=-1,9;\
         FREQ=YEARLY",
        "FREQ=YEARLY;BYYEARDAY=9,-1;BYHOUR=8,9;BYMINUTE=7;BYSECOND=5,59;BYSETPOS=2,-1;\
         RSCALE=GREGORIAN;SKIP=FORWARD",
    );
    canonical("FREQ=YEARLY;BYWEEKNO=-1,20;RSCALE=GREGORIAN", "FREQ=YEARLY;BYWEEKNO=20,-1");
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
    let missing = "FREQ is missing; write one of `FREQ=DAILY`, `WEEKLY`, `MONTHLY`, `YEARLY`, \
                   `HOURLY`, `MINUTELY` or `SECONDLY`";
    refused("", missing);
    refused("  ", missing);
    refused("INTERVAL=2", missing);
    refused(
        "every day",
        "`every day` is no part of a rule; write parts such as `FREQ=DAILY` with `;` between them",
    );
    refused(
        "FREQ=OFTEN",
        "FREQ does not take `OFTEN`; it takes DAILY, WEEKLY, MONTHLY, YEARLY, HOURLY, MINUTELY or \
         SECONDLY",
    );
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
         BYWEEKNO, BYYEARDAY, BYMONTHDAY, BYDAY, BYHOUR, BYMINUTE, BYSECOND, BYSETPOS, WKST, RSCALE \
         and SKIP",
    );
    refused(
        "FREQ=WEEKLY;BYMONTHDAY=1",
        "BYMONTHDAY does not go with FREQ=WEEKLY; it goes with every FREQ but WEEKLY",
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
    let length = RULE_MAX_BYTES + 1;
    refused(
        &"X".repeat(length),
        &format!("the rule is {length} bytes long; at most {RULE_MAX_BYTES} are read"),
    );
}

#[test]
fn parts_that_do_not_go_together_are_named() {
    refused(
        "FREQ=MONTHLY;BYWEEKNO=20",
        "BYWEEKNO does not go with FREQ=MONTHLY; it goes with YEARLY",
    );
    refused(
        "FREQ=DAILY;BYYEARDAY=1",
        "BYYEARDAY does not go with FREQ=DAILY; it goes with YEARLY, HOURLY, MINUTELY and SECONDLY",
    );
    refused(
        "FREQ=YEARLY;BYWEEKNO=20;BYDAY=1MO",
        "BYDAY with a number does not go with BYWEEKNO; write the weekday without its number",
    );
    refused("FREQ=DAILY;BYSETPOS=1", "BYSETPOS needs another part to pick from, such as BYDAY");
    refused(
        "FREQ=YEARLY;RSCALE=HEBREW",
        "RSCALE=HEBREW is not supported; the only calendar is GREGORIAN",
    );
    refused(
        "FREQ=MONTHLY;SKIP=LATER",
        "SKIP does not take `LATER`; it takes OMIT, BACKWARD or FORWARD",
    );
    refused(
        "FREQ=SECONDLY;COUNT=1000001",
        "COUNT=1000001 is too much for FREQ=SECONDLY; at most 1000000 are counted",
    );
}

#[test]
fn values_out_of_range_are_named() {
    for (part, takes) in [
        ("BYSETPOS=0", "numbers from 1 to 366 or -366 to -1"),
        ("BYSETPOS=367", "numbers from 1 to 366 or -366 to -1"),
        ("BYYEARDAY=-367", "numbers from 1 to 366 or -366 to -1"),
        ("BYWEEKNO=54", "numbers from 1 to 53 or -53 to -1"),
        ("BYHOUR=24", "numbers from 0 to 23"),
        ("BYMINUTE=60", "numbers from 0 to 59"),
        ("BYSECOND=61", "numbers from 0 to 60"),
        ("BYSECOND=-1", "numbers from 0 to 60"),
        ("BYMONTH=5L", "numbers from 1 to 12"),
    ] {
        let (name, value) = part.split_once('=').unwrap();
        let expect = format!("{name} does not take `{value}`; it takes {takes}");
        refused(&format!("FREQ=YEARLY;{part}"), &expect);
    }
}
