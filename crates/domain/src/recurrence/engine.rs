//! The heart: from any time to the first occurrence from there on, without a step from the start.
//!
//! It knows a wall clock and no zone. What was found last is kept, so that going on is cheap.

use chrono::{NaiveDateTime, Timelike};

use super::{
    MonthEnd, YEARS,
    cycle::{Cycle, gcd, seconds, wall_clock, year_start},
    month::{DayFilter, Month},
    period::Period,
    rule::{Frequency, Rule},
    times::{ANY_HOUR, ANY_SIXTIETH, DAY_SECONDS, Times, from, mask},
};

/// A rule with its start on one wall clock.
#[derive(Debug, Clone)]
pub(super) struct Engine<'a> {
    rule: &'a Rule,
    cycle: Cycle,
    days: DayFilter<'a>,
    /// Times inside a period.
    times: Times,
    /// Times of day at which a period shorter than a day counts.
    gate: Times,
    /// Whether the steps of such periods ever meet the gate; kept for two phases, as most zones have
    /// two offsets.
    gate_met: [Option<(i64, bool)>; 2],
    /// Nothing earlier is an occurrence.
    start: i64,
    /// Nothing later is looked for.
    end: i64,
    /// What was looked at last.
    number: Option<i64>,
    period: Period,
    month: Option<(Month, u64)>,
}

/// What a rule is counted from.
#[derive(Debug, Clone, Copy)]
pub(super) struct Anchor {
    /// DTSTART: gives the time of day that the rule leaves open.
    pub(super) start: NaiveDateTime,
    /// Gives the days that it leaves open.
    pub(super) day: NaiveDateTime,
    /// Gives the period that it counts from, and the first time that may be an occurrence.
    pub(super) phase: NaiveDateTime,
    /// A start without a time: the time parts mean nothing.
    pub(super) is_day: bool,
}

impl<'a> Engine<'a> {
    pub(super) fn new(rule: &'a Rule, month_end: MonthEnd, anchor: Anchor) -> Self {
        let phase = seconds(anchor.phase);
        Self {
            rule,
            cycle: Cycle::new(rule, phase),
            days: DayFilter::new(rule, month_end, anchor.day.date()),
            times: if anchor.is_day { Times::MIDNIGHT } else { times(rule, anchor.start) },
            gate: if anchor.is_day { Times::ANY } else { gate(rule) },
            gate_met: [None; 2],
            start: phase,
            end: year_start(*YEARS.end() + 1),
            number: None,
            period: Period::empty(),
            month: None,
        }
    }

    /// Moves the phase, and with it the minutes and seconds that the rule leaves open: the wall clock
    /// was set to another offset.
    pub(super) fn set_phase(&mut self, phase: i64) {
        self.cycle.set_phase(phase);
        (self.start, self.number) = (phase, None);
        if let Some(wall) = wall_clock(phase) {
            self.times = times(self.rule, wall);
        }
    }

    /// The first occurrence at `time` or later and before `stop`.
    pub(super) fn first_from(&mut self, time: i64, stop: i64) -> Option<i64> {
        let time = time.max(self.start);
        let stop = stop.min(self.end);
        let give_up = stop.min(time.saturating_add(self.cycle.turn_seconds()));
        if time >= stop || !self.is_ever() {
            return None;
        }
        // A day that moved forward belongs to the month or year of the day before.
        let is_long = self.cycle.frequency > Frequency::Weekly;
        let slack = if is_long && self.days.moves_forward() { DAY_SECONDS } else { 0 };
        let mut number = self.cycle.number(time - slack);
        loop {
            number = self.seek(number, give_up)?;
            if let Some(found) = self.period.first_from(time, &self.rule.positions) {
                return (found < stop).then_some(found);
            }
            number = self.cycle.after(number);
        }
    }

    /// The occurrence that `nth` others come before, from the start on and before `stop`.
    pub(super) fn nth(&mut self, mut nth: i64, stop: i64) -> Option<i64> {
        if self.rule.is_plain() && self.cycle.frequency <= Frequency::Weekly {
            let ahead = nth.saturating_mul(self.cycle.step_seconds());
            return self.first_from(self.start.saturating_add(ahead), stop);
        }
        let mut time = self.first_from(self.start, stop)?;
        loop {
            let here = self.period.count_from(time, &self.rule.positions);
            if nth < here {
                let found = self.period.nth_from(time, nth, &self.rule.positions)?;
                return (found < stop).then_some(found);
            }
            nth -= here;
            let last = self.period.nth_from(time, here - 1, &self.rule.positions)?;
            time = self.first_from(last + 1, stop)?;
        }
    }

    /// Seconds between two occurrences of a rule within the day that has no BYxxx parts.
    pub(super) fn step_seconds(&self) -> i64 {
        self.cycle.step_seconds()
    }

    /// See [`Cycle::turn_seconds`].
    pub(super) fn turn_seconds(&self) -> i64 {
        self.cycle.turn_seconds()
    }

    /// Enters the first period from that number on that may have occurrences, and says its number.
    fn seek(&mut self, number: i64, give_up: i64) -> Option<i64> {
        let mut number = self.cycle.at_or_after(number);
        if self.number == Some(number) {
            return Some(number);
        }
        match self.cycle.frequency {
            Frequency::Weekly | Frequency::Monthly | Frequency::Yearly => {}
            Frequency::Daily => number = self.seek_day(number, give_up)?,
            _ => number = self.seek_within_days(number, give_up)?,
        }
        // A day may have moved to the last of the period before.
        if self.cycle.first_day(number)? > give_up.div_euclid(DAY_SECONDS) + 1 {
            return None;
        }
        self.number = None;
        self.period.fill(self.cycle, number, &self.days, self.times)?;
        self.number = Some(number);
        Some(number)
    }

    /// The first day from that one on that the rule means, and that counts when days are its periods.
    fn seek_day(&mut self, mut day: i64, give_up: i64) -> Option<i64> {
        loop {
            if day * DAY_SECONDS >= give_up {
                return None;
            }
            let (month, mask) = self.month_of(day)?;
            let next = match from(mask, day - month.zeroth) {
                Some(next) if month.zeroth + next == day => return Some(day),
                Some(next) => month.zeroth + next,
                None => month.last() + 1,
            };
            day = match self.cycle.frequency {
                Frequency::Daily => self.cycle.at_or_after(next),
                _ => next,
            };
        }
    }

    fn month_of(&mut self, day: i64) -> Option<(Month, u64)> {
        match self.month {
            Some((month, mask)) if day > month.zeroth && day <= month.last() => Some((month, mask)),
            _ => {
                let month = Month::of(day)?;
                let mask = self.days.in_month_with_neighbours(month);
                self.month = Some((month, mask));
                Some((month, mask))
            }
        }
    }

    fn seek_within_days(&mut self, mut number: i64, give_up: i64) -> Option<i64> {
        let length = self.cycle.seconds();
        loop {
            number = self.cycle.at_or_after(number);
            let time = number.checked_mul(length)?;
            let today = time.div_euclid(DAY_SECONDS);
            let day = self.seek_day(today, give_up)?;
            let next = if day > today {
                day * DAY_SECONDS + self.gate.first()
            } else {
                match self.gate.first_from(time.rem_euclid(DAY_SECONDS)) {
                    Some(second) => day * DAY_SECONDS + second,
                    None => (day + 1) * DAY_SECONDS,
                }
            };
            if next == time {
                return Some(number);
            }
            number = next.div_euclid(length);
        }
    }

    /// Whether a period of a day or less has an occurrence at all, as far as times of day go.
    fn is_ever(&mut self) -> bool {
        if self.cycle.frequency > Frequency::Daily {
            return true;
        }
        let most = match self.cycle.frequency {
            Frequency::Daily => self.times,
            _ => self.times.within(0, self.cycle.seconds()),
        };
        let positions = &self.rule.positions;
        let is_one = |position: &i32| i64::from(position.abs()) <= most.len();
        (positions.is_empty() || positions.iter().any(is_one))
            && (self.cycle.frequency == Frequency::Daily || self.meets_gate())
    }

    fn meets_gate(&mut self) -> bool {
        let (step, length) = (gcd(self.cycle.step_seconds(), DAY_SECONDS), self.cycle.seconds());
        let first = (self.start - self.start.rem_euclid(length)).rem_euclid(step);
        let known = self.gate_met.iter().flatten().find(|(known, _)| *known == first);
        known.map(|(_, met)| *met).unwrap_or_else(|| {
            let met = self.gate.meets(first, step);
            self.gate_met = [Some((first, met)), self.gate_met[0]];
            met
        })
    }
}

/// The times inside a period: what the rule says, else what the start says.
fn times(rule: &Rule, start: NaiveDateTime) -> Times {
    let or = |values: &[u32], open: u32| if values.is_empty() { 1 << open } else { mask(values) };
    Times {
        hours: or(&rule.hours, start.hour()),
        minutes: or(&rule.minutes, start.minute()),
        seconds: or(&rule.seconds, start.second()),
    }
}

/// The times of day at which a period counts: what the rule says of its own length and longer.
fn gate(rule: &Rule) -> Times {
    let or = |values: &[u32], any: u64, shortest: Frequency| {
        if values.is_empty() || rule.frequency > shortest { any } else { mask(values) }
    };
    Times {
        hours: or(&rule.hours, ANY_HOUR, Frequency::Hourly),
        minutes: or(&rule.minutes, ANY_SIXTIETH, Frequency::Minutely),
        seconds: or(&rule.seconds, ANY_SIXTIETH, Frequency::Secondly),
    }
}
