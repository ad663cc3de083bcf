//! A rule in plain English: "on the last workday of every month at 09:00, Europe/Berlin, 12 times".
//!
//! The same rule gives the same words always. What the rule leaves open follows from the start, as it
//! does for its occurrences.

mod days;
mod times;
mod words;

use chrono::NaiveDateTime;

use self::words::{all_of, date, ordinal, places};
use super::{End, Frequency, Mode, Moment, MonthEnd, Repeat, Rule, Skip};
use crate::{
    task::Due,
    zone::{self, ZoneName},
};

/// A rule in words. `start` is the first due date: it says on which day, at what time and in which
/// zone, as far as the rule does not; without one those words are left out.
pub fn explain(repeat: &Repeat, start: Option<&Due>) -> String {
    let rule = &repeat.rule;
    let from = Given {
        local: start.map(Due::wall_clock),
        has_time: matches!(start, Some(Due::At { .. })),
        zone: start.and_then(Due::zone),
    };
    let mut said = days::phrase(rule, &from);
    said.push_str(&times::phrase(rule, &from));
    if let Some(zone) = from.zone {
        said.push_str(&format!(", {zone}"));
    }
    said.push_str(&days::limits(rule));
    if days::asks_a_short_month(rule, &from) {
        said.push_str(short_months(repeat));
    }
    if let Some(which) = positions(rule) {
        said.push_str(&which);
    }
    said.push_str(&end(rule, &from));
    said.push_str(match repeat.mode {
        Mode::NextFuture => "",
        Mode::Every => ", none left out when late",
        Mode::AfterCompletion => ", counted from when it was done",
    });
    said
}

/// What the start says.
struct Given<'a> {
    local: Option<NaiveDateTime>,
    /// False for a day without a time, and without a start.
    has_time: bool,
    zone: Option<&'a ZoneName>,
}

/// BYSETPOS, unless [`days`] has said it as "the last workday".
fn positions(rule: &Rule) -> Option<String> {
    if rule.positions().is_empty() || days::says_positions(rule) {
        return None;
    }
    let which = all_of(&places(rule.positions(), |place| format!("the {}", ordinal(place))));
    Some(format!(", only {which} of these each {}", unit(rule.frequency())))
}

fn end(rule: &Rule, start: &Given<'_>) -> String {
    match rule.end() {
        End::Never => String::new(),
        End::Count(1) => ", once".to_owned(),
        End::Count(count) => format!(", {count} times"),
        End::Until(Moment::Day(day)) => format!(", until {}", date(day)),
        End::Until(Moment::Local(local)) => format!(", until {}", moment(local)),
        End::Until(Moment::Utc(utc)) => match start.zone {
            Some(zone) => format!(", until {}", moment(zone::local(utc, zone))),
            None => format!(", until {} UTC", moment(utc.naive_utc())),
        },
    }
}

fn moment(local: NaiveDateTime) -> String {
    format!("{} at {}", date(local.date()), words::time(local.time()))
}

/// Which month-end rule holds: the rule's own SKIP comes before the task's setting.
fn short_months(repeat: &Repeat) -> &'static str {
    match (repeat.rule.skip(), repeat.month_end) {
        (Some(Skip::Forward), _) => ", or on the 1st of the next month where there is no such day",
        (Some(Skip::Backward), _) | (None, MonthEnd::Clamp) => {
            ", or on the last day of a shorter month"
        }
        (Some(Skip::Omit), _) | (None, MonthEnd::Skip) => ", but not in a shorter month",
    }
}

/// The period of a frequency.
fn unit(frequency: Frequency) -> &'static str {
    match frequency {
        Frequency::Secondly => "second",
        Frequency::Minutely => "minute",
        Frequency::Hourly => "hour",
        Frequency::Daily => "day",
        Frequency::Weekly => "week",
        Frequency::Monthly => "month",
        Frequency::Yearly => "year",
    }
}

/// "every day", "every 3 days".
fn every(rule: &Rule) -> String {
    let unit = unit(rule.frequency());
    match rule.interval() {
        1 => format!("every {unit}"),
        interval => format!("every {interval} {unit}s"),
    }
}

#[cfg(test)]
mod tests;
