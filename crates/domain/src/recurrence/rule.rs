//! The parts of a rule, and its canonical text.

use std::{fmt, str::FromStr};

use chrono::{DateTime, NaiveDate, NaiveDateTime, Utc, Weekday};

use super::parse::{self, RuleError};

/// A parsed RRULE (RFC 5545 3.3.10). `Display` writes its canonical text: lists in order and without
/// doubles, defaults left out. Two rules are equal exactly when their canonical texts are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rule {
    pub(super) frequency: Frequency,
    /// At least 1.
    pub(super) interval: u32,
    pub(super) end: End,
    /// BYMONTH, 1..=12, ascending.
    pub(super) months: Vec<u32>,
    /// BYMONTHDAY, from 1 up, then from -31 up.
    pub(super) month_days: Vec<i32>,
    pub(super) days: Vec<Day>,
    pub(super) week_start: Weekday,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Frequency {
    Daily,
    Weekly,
    Monthly,
    Yearly,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum End {
    Never,
    Count(u32),
    /// A day; it counts to its end.
    UntilDate(NaiveDate),
    UntilLocal(NaiveDateTime),
    UntilUtc(DateTime<Utc>),
}

/// One value of BYDAY: `MO`, `2MO`, `-1FR`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Day {
    /// Never 0.
    pub(super) ordinal: Option<i32>,
    pub(super) weekday: Weekday,
}

impl Rule {
    /// Reads the value of an RRULE property, with or without a leading `RRULE:`. Case does not matter.
    pub fn parse(text: &str) -> Result<Self, RuleError> {
        parse::rule(text)
    }

    /// COUNT: how many instances there are in all.
    pub fn count(&self) -> Option<u32> {
        match self.end {
            End::Count(count) => Some(count),
            _ => None,
        }
    }

    /// Whether it is nothing but "every so many days, weeks, months or years".
    pub fn is_plain(&self) -> bool {
        self.months.is_empty() && self.month_days.is_empty() && self.days.is_empty()
    }
}

impl FromStr for Rule {
    type Err = RuleError;

    fn from_str(text: &str) -> Result<Self, RuleError> {
        Self::parse(text)
    }
}

impl fmt::Display for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "FREQ={}", self.frequency)?;
        if self.interval != 1 {
            write!(f, ";INTERVAL={}", self.interval)?;
        }
        match self.end {
            End::Never => {}
            End::Count(count) => write!(f, ";COUNT={count}")?,
            End::UntilDate(date) => write!(f, ";UNTIL={}", date.format("%Y%m%d"))?,
            End::UntilLocal(local) => write!(f, ";UNTIL={}", local.format("%Y%m%dT%H%M%S"))?,
            End::UntilUtc(utc) => write!(f, ";UNTIL={}", utc.format("%Y%m%dT%H%M%SZ"))?,
        }
        list(f, "BYMONTH", &self.months)?;
        list(f, "BYMONTHDAY", &self.month_days)?;
        list(f, "BYDAY", &self.days)?;
        if self.week_start != Weekday::Mon {
            write!(f, ";WKST={}", code(self.week_start))?;
        }
        Ok(())
    }
}

fn list<T: fmt::Display>(f: &mut fmt::Formatter<'_>, part: &str, values: &[T]) -> fmt::Result {
    for (index, value) in values.iter().enumerate() {
        match index {
            0 => write!(f, ";{part}={value}")?,
            _ => write!(f, ",{value}")?,
        }
    }
    Ok(())
}

impl fmt::Display for Frequency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Daily => "DAILY",
            Self::Weekly => "WEEKLY",
            Self::Monthly => "MONTHLY",
            Self::Yearly => "YEARLY",
        })
    }
}

impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(ordinal) = self.ordinal {
            write!(f, "{ordinal}")?;
        }
        f.write_str(code(self.weekday))
    }
}

fn code(weekday: Weekday) -> &'static str {
    match weekday {
        Weekday::Mon => "MO",
        Weekday::Tue => "TU",
        Weekday::Wed => "WE",
        Weekday::Thu => "TH",
        Weekday::Fri => "FR",
        Weekday::Sat => "SA",
        Weekday::Sun => "SU",
    }
}
