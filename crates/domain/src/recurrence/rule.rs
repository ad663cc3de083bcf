//! The parts of a rule, as read: every list in order, without doubles.

use std::str::FromStr;

use chrono::{DateTime, NaiveDate, NaiveDateTime, Utc, Weekday};

use super::{error::RuleError, parse};

/// Longest rule that is read, in bytes.
pub const RULE_MAX_BYTES: usize = 2000;

/// A parsed RRULE (RFC 5545 3.3.10, with SKIP of RFC 7529). `Display` writes its canonical text: lists
/// in order and without doubles, defaults left out. Two rules are equal exactly when their canonical
/// texts are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rule {
    pub(super) frequency: Frequency,
    pub(super) interval: u32,
    pub(super) end: End,
    pub(super) months: Vec<u32>,
    pub(super) weeks: Vec<i32>,
    pub(super) year_days: Vec<i32>,
    pub(super) month_days: Vec<i32>,
    pub(super) weekdays: Vec<Day>,
    pub(super) hours: Vec<u32>,
    pub(super) minutes: Vec<u32>,
    pub(super) seconds: Vec<u32>,
    pub(super) positions: Vec<i32>,
    pub(super) week_start: Weekday,
    pub(super) skip: Option<Skip>,
}

/// FREQ: the period that a rule counts in. From short to long.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Frequency {
    /// Every second.
    Secondly,
    /// Every minute.
    Minutely,
    /// Every hour.
    Hourly,
    /// Every day.
    Daily,
    /// Every week, from WKST on.
    Weekly,
    /// Every month.
    Monthly,
    /// Every calendar year.
    Yearly,
}

/// How a rule ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum End {
    /// It does not.
    Never,
    /// After so many occurrences, at least 1.
    Count(u32),
    /// With the last occurrence that is not later.
    Until(Moment),
}

/// A value of UNTIL, RDATE or EXDATE: one of the three forms that a date may have. The order is by
/// form first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Moment {
    /// A day; as an end it counts to its end.
    Day(NaiveDate),
    /// What the wall clock of the start shows.
    Local(NaiveDateTime),
    /// An instant.
    Utc(DateTime<Utc>),
}

/// One value of BYDAY: `MO`, `2MO`, `-1FR`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Day {
    /// -53..=53, never 0. `None`: every one.
    pub ordinal: Option<i32>,
    /// Which day of the week.
    pub weekday: Weekday,
}

/// SKIP of RFC 7529: what takes the place of a day of the month that a month does not have.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Skip {
    /// Nothing.
    Omit,
    /// The last day of that month.
    Backward,
    /// The first day of the next month.
    Forward,
}

impl Rule {
    /// Reads the value of an RRULE property, with or without a leading `RRULE:`. Case does not matter.
    /// At most [`RULE_MAX_BYTES`].
    pub fn parse(text: &str) -> Result<Self, RuleError> {
        parse::rule(text)
    }

    /// FREQ.
    pub fn frequency(&self) -> Frequency {
        self.frequency
    }

    /// INTERVAL, at least 1.
    pub fn interval(&self) -> u32 {
        self.interval
    }

    /// COUNT, UNTIL or neither.
    pub fn end(&self) -> End {
        self.end
    }

    /// COUNT: how many instances there are in all.
    pub fn count(&self) -> Option<u32> {
        match self.end {
            End::Count(count) => Some(count),
            _ => None,
        }
    }

    /// UNTIL: the last moment.
    pub fn until(&self) -> Option<Moment> {
        match self.end {
            End::Until(last) => Some(last),
            _ => None,
        }
    }

    /// BYMONTH, 1..=12, ascending.
    pub fn months(&self) -> &[u32] {
        &self.months
    }

    /// BYWEEKNO, from 1 up, then from -53 up.
    pub fn weeks(&self) -> &[i32] {
        &self.weeks
    }

    /// BYYEARDAY, from 1 up, then from -366 up.
    pub fn year_days(&self) -> &[i32] {
        &self.year_days
    }

    /// BYMONTHDAY, from 1 up, then from -31 up.
    pub fn month_days(&self) -> &[i32] {
        &self.month_days
    }

    /// BYDAY: first those without a number, then from 1 up, then from -53 up.
    pub fn weekdays(&self) -> &[Day] {
        &self.weekdays
    }

    /// BYHOUR, 0..=23, ascending.
    pub fn hours(&self) -> &[u32] {
        &self.hours
    }

    /// BYMINUTE, 0..=59, ascending.
    pub fn minutes(&self) -> &[u32] {
        &self.minutes
    }

    /// BYSECOND, 0..=59, ascending. A leap second 60 is read as 59 (RFC 5545 3.3.12).
    pub fn seconds(&self) -> &[u32] {
        &self.seconds
    }

    /// BYSETPOS, from 1 up, then from -366 up.
    pub fn positions(&self) -> &[i32] {
        &self.positions
    }

    /// WKST, Monday by default.
    pub fn week_start(&self) -> Weekday {
        self.week_start
    }

    /// SKIP, when the rule has one.
    pub fn skip(&self) -> Option<Skip> {
        self.skip
    }

    /// Whether it is nothing but "every so many seconds, ... months or years": no BYxxx part.
    pub fn is_plain(&self) -> bool {
        self.leaves_days_open()
            && self.hours.is_empty()
            && self.minutes.is_empty()
            && self.seconds.is_empty()
    }

    /// Whether no part says which days.
    pub(super) fn leaves_days_open(&self) -> bool {
        self.months.is_empty()
            && self.weeks.is_empty()
            && self.year_days.is_empty()
            && self.month_days.is_empty()
            && self.weekdays.is_empty()
    }
}

impl Frequency {
    /// Whether its periods are shorter than a day, so that they are counted in elapsed time.
    pub fn is_within_a_day(self) -> bool {
        self < Self::Daily
    }
}

impl FromStr for Rule {
    type Err = RuleError;

    fn from_str(text: &str) -> Result<Self, RuleError> {
        Self::parse(text)
    }
}
