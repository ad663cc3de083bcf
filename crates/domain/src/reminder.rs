//! When a person is reminded of a task.

mod duration;

use chrono::{DateTime, Datelike, Days, FixedOffset, TimeDelta, Utc};
use uuid::Uuid;

pub use self::duration::DurationError;
use crate::{
    change::Settings,
    recurrence::YEARS,
    task::Due,
    zone::{self, ZoneName},
};

/// One reminder of one task. The row is the truth; an alarm clock only wakes somebody up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reminder {
    /// `UUIDv7`.
    pub id: Uuid,
    /// Raised whenever `fire_at` changes, so that an alarm set for an older time is a no-op.
    pub generation: u32,
    /// What the person asked for.
    pub trigger: Trigger,
    /// The instant that follows from it, or the one that the person put it off to. Never fires before.
    pub fire_at: DateTime<Utc>,
    /// Whether the person put it off: then `fire_at` is what they chose, until the due date changes.
    pub snoozed: bool,
    /// Where it stands.
    pub state: ReminderState,
}

/// What the person asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Trigger {
    /// So long before the due time: `days` on the wall clock of the due's zone, then `seconds`
    /// exactly (`P1D` keeps the wall clock, `PT24H` does not). RFC 5545 3.3.6, without years/months.
    Before {
        /// Nominal days (weeks are seven).
        days: u32,
        /// Exact seconds.
        seconds: u32,
    },
    /// A moment, with the offset that the person gave.
    At(DateTime<FixedOffset>),
}

impl Reminder {
    /// A reminder of which nothing but the trigger counts: the next instance makes its own of it.
    pub(crate) fn of_the_next(trigger: Trigger) -> Self {
        Self {
            id: Uuid::nil(),
            generation: 1,
            trigger,
            fire_at: DateTime::UNIX_EPOCH,
            snoozed: false,
            state: ReminderState::Cancelled,
        }
    }
}

/// To when a reminder is put off.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Snooze {
    /// So long from now: `days` on the wall clock, then `seconds` exactly.
    For {
        /// Nominal days (weeks are seven).
        days: u32,
        /// Exact seconds.
        seconds: u32,
    },
    /// A moment, with the offset that the person gave.
    Until(DateTime<FixedOffset>),
}

impl Snooze {
    /// Reads an ISO 8601 duration (`PT1H`, `P1D`) as "so long from now".
    pub fn span(text: &str) -> Result<Self, DurationError> {
        let (days, seconds) = duration::parse(text)?;
        Ok(Self::For { days, seconds })
    }
}

/// Where a reminder stands. Fired and cancelled are final for a generation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReminderState {
    /// Waits for `fire_at`.
    Scheduled,
    /// Has fired.
    Fired,
    /// Will not fire: the task was done or deleted, or the person took it back.
    Cancelled,
}

/// A reminder relative to a due time that the task does not have.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a reminder before the due time needs a due date")]
pub struct NoDue;

impl Trigger {
    /// Reads an ISO 8601 duration (`PT30M`, `P1D`, `P1DT2H`, `P2W`) as "so long before".
    pub fn before(text: &str) -> Result<Self, DurationError> {
        let (days, seconds) = duration::parse(text)?;
        Ok(Self::Before { days, seconds })
    }

    /// The canonical ISO 8601 duration of [`Trigger::Before`]; `None` for a moment.
    pub fn duration(&self) -> Option<String> {
        match self {
            Self::Before { days, seconds } => Some(duration::format(*days, *seconds)),
            Self::At(_) => None,
        }
    }

    /// The same for a task that comes so much later: a moment moves on the wall clock of `zone`.
    /// `None` past [`YEARS`].
    pub(crate) fn later(&self, by: TimeDelta, zone: &ZoneName) -> Option<Self> {
        let Self::At(at) = self else { return Some(self.clone()) };
        let local = zone::local(at.to_utc(), zone).checked_add_signed(by)?;
        let moved = || Self::At(zone::in_zone(zone::instant(local, zone), zone));
        YEARS.contains(&local.year()).then(moved)
    }
}

/// When a trigger fires for a task that is due then. A date counts from `settings.day_starts_at` in
/// its own zone, or else in `settings.zone`.
pub fn fire_at(
    trigger: &Trigger,
    due: Option<&Due>,
    settings: &Settings,
) -> Result<DateTime<Utc>, NoDue> {
    match *trigger {
        Trigger::At(at) => Ok(at.to_utc()),
        Trigger::Before { days, seconds } => {
            let due = due.ok_or(NoDue)?;
            let zone = due.zone().unwrap_or(&settings.zone);
            let wall = match due {
                Due::Date { date, .. } => date.and_time(settings.day_starts_at),
                Due::At { local, .. } => *local,
            };
            let day = wall.checked_sub_days(Days::new(days.into())).unwrap_or(wall);
            let instant = zone::instant(day, zone);
            Ok(instant.checked_sub_signed(TimeDelta::seconds(seconds.into())).unwrap_or(instant))
        }
    }
}

#[cfg(test)]
mod tests;
