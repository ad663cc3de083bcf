//! At what times of the day.

use chrono::{NaiveTime, Timelike};

use super::{
    Given,
    words::{all_of, spans, time},
};
use crate::recurrence::{Frequency, Rule};

/// As many times are listed one by one; more are said as hours, minutes and seconds.
const LISTED: usize = 6;

/// " at 09:00", " at 09:00 and 17:00", ", in the hours 9 to 17 only".
pub(super) fn phrase(rule: &Rule, start: &Given<'_>) -> String {
    if rule.frequency().is_within_a_day() { within_a_day(rule) } else { of_a_day(rule, start) }
}

/// The times of a day on which it happens. A start without a time has none, whatever the rule says.
fn of_a_day(rule: &Rule, start: &Given<'_>) -> String {
    let from = start.local.filter(|_| start.has_time);
    let says_time =
        !(rule.hours().is_empty() && rule.minutes().is_empty() && rule.seconds().is_empty());
    if (start.local.is_some() && !start.has_time) || (from.is_none() && !says_time) {
        return String::new();
    }
    let part = |said: &[u32], own: Option<u32>| match said {
        [] => own.map(|own| vec![own]),
        said => Some(said.to_vec()),
    };
    let hours = part(rule.hours(), from.map(|from| from.hour()));
    let minutes = part(rule.minutes(), from.map(|from| from.minute()));
    // Without a start nobody thinks of seconds, unless the rule names them.
    let seconds = part(rule.seconds(), from.map_or(Some(0), |from| Some(from.second())));
    if let (Some(hours), Some(minutes), Some(seconds)) = (&hours, &minutes, &seconds)
        && hours.len() * minutes.len() * seconds.len() <= LISTED
    {
        return format!(" at {}", all_of(&listed(hours, minutes, seconds)));
    }
    let hours = (!rule.hours().is_empty()).then(|| hours_of(rule.hours()));
    let minutes = minutes.filter(|_| from.is_some() || !rule.minutes().is_empty());
    let seconds = seconds.filter(|seconds| seconds != &[0]);
    if seconds.is_none() && minutes.is_none() {
        return hours.map_or(String::new(), |hours| format!(" in {hours}"));
    }
    let said = [
        seconds.map(|list| numbered("second", &list)),
        minutes.map(|list| numbered("minute", &list)),
        Some(hours.unwrap_or_else(|| match from {
            Some(from) => hours_of(&[from.hour()]),
            None => "the hour it starts".to_owned(),
        })),
    ];
    format!(" at {}", said.into_iter().flatten().collect::<Vec<_>>().join(" of "))
}

fn listed(hours: &[u32], minutes: &[u32], seconds: &[u32]) -> Vec<String> {
    let times = hours.iter().flat_map(|hour| {
        minutes.iter().flat_map(move |minute| {
            seconds.iter().filter_map(move |second| {
                NaiveTime::from_hms_opt(*hour, *minute, *second).map(time)
            })
        })
    });
    times.collect()
}

/// Which times within a period that is shorter than a day, and which of those periods.
fn within_a_day(rule: &Rule) -> String {
    let mut said = String::new();
    if !rule.seconds().is_empty() && rule.frequency() != Frequency::Secondly {
        said.push_str(&format!(" at {}", numbered("second", rule.seconds())));
    }
    if !rule.minutes().is_empty() && rule.frequency() == Frequency::Hourly {
        let joint = if said.is_empty() { "at" } else { "of" };
        said.push_str(&format!(" {joint} {}", numbered("minute", rule.minutes())));
    }
    if !rule.hours().is_empty() {
        said.push_str(&format!(", in {} only", hours_of(rule.hours())));
    }
    if !rule.minutes().is_empty() && rule.frequency() != Frequency::Hourly {
        said.push_str(&format!(", in {} only", numbered("minute", rule.minutes())));
    }
    if !rule.seconds().is_empty() && rule.frequency() == Frequency::Secondly {
        said.push_str(&format!(", at {} only", numbered("second", rule.seconds())));
    }
    said
}

fn hours_of(hours: &[u32]) -> String {
    format!("the {}", numbered("hour", hours))
}

/// "minute 30", "minutes 0, 15 and 30".
fn numbered(unit: &str, numbers: &[u32]) -> String {
    let plural = if numbers.len() == 1 { "" } else { "s" };
    format!("{unit}{plural} {}", all_of(&spans(numbers, |number| number.to_string())))
}
