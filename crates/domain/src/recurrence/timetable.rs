//! When a rule takes place: on the wall clock first, as instants last.

use std::iter;

use chrono::{DateTime, NaiveDateTime, Utc};

use super::{
    MonthEnd,
    cycle::{seconds, wall_clock},
    elapsed::Elapsed,
    engine::{Anchor, Engine},
    rule::{Moment, Rule},
    shown::ShownTimes,
    start::{Start, Wall, utc},
    times::DAY_SECONDS,
};
use crate::task::Due;

/// A rule with its start and the way it is read: enough to list its occurrences.
///
/// DAILY to YEARLY follow the wall clock. HOURLY, MINUTELY and SECONDLY count elapsed time; their BYxxx
/// parts look at what the wall clock shows then.
#[derive(Debug, Clone, Copy)]
pub struct Timetable<'a> {
    rule: &'a Rule,
    month_end: MonthEnd,
    start: Start<'a>,
    gap: Gap,
    phase: Option<Moment>,
}

/// What becomes of a wall-clock time that the zone leaves out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Gap {
    /// It moves forward by the gap (RFC 5545 3.3.5), so that no reminder is lost.
    #[default]
    Shift,
    /// It does not take place and is not counted (RFC 5545 3.3.10 as written).
    Omit,
}

/// One occurrence.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Occurrence {
    /// What the rule says: the wall-clock time, or midnight of the day. In a gap no wall clock shows it.
    pub local: NaiveDateTime,
    /// When that is. For a day or a floating time: as if the wall were UTC's.
    pub at: DateTime<Utc>,
}

impl<'a> Timetable<'a> {
    /// `month_end` decides where the rule has no SKIP of its own.
    pub fn new(rule: &'a Rule, month_end: MonthEnd, start: Start<'a>) -> Self {
        Self { rule, month_end, start, gap: Gap::default(), phase: None }
    }

    /// The same, with another reading of gaps.
    pub fn with_gap(self, gap: Gap) -> Self {
        Self { gap, ..self }
    }

    /// The same, as if it had begun at `phase`: the periods are counted from there, nothing is
    /// earlier, and the days are its days where the rule leaves them open.
    pub(super) fn rephased(self, phase: Moment) -> Self {
        Self { phase: Some(phase), ..self }
    }

    /// All occurrences from the start, strictly ascending as instants, with COUNT and UNTIL. It ends
    /// at the latest with [`super::YEARS`], and in bounded time when there are none. COUNT counts what
    /// the wall clock is to show: two times that a gap makes one are two.
    pub fn occurrences(self) -> Occurrences<'a> {
        let left = self.rule.count().map_or(u64::MAX, u64::from);
        self.within(self.start.wall(), Bounds { left, ..Bounds::NONE })
    }

    /// Those strictly after a moment (for a day: after its end), with COUNT and UNTIL. They are found
    /// by a division instead of steps from the start. COUNT is worked out as well, save where only a
    /// walk can tell: for BYxxx parts within the day, and where gaps are omitted.
    pub fn after(self, moment: Moment) -> Occurrences<'a> {
        let Some(count) = self.rule.count() else { return self.uncounted_after(moment) };
        let wall = self.start.wall();
        let after = wall.last_instant(moment);
        let mut bounds = Bounds { after: Some(after), ..Bounds::NONE };
        match self.counting() {
            Counting::ByPeriod => {
                let last = self.engine().nth(i64::from(count) - 1, i64::MAX);
                bounds.last = last.unwrap_or(Bounds::NONE.last);
            }
            Counting::ByDivision => {
                let first = self.phase_instant(wall);
                let past = (after - first).div_euclid(self.engine().step_seconds()) + 1;
                bounds.left = u64::from(count).saturating_sub(past.try_into().unwrap_or(0));
            }
            Counting::OneByOne => return Occurrences { after, ..self.occurrences() },
        }
        self.within(wall, bounds)
    }

    /// The same without COUNT, for those who know how many there have been.
    pub(super) fn uncounted_after(self, moment: Moment) -> Occurrences<'a> {
        self.uncounted(Some(moment))
    }

    pub(super) fn uncounted(self, after: Option<Moment>) -> Occurrences<'a> {
        let wall = self.start.wall();
        let after = after.map(|after| wall.last_instant(after));
        self.within(wall, Bounds { after, ..Bounds::NONE })
    }

    /// What the wall clock is to show after `local`, in its order, without COUNT. The zone is asked
    /// about an UNTIL in UTC only.
    pub(super) fn on_the_wall(
        self,
        local: Option<NaiveDateTime>,
    ) -> impl Iterator<Item = NaiveDateTime> + use<'a> {
        let (mut engine, wall) = (self.engine(), self.start.wall());
        let (last, until) = self.ends();
        let mut from = local.map_or(i64::MIN, |local| seconds(local) + 1);
        iter::from_fn(move || {
            let found = engine.first_from(from, last + 1)?;
            from = found + 1;
            let is_early = until == i64::MAX || wall.instant(found) <= until;
            if is_early { wall_clock(found) } else { None }
        })
    }

    fn counting(self) -> Counting {
        let is_day = matches!(self.start, Start::Day(_));
        match self.rule.frequency.is_within_a_day() {
            true if self.rule.is_plain() && !is_day => Counting::ByDivision,
            false if self.gap == Gap::Shift || !matches!(self.start, Start::Zoned(..)) => {
                Counting::ByPeriod
            }
            _ => Counting::OneByOne,
        }
    }

    fn phase(self) -> NaiveDateTime {
        self.phase.map_or(self.start.wall_clock(), |phase| self.start.occurrence(phase).local)
    }

    fn phase_instant(self, wall: Wall<'_>) -> i64 {
        match self.phase {
            Some(Moment::Utc(at)) => seconds(at.naive_utc()),
            _ => wall.instant(seconds(self.phase())),
        }
    }

    fn engine(self) -> Engine<'a> {
        let start = self.start.wall_clock();
        Engine::new(
            self.rule,
            self.month_end,
            Anchor {
                start,
                phase: self.phase(),
                day: if self.rule.leaves_days_open() { self.phase() } else { start },
                is_day: matches!(self.start, Start::Day(_)),
            },
        )
    }

    fn within(self, wall: Wall<'a>, bounds: Bounds) -> Occurrences<'a> {
        let engine = self.engine();
        let source = if self.rule.frequency.is_within_a_day() && wall.is_ever_set() {
            let until = self.rule.until().map_or(i64::MAX, |until| wall.last_instant(until));
            let phase = self.phase_instant(wall);
            let times = Elapsed::new(engine, wall, phase, bounds.after, until);
            Source::Elapsed(times.at_most(bounds.left))
        } else {
            let (last, until) = self.ends();
            let is_day = matches!(self.start, Start::Day(_));
            let times = ShownTimes::new(engine, wall, self.gap, is_day)
                .ending(last.min(bounds.last) + 1, until)
                .at_most(bounds.left);
            Source::Shown(match bounds.after {
                None => times,
                Some(after) => times.later_than(after),
            })
        };
        Occurrences { source, after: bounds.after.unwrap_or(i64::MIN) }
    }

    /// UNTIL as a time on the wall and an instant.
    fn ends(self) -> (i64, i64) {
        let end_of = |day| seconds(Due::day_start(day)) + DAY_SECONDS - 1;
        match (self.start, self.rule.until()) {
            (_, None) => (Bounds::NONE.last, i64::MAX),
            (_, Some(Moment::Day(day))) => (end_of(day), i64::MAX),
            // Days end with a day.
            (Start::Day(_), Some(Moment::Local(local))) => (end_of(local.date()), i64::MAX),
            (Start::Day(_), Some(Moment::Utc(utc))) => (end_of(utc.date_naive()), i64::MAX),
            (_, Some(Moment::Local(local))) => (seconds(local), i64::MAX),
            // No wall clock is more than a day ahead.
            (_, Some(Moment::Utc(utc))) => {
                let until = seconds(utc.naive_utc());
                (until + DAY_SECONDS, until)
            }
        }
    }
}

/// What is left out of all occurrences.
struct Bounds {
    /// Up to this instant.
    after: Option<i64>,
    /// After this time on the wall.
    last: i64,
    /// After so many.
    left: u64,
}

impl Bounds {
    const NONE: Self = Self { after: None, last: i64::MAX - 1, left: u64::MAX };
}

/// How COUNT is worked out for a date far from the start.
enum Counting {
    /// What a period holds is known at once.
    ByPeriod,
    /// All steps are alike.
    ByDivision,
    OneByOne,
}

/// Occurrences in ascending order.
#[derive(Debug, Clone)]
pub struct Occurrences<'a> {
    source: Source<'a>,
    /// Instants up to this one are counted and not shown.
    after: i64,
}

#[derive(Debug, Clone)]
enum Source<'a> {
    Shown(ShownTimes<'a>),
    Elapsed(Elapsed<'a>),
}

impl Iterator for Occurrences<'_> {
    type Item = Occurrence;

    fn next(&mut self) -> Option<Occurrence> {
        loop {
            let (local, instant) = match &mut self.source {
                Source::Shown(times) => times.next()?,
                Source::Elapsed(times) => times.next()?,
            };
            if instant > self.after {
                return Some(Occurrence { local: wall_clock(local)?, at: utc(instant)? });
            }
        }
    }
}
