//! A rule on the wall clock of a zone: what most of the program asks for.

use chrono::{DateTime, FixedOffset, NaiveDateTime};

use super::{
    MonthEnd,
    rule::{Moment, Rule},
    start::Start,
    timetable::Timetable,
};
use crate::zone::{self, ZoneName};

/// A rule with a start that has a time: enough to list its occurrences. [`Timetable`] knows more ways
/// to start and to read a rule.
#[derive(Debug, Clone, Copy)]
pub struct Schedule<'a> {
    /// How it repeats.
    pub rule: &'a Rule,
    /// What happens to the 31st in a month that has none, when the rule does not say it.
    pub month_end: MonthEnd,
    /// DTSTART, wall clock. It is an occurrence only if the rule says so.
    pub start: NaiveDateTime,
    /// Whose wall clock.
    pub zone: &'a ZoneName,
}

impl<'a> Schedule<'a> {
    /// All occurrences from the start with COUNT and UNTIL, as what the wall clock is to show, strictly
    /// ascending. It ends at the latest with [`super::YEARS`], and in bounded time when there are none.
    pub fn occurrences(self) -> impl Iterator<Item = NaiveDateTime> + use<'a> {
        let count = self.rule.count().map_or(usize::MAX, |count| count as usize);
        self.after_local(None).take(count)
    }

    /// Occurrences strictly after `local`, found by a division instead of steps from the start.
    /// COUNT is left to the caller, who knows how many there have been.
    pub fn after(self, local: NaiveDateTime) -> impl Iterator<Item = NaiveDateTime> + use<'a> {
        self.after_local(Some(local))
    }

    fn after_local(
        self,
        local: Option<NaiveDateTime>,
    ) -> impl Iterator<Item = NaiveDateTime> + use<'a> {
        let timetable =
            Timetable::new(self.rule, self.month_end, Start::Zoned(self.start, self.zone));
        let (shown, elapsed) = match self.rule.frequency().is_within_a_day() {
            true => (None, Some(timetable.uncounted(local.map(Moment::Local)))),
            false => (Some(timetable.on_the_wall(local)), None),
        };
        // Where a wall clock is set back, elapsed time meets the same time twice; the first counts.
        let mut last = local;
        let elapsed = elapsed.into_iter().flatten().map(|found| found.local);
        let elapsed = elapsed.filter(move |local| {
            let is_later = last.is_none_or(|last| *local > last);
            last = if is_later { Some(*local) } else { last };
            is_later
        });
        shown.into_iter().flatten().chain(elapsed)
    }
}

/// The first `count` occurrences, on the wall clock and as instants with the offset that holds then.
pub fn preview(
    rule: &Rule,
    month_end: MonthEnd,
    start: NaiveDateTime,
    zone: &ZoneName,
    count: usize,
) -> Vec<(NaiveDateTime, DateTime<FixedOffset>)> {
    Timetable::new(rule, month_end, Start::Zoned(start, zone))
        .occurrences()
        .take(count)
        .map(|found| (found.local, zone::in_zone(found.at, zone)))
        .collect()
}
