//! Text -> rule, with an error that names the part at fault.

use chrono::{NaiveDate, NaiveDateTime, Weekday};

use super::rule::{Day, End, Frequency, Rule};
use crate::text::excerpt;

/// Longest rule that is looked at.
const RULE_MAX_BYTES: usize = 1024;

/// Why a text is no rule that we can follow.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RuleError {
    /// Right by RFC 5545 or RFC 7529, but not built yet.
    #[error("not supported yet: {0}")]
    NotSupported(&'static str),
    /// Longer than anybody needs.
    #[error("the rule is {bytes} bytes long; at most {RULE_MAX_BYTES} are read")]
    TooLong {
        /// Its length.
        bytes: usize,
    },
    /// A piece between two semicolons is not of the form `NAME=value`.
    #[error("`{0}` is no part of a rule; write parts such as `FREQ=DAILY` with `;` between them")]
    NotAPart(String),
    /// A name that RFC 5545 does not know.
    #[error("`{0}` is no part of RFC 5545 rules; known are {KNOWN}")]
    UnknownPart(String),
    /// The same part twice.
    #[error("{0} is given twice")]
    Duplicate(&'static str),
    /// FREQ is missing.
    #[error("FREQ is missing; write one of `FREQ=DAILY`, `WEEKLY`, `MONTHLY` or `YEARLY`")]
    NoFrequency,
    /// A value that the part does not take.
    #[error("{part} does not take `{value}`; it takes {takes}")]
    Value {
        /// The part.
        part: &'static str,
        /// What was given.
        value: String,
        /// What would be right.
        takes: &'static str,
    },
    /// Two ends.
    #[error("COUNT and UNTIL exclude each other; keep one of them")]
    CountAndUntil,
    /// Two parts that RFC 5545 forbids together.
    #[error("{part} does not go with FREQ={frequency}; it goes with {instead}")]
    NotWith {
        /// The part.
        part: &'static str,
        /// The frequency.
        frequency: &'static str,
        /// The frequencies that it goes with.
        instead: &'static str,
    },
}

const KNOWN: &str = "FREQ, INTERVAL, COUNT, UNTIL, BYMONTH, BYMONTHDAY, BYDAY and WKST";

/// Valid parts (RFC 5545, RFC 7529) that a later version will follow.
const LATER: &[&str] =
    &["BYSETPOS", "BYYEARDAY", "BYWEEKNO", "BYHOUR", "BYMINUTE", "BYSECOND", "RSCALE", "SKIP"];

/// The parts as found, each at most once.
#[derive(Default)]
struct Parts {
    frequency: Option<Frequency>,
    interval: Option<u32>,
    count: Option<u32>,
    until: Option<End>,
    months: Option<Vec<u32>>,
    month_days: Option<Vec<i32>>,
    days: Option<Vec<Day>>,
    week_start: Option<Weekday>,
}

pub(super) fn rule(text: &str) -> Result<Rule, RuleError> {
    if text.len() > RULE_MAX_BYTES {
        return Err(RuleError::TooLong { bytes: text.len() });
    }
    let text = text.trim();
    let text = match text.split_at_checked("RRULE:".len()) {
        Some((name, value)) if name.eq_ignore_ascii_case("RRULE:") => value,
        _ => text,
    };
    // Google Calendar writes a trailing semicolon.
    let text = text.strip_suffix(';').unwrap_or(text);

    let mut parts = Parts::default();
    if !text.is_empty() {
        text.split(';').try_for_each(|part| parts.read(part))?;
    }
    parts.finish()
}

impl Parts {
    fn read(&mut self, part: &str) -> Result<(), RuleError> {
        let upper = part.to_ascii_uppercase();
        let (name, value) =
            upper.split_once('=').ok_or_else(|| RuleError::NotAPart(excerpt(part)))?;
        match name {
            "FREQ" => once(&mut self.frequency, "FREQ", frequency(value)?),
            "INTERVAL" => once(&mut self.interval, "INTERVAL", at_least_1("INTERVAL", value)?),
            "COUNT" => once(&mut self.count, "COUNT", at_least_1("COUNT", value)?),
            "UNTIL" => once(&mut self.until, "UNTIL", until(value)?),
            "BYMONTH" => once(&mut self.months, "BYMONTH", months(value)?),
            "BYMONTHDAY" => once(&mut self.month_days, "BYMONTHDAY", month_days(value)?),
            "BYDAY" => once(&mut self.days, "BYDAY", days(value)?),
            "WKST" => once(&mut self.week_start, "WKST", week_start(value)?),
            _ => Err(match LATER.iter().find(|later| **later == name) {
                Some(later) => RuleError::NotSupported(later),
                None => RuleError::UnknownPart(excerpt(name)),
            }),
        }
    }

    fn finish(self) -> Result<Rule, RuleError> {
        let rule = Rule {
            frequency: self.frequency.ok_or(RuleError::NoFrequency)?,
            interval: self.interval.unwrap_or(1),
            end: match (self.count, self.until) {
                (Some(_), Some(_)) => return Err(RuleError::CountAndUntil),
                (Some(count), None) => End::Count(count),
                (None, until) => until.unwrap_or(End::Never),
            },
            months: self.months.unwrap_or_default(),
            month_days: self.month_days.unwrap_or_default(),
            days: self.days.unwrap_or_default(),
            week_start: self.week_start.unwrap_or(Weekday::Mon),
        };
        match rule.frequency {
            Frequency::Weekly if !rule.month_days.is_empty() => Err(RuleError::NotWith {
                part: "BYMONTHDAY",
                frequency: "WEEKLY",
                instead: "DAILY, MONTHLY and YEARLY",
            }),
            Frequency::Daily if rule.has_ordinals() => Err(ordinals_not_with("DAILY")),
            Frequency::Weekly if rule.has_ordinals() => Err(ordinals_not_with("WEEKLY")),
            _ => Ok(rule),
        }
    }
}

impl Rule {
    fn has_ordinals(&self) -> bool {
        self.days.iter().any(|day| day.ordinal.is_some())
    }
}

fn ordinals_not_with(frequency: &'static str) -> RuleError {
    RuleError::NotWith { part: "BYDAY with a number", frequency, instead: "MONTHLY and YEARLY" }
}

fn once<T>(place: &mut Option<T>, part: &'static str, value: T) -> Result<(), RuleError> {
    match place.replace(value) {
        None => Ok(()),
        Some(_) => Err(RuleError::Duplicate(part)),
    }
}

fn refused(part: &'static str, value: &str, takes: &'static str) -> RuleError {
    RuleError::Value { part, value: excerpt(value), takes }
}

fn frequency(value: &str) -> Result<Frequency, RuleError> {
    Ok(match value {
        "DAILY" => Frequency::Daily,
        "WEEKLY" => Frequency::Weekly,
        "MONTHLY" => Frequency::Monthly,
        "YEARLY" => Frequency::Yearly,
        "HOURLY" => return Err(RuleError::NotSupported("FREQ=HOURLY")),
        "MINUTELY" => return Err(RuleError::NotSupported("FREQ=MINUTELY")),
        "SECONDLY" => return Err(RuleError::NotSupported("FREQ=SECONDLY")),
        _ => return Err(refused("FREQ", value, "DAILY, WEEKLY, MONTHLY or YEARLY")),
    })
}

fn at_least_1(part: &'static str, value: &str) -> Result<u32, RuleError> {
    number(value)
        .filter(|number| *number >= 1)
        .ok_or_else(|| refused(part, value, "a whole number from 1 to 4294967295"))
}

/// Digits only: `str::parse` alone would let `+1` through.
fn number(value: &str) -> Option<u32> {
    value.bytes().all(|byte| byte.is_ascii_digit()).then(|| value.parse().ok())?
}

/// Digits with an optional sign.
fn signed(value: &str) -> Option<i32> {
    let digits = value.strip_prefix(['+', '-']).unwrap_or(value);
    number(digits)?;
    value.parse().ok()
}

fn until(value: &str) -> Result<End, RuleError> {
    let takes = "a day `20261231`, a local time `20261231T090000` or UTC `20261231T080000Z`";
    let end = match value.len() {
        8 => NaiveDate::parse_from_str(value, "%Y%m%d").map(End::UntilDate),
        15 => NaiveDateTime::parse_from_str(value, "%Y%m%dT%H%M%S").map(End::UntilLocal),
        _ => NaiveDateTime::parse_from_str(value, "%Y%m%dT%H%M%SZ")
            .map(|utc| End::UntilUtc(utc.and_utc())),
    };
    // chrono is lenient about spaces and signs; a real value has none.
    let plain = value.bytes().all(|byte| byte.is_ascii_digit() || matches!(byte, b'T' | b'Z'));
    end.ok().filter(|_| plain && value.len() <= 16).ok_or_else(|| refused("UNTIL", value, takes))
}

fn values<T>(
    value: &str,
    mut read: impl FnMut(&str) -> Result<T, RuleError>,
) -> Result<Vec<T>, RuleError> {
    value.split(',').map(&mut read).collect()
}

fn months(value: &str) -> Result<Vec<u32>, RuleError> {
    let mut months = values(value, |month| {
        number(month)
            .filter(|month| (1..=12).contains(month))
            .ok_or_else(|| refused("BYMONTH", month, "numbers from 1 to 12"))
    })?;
    months.sort_unstable();
    months.dedup();
    Ok(months)
}

fn month_days(value: &str) -> Result<Vec<i32>, RuleError> {
    let mut days = values(value, |day| {
        signed(day)
            .filter(|day| (1..=31).contains(&day.abs()))
            .ok_or_else(|| refused("BYMONTHDAY", day, "numbers from 1 to 31 or -31 to -1"))
    })?;
    days.sort_unstable_by_key(|day| (*day < 0, *day));
    days.dedup();
    Ok(days)
}

fn days(value: &str) -> Result<Vec<Day>, RuleError> {
    let takes = "MO, TU, WE, TH, FR, SA or SU, each with or without a number such as 1MO or -1FR";
    let mut days = values(value, |text| day(text).ok_or_else(|| refused("BYDAY", text, takes)))?;
    days.sort_unstable_by_key(|day| {
        let ordinal = day.ordinal.unwrap_or(0);
        (ordinal < 0, ordinal, day.weekday.num_days_from_monday())
    });
    days.dedup();
    Ok(days)
}

fn week_start(value: &str) -> Result<Weekday, RuleError> {
    weekday(value).ok_or_else(|| refused("WKST", value, "MO, TU, WE, TH, FR, SA or SU"))
}

fn day(text: &str) -> Option<Day> {
    let at = text.len().checked_sub(2).filter(|at| text.is_char_boundary(*at))?;
    let (ordinal, code) = text.split_at(at);
    let ordinal = match ordinal {
        "" => None,
        // No weekday comes more often in a year.
        _ => Some(signed(ordinal).filter(|ordinal| (1..=53).contains(&ordinal.abs()))?),
    };
    Some(Day { ordinal, weekday: weekday(code)? })
}

fn weekday(code: &str) -> Option<Weekday> {
    Some(match code {
        "MO" => Weekday::Mon,
        "TU" => Weekday::Tue,
        "WE" => Weekday::Wed,
        "TH" => Weekday::Thu,
        "FR" => Weekday::Fri,
        "SA" => Weekday::Sat,
        "SU" => Weekday::Sun,
        _ => return None,
    })
}
