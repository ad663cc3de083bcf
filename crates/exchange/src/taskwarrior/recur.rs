//! Taskwarrior's periods ("Durations" in its documentation) as rules.

use domain::recurrence::{Mode, MonthEnd, Repeat, Rule};

use crate::{found::Found, loss::Place};

/// Words, with the rule they stand for.
const WORDS: [(&str, &str); 20] = [
    ("daily", "FREQ=DAILY"),
    ("day", "FREQ=DAILY"),
    ("weekdays", "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR"),
    ("weekly", "FREQ=WEEKLY"),
    ("week", "FREQ=WEEKLY"),
    ("sennight", "FREQ=WEEKLY"),
    ("biweekly", "FREQ=WEEKLY;INTERVAL=2"),
    ("fortnight", "FREQ=WEEKLY;INTERVAL=2"),
    ("monthly", "FREQ=MONTHLY"),
    ("month", "FREQ=MONTHLY"),
    ("bimonthly", "FREQ=MONTHLY;INTERVAL=2"),
    ("quarterly", "FREQ=MONTHLY;INTERVAL=3"),
    ("semiannual", "FREQ=MONTHLY;INTERVAL=6"),
    ("annual", "FREQ=YEARLY"),
    ("yearly", "FREQ=YEARLY"),
    ("year", "FREQ=YEARLY"),
    ("biannual", "FREQ=YEARLY;INTERVAL=2"),
    ("biyearly", "FREQ=YEARLY;INTERVAL=2"),
    ("hourly", "FREQ=HOURLY"),
    ("hour", "FREQ=HOURLY"),
];

/// Units after a number: `3days`, `2 wks`.
const UNITS: [(&str, &str, u32); 20] = [
    ("h", "HOURLY", 1),
    ("hour", "HOURLY", 1),
    ("hours", "HOURLY", 1),
    ("d", "DAILY", 1),
    ("day", "DAILY", 1),
    ("days", "DAILY", 1),
    ("w", "WEEKLY", 1),
    ("wk", "WEEKLY", 1),
    ("wks", "WEEKLY", 1),
    ("week", "WEEKLY", 1),
    ("weeks", "WEEKLY", 1),
    ("mo", "MONTHLY", 1),
    ("mth", "MONTHLY", 1),
    ("month", "MONTHLY", 1),
    ("months", "MONTHLY", 1),
    ("q", "MONTHLY", 3),
    ("y", "YEARLY", 1),
    ("yr", "YEARLY", 1),
    ("year", "YEARLY", 1),
    ("years", "YEARLY", 1),
];

/// Units of ISO 8601: `P1M`.
const ISO_UNITS: [(&str, &str, u32); 4] =
    [("D", "DAILY", 1), ("W", "WEEKLY", 1), ("M", "MONTHLY", 1), ("Y", "YEARLY", 1)];

pub(super) fn repeat(text: &str, place: &Place, found: &mut Found<'_>) -> Option<Repeat> {
    let rule = rule(text.trim()).and_then(|rule| Rule::parse(&rule).ok());
    if rule.is_none() {
        let why = "is no period that is read here; accepted: `daily`, `weekly`, `monthly`, `3days`, `P2W`";
        found.lose(place, "recur", text, why);
    }
    Some(Repeat { rule: rule?, mode: Mode::NextFuture, month_end: MonthEnd::Clamp })
}

fn rule(text: &str) -> Option<String> {
    let lower = text.to_ascii_lowercase();
    if let Some((_, rule)) = WORDS.iter().find(|(word, _)| *word == lower) {
        return Some((*rule).to_owned());
    }
    let (number, unit, units) = match text.strip_prefix('P') {
        Some(rest) => (rest, rest.trim_start_matches(is_digit).to_owned(), &ISO_UNITS[..]),
        None => {
            let unit = lower.trim_start_matches(is_digit).trim_start().to_owned();
            (lower.as_str(), unit, &UNITS[..])
        }
    };
    let end = number.find(|c| !is_digit(c))?;
    let number: u32 = number.get(..end)?.parse().ok()?;
    let (_, frequency, times) = units.iter().find(|(known, _, _)| *known == unit)?;
    Some(format!("FREQ={frequency};INTERVAL={}", number.checked_mul(*times)?))
}

fn is_digit(c: char) -> bool {
    c.is_ascii_digit()
}
