//! The periods of a rule: from the anchor's day, week, month or year, every so many.
//!
//! A period is known by its number, so that the one at any date is found by a division.

use chrono::{Datelike, NaiveDate, Weekday};

use super::{
    YEARS,
    pattern::Pattern,
    rule::{Frequency, Rule},
};

/// The periods of one rule.
#[derive(Debug, Clone, Copy)]
pub(super) struct Cycle {
    frequency: Frequency,
    interval: i64,
    week_start: Weekday,
    /// Number of the period that the phase is counted from.
    first: i64,
}

impl Cycle {
    pub(super) fn new(rule: &Rule, phase: NaiveDate) -> Self {
        let mut cycle = Self {
            frequency: rule.frequency,
            interval: rule.interval.into(),
            week_start: rule.week_start,
            first: 0,
        };
        cycle.first = cycle.number(phase);
        cycle
    }

    /// The matching days from `from` on, ascending. Ends with [`YEARS`], or sooner when a whole turn
    /// of the calendar had none.
    pub(super) fn days(self, pattern: Pattern, from: NaiveDate) -> Days {
        let behind = (self.number(from) - self.first).max(0);
        // Rounded up: of the periods between two that count, none counts.
        let turns = behind.div_euclid(self.interval) + i64::from(behind % self.interval != 0);
        Days {
            pattern,
            cycle: self,
            next_period: self.first + turns * self.interval,
            rest: NO_DAYS,
            from,
            barren: 0,
        }
    }

    /// The number of the period that a day lies in.
    fn number(self, date: NaiveDate) -> i64 {
        match self.frequency {
            Frequency::Daily => date.num_days_from_ce().into(),
            Frequency::Weekly => {
                (i64::from(date.num_days_from_ce()) - 1 - self.week_offset()).div_euclid(7)
            }
            Frequency::Monthly => i64::from(date.year()) * 12 + i64::from(date.month0()),
            Frequency::Yearly => date.year().into(),
        }
    }

    /// The first day of a period; `None` past the end of the calendar.
    fn first_day(self, number: i64) -> Option<NaiveDate> {
        match self.frequency {
            Frequency::Daily => day_from_ce(number),
            Frequency::Weekly => day_from_ce(number * 7 + 1 + self.week_offset()),
            Frequency::Monthly => NaiveDate::from_ymd_opt(
                i32::try_from(number.div_euclid(12)).ok()?,
                u32::try_from(number.rem_euclid(12)).ok()? + 1,
                1,
            ),
            Frequency::Yearly => NaiveDate::from_ymd_opt(i32::try_from(number).ok()?, 1, 1),
        }
    }

    /// Day 1 of the common era was a Monday.
    fn week_offset(self) -> i64 {
        self.week_start.num_days_from_monday().into()
    }

    /// The Gregorian calendar repeats after 400 years = 146,097 days, a whole number of weeks. Where
    /// so many periods had no occurrence, none will.
    fn turn(self) -> u32 {
        match self.frequency {
            Frequency::Daily => 146_097,
            Frequency::Weekly => 146_097 / 7,
            Frequency::Monthly => 400 * 12,
            Frequency::Yearly => 400,
        }
    }
}

fn day_from_ce(number: i64) -> Option<NaiveDate> {
    NaiveDate::from_num_days_from_ce_opt(i32::try_from(number).ok()?)
}

/// Days from the first up to, not including, the second.
type Range = (NaiveDate, NaiveDate);

const NO_DAYS: Range = (NaiveDate::MIN, NaiveDate::MIN);

/// The matching days of a rule, ascending.
#[derive(Debug, Clone)]
pub(super) struct Days {
    pattern: Pattern,
    cycle: Cycle,
    next_period: i64,
    /// What is left of the current period.
    rest: Range,
    from: NaiveDate,
    /// Periods without a matching day since the last that had one.
    barren: u32,
}

impl Days {
    fn enter_next_period(&mut self) -> Option<()> {
        let first = self.cycle.first_day(self.next_period)?;
        if first.year() > *YEARS.end() || self.barren > self.cycle.turn() {
            return None;
        }
        self.rest = (first.max(self.from), self.cycle.first_day(self.next_period + 1)?);
        self.next_period = self.next_period.checked_add(self.cycle.interval)?;
        self.barren += 1;
        Some(())
    }
}

impl Iterator for Days {
    type Item = NaiveDate;

    fn next(&mut self) -> Option<NaiveDate> {
        loop {
            while self.rest.0 < self.rest.1 {
                let day = self.rest.0;
                self.rest.0 = day.succ_opt()?;
                if self.pattern.matches(day) {
                    self.barren = 0;
                    return (day.year() <= *YEARS.end()).then_some(day);
                }
            }
            self.enter_next_period()?;
        }
    }
}

#[cfg(test)]
mod tests;
