//! Where a rule can be read in two ways and ours is another one than dateutil's.
//!
//! No rule is left out of the comparison for that: dateutil is asked for our reading in other words.
//! `docs/recurrence.md` shows this list.

use chrono::Datelike;
use domain::recurrence::Day;

use crate::{parts::Parts, question::Question};

/// A difference by intent.
#[derive(Debug)]
pub struct Reading {
    /// Its name, which is a line of the table in `docs/recurrence.md`.
    pub name: &'static str,
    /// Why we read it so.
    pub reason: &'static str,
    /// Our reading in words that dateutil reads the same way; `None` when the rule is not concerned.
    pub in_other_words: fn(&Question) -> Option<Parts>,
}

/// All of them, in the order in which they are applied.
pub const READINGS: &[Reading] = &[
    Reading {
        name: "UNTIL as a day, for a timed task",
        reason: "UNTIL as a day includes that whole day, as RFC 5545 says of the value; dateutil ends at its midnight",
        in_other_words: |question| {
            let until = question.rule.get("UNTIL").filter(|until| until.len() == 8)?;
            let until = format!("{until}T235959");
            let mut rule = question.rule.clone();
            rule.set("UNTIL", until);
            Some(rule)
        },
    },
    Reading {
        name: "`FREQ=YEARLY;BYMONTHDAY=29` without BYMONTH",
        reason: "libical reads it so; dateutil takes that day of every month, for which there is FREQ=MONTHLY",
        in_other_words: |question| {
            let rule = &question.rule;
            let concerned = rule.get("FREQ") == Some("YEARLY")
                && rule.has("BYMONTHDAY")
                && !rule.has_any(&["BYMONTH", "BYWEEKNO", "BYYEARDAY", "BYDAY"]);
            concerned.then(|| {
                let mut rule = rule.clone();
                rule.set("BYMONTH", question.start.month());
                rule
            })
        },
    },
    Reading {
        name: "`FREQ=YEARLY;BYWEEKNO=20` without BYDAY",
        reason: "as RFC 5545 takes from DTSTART what the rule leaves open, and as libical does; dateutil takes all seven days",
        in_other_words: |question| {
            let rule = &question.rule;
            let concerned =
                rule.has("BYWEEKNO") && !rule.has_any(&["BYDAY", "BYMONTHDAY", "BYYEARDAY"]);
            concerned.then(|| {
                let mut rule = rule.clone();
                let weekday = question.start.weekday();
                rule.set("BYDAY", Day { ordinal: None, weekday });
                rule
            })
        },
    },
    Reading {
        name: "`BYDAY=MO,1FR`",
        reason: "the values of a part add up (RFC 5545); dateutil takes only days that are both, so none",
        in_other_words: |question| {
            let rule = &question.rule;
            let (numbered, every): (Vec<_>, Vec<_>) =
                rule.get("BYDAY")?.split(',').partition(|day| day.len() > 2);
            if numbered.is_empty() || every.is_empty() {
                return None;
            }
            // Every one is the first, the second, and so on.
            let is_in_year = rule.get("FREQ") == Some("YEARLY") && !rule.has("BYMONTH");
            let last = if is_in_year { 53 } else { 5 };
            let numbers = |day: &&str| (1..=last).map(|n| format!("{n}{day}")).collect::<Vec<_>>();
            let mut days: Vec<_> = every.iter().flat_map(numbers).collect();
            days.extend(numbered.iter().map(|day| (*day).to_owned()));
            let mut rule = rule.clone();
            rule.set("BYDAY", days.join(","));
            Some(rule)
        },
    },
];

/// Where dateutil does not do what RFC 5545 says, by name and with the reason. `dateutil.py` mends them
/// before it asks; the tests show that each of them is there.
pub const FAULTS: &[(&str, &str)] = &[
    (
        "a week that reaches over the year's edge",
        "dateutil finds week 1 of the next year by the number 1 alone and not by -52 or -53, and takes \
         the number of the last year's last week from this year; Python's own `isocalendar` agrees with us",
    ),
    (
        "BYSETPOS in the first period",
        "dateutil's first week begins with DTSTART; RFC 5545 says that a set starts at the beginning of \
         the interval, and dateutil does so itself for months and years",
    ),
];

/// The rule as dateutil has to hear it, and the names of the readings that made it so.
pub fn for_dateutil(question: &Question) -> (Parts, Vec<&'static str>) {
    let mut heard = question.clone();
    let mut names = Vec::new();
    for reading in READINGS {
        if let Some(rule) = (reading.in_other_words)(&heard) {
            heard.rule = rule;
            names.push(reading.name);
        }
    }
    (heard.rule, names)
}
