//! Occurrences of a rule on the wall clock, from its start on or after any moment.

use chrono::{DateTime, FixedOffset, NaiveDate, NaiveDateTime};

use super::{
    MonthEnd,
    cycle::Cycle,
    pattern::Pattern,
    rule::{End, Rule},
};
use crate::zone::{self, ZoneName};

/// A rule with its start: enough to list its occurrences.
#[derive(Debug, Clone, Copy)]
pub struct Schedule<'a> {
    /// How it repeats.
    pub rule: &'a Rule,
    /// What happens to the 31st in a month that has none.
    pub month_end: MonthEnd,
    /// DTSTART, wall clock. It is an occurrence only if the rule says so.
    pub start: NaiveDateTime,
    /// Whose wall clock; decides about an UNTIL in UTC only.
    pub zone: &'a ZoneName,
}

impl<'a> Schedule<'a> {
    /// All occurrences from the start, strictly ascending, with COUNT and UNTIL. It ends at the
    /// latest with [`super::YEARS`], and in bounded time when there are none.
    pub fn occurrences(self) -> impl Iterator<Item = NaiveDateTime> + use<'a> {
        let count = self.rule.count().map_or(usize::MAX, |count| count as usize);
        self.from(self.start.date()).filter(move |at| *at >= self.start).take(count)
    }

    /// Occurrences strictly after `local`, found by a division instead of steps from the start.
    /// COUNT is left to the caller, who knows how many there have been.
    pub fn after(self, local: NaiveDateTime) -> impl Iterator<Item = NaiveDateTime> + use<'a> {
        let from = local.max(self.start).date();
        self.from(from).filter(move |at| *at > local && *at >= self.start)
    }

    /// Occurrences on `from` or later as if the rule had begun with `phase`; the days that the rule
    /// leaves open still follow from the start, unless it leaves them all open.
    pub(super) fn rephased(
        self,
        phase: NaiveDate,
        from: NaiveDate,
    ) -> impl Iterator<Item = NaiveDateTime> + use<'a> {
        let anchor = if self.rule.is_plain() { phase } else { self.start.date() };
        self.days(anchor, phase, from)
    }

    fn from(self, from: NaiveDate) -> impl Iterator<Item = NaiveDateTime> + use<'a> {
        self.days(self.start.date(), self.start.date(), from)
    }

    fn days(
        self,
        anchor: NaiveDate,
        phase: NaiveDate,
        from: NaiveDate,
    ) -> impl Iterator<Item = NaiveDateTime> + use<'a> {
        Cycle::new(self.rule, phase)
            .days(Pattern::new(self.rule, self.month_end, anchor), from)
            .map(move |day| day.and_time(self.start.time()))
            .take_while(move |at| self.is_before_end(*at))
    }

    fn is_before_end(self, at: NaiveDateTime) -> bool {
        match self.rule.end {
            End::Never | End::Count(_) => true,
            End::UntilDate(last) => at.date() <= last,
            End::UntilLocal(last) => at <= last,
            End::UntilUtc(last) => zone::instant(at, self.zone) <= last,
        }
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
    Schedule { rule, month_end, start, zone }
        .occurrences()
        .take(count)
        .map(|local| (local, zone::in_zone(zone::instant(local, zone), zone)))
        .collect()
}
