//! Which days of a month a rule means: a bit for each, worked out without looking at every day.

use chrono::{Datelike, NaiveDate};

use super::{
    MonthEnd,
    cycle::date,
    rule::{Day, Frequency, Rule, Skip},
};

/// The days that the day parts of a rule mean, completed from the anchor: `FREQ=MONTHLY` from the
/// 31st means the 31st. Parts narrow each other; the values of one part add up.
#[derive(Debug, Clone)]
pub(super) struct DayFilter<'a> {
    /// Bit 1 is January.
    months: u32,
    month_days: Option<Signed>,
    year_days: &'a [i32],
    weeks: Option<Signed>,
    weekdays: Option<Weekdays<'a>>,
    /// Monday is 0.
    week_start: i64,
    missing: Missing,
}

/// What takes the place of a day that a month or year does not have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Missing {
    /// Nothing.
    Omit,
    /// Its last day. A day counted from the end has no such place: it would lie in the month before.
    Clamp,
    /// The last day before it, whose place it would have.
    Backward,
    /// The first day after it.
    Forward,
}

/// Numbers counted from the start (bit 1 is the first) and from the end (bit 1 is the last).
#[derive(Debug, Clone, Copy, Default)]
struct Signed {
    from_start: u64,
    from_end: u64,
}

#[derive(Debug, Clone, Copy)]
struct Weekdays<'a> {
    /// Without a number; bit 0 is Monday.
    every: u64,
    /// With and without numbers.
    all: &'a [Day],
    /// In what "the second Monday" is counted.
    counted_in_year: bool,
}

/// Where a month lies. Days are numbered from the start of the common era; day 1 was a Monday.
#[derive(Debug, Clone, Copy)]
pub(super) struct Month {
    year: i64,
    /// January is 1.
    number: usize,
    /// Day before the first: adding a day of the month to it gives a day.
    pub(super) zeroth: i64,
    length: i64,
    /// Days of the year before it.
    before: i64,
}

const ALL_MONTHS: u32 = 0b1_1111_1111_1110;

/// Lengths in leap years; 0 is no month.
const LENGTHS: [i64; 13] = [0, 31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
/// Days of other years before a month.
const BEFORE: [i64; 13] = [0, 0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334];

impl Month {
    /// The month of a day.
    pub(super) fn of(day: i64) -> Option<Self> {
        let date = date(day)?;
        let (year, number) = (date.year(), date.month0() as usize + 1);
        Some(Self::new(year.into(), number, day - i64::from(date.ordinal())))
    }

    /// All months of a year, by the day it begins on.
    pub(super) fn of_year(first: i64) -> Option<impl Iterator<Item = Self>> {
        let year = date(first)?.year().into();
        Some((1..=12).map(move |number| Self::new(year, number, first - 1)))
    }

    fn new(year: i64, number: usize, before_year: i64) -> Self {
        let leap = year_length(year) == 366;
        let before = BEFORE[number] + i64::from(leap && number > 2);
        let length = LENGTHS[number] - i64::from(!leap && number == 2);
        Self { year, number, zeroth: before_year + before, length, before }
    }

    pub(super) fn last(self) -> i64 {
        self.zeroth + self.length
    }

    fn year_length(self) -> i64 {
        year_length(self.year)
    }
}

fn year_length(year: i64) -> i64 {
    if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) { 366 } else { 365 }
}

impl<'a> DayFilter<'a> {
    pub(super) fn new(rule: &'a Rule, month_end: MonthEnd, anchor: NaiveDate) -> Self {
        let missing = match (rule.skip, month_end) {
            (None, MonthEnd::Clamp) => Missing::Clamp,
            (None, MonthEnd::Skip) | (Some(Skip::Omit), _) => Missing::Omit,
            (Some(Skip::Backward), _) => Missing::Backward,
            (Some(Skip::Forward), _) => Missing::Forward,
        };
        let mut filter = Self {
            months: match rule.months.as_slice() {
                [] => ALL_MONTHS,
                months => months.iter().fold(0, |mask, month| mask | 1 << month),
            },
            month_days: Signed::new(&rule.month_days),
            year_days: &rule.year_days,
            weeks: Signed::new(&rule.weeks),
            weekdays: (!rule.weekdays.is_empty()).then(|| Weekdays::new(rule)),
            week_start: rule.week_start.num_days_from_monday().into(),
            missing,
        };
        filter.complete_from(anchor, rule.frequency);
        let asked = !rule.month_days.is_empty();
        if asked && missing == Missing::Clamp {
            filter.forget_impossible_days();
        }
        filter
    }

    /// What the rule leaves open is as at its start.
    fn complete_from(&mut self, anchor: NaiveDate, frequency: Frequency) {
        let said = self.weekdays.is_some() || !self.year_days.is_empty();
        let weekday = || Weekdays {
            every: 1 << anchor.weekday().num_days_from_monday(),
            all: &[],
            counted_in_year: false,
        };
        match frequency {
            Frequency::Weekly if !said => self.weekdays = Some(weekday()),
            Frequency::Yearly if !said && self.weeks.is_some() && self.month_days.is_none() => {
                self.weekdays = Some(weekday());
            }
            Frequency::Monthly | Frequency::Yearly if !said && self.weeks.is_none() => {
                // libical reads `FREQ=YEARLY;BYMONTHDAY=29` as that day of the start's month, others
                // as that day of every month; MONTHLY says the latter already.
                if frequency == Frequency::Yearly && self.months == ALL_MONTHS {
                    self.months = 1 << anchor.month();
                }
                let day = Signed { from_start: 1 << anchor.day(), from_end: 0 };
                self.month_days.get_or_insert(day);
            }
            _ => {}
        }
    }

    /// What no year has (30 February) is a mistake, not a short month.
    fn forget_impossible_days(&mut self) {
        let longest = (1..=12).filter(|month| self.months >> month & 1 == 1);
        let longest = longest.map(|month| LENGTHS[month]).max().unwrap_or(0);
        if let Some(days) = &mut self.month_days {
            let possible = (1 << (longest + 1)) - 1;
            days.from_start &= possible;
            days.from_end &= possible;
        }
    }

    /// The days of a month that are meant: bit n is the nth. A day that the month does not have may
    /// have become bit 0, the last of the month before, or the bit after the last of the month.
    pub(super) fn in_month(&self, month: Month) -> u64 {
        if self.months >> month.number & 1 == 0 {
            return 0;
        }
        let mut days = u64::MAX;
        if let Some(month_days) = self.month_days {
            days &= month_days.in_month(month, self.missing);
        }
        if !self.year_days.is_empty() {
            days &= self.year_days_in(month);
        }
        if days == u64::MAX {
            days = inside(month);
        }
        if days != 0
            && let Some(weeks) = self.weeks
        {
            days &= self.weeks_in(month, weeks);
        }
        if days != 0
            && let Some(weekdays) = self.weekdays
        {
            days &= weekdays.in_month(month);
        }
        days
    }

    /// The same, with what the neighbours give to this month and without what it gives to them.
    pub(super) fn in_month_with_neighbours(&self, month: Month) -> u64 {
        let own = self.in_month(month);
        if !self.moves_days() {
            return own;
        }
        let given = |neighbour: Option<Month>, here: i64| {
            neighbour.map_or(0, |neighbour| {
                let there = month.zeroth + here - neighbour.zeroth;
                (self.in_month(neighbour) >> there & 1) << here
            })
        };
        let from_before = given(Month::of(month.zeroth), 1);
        let from_after = given(Month::of(month.last() + 1), month.length);
        own & inside(month) | from_before | from_after
    }

    /// Whether a day of a month may have moved to a neighbour.
    pub(super) fn moves_days(&self) -> bool {
        matches!(self.missing, Missing::Backward | Missing::Forward)
    }

    /// Whether a day of a month may have moved to the next one.
    pub(super) fn moves_forward(&self) -> bool {
        self.missing == Missing::Forward
    }

    fn year_days_in(&self, month: Month) -> u64 {
        let mut days = 0;
        for asked in self.year_days {
            let asked = i64::from(*asked);
            let missing = asked.abs() > month.year_length();
            let place = if asked < 0 { month.year_length() + 1 + asked } else { asked };
            let place = match (self.missing, asked > 0) {
                _ if !missing => place,
                (Missing::Omit, _) | (Missing::Clamp, false) => continue,
                // 366 ends a year, -366 begins one.
                (Missing::Clamp | Missing::Backward, true) => place - 1,
                (Missing::Forward, false) => place + 1,
                (Missing::Forward, true) | (Missing::Backward, false) => place,
            };
            let day = place - month.before;
            let edge = missing && (month.number == 1 && day == 0 || month.number == 12);
            if (1..=month.length).contains(&day) || edge && (0..=month.length + 1).contains(&day) {
                days |= 1 << day;
            }
        }
        days
    }

    /// A week belongs to the year that most of its days lie in, which is the year of its fourth.
    fn weeks_in(&self, month: Month, asked: Signed) -> u64 {
        let mut days = 0;
        let mut first = -(month.zeroth - 1 - self.week_start).rem_euclid(7);
        while first <= month.length + 1 {
            let (mut fourth, mut length) = (month.before + first + 3, month.year_length());
            if fourth < 1 {
                length = year_length(month.year - 1);
                fourth += length;
            } else if fourth > length {
                fourth -= length;
                length = year_length(month.year + 1);
            }
            let (number, from_end) = ((fourth - 1) / 7 + 1, (length - fourth) / 7 + 1);
            if (asked.from_start >> number | asked.from_end >> from_end) & 1 == 1 {
                days |= if first < 0 { 0x7f >> -first } else { 0x7f << first };
            }
            first += 7;
        }
        days
    }
}

fn inside(month: Month) -> u64 {
    (2 << month.length) - 2
}

impl Signed {
    fn new(numbers: &[i32]) -> Option<Self> {
        let mut signed = Self::default();
        for number in numbers {
            match number {
                ..0 => signed.from_end |= 1 << -number,
                _ => signed.from_start |= 1 << number,
            }
        }
        (!numbers.is_empty()).then_some(signed)
    }

    fn in_month(self, month: Month, missing: Missing) -> u64 {
        let length = month.length;
        // Day `length + 1 - n` is the nth from the end.
        let from_end = self.from_end.reverse_bits() >> (62 - length);
        let mut days = (self.from_start | from_end) & inside(month);
        let (late, early) = (self.from_start >> (length + 1), self.from_end >> (length + 1));
        match missing {
            Missing::Omit => {}
            Missing::Clamp => days |= bit(late, length),
            Missing::Backward => days |= bit(late, length) | bit(early, 0),
            Missing::Forward => days |= bit(late, length + 1) | bit(early, 1),
        }
        days
    }
}

fn bit(some: u64, place: i64) -> u64 {
    u64::from(some != 0) << place
}

impl<'a> Weekdays<'a> {
    fn new(rule: &'a Rule) -> Self {
        let every = rule.weekdays.iter().filter(|day| day.ordinal.is_none());
        Self {
            every: every.fold(0, |mask, day| mask | 1 << day.weekday.num_days_from_monday()),
            all: &rule.weekdays,
            counted_in_year: rule.frequency == Frequency::Yearly && rule.months.is_empty(),
        }
    }

    /// Every bit from 0 to one past the last day says whether that day is meant.
    fn in_month(self, month: Month) -> u64 {
        /// Each seventh bit; times a week it is that week again and again.
        const COMB: u64 = 0x1020_4081;
        let zeroth = (month.zeroth - 1).rem_euclid(7);
        let week = (self.every >> zeroth | self.every << (7 - zeroth)) & 0x7f;
        let mut days = week * COMB;
        for day in self.all {
            if let Some(ordinal) = day.ordinal {
                let weekday = day.weekday.num_days_from_monday().into();
                days |= self.numbered(ordinal.into(), weekday, month);
            }
        }
        days
    }

    fn numbered(self, ordinal: i64, weekday: i64, month: Month) -> u64 {
        let (before, length) = match self.counted_in_year {
            true => (month.before, month.year_length()),
            false => (0, month.length),
        };
        // Numbers of the days in the span, as of the days of the month.
        let (first, last) = (1 - before, length - before);
        let day = if ordinal > 0 {
            first + (weekday - (month.zeroth + first - 1)).rem_euclid(7) + 7 * (ordinal - 1)
        } else {
            last - (month.zeroth + last - 1 - weekday).rem_euclid(7) + 7 * (ordinal + 1)
        };
        let is_inside = (first.max(1)..=last.min(month.length)).contains(&day);
        if is_inside { 1 << day } else { 0 }
    }
}

#[cfg(test)]
mod tests;
