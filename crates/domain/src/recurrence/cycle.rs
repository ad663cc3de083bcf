//! The periods of a rule: from the phase's second, hour, day, week, month or year, every so many.
//!
//! A period is known by its number, so that the one at any time is found by a division. Times are
//! seconds on a wall clock, counted from the day before the common era; days likewise.

use chrono::{Datelike, NaiveDate, NaiveDateTime, Timelike};

use super::{
    rule::{Frequency, Rule},
    times::DAY_SECONDS,
};

/// The periods of one rule.
#[derive(Debug, Clone, Copy)]
pub(super) struct Cycle {
    pub(super) frequency: Frequency,
    interval: i64,
    /// Monday is 0.
    week_start: i64,
    /// Number of the period that the phase is counted from.
    first: i64,
}

/// The Gregorian calendar repeats after 400 years, a whole number of weeks.
const TURN_DAYS: i64 = 146_097;

impl Cycle {
    pub(super) fn new(rule: &Rule, phase: i64) -> Self {
        let mut cycle = Self {
            frequency: rule.frequency,
            interval: rule.interval.into(),
            week_start: rule.week_start.num_days_from_monday().into(),
            first: 0,
        };
        cycle.set_phase(phase);
        cycle
    }

    pub(super) fn set_phase(&mut self, phase: i64) {
        self.first = self.number(phase);
    }

    /// The first period that counts and is not before that number.
    pub(super) fn at_or_after(self, number: i64) -> i64 {
        let behind = number.saturating_sub(self.first).max(0);
        // Rounded up: of the periods between two that count, none counts.
        let turns = behind / self.interval + i64::from(behind % self.interval != 0);
        self.first + turns * self.interval
    }

    pub(super) fn after(self, number: i64) -> i64 {
        number.saturating_add(self.interval)
    }

    /// The number of the period that a time lies in.
    pub(super) fn number(self, time: i64) -> i64 {
        let day = time.div_euclid(DAY_SECONDS);
        match self.frequency {
            Frequency::Weekly => (day - 1 - self.week_start).div_euclid(7),
            Frequency::Monthly | Frequency::Yearly => {
                let date =
                    date(day).unwrap_or(if day < 0 { NaiveDate::MIN } else { NaiveDate::MAX });
                match self.frequency {
                    Frequency::Monthly => i64::from(date.year()) * 12 + i64::from(date.month0()),
                    _ => date.year().into(),
                }
            }
            _ => time.div_euclid(self.seconds()),
        }
    }

    /// The day that a period begins on; `None` past the end of the calendar.
    pub(super) fn first_day(self, number: i64) -> Option<i64> {
        match self.frequency {
            Frequency::Weekly => Some(number * 7 + 1 + self.week_start),
            Frequency::Monthly => first_of_month(number.div_euclid(12), number.rem_euclid(12)),
            Frequency::Yearly => first_of_month(number, 0),
            _ => Some(number.checked_mul(self.seconds())?.div_euclid(DAY_SECONDS)),
        }
    }

    /// Length of a period up to a week; 1 for the others, whose length is not fixed.
    pub(super) fn seconds(self) -> i64 {
        match self.frequency {
            Frequency::Weekly => 7 * DAY_SECONDS,
            Frequency::Daily => DAY_SECONDS,
            Frequency::Hourly => 3600,
            Frequency::Minutely => 60,
            _ => 1,
        }
    }

    /// After so long everything is as before: weekdays, leap years and the phase. A rule that had no
    /// occurrence in it has none at all.
    pub(super) fn turn_seconds(self) -> i64 {
        let periods = match self.frequency {
            Frequency::Yearly => 400,
            Frequency::Monthly => 400 * 12,
            Frequency::Weekly => TURN_DAYS / 7,
            _ => TURN_DAYS * (DAY_SECONDS / self.seconds()),
        };
        (TURN_DAYS * DAY_SECONDS).saturating_mul(self.interval / gcd(self.interval, periods))
    }

    /// From one of its periods to the next, up to weeks.
    pub(super) fn step_seconds(self) -> i64 {
        self.interval * self.seconds()
    }
}

fn first_of_month(year: i64, month0: i64) -> Option<i64> {
    let month = u32::try_from(month0 + 1).ok()?;
    let first = NaiveDate::from_ymd_opt(year.try_into().ok()?, month, 1)?;
    Some(first.num_days_from_ce().into())
}

/// The first second of a year, as [`seconds`] counts.
pub(super) fn year_start(year: i32) -> i64 {
    first_of_month(year.into(), 0).map_or(i64::MAX, |day| day * DAY_SECONDS)
}

pub(super) fn date(day: i64) -> Option<NaiveDate> {
    NaiveDate::from_num_days_from_ce_opt(day.try_into().ok()?)
}

pub(super) fn gcd(mut one: i64, mut other: i64) -> i64 {
    while other != 0 {
        (one, other) = (other, one % other);
    }
    one
}

/// A wall clock's time in seconds; fractions are dropped.
pub(super) fn seconds(local: NaiveDateTime) -> i64 {
    let second = i64::from(local.num_seconds_from_midnight());
    i64::from(local.num_days_from_ce()) * DAY_SECONDS + second
}

/// The inverse of [`seconds`]; `None` past the end of the calendar.
pub(super) fn wall_clock(time: i64) -> Option<NaiveDateTime> {
    let second = u32::try_from(time.rem_euclid(DAY_SECONDS)).ok()?;
    let time_of_day = chrono::NaiveTime::from_num_seconds_from_midnight_opt(second, 0)?;
    Some(date(time.div_euclid(DAY_SECONDS))?.and_time(time_of_day))
}
