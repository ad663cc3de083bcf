//! A task and its parts: what there is, not what may happen to it.

use chrono::{DateTime, NaiveDate, NaiveDateTime, NaiveTime, Utc};
use uuid::Uuid;

use crate::{recurrence::Repeat, reminder::Reminder, zone::ZoneName};

/// Longest title, in characters.
pub const TITLE_MAX_CHARS: usize = 500;
/// Longest description, in characters.
pub const DESCRIPTION_MAX_CHARS: usize = 20_000;
/// Most tags on one task.
pub const TAGS_MAX: usize = 50;
/// Longest tag, in characters.
pub const TAG_MAX_CHARS: usize = 100;
/// Most reminders on one task.
pub const REMINDERS_MAX: usize = 50;

/// A task with everything that belongs to it. Always the property of one user.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Task {
    /// `UUIDv7`, or derived from series and occurrence for the instances of a series.
    pub id: Uuid,
    /// `sub` of the token that created it.
    pub user_id: String,
    /// Starts at 1, raised by every change of the task. The `ETag` is made of it.
    pub version: u64,
    /// 1..=[`TITLE_MAX_CHARS`] characters, trimmed, one line.
    pub title: String,
    /// Markdown, may be empty.
    pub description: String,
    /// Open or done.
    pub status: Status,
    /// Four steps, medium by default.
    pub priority: Priority,
    /// Trimmed, case kept, no two that differ by case only; in the order given.
    pub tags: Vec<String>,
    /// When it has to be done.
    pub due: Option<Due>,
    /// How it repeats; `None` for a task that happens once.
    pub repeat: Option<Repeat>,
    /// Its place in a series; always there when `repeat` is.
    pub series: Option<Series>,
    /// The task that this one is a part of.
    pub parent_id: Option<Uuid>,
    /// In the order of creation and change; fired and cancelled ones stay as history.
    pub reminders: Vec<Reminder>,
    /// Set exactly when `status` is done.
    pub completed_at: Option<DateTime<Utc>>,
    /// When it came to be.
    pub created_at: DateTime<Utc>,
    /// When it changed last.
    pub updated_at: DateTime<Utc>,
    /// Set on a task that its user deleted; such a row is invisible to every read.
    pub deleted_at: Option<DateTime<Utc>>,
}

/// Open or done. A deleted task is neither; see [`Task::deleted_at`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Status {
    /// Still to be done.
    Open,
    /// Done, at [`Task::completed_at`].
    Done,
}

/// From least to most pressing; the order of the variants is the order of `sort=priority`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub enum Priority {
    /// Can wait.
    Low,
    /// The default.
    #[default]
    Medium,
    /// Before the others.
    High,
    /// Now.
    Urgent,
}

/// A due date, or a wall-clock time in a zone. The instant is worked out last, by [`crate::zone`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Due {
    /// A day. Its zone is the one in which "that day" is meant; `None` is the user's own.
    Date {
        /// The day.
        date: NaiveDate,
        /// The zone the person was in, when known.
        zone: Option<ZoneName>,
    },
    /// A wall-clock time. In a DST gap it means the time shifted forward by the gap, in an overlap
    /// the first of the two.
    At {
        /// What the clock on the wall shows.
        local: NaiveDateTime,
        /// Where that wall is.
        zone: ZoneName,
    },
}

impl Due {
    /// Where "that day" or "that time" is meant, when known.
    pub fn zone(&self) -> Option<&ZoneName> {
        match self {
            Self::Date { zone, .. } => zone.as_ref(),
            Self::At { zone, .. } => Some(zone),
        }
    }

    /// What a rule counts with: the wall-clock time, or the first moment of the day.
    pub fn wall_clock(&self) -> NaiveDateTime {
        match self {
            Self::Date { date, .. } => Self::day_start(*date),
            Self::At { local, .. } => *local,
        }
    }

    /// Midnight, which stands for "that day" where a rule needs a time.
    pub(crate) fn day_start(date: NaiveDate) -> NaiveDateTime {
        date.and_time(NaiveTime::MIN)
    }
}

/// The place of an instance in its series.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Series {
    /// Id of the first instance.
    pub id: Uuid,
    /// 1 for the first instance. `(user, series, occurrence)` is unique.
    pub occurrence: u32,
    /// DTSTART of the rule, wall clock (midnight for date-only series). Keeps the phase and the 31st.
    pub start: NaiveDateTime,
    /// The place in the rule that this instance was made for; stays when the person moves `due`.
    pub slot: NaiveDateTime,
}
