//! On which days.

use chrono::{Datelike, Weekday};

use super::{
    Given, every,
    words::{all_of, any_of, month, ordinal, places, the_day, weekday},
};
use crate::recurrence::{Day, Frequency, Rule};

const WORKDAYS: &[Weekday] =
    &[Weekday::Mon, Weekday::Tue, Weekday::Wed, Weekday::Thu, Weekday::Fri];
const WEEKEND: &[Weekday] = &[Weekday::Sat, Weekday::Sun];

/// "every 3 days", "on the last workday of every month".
pub(super) fn phrase(rule: &Rule, start: &Given<'_>) -> String {
    match rule.frequency() {
        Frequency::Weekly => weekly(rule, start),
        Frequency::Monthly => monthly(rule, start),
        Frequency::Yearly => yearly(rule, start),
        _ if is_every_such_day(rule) => format!("every {}", all_of(&names(rule))),
        _ => every(rule),
    }
}

/// What chooses among the days of [`phrase`]: ", in January only, if it is a Friday".
pub(super) fn limits(rule: &Rule) -> String {
    let months_are_said = match rule.frequency() {
        Frequency::Monthly => rule.interval() == 1,
        Frequency::Yearly => rule.year_days().is_empty() && rule.weeks().is_empty(),
        _ => false,
    };
    let mut said = if months_are_said { String::new() } else { only_months(rule) };
    match rule.frequency() {
        Frequency::Weekly => said.push_str(&beginning_of_weeks(rule)),
        Frequency::Yearly if !rule.year_days().is_empty() => {
            said.push_str(&(only_weeks(rule) + &only_month_days(rule) + &only_weekdays(rule)));
        }
        Frequency::Yearly if !rule.weeks().is_empty() => said.push_str(&only_month_days(rule)),
        Frequency::Monthly | Frequency::Yearly if rule.month_days().is_empty() => {}
        Frequency::Monthly | Frequency::Yearly => said.push_str(&only_weekdays(rule)),
        _ if is_every_such_day(rule) => {}
        _ => said.push_str(&(only_year_days(rule) + &only_month_days(rule) + &only_weekdays(rule))),
    }
    said
}

/// Whether "the last workday" says BYSETPOS already: it picks from the weekdays of a month or year.
pub(super) fn says_positions(rule: &Rule) -> bool {
    matches!(rule.frequency(), Frequency::Monthly | Frequency::Yearly)
        && !rule.positions().is_empty()
        && !rule.weekdays().is_empty()
        && rule.weekdays().iter().all(|day| day.ordinal.is_none())
        && [rule.year_days(), rule.month_days(), rule.weeks()].iter().all(|list| list.is_empty())
        && [rule.hours(), rule.minutes(), rule.seconds()].iter().all(|list| list.len() < 2)
        // "The last workday of March and May" would mean two; BYSETPOS picks one a year.
        && (rule.frequency() == Frequency::Monthly || rule.months().len() < 2)
}

/// "every workday" for `FREQ=DAILY;BYDAY=MO,TU,WE,TH,FR`.
fn is_every_such_day(rule: &Rule) -> bool {
    rule.frequency() == Frequency::Daily
        && rule.interval() == 1
        && !rule.weekdays().is_empty()
        && rule.month_days().is_empty()
}

fn weekly(rule: &Rule, start: &Given<'_>) -> String {
    match (rule.interval(), rule.weekdays(), start.local) {
        (1, [], Some(local)) => format!("every {}", weekday(local.weekday())),
        (1, [], None) => every(rule),
        (1, ..) => format!("every {}", all_of(&names(rule))),
        (_, [], None) => every(rule),
        (_, [], Some(local)) => format!("{} on {}", every(rule), weekday(local.weekday())),
        _ => format!("{} on {}", every(rule), all_of(&names(rule))),
    }
}

/// Which days are of one week matters only where weeks are left out between them.
fn beginning_of_weeks(rule: &Rule) -> String {
    let matters = rule.interval() > 1 && rule.weekdays().len() > 1;
    if !matters || rule.week_start() == Weekday::Mon {
        return String::new();
    }
    format!(", weeks beginning on {}", weekday(rule.week_start()))
}

fn monthly(rule: &Rule, start: &Given<'_>) -> String {
    let months = match (rule.interval(), rule.months()) {
        (1, []) => "every month".to_owned(),
        (1, months) => month_names(months),
        (interval, _) => format!("every {} month", ordinal(interval)),
    };
    match days_of_month(rule, start) {
        Some(days) => format!("on {days} of {months}"),
        None if rule.interval() == 1 && !rule.months().is_empty() => format!("every {months}"),
        None => every(rule),
    }
}

fn yearly(rule: &Rule, start: &Given<'_>) -> String {
    let every = every(rule);
    if !rule.year_days().is_empty() {
        return format!("{every} on {}", year_days(rule));
    }
    if !rule.weeks().is_empty() {
        let weeks = all_of(&places(rule.weeks(), week));
        return match weekdays_of_week(rule, start) {
            Some(days) => format!("{every} on {days} of {weeks}"),
            None => format!("{every} in {weeks}"),
        };
    }
    let months = months_of_year(rule, start);
    let Some(days) = days_of_month(rule, start) else {
        return match months.as_slice() {
            [] => every,
            months => format!("{every} in {}", month_names(months)),
        };
    };
    match (one_day(rule, start), months.as_slice()) {
        (Some(day), [one]) => format!("{every} on {day} {}", month(*one)),
        (_, []) if rule.month_days().is_empty() => format!("{every} on {days} of the year"),
        (_, []) => format!("{every} on {days} of any month"),
        (_, months) => format!("{every} on {days} of {}", month_names(months)),
    }
}

/// Whether the 29th, 30th or 31st is asked of a month that does not have it.
pub(super) fn asks_a_short_month(rule: &Rule, start: &Given<'_>) -> bool {
    let days = match (rule.frequency(), rule.month_days()) {
        _ if !(rule.year_days().is_empty() && rule.weeks().is_empty()) => return false,
        (Frequency::Monthly, []) => start_day(rule, start),
        (Frequency::Monthly, days) => days.to_vec(),
        (Frequency::Yearly, []) => start_day(rule, start),
        (Frequency::Yearly, days) => days.to_vec(),
        _ => return false,
    };
    let months = match rule.frequency() {
        Frequency::Yearly => months_of_year(rule, start),
        _ => rule.months().to_vec(),
    };
    days.iter().any(|day| *day > shortest(&months))
}

/// BYMONTH of a yearly rule; where it is open, the start's month, unless weekdays go through the year.
fn months_of_year(rule: &Rule, start: &Given<'_>) -> Vec<u32> {
    match start.local {
        Some(local) if rule.months().is_empty() && rule.weekdays().is_empty() => {
            vec![local.month()]
        }
        _ => rule.months().to_vec(),
    }
}

/// The start's day, where the rule leaves the day open.
fn start_day(rule: &Rule, start: &Given<'_>) -> Vec<i32> {
    let open = rule.month_days().is_empty() && rule.weekdays().is_empty();
    start.local.filter(|_| open).map(|local| local.day().cast_signed()).into_iter().collect()
}

/// The only day of the month, counted from its start.
fn one_day(rule: &Rule, start: &Given<'_>) -> Option<i32> {
    let own = start_day(rule, start);
    match (rule.month_days(), own.as_slice()) {
        ([one], _) | ([], [one]) => Some(*one).filter(|day| *day > 0),
        _ => None,
    }
}

/// "the 1st and the last day", "the 2nd Monday"; `None` when neither rule nor start names any.
fn days_of_month(rule: &Rule, start: &Given<'_>) -> Option<String> {
    if !rule.month_days().is_empty() {
        return Some(all_of(&places(rule.month_days(), the_day)));
    }
    match rule.weekdays() {
        [] => start_day(rule, start).first().map(|day| the_day(*day)),
        _ if says_positions(rule) => Some(picked(rule)),
        days if days.iter().all(|day| day.ordinal.is_none()) => {
            Some(format!("every {}", all_of(&names(rule))))
        }
        days => Some(all_of(&days.iter().map(numbered).collect::<Vec<_>>())),
    }
}

/// "Monday", or all days, of which other parts choose; the weekday is the start's where it is open.
fn weekdays_of_week(rule: &Rule, start: &Given<'_>) -> Option<String> {
    if !rule.weekdays().is_empty() {
        return Some(all_of(&names(rule)));
    }
    if !rule.month_days().is_empty() {
        return Some("every day".to_owned());
    }
    start.local.map(|local| weekday(local.weekday()).to_owned())
}

/// Days of the shortest of these months, in the shortest year; no months are all months.
fn shortest(months: &[u32]) -> i32 {
    let length = |month: &u32| match month {
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    };
    months.iter().map(length).min().unwrap_or(28)
}

/// "the 1st and the last workday", "the 3rd of all Tuesdays and Thursdays".
fn picked(rule: &Rule) -> String {
    let set: Vec<_> = rule.weekdays().iter().map(|day| day.weekday).collect();
    let one = match set.as_slice() {
        set if set == WORKDAYS => "workday".to_owned(),
        set if set == WEEKEND => "weekend day".to_owned(),
        [one] => weekday(*one).to_owned(),
        set if set.len() == 7 => "day".to_owned(),
        set => {
            let places =
                all_of(&places(rule.positions(), |place| format!("the {}", ordinal(place))));
            let all: Vec<_> = set.iter().map(|day| format!("{}s", weekday(*day))).collect();
            return format!("{places} of all {}", all_of(&all));
        }
    };
    let places = all_of(&places(rule.positions(), |place| format!("the {}", ordinal(place))));
    format!("{places} {one}")
}

/// "the 2nd Monday", "every Friday".
fn numbered(day: &Day) -> String {
    match day.ordinal {
        Some(number) => format!("the {} {}", ordinal(number), weekday(day.weekday)),
        None => format!("every {}", weekday(day.weekday)),
    }
}

/// The weekdays without their numbers; five or two of them have a name together.
fn names(rule: &Rule) -> Vec<String> {
    let set: Vec<_> = rule.weekdays().iter().map(|day| day.weekday).collect();
    match set.as_slice() {
        set if set == WORKDAYS => vec!["workday".to_owned()],
        set if set.len() == 7 => vec!["day".to_owned()],
        set => set.iter().map(|day| weekday(*day).to_owned()).collect(),
    }
}

/// "a Friday", "a workday"; a numbered one is "the 2nd Friday".
fn a_weekday(rule: &Rule) -> Vec<String> {
    if rule.weekdays().iter().any(|day| day.ordinal.is_some()) {
        let said = rule.weekdays().iter().map(|day| match day.ordinal {
            Some(_) => numbered(day),
            None => format!("a {}", weekday(day.weekday)),
        });
        return said.collect();
    }
    names(rule).iter().map(|name| format!("a {name}")).collect()
}

fn only_weekdays(rule: &Rule) -> String {
    limit(rule.weekdays(), |_| format!("if it is {}", any_of(&a_weekday(rule))))
}

fn only_months(rule: &Rule) -> String {
    limit(rule.months(), |months| format!("in {} only", month_names(months)))
}

fn only_weeks(rule: &Rule) -> String {
    limit(rule.weeks(), |weeks| format!("in {} only", all_of(&places(weeks, week))))
}

fn only_month_days(rule: &Rule) -> String {
    limit(rule.month_days(), |days| {
        format!("on {} of a month only", all_of(&places(days, the_day)))
    })
}

fn only_year_days(rule: &Rule) -> String {
    limit(rule.year_days(), |_| format!("on {} only", year_days(rule)))
}

fn limit<T>(list: &[T], say: impl FnOnce(&[T]) -> String) -> String {
    if list.is_empty() { String::new() } else { format!(", {}", say(list)) }
}

fn month_names(months: &[u32]) -> String {
    all_of(&months.iter().map(|number| month(*number).to_owned()).collect::<Vec<_>>())
}

/// "the 1st, the 100th and the last day of the year".
fn year_days(rule: &Rule) -> String {
    let days = places(rule.year_days(), |day| format!("the {}", ordinal(day)));
    format!("{} day of the year", all_of(&days))
}

/// "week 20", "the last week".
fn week(number: i32) -> String {
    if number < 0 { format!("the {} week", ordinal(number)) } else { format!("week {number}") }
}
