//! Recurrence as calendars exchange it: RRULE, RDATE and EXDATE around one DTSTART.

use std::collections::BTreeSet;

use super::{
    MonthEnd, RuleError,
    parse::values,
    rule::{Moment, Rule},
    start::Start,
    timetable::{Gap, Occurrence, Occurrences, Timetable},
};

/// A recurrence set (RFC 5545 3.8.5), for imports: short months are skipped unless the rule has SKIP.
///
/// The start is an occurrence when the rule says so, when it is an RDATE, or when there is no rule.
/// COUNT counts what the rule gives, before RDATE adds and EXDATE takes away.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct RuleSet {
    /// RRULE.
    pub rule: Option<Rule>,
    /// RDATE, in any order. A day means that day at the time of the start.
    pub rdates: Vec<Moment>,
    /// EXDATE, in any order. A day takes away all of that day.
    pub exdates: Vec<Moment>,
}

impl RuleSet {
    /// All occurrences, strictly ascending as instants.
    pub fn occurrences<'a>(
        &'a self,
        start: Start<'a>,
        gap: Gap,
    ) -> impl Iterator<Item = Occurrence> + use<'a> {
        let ruled = self.timetable(start, gap).map(Timetable::occurrences);
        self.merged(ruled, self.added(start))
    }

    /// Those strictly after a moment (for a day: after its end).
    pub fn after<'a>(
        &'a self,
        start: Start<'a>,
        gap: Gap,
        moment: Moment,
    ) -> impl Iterator<Item = Occurrence> + use<'a> {
        let ruled = self.timetable(start, gap).map(|timetable| timetable.after(moment));
        let mut added = self.added(start);
        added.retain(|added| start.is_after(added, moment));
        self.merged(ruled, added)
    }

    fn timetable<'a>(&'a self, start: Start<'a>, gap: Gap) -> Option<Timetable<'a>> {
        let rule = self.rule.as_ref()?;
        Some(Timetable::new(rule, MonthEnd::Skip, start).with_gap(gap))
    }

    /// What stands in the set without a rule, in order.
    fn added(&self, start: Start<'_>) -> Vec<Occurrence> {
        let own = self.rule.is_none().then(|| Moment::Local(start.wall_clock()));
        let moments = self.rdates.iter().copied().chain(own);
        let mut added: Vec<_> = moments.map(|moment| start.occurrence(moment)).collect();
        added.sort_unstable_by_key(|added| added.at);
        added
    }

    /// Two ascending rows as one, each instant once, without what EXDATE takes away.
    fn merged<'a>(
        &self,
        ruled: Option<Occurrences<'a>>,
        added: Vec<Occurrence>,
    ) -> impl Iterator<Item = Occurrence> + use<'a> {
        let excluded: BTreeSet<_> = self.exdates.iter().copied().collect();
        let mut ruled = ruled.into_iter().flatten().peekable();
        let mut added = added.into_iter().peekable();
        let mut last = None;
        let both = std::iter::from_fn(move || {
            let is_ruled = match (ruled.peek(), added.peek()) {
                (Some(ruled), Some(added)) => ruled.at <= added.at,
                (ruled, _) => ruled.is_some(),
            };
            if is_ruled { ruled.next() } else { added.next() }
        });
        both.filter(move |found| {
            let is_new = last.replace(found.at) != Some(found.at);
            let day = Moment::Day(found.local.date());
            let names = [Moment::Utc(found.at), Moment::Local(found.local), day];
            is_new && !names.iter().any(|name| excluded.contains(name))
        })
    }
}

impl Moment {
    /// Reads the value of an RDATE or EXDATE property: moments with commas between them.
    pub fn parse_list(property: &'static str, value: &str) -> Result<Vec<Self>, RuleError> {
        value
            .split(',')
            .map(|value| values::moment(property, &value.to_ascii_uppercase()))
            .collect()
    }
}
