//! A rule in words: "every 2 weeks on Tuesday and Thursday, 5 times".

use chrono::Weekday;

use super::{date, month_name, weekday_name};
use crate::{context::Locale, read::Pattern, rule::End, word::Unit};

/// "repeats every month on the 3rd Friday until …".
pub(crate) fn rule(pattern: &Pattern, end: End, locale: Locale) -> String {
    let german = locale == Locale::De;
    let mut said = String::from(if german { "wiederholt sich " } else { "repeats " });
    said.push_str(&step(pattern, german));
    if let Some(days) = days(pattern, locale) {
        said.push_str(if german { " am " } else { " on " });
        said.push_str(&days);
    }
    if pattern.after_completion {
        said.push_str(if german { " nach Erledigung" } else { " after it was done" });
    }
    match end {
        End::Never | End::For(_) => {}
        End::Count(count) if german => said.push_str(&format!(", {count} Mal")),
        End::Count(count) => said.push_str(&format!(", {count} times")),
        End::Until(day) => {
            let until = if german { "bis" } else { "until" };
            said.push_str(&format!(" {until} {}", date(day, locale)));
        }
    }
    said
}

fn step(pattern: &Pattern, german: bool) -> String {
    let interval = pattern.step.interval;
    let (one, many) = match (pattern.step.unit, german) {
        (Unit::Minute, false) => ("minute", "minutes"),
        (Unit::Hour, false) => ("hour", "hours"),
        (Unit::Day | Unit::Workday, false) => ("day", "days"),
        (Unit::Week, false) => ("week", "weeks"),
        (Unit::Month, false) => ("month", "months"),
        (Unit::Year, false) => ("year", "years"),
        (Unit::Minute, true) => ("jede Minute", "Minuten"),
        (Unit::Hour, true) => ("jede Stunde", "Stunden"),
        (Unit::Day | Unit::Workday, true) => ("jeden Tag", "Tage"),
        (Unit::Week, true) => ("jede Woche", "Wochen"),
        (Unit::Month, true) => ("jeden Monat", "Monate"),
        (Unit::Year, true) => ("jedes Jahr", "Jahre"),
    };
    match (interval, german) {
        (1, false) => format!("every {one}"),
        (1, true) => one.to_owned(),
        (_, false) => format!("every {interval} {many}"),
        (_, true) => format!("alle {interval} {many}"),
    }
}

/// The days that the rule names.
fn days(pattern: &Pattern, locale: Locale) -> Option<String> {
    let german = locale == Locale::De;
    let and = if german { "und" } else { "and" };
    if !pattern.positions.is_empty() {
        let noun = if german { "Werktag" } else { "workday" };
        let all = pattern.positions.iter().map(|position| counted(*position, noun, german));
        return Some(joined(all, and));
    }
    if let (Some(month), Some(day @ 1..)) = (pattern.months.first(), pattern.month_days.first()) {
        let month = month_name(*month, locale);
        return Some(match locale {
            Locale::EnUs => format!("{month} {day}"),
            Locale::EnGb => format!("{day} {month}"),
            Locale::De => format!("{day}. {month}"),
        });
    }
    let days = days_of_month(pattern, locale)?;
    Some(match pattern.months.first() {
        None => days,
        Some(month) if german => format!("{days} im {}", month_name(*month, locale)),
        Some(month) => format!("{days} of {}", month_name(*month, locale)),
    })
}

/// "the 3rd Friday", "day 1 and 15", "Monday to Friday".
fn days_of_month(pattern: &Pattern, locale: Locale) -> Option<String> {
    let german = locale == Locale::De;
    let and = if german { "und" } else { "and" };
    if pattern.month_days == [-1] {
        return Some(counted(-1, if german { "Tag" } else { "day" }, german));
    }
    if !pattern.month_days.is_empty() {
        let all = pattern
            .month_days
            .iter()
            .map(|day| if german { format!("{day}.") } else { day.to_string() });
        let all = joined(all, and);
        return Some(if german { all } else { format!("day {all}") });
    }
    let workdays = [Weekday::Mon, Weekday::Tue, Weekday::Wed, Weekday::Thu, Weekday::Fri];
    if pattern.days.iter().map(|(_, day)| *day).eq(workdays) {
        let to = if german { "bis" } else { "to" };
        let name = |day| weekday_name(day, locale);
        return Some(format!("{} {to} {}", name(Weekday::Mon), name(Weekday::Fri)));
    }
    let all = pattern.days.iter().map(|(ordinal, day)| match ordinal {
        0 => weekday_name(*day, locale).to_owned(),
        _ => counted(*ordinal, weekday_name(*day, locale), german),
    });
    (!pattern.days.is_empty()).then(|| joined(all, and))
}

/// "the 3rd Friday", "the last day"; "3. Freitag", "letzten Tag".
fn counted(ordinal: i32, noun: &str, german: bool) -> String {
    match (ordinal, german) {
        (..=-1, false) => format!("the last {noun}"),
        (..=-1, true) => format!("letzten {noun}"),
        (_, true) => format!("{ordinal}. {noun}"),
        (_, false) => {
            let ending = match (ordinal % 10, ordinal % 100) {
                (_, 11..=13) => "th",
                (1, _) => "st",
                (2, _) => "nd",
                (3, _) => "rd",
                _ => "th",
            };
            format!("the {ordinal}{ending} {noun}")
        }
    }
}

/// "a, b and c".
fn joined(items: impl Iterator<Item = String>, and: &str) -> String {
    let mut items: Vec<_> = items.collect();
    match (items.pop(), items.is_empty()) {
        (None, _) => String::new(),
        (Some(last), true) => last,
        (Some(last), false) => format!("{} {and} {last}", items.join(", ")),
    }
}
