//! The occurrences inside one period of a rule, in order; BYSETPOS picks from them.

use std::iter;

use super::{
    cycle::Cycle,
    month::{DayFilter, Month},
    rule::Frequency,
    times::{DAY_SECONDS, Times, count, from, lowest, place},
};

/// Days as at most a year of months. Nothing is allocated.
#[derive(Debug, Clone)]
pub(super) struct Period {
    /// A day and a mask: bit n means that day plus n.
    days: [(i64, u64); 12],
    used: usize,
    times: Times,
}

impl Period {
    pub(super) fn empty() -> Self {
        Self { days: [(0, 0); 12], used: 0, times: Times::MIDNIGHT }
    }

    /// Fills it with the period of that number. `None` past the end of the calendar.
    pub(super) fn fill(
        &mut self,
        cycle: Cycle,
        number: i64,
        filter: &DayFilter<'_>,
        times: Times,
    ) -> Option<()> {
        let day = cycle.first_day(number)?;
        (self.used, self.times) = (1, times);
        match cycle.frequency {
            Frequency::Yearly => self.fill_year(day, filter)?,
            Frequency::Monthly => {
                let month = Month::of(day)?;
                self.days[0] = (month.zeroth, filter.in_month(month));
            }
            Frequency::Weekly => self.days[0] = (day, week(day, filter)?),
            // The days of shorter periods were looked up already.
            Frequency::Daily => self.days[0] = (day, 1),
            _ => {
                self.days[0] = (day, 1);
                let second = number * cycle.seconds() - day * DAY_SECONDS;
                self.times = times.within(second, cycle.seconds());
            }
        }
        Some(())
    }

    fn fill_year(&mut self, first: i64, filter: &DayFilter<'_>) -> Option<()> {
        self.used = 12;
        for (place, month) in self.days.iter_mut().zip(Month::of_year(first)?) {
            *place = (month.zeroth, filter.in_month(month));
        }
        if filter.moves_days() {
            self.settle_moved_days();
        }
        Some(())
    }

    /// A day that moved into a neighbour is that neighbour's day, and once only.
    fn settle_moved_days(&mut self) {
        for place in 1..self.used {
            let ((zeroth, mut earlier), (later_zeroth, mut later)) =
                (self.days[place - 1], self.days[place]);
            let last = later_zeroth - zeroth;
            earlier |= (later & 1) << last;
            later = later & !1 | (earlier >> (last + 1) & 1) << 1;
            earlier &= !(1 << (last + 1));
            (self.days[place - 1].1, self.days[place].1) = (earlier, later);
        }
    }

    fn all_days(&self) -> impl Iterator<Item = (i64, u64)> + '_ {
        self.days.iter().take(self.used).copied()
    }

    /// How many there are before BYSETPOS picks.
    fn len(&self) -> i64 {
        self.all_days().map(|(_, mask)| count(mask)).sum::<i64>() * self.times.len()
    }

    fn get(&self, index: i64) -> Option<i64> {
        let (mut day, time) = (index / self.times.len(), index % self.times.len());
        for (zeroth, mask) in self.all_days() {
            let here = count(mask);
            if day < here {
                let day = zeroth + place(mask, day)?;
                return Some(day * DAY_SECONDS + self.times.get(time)?);
            }
            day -= here;
        }
        None
    }

    /// The first one at `time` or later.
    pub(super) fn first_from(&self, time: i64, positions: &[i32]) -> Option<i64> {
        let first = self.first_of_all_from(time)?;
        if positions.is_empty() {
            return Some(first);
        }
        let least = self.index_of(first);
        self.get(picked(positions, self.len()).find(|index| *index >= least)?)
    }

    fn first_of_all_from(&self, time: i64) -> Option<i64> {
        let (day, second) = (time.div_euclid(DAY_SECONDS), time.rem_euclid(DAY_SECONDS));
        for (zeroth, mask) in self.all_days() {
            let here = day - zeroth;
            if (0..64).contains(&here)
                && mask >> here & 1 == 1
                && let Some(second) = self.times.first_from(second)
            {
                return Some(day * DAY_SECONDS + second);
            }
            let later =
                if here < 0 { (mask != 0).then(|| lowest(mask)) } else { from(mask, here + 1) };
            if let Some(later) = later {
                return Some((zeroth + later) * DAY_SECONDS + self.times.first());
            }
        }
        None
    }

    /// How many there are at `time` or later.
    pub(super) fn count_from(&self, time: i64, positions: &[i32]) -> i64 {
        let Some(first) = self.first_of_all_from(time) else { return 0 };
        let (least, len) = (self.index_of(first), self.len());
        if positions.is_empty() {
            return len - least;
        }
        picked(positions, len).fold(0, |count, index| count + i64::from(index >= least))
    }

    /// The one that so many others come before, from `time` on.
    pub(super) fn nth_from(&self, time: i64, nth: i64, positions: &[i32]) -> Option<i64> {
        let least = self.index_of(self.first_of_all_from(time)?);
        if positions.is_empty() {
            return self.get(least + nth);
        }
        let mut later = picked(positions, self.len()).filter(|index| *index >= least);
        self.get(later.nth(nth.try_into().ok()?)?)
    }

    /// The place of an occurrence among all of the period.
    fn index_of(&self, found: i64) -> i64 {
        let (day, second) = (found.div_euclid(DAY_SECONDS), found.rem_euclid(DAY_SECONDS));
        let mut days_before = 0;
        for (zeroth, mask) in self.all_days() {
            let here = (day - zeroth).clamp(0, 63);
            days_before += count(mask & ((1 << here) - 1));
        }
        days_before * self.times.len() + self.times.index_of(second)
    }
}

/// The places that BYSETPOS picks out of so many, ascending and each once. The positions count first
/// from the start, ascending, then from the end.
fn picked(positions: &[i32], len: i64) -> impl Iterator<Item = i64> {
    let from_end = positions.partition_point(|position| *position > 0);
    let (starts, ends) = positions.split_at(from_end);
    let mut starts = starts.iter().map(|position| i64::from(*position) - 1).peekable();
    let mut ends = ends.iter().map(move |position| len + i64::from(*position)).peekable();
    let both = iter::from_fn(move || match (starts.peek().copied(), ends.peek().copied()) {
        (Some(start), Some(end)) if start == end => {
            ends.next();
            starts.next()
        }
        (Some(start), Some(end)) if end < start => ends.next(),
        (Some(_), _) => starts.next(),
        (None, _) => ends.next(),
    });
    both.filter(move |index| (0..len).contains(index))
}

/// A week may lie in two months.
fn week(first: i64, filter: &DayFilter<'_>) -> Option<u64> {
    let month = Month::of(first)?;
    let mut days = filter.in_month(month) >> (first - month.zeroth) & 0x7f;
    let rest = month.last() - first + 1;
    if rest < 7 {
        days &= (1 << rest) - 1;
        let next = filter.in_month(Month::of(month.last() + 1)?);
        days |= next >> 1 << rest & 0x7f;
    }
    Some(days)
}
