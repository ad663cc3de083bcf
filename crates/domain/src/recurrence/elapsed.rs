//! Rules within the day, in a zone: their steps are elapsed time, however the wall clock is set.
//!
//! While one offset holds, the zone's wall clock and the elapsed time run alike. So the engine is asked
//! for one such stretch after the other, each with the phase as that stretch's clock would show it.

use super::{cycle::year_start, engine::Engine, start::Wall};

/// Occurrences as (wall clock, instant), ascending as instants.
#[derive(Debug, Clone)]
pub(super) struct Elapsed<'a> {
    engine: Engine<'a>,
    wall: Wall<'a>,
    /// The instant that the phase is counted from.
    phase: i64,
    /// The first instant that is still to be looked at.
    cursor: i64,
    /// The last one that may be an occurrence.
    until: i64,
    /// How many there may be: what COUNT says.
    left: u64,
    /// The stretch that the engine is set to.
    stretch: Option<Stretch>,
}

#[derive(Debug, Clone, Copy)]
struct Stretch {
    offset: i64,
    /// The first instant of the next one.
    end: Option<i64>,
}

/// From here on the offsets of every zone follow a yearly rule. The last list of single changes, that of
/// Morocco's Ramadans, ends with 2087.
const SETTLED_YEAR: i32 = 2088;

impl<'a> Elapsed<'a> {
    /// `phase`, `after` and `until` are instants.
    pub(super) fn new(
        engine: Engine<'a>,
        wall: Wall<'a>,
        phase: i64,
        after: Option<i64>,
        until: i64,
    ) -> Self {
        let cursor = after.map_or(phase, |after| phase.max(after.saturating_add(1)));
        Self { engine, wall, phase, cursor, until, left: u64::MAX, stretch: None }
    }

    /// Leaves out all but the first ones.
    pub(super) fn at_most(self, left: u64) -> Self {
        Self { left, ..self }
    }

    fn enter(&mut self) -> Stretch {
        let offset = self.wall.offset(self.cursor);
        self.engine.set_phase(self.phase + offset);
        let stretch = Stretch { offset, end: self.wall.next_change(self.cursor) };
        self.stretch = Some(stretch);
        stretch
    }

    pub(super) fn next(&mut self) -> Option<(i64, i64)> {
        let settled = self.cursor.max(year_start(SETTLED_YEAR));
        let give_up = settled.saturating_add(self.engine.turn_seconds()).min(self.until);
        while self.cursor <= give_up && self.left > 0 {
            let Stretch { offset, end } = match self.stretch {
                Some(stretch) => stretch,
                None => self.enter(),
            };
            let stop = end.map_or(i64::MAX, |end| end + offset);
            if let Some(local) = self.engine.first_from(self.cursor + offset, stop) {
                let instant = local - offset;
                self.cursor = instant + 1;
                self.left -= 1;
                return (instant <= self.until).then_some((local, instant));
            }
            self.stretch = None;
            self.cursor = end?;
        }
        None
    }
}
