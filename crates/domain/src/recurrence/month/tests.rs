//! Every month of four centuries against a question put to each of its days.

use super::*;
use crate::recurrence::cycle::seconds;

/// The days of a rule, month by month, against those that `is_meant` says.
#[track_caller]
fn check(rule: &str, month_end: MonthEnd, is_meant: impl Fn(NaiveDate) -> bool) {
    let rule: Rule = rule.parse().unwrap();
    let filter = DayFilter::new(&rule, month_end, NaiveDate::MIN);
    let mut seen = 0;
    for year in 1896..=2304 {
        let first = NaiveDate::from_ymd_opt(year, 1, 1).unwrap();
        let first_day = seconds(first.into()) / 86_400;
        for month in Month::of_year(first_day).unwrap() {
            let days = filter.in_month_with_neighbours(month);
            for day in 1..=month.length {
                let date = date(month.zeroth + day).unwrap();
                assert_eq!(days >> day & 1 == 1, is_meant(date), "{rule} {date}");
                seen += 1;
            }
        }
    }
    assert_eq!(seen, 149_384);
}

fn is_long(date: NaiveDate) -> bool {
    date.num_days_in_month() == 31
}

#[test]
fn days_of_the_month_from_either_end() {
    check("FREQ=MONTHLY;BYMONTHDAY=1,30,-2,-31", MonthEnd::Skip, |date| {
        let from_end = date.num_days_in_month() as u32 + 1 - date.day();
        matches!(date.day(), 1 | 30) || matches!(from_end, 2 | 31)
    });
    check("FREQ=MONTHLY;BYMONTHDAY=30,-31", MonthEnd::Clamp, |date| {
        let is_last = date.succ_opt().unwrap().day() == 1;
        date.day() == 30 || is_last && date.day() < 30 || date.day() == 1 && is_long(date)
    });
}

#[test]
fn days_that_move_into_the_next_month_or_the_one_before() {
    check("FREQ=MONTHLY;BYMONTHDAY=31;SKIP=FORWARD", MonthEnd::Skip, |date| {
        let before = date.with_day(1).unwrap().pred_opt().unwrap();
        date.day() == 31 || date.day() == 1 && before.day() < 31
    });
    check("FREQ=MONTHLY;BYMONTHDAY=-31;SKIP=BACKWARD", MonthEnd::Skip, |date| {
        let next = date.succ_opt().unwrap();
        let moved = next.day() == 1 && !is_long(next);
        moved || date.day() == 1 && is_long(date)
    });
}

#[test]
fn days_and_weeks_of_the_year() {
    check("FREQ=YEARLY;BYYEARDAY=1,60,366,-1,-306", MonthEnd::Skip, |date| {
        let length = if date.leap_year() { 366 } else { 365 };
        matches!(date.ordinal(), 1 | 60 | 366) || matches!(length + 1 - date.ordinal(), 1 | 306)
    });
    check("FREQ=YEARLY;BYWEEKNO=1,20,53;BYDAY=MO,SU", MonthEnd::Skip, |date| {
        let is_day = matches!(date.weekday().num_days_from_monday(), 0 | 6);
        is_day && matches!(date.iso_week().week(), 1 | 20 | 53)
    });
    check("FREQ=YEARLY;BYWEEKNO=-1,-52;BYDAY=TH", MonthEnd::Skip, |date| {
        let last = NaiveDate::from_ymd_opt(date.iso_week().year(), 12, 28).unwrap();
        let from_end = last.iso_week().week() + 1 - date.iso_week().week();
        date.weekday().num_days_from_monday() == 3 && matches!(from_end, 1 | 52)
    });
}

#[test]
fn weekdays_numbered_in_months_and_years() {
    check("FREQ=MONTHLY;BYDAY=MO,2TU,-1FR", MonthEnd::Skip, |date| {
        let from_end = date.num_days_in_month() as u32 - date.day();
        match date.weekday().num_days_from_monday() {
            0 => true,
            1 => (8..=14).contains(&date.day()),
            4 => from_end < 7,
            _ => false,
        }
    });
    check("FREQ=YEARLY;BYDAY=20MO,-1WE,53SU", MonthEnd::Skip, |date| {
        let from_end = if date.leap_year() { 366 } else { 365 } - date.ordinal();
        match date.weekday().num_days_from_monday() {
            0 => date.ordinal0() / 7 == 19,
            2 => from_end < 7,
            6 => date.ordinal0() / 7 == 52,
            _ => false,
        }
    });
}

#[test]
#[should_panic(expected = "FREQ=MONTHLY;BYMONTHDAY=5 1896-01-06")]
fn a_wrong_day_is_noticed() {
    check("FREQ=MONTHLY;BYMONTHDAY=5", MonthEnd::Skip, |date| matches!(date.day(), 5 | 6));
}
