//! Rules of a day and longer: what the wall clock is to show, and when it does.
//!
//! Of a time that is shown twice the first counts. One that is never shown moves forward by the gap,
//! and may so come to lie behind times that are later in the rule: two rows are merged then.

use super::{engine::Engine, start::Wall, times::DAY_SECONDS, timetable::Gap};
use crate::zone::Shown;

/// Occurrences as (wall clock, instant), ascending as instants, none twice.
#[derive(Debug, Clone)]
pub(super) struct ShownTimes<'a> {
    engine: Engine<'a>,
    wall: Wall<'a>,
    gap: Gap,
    /// Only days count, each once.
    is_day: bool,
    /// The first time on the wall that is still to be looked at.
    cursor: i64,
    /// The first time on the wall that is too late.
    stop: i64,
    /// How many may be looked at: what COUNT says.
    left: u64,
    /// The last instant that is early enough.
    until: i64,
    /// The last instant that is too early.
    after: i64,
    /// The next one that the wall clock shows.
    ahead: Option<(i64, i64)>,
    moved: Option<Moved>,
}

/// The times inside one gap.
#[derive(Debug, Clone, Copy)]
struct Moved {
    /// The first of them.
    first: i64,
    /// The next of them, and when it takes place.
    next: (i64, i64),
}

impl<'a> ShownTimes<'a> {
    pub(super) fn new(engine: Engine<'a>, wall: Wall<'a>, gap: Gap, is_day: bool) -> Self {
        Self {
            engine,
            wall,
            gap,
            is_day,
            cursor: i64::MIN,
            stop: i64::MAX,
            left: u64::MAX,
            until: i64::MAX,
            after: i64::MIN,
            ahead: None,
            moved: None,
        }
    }

    /// Leaves out what is not later than the instant `after`.
    pub(super) fn later_than(mut self, after: i64) -> Self {
        self.after = after;
        let offset = self.wall.offset(after);
        // A time in a gap takes place later than it says, by less than a day.
        let gap = (offset - self.wall.offset(after.saturating_sub(DAY_SECONDS))).max(0);
        self.cursor = after.saturating_add(1 + offset - gap);
        self
    }

    /// Leaves out what the rule gives from the time `stop` on the wall on, or is later than the
    /// instant `until`.
    pub(super) fn ending(self, stop: i64, until: i64) -> Self {
        Self { stop, until, ..self }
    }

    /// Leaves out all but the first ones of the rule, by the order of the wall clock.
    pub(super) fn at_most(self, left: u64) -> Self {
        Self { left, ..self }
    }

    pub(super) fn next(&mut self) -> Option<(i64, i64)> {
        loop {
            self.look_ahead();
            let next = match (self.ahead, self.moved) {
                (Some(ahead), Some(moved)) if moved.next.1 < ahead.1 => self.take_moved(moved),
                (Some(ahead), _) => {
                    self.ahead = None;
                    ahead
                }
                (None, Some(moved)) => self.take_moved(moved),
                (None, None) => return None,
            };
            if next.1 > self.until {
                return None;
            }
            if next.1 > self.after {
                self.after = next.1;
                return Some(next);
            }
        }
    }

    /// Finds the next time that is shown; those in a gap before it are put aside.
    fn look_ahead(&mut self) {
        while self.ahead.is_none()
            && self.left > 0
            && let Some(local) = self.engine.first_from(self.cursor, self.stop)
        {
            self.cursor = local + 1;
            match self.wall.shown(local) {
                Shown::At(offset) => self.ahead = Some((local, local - offset)),
                Shown::Never { .. } if self.gap == Gap::Omit => continue,
                Shown::Never { before } => match self.moved {
                    None => {
                        self.moved = Some(Moved { first: local, next: (local, local - before) })
                    }
                    Some(moved) if moved.may_reach(local) => {}
                    Some(_) => {
                        // The next gap has to wait for its turn.
                        self.cursor = local;
                        return;
                    }
                },
            }
            self.left -= 1;
            if self.left == 0 {
                self.stop = local + 1;
            }
            if self.is_day {
                let midnight = local - local.rem_euclid(DAY_SECONDS);
                self.ahead = Some((midnight, midnight));
                self.cursor = midnight + DAY_SECONDS;
            }
        }
    }

    fn take_moved(&mut self, moved: Moved) -> (i64, i64) {
        let following = self.engine.first_from(moved.next.0 + 1, self.stop);
        self.moved = following.filter(|local| moved.may_reach(*local)).and_then(|local| match self
            .wall
            .shown(local)
        {
            Shown::At(_) => None,
            Shown::Never { before } => Some(Moved { next: (local, local - before), ..moved }),
        });
        moved.next
    }
}

impl Moved {
    /// No gap is longer than a day.
    fn may_reach(self, local: i64) -> bool {
        local - self.first < DAY_SECONDS
    }
}
