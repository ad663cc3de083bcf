//! A far date is reached by a division: nothing is counted up to it.

use super::*;
use crate::recurrence::MonthEnd;

#[track_caller]
fn check(rule: &str, start: &str, from: &str, first_period: &str) {
    let rule: Rule = rule.parse().unwrap();
    let start: NaiveDate = start.parse().unwrap();
    let cycle = Cycle::new(&rule, start);
    let days = cycle.days(Pattern::new(&rule, MonthEnd::Skip, start), from.parse().unwrap());
    let first = cycle.first_day(days.next_period).unwrap();
    assert_eq!(first.to_string(), first_period);
}

#[test]
fn the_first_period_that_is_looked_at_is_the_one_of_the_date() {
    check("FREQ=DAILY", "1926-01-01", "2026-11-24", "2026-11-24");
    check("FREQ=WEEKLY", "1926-01-01", "2026-11-24", "2026-11-23");
    check("FREQ=WEEKLY;WKST=SU", "1926-01-01", "2026-11-24", "2026-11-22");
    check("FREQ=MONTHLY", "1926-01-01", "2026-11-24", "2026-11-01");
    check("FREQ=YEARLY", "1926-01-01", "2026-11-24", "2026-01-01");
}

#[test]
fn between_two_periods_it_is_the_later_one() {
    check("FREQ=DAILY;INTERVAL=3", "2026-11-21", "2026-11-25", "2026-11-27");
    check("FREQ=WEEKLY;INTERVAL=2", "2026-11-02", "2026-11-24", "2026-11-30");
    check("FREQ=MONTHLY;INTERVAL=5", "2026-01-31", "2026-11-24", "2026-11-01");
    check("FREQ=YEARLY;INTERVAL=4", "1996-11-05", "2026-11-24", "2028-01-01");
}

#[test]
fn before_the_start_it_is_the_first() {
    check("FREQ=MONTHLY;INTERVAL=5", "2026-01-31", "1926-11-24", "2026-01-01");
}
