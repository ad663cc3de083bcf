//! Rules, and the words for them.

use super::*;
use crate::recurrence::Rule;

/// A rule from Saturday, 31 January 2026, 09:00 in Berlin.
#[track_caller]
fn check(rule: &str, expect: &str) {
    check_from(rule, Some(&at("2026-01-31T09:00:00")), expect);
}

#[track_caller]
fn check_from(rule: &str, start: Option<&Due>, expect: &str) {
    let repeat = Repeat {
        rule: Rule::parse(rule).unwrap(),
        mode: Mode::NextFuture,
        month_end: MonthEnd::Clamp,
    };
    assert_eq!(explain(&repeat, start), expect, "{rule}");
}

fn at(local: &str) -> Due {
    Due::At { local: local.parse().unwrap(), zone: ZoneName::parse("Europe/Berlin").unwrap() }
}

fn on(date: &str) -> Due {
    Due::Date { date: date.parse().unwrap(), zone: None }
}

#[test]
fn days_and_weeks() {
    check("FREQ=DAILY", "every day at 09:00, Europe/Berlin");
    check(
        "FREQ=DAILY;INTERVAL=3;BYDAY=MO,TU,WE,TH,FR",
        "every 3 days at 09:00, Europe/Berlin, if it is a workday",
    );
    check("FREQ=DAILY;BYMONTH=1,7", "every day at 09:00, Europe/Berlin, in January and July only");
    check(
        "FREQ=DAILY;BYMONTHDAY=1,15",
        "every day at 09:00, Europe/Berlin, on the 1st and the 15th of a month only",
    );
    check("FREQ=WEEKLY", "every Saturday at 09:00, Europe/Berlin");
    check(
        "FREQ=WEEKLY;INTERVAL=2;BYDAY=TU,SU;WKST=SU",
        "every 2 weeks on Tuesday and Sunday at 09:00, Europe/Berlin, weeks beginning on Sunday",
    );
    check("FREQ=WEEKLY;BYDAY=MO;BYMONTH=6", "every Monday at 09:00, Europe/Berlin, in June only");
}

#[test]
fn months() {
    check(
        "FREQ=MONTHLY",
        "on the 31st of every month at 09:00, Europe/Berlin, or on the last day of a shorter month",
    );
    check(
        "FREQ=MONTHLY;INTERVAL=3",
        "on the 31st of every 3rd month at 09:00, Europe/Berlin, or on the last day of a shorter month",
    );
    check(
        "FREQ=MONTHLY;BYMONTHDAY=1,-1",
        "on the 1st and the last day of every month at 09:00, Europe/Berlin",
    );
    check(
        "FREQ=MONTHLY;BYMONTHDAY=7,8,9,10,11,12,13;BYDAY=SA",
        "on the 7th to the 13th of every month at 09:00, Europe/Berlin, if it is a Saturday",
    );
    check(
        "FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1;COUNT=12",
        "on the last workday of every month at 09:00, Europe/Berlin, 12 times",
    );
    check(
        "FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=15,-1",
        "on the 15th and the last workday of every month at 09:00, Europe/Berlin",
    );
    check(
        "FREQ=MONTHLY;BYDAY=TU,WE,TH;BYSETPOS=3",
        "on the 3rd of all Tuesdays, Wednesdays and Thursdays of every month at 09:00, Europe/Berlin",
    );
    check(
        "FREQ=MONTHLY;BYDAY=2MO,-1FR",
        "on the 2nd Monday and the last Friday of every month at 09:00, Europe/Berlin",
    );
    check("FREQ=MONTHLY;BYDAY=MO", "on every Monday of every month at 09:00, Europe/Berlin");
    check(
        "FREQ=MONTHLY;INTERVAL=2;BYDAY=1SU,-1SU;BYMONTH=1,3",
        "on the 1st Sunday and the last Sunday of every 2nd month at 09:00, Europe/Berlin, in January and March only",
    );
    check(
        "FREQ=MONTHLY;BYMONTHDAY=31;SKIP=FORWARD;RSCALE=GREGORIAN",
        "on the 31st of every month at 09:00, Europe/Berlin, or on the 1st of the next month where there is no such day",
    );
    check(
        "FREQ=MONTHLY;BYMONTHDAY=28,29,30,31;BYSETPOS=-1",
        "on the 28th to the 31st of every month at 09:00, Europe/Berlin, or on the last day of a shorter month, only the last of these each month",
    );
    check("FREQ=MONTHLY;BYMONTH=1,7", "on the 31st of January and July at 09:00, Europe/Berlin");
}

#[test]
fn years() {
    check("FREQ=YEARLY", "every year on 31 January at 09:00, Europe/Berlin");
    check(
        "FREQ=YEARLY;INTERVAL=4;BYMONTH=2;BYMONTHDAY=29",
        "every 4 years on 29 February at 09:00, Europe/Berlin, or on the last day of a shorter month",
    );
    check(
        "FREQ=YEARLY;BYMONTH=1;BYMONTHDAY=27",
        "every year on 27 January at 09:00, Europe/Berlin",
    );
    check(
        "FREQ=YEARLY;BYMONTH=1,7;BYMONTHDAY=1,15",
        "every year on the 1st and the 15th of January and July at 09:00, Europe/Berlin",
    );
    check(
        "FREQ=YEARLY;BYMONTH=3,6",
        "every year on the 31st of March and June at 09:00, Europe/Berlin, or on the last day of a shorter month",
    );
    check(
        "FREQ=YEARLY;BYMONTHDAY=-1",
        "every year on the last day of January at 09:00, Europe/Berlin",
    );
    check(
        "FREQ=YEARLY;BYDAY=20MO",
        "every year on the 20th Monday of the year at 09:00, Europe/Berlin",
    );
    check("FREQ=YEARLY;BYDAY=MO", "every year on every Monday of the year at 09:00, Europe/Berlin");
    check(
        "FREQ=YEARLY;BYMONTH=11;BYDAY=4TH",
        "every year on the 4th Thursday of November at 09:00, Europe/Berlin",
    );
    check(
        "FREQ=YEARLY;BYMONTH=3;BYDAY=TH",
        "every year on every Thursday of March at 09:00, Europe/Berlin",
    );
    check(
        "FREQ=YEARLY;INTERVAL=4;BYMONTH=11;BYDAY=TU;BYMONTHDAY=2,3,4,5,6,7,8",
        "every 4 years on the 2nd to the 8th of November at 09:00, Europe/Berlin, if it is a Tuesday",
    );
    check(
        "FREQ=YEARLY;BYDAY=FR;BYMONTHDAY=13",
        "every year on the 13th of any month at 09:00, Europe/Berlin, if it is a Friday",
    );
    check(
        "FREQ=YEARLY;BYYEARDAY=1,100,-1",
        "every year on the 1st, the 100th and the last day of the year at 09:00, Europe/Berlin",
    );
    check(
        "FREQ=YEARLY;BYWEEKNO=20;BYDAY=MO",
        "every year on Monday of week 20 at 09:00, Europe/Berlin",
    );
    check(
        "FREQ=YEARLY;BYWEEKNO=1,-1",
        "every year on Saturday of week 1 and the last week at 09:00, Europe/Berlin",
    );
    check(
        "FREQ=YEARLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1",
        "every year on the last workday of the year at 09:00, Europe/Berlin",
    );
    check(
        "FREQ=YEARLY;BYMONTH=1,2,3;BYMONTHDAY=29;BYSETPOS=3,2",
        "every year on the 29th of January, February and March at 09:00, Europe/Berlin, or on the last day of a shorter month, only the 2nd and the 3rd of these each year",
    );
}

#[test]
fn hours_and_less() {
    check("FREQ=HOURLY;INTERVAL=4", "every 4 hours, Europe/Berlin");
    check(
        "FREQ=HOURLY;BYMINUTE=0,30;BYHOUR=9,10,11,12,13,14,15,16,17;BYDAY=MO,TU,WE,TH,FR",
        "every hour at minutes 0 and 30, in the hours 9 to 17 only, Europe/Berlin, if it is a workday",
    );
    check(
        "FREQ=MINUTELY;INTERVAL=15;BYHOUR=9,10,11;BYSECOND=30",
        "every 15 minutes at second 30, in the hours 9 to 11 only, Europe/Berlin",
    );
    check(
        "FREQ=MINUTELY;BYMINUTE=1,2;BYSECOND=1",
        "every minute at second 1, in minutes 1 and 2 only, Europe/Berlin",
    );
    check(
        "FREQ=SECONDLY;INTERVAL=90;BYSECOND=0,30;BYMONTH=2;UNTIL=20260301T080000Z",
        "every 90 seconds, at seconds 0 and 30 only, Europe/Berlin, in February only, until 1 March 2026 at 09:00",
    );
    check("FREQ=HOURLY;BYSECOND=5;BYMINUTE=7", "every hour at second 5 of minute 7, Europe/Berlin");
}

#[test]
fn times_of_a_day() {
    check(
        "FREQ=DAILY;BYHOUR=9,17;BYMINUTE=0,30",
        "every day at 09:00, 09:30, 17:00 and 17:30, Europe/Berlin",
    );
    check(
        "FREQ=DAILY;BYHOUR=9,10,11,12,13,14;BYMINUTE=0,30",
        "every day at minutes 0 and 30 of the hours 9 to 14, Europe/Berlin",
    );
    check(
        "FREQ=DAILY;BYSECOND=10,20;BYMINUTE=1,2,3,4",
        "every day at seconds 10 and 20 of minutes 1 to 4 of the hour 9, Europe/Berlin",
    );
    check("FREQ=DAILY;BYMINUTE=15", "every day at 09:15, Europe/Berlin");
    check(
        "FREQ=DAILY;BYHOUR=7,8;BYSETPOS=-1;UNTIL=20261231",
        "every day at 07:00 and 08:00, Europe/Berlin, only the last of these each day, until 31 December 2026",
    );
}

#[test]
fn without_a_start_the_words_that_it_would_give_are_left_out() {
    for (rule, expect) in [
        ("FREQ=DAILY", "every day"),
        ("FREQ=WEEKLY", "every week"),
        ("FREQ=MONTHLY", "every month"),
        ("FREQ=MONTHLY;INTERVAL=3", "every 3 months"),
        ("FREQ=MONTHLY;BYMONTH=1,7", "every January and July"),
        ("FREQ=YEARLY", "every year"),
        ("FREQ=YEARLY;BYWEEKNO=20", "every year in week 20"),
        ("FREQ=YEARLY;BYMONTH=3,6", "every year in March and June"),
        ("FREQ=DAILY;BYHOUR=9,17", "every day in the hours 9 and 17"),
        ("FREQ=DAILY;BYHOUR=9;BYMINUTE=30", "every day at 09:30"),
        ("FREQ=DAILY;BYMINUTE=15", "every day at minute 15 of the hour it starts"),
        ("FREQ=DAILY;UNTIL=20260301T080000Z", "every day, until 1 March 2026 at 08:00 UTC"),
    ] {
        check_from(rule, None, expect);
    }
}

#[test]
fn a_day_has_no_time_and_its_rule_none_either() {
    check_from("FREQ=WEEKLY", Some(&on("2026-01-31")), "every Saturday");
    check_from("FREQ=DAILY;BYHOUR=9", Some(&on("2026-01-31")), "every day");
    check_from(
        "FREQ=YEARLY",
        Some(&on("2024-02-29")),
        "every year on 29 February, or on the last day of a shorter month",
    );
}

#[test]
fn ends() {
    check("FREQ=DAILY;COUNT=1", "every day at 09:00, Europe/Berlin, once");
    check("FREQ=DAILY;COUNT=12", "every day at 09:00, Europe/Berlin, 12 times");
    check("FREQ=DAILY;UNTIL=20261231", "every day at 09:00, Europe/Berlin, until 31 December 2026");
    check(
        "FREQ=DAILY;UNTIL=20261231T120005",
        "every day at 09:00, Europe/Berlin, until 31 December 2026 at 12:00:05",
    );
    // Summer time, and the zone's own clock.
    check(
        "FREQ=DAILY;UNTIL=20260701T220000Z",
        "every day at 09:00, Europe/Berlin, until 2 July 2026 at 00:00",
    );
}

#[test]
fn what_rrule_cannot_say() {
    let words = |mode, month_end, rule: &str| {
        let rule = Rule::parse(rule).unwrap();
        explain(&Repeat { rule, mode, month_end }, Some(&on("2026-01-31")))
    };
    assert_eq!(
        words(Mode::AfterCompletion, MonthEnd::Clamp, "FREQ=DAILY;INTERVAL=3"),
        "every 3 days, counted from when it was done"
    );
    assert_eq!(
        words(Mode::Every, MonthEnd::Clamp, "FREQ=DAILY"),
        "every day, none left out when late"
    );
    assert_eq!(
        words(Mode::NextFuture, MonthEnd::Skip, "FREQ=MONTHLY"),
        "on the 31st of every month, but not in a shorter month"
    );
    // The rule's own SKIP comes first.
    assert_eq!(
        words(Mode::NextFuture, MonthEnd::Skip, "RSCALE=GREGORIAN;FREQ=MONTHLY;SKIP=BACKWARD"),
        "on the 31st of every month, or on the last day of a shorter month"
    );
}

#[test]
fn numbers_have_their_endings() {
    let said: Vec<_> =
        [1, 2, 3, 4, 11, 12, 13, 21, 22, 23, 101, 111, 366, -1, -2, -3].map(ordinal).into();
    assert_eq!(
        said.join(" "),
        "1st 2nd 3rd 4th 11th 12th 13th 21st 22nd 23rd 101st 111th 366th last 2nd-to-last 3rd-to-last"
    );
    check(
        "FREQ=MONTHLY;INTERVAL=4294967295;BYMONTHDAY=3",
        "on the 3rd of every 4294967295th month at 09:00, Europe/Berlin",
    );
}
