//! DTSTART in its three forms, and the clock that a rule runs on.

use chrono::{DateTime, NaiveDate, NaiveDateTime, Utc};

use super::{
    cycle::{seconds, wall_clock},
    rule::Moment,
    times::DAY_SECONDS,
    timetable::Occurrence,
};
use crate::{
    task::Due,
    zone::{self, Shown, ZoneName},
};

/// DTSTART.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Start<'a> {
    /// A day. The time parts of a rule mean nothing to it (RFC 5545 3.3.10), and it has at most one
    /// occurrence a day.
    Day(NaiveDate),
    /// A wall-clock time wherever one is. Where an instant is asked for, the wall is taken as UTC's.
    Floating(NaiveDateTime),
    /// A wall-clock time in a zone.
    Zoned(NaiveDateTime, &'a ZoneName),
}

impl<'a> Start<'a> {
    /// The start of a task's series: what its due says, at the series' own start.
    pub(crate) fn of_series(start: NaiveDateTime, due: Option<&Due>, zone: &'a ZoneName) -> Self {
        match due {
            Some(Due::At { .. }) => Self::Zoned(start, zone),
            Some(Due::Date { .. }) | None => Self::Day(start.date()),
        }
    }

    /// What the wall clock shows, midnight for a day.
    pub fn wall_clock(self) -> NaiveDateTime {
        match self {
            Self::Day(day) => Due::day_start(day),
            Self::Floating(local) | Self::Zoned(local, _) => local,
        }
    }

    /// A moment as an occurrence: a day is that day at the time of the start.
    pub(super) fn occurrence(self, moment: Moment) -> Occurrence {
        let local = match (self, moment) {
            (_, Moment::Day(day)) => day.and_time(self.wall_clock().time()),
            (_, Moment::Local(local)) => local,
            (Self::Zoned(_, zone), Moment::Utc(at)) => {
                return Occurrence { local: zone::local(at, zone), at };
            }
            (_, Moment::Utc(at)) => at.naive_utc(),
        };
        match self {
            Self::Day(_) => {
                let local = Due::day_start(local.date());
                Occurrence { local, at: local.and_utc() }
            }
            Self::Floating(_) => Occurrence { local, at: local.and_utc() },
            Self::Zoned(_, zone) => Occurrence { local, at: zone::instant(local, zone) },
        }
    }

    pub(super) fn is_after(self, found: &Occurrence, moment: Moment) -> bool {
        seconds(found.at.naive_utc()) > self.wall().last_instant(moment)
    }

    /// Whether the wall clock's time of an occurrence leads back to its instant: not for the second of
    /// two times that a clock which was set back shows.
    pub(super) fn is_told_by_wall_clock(self, found: &Occurrence) -> bool {
        match self {
            Self::Day(_) | Self::Floating(_) => true,
            Self::Zoned(_, zone) => zone::instant(found.local, zone) == found.at,
        }
    }

    pub(super) fn wall(self) -> Wall<'a> {
        Wall(match self {
            Self::Day(_) | Self::Floating(_) => None,
            Self::Zoned(_, zone) => Some(zone),
        })
    }
}

/// A wall clock: that of a zone, or one that is never set. It speaks the engine's seconds.
#[derive(Debug, Clone, Copy)]
pub(super) struct Wall<'a>(Option<&'a ZoneName>);

/// 1970 in the engine's seconds.
const EPOCH: i64 = 719_163 * DAY_SECONDS;

impl Wall<'_> {
    pub(super) fn is_ever_set(self) -> bool {
        self.0.is_some()
    }

    pub(super) fn shown(self, local: i64) -> Shown {
        self.0.map_or(Shown::At(0), |zone| zone.shown(local - EPOCH))
    }

    pub(super) fn offset(self, instant: i64) -> i64 {
        self.0.map_or(0, |zone| zone.offset_s(instant - EPOCH))
    }

    pub(super) fn instant(self, local: i64) -> i64 {
        self.0.map_or(local, |zone| zone.instant_s(local - EPOCH) + EPOCH)
    }

    pub(super) fn next_change(self, instant: i64) -> Option<i64> {
        self.0?.next_change(instant - EPOCH).map(|change| change + EPOCH)
    }

    /// The last instant that is not later than a moment.
    pub(super) fn last_instant(self, moment: Moment) -> i64 {
        match moment {
            Moment::Utc(utc) => seconds(utc.naive_utc()),
            Moment::Local(local) => self.instant(seconds(local)),
            Moment::Day(day) => self.instant(seconds(Due::day_start(day)) + DAY_SECONDS) - 1,
        }
    }
}

/// The engine's seconds as an instant; `None` past the end of the calendar.
pub(super) fn utc(instant: i64) -> Option<DateTime<Utc>> {
    wall_clock(instant).map(|wall| wall.and_utc())
}
