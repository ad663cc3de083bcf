//! A task and its parts: what there is, not what may happen to it.

use chrono::{DateTime, Datelike, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta, Utc};
use uuid::Uuid;

use crate::{
    recurrence::{Repeat, YEARS},
    reminder::{Reminder, Trigger},
    zone::{self, ZoneName},
};

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
/// How deep tasks may be nested.
pub const DEPTH_MAX: usize = 8;
/// Most parts, and parts of parts, that travel from one instance of a series to the next.
pub const PARTS_MAX: usize = 200;
/// Most bytes of description that all of them may have: the change that creates them is one document.
pub const PARTS_TEXT_MAX_BYTES: usize = 2 << 20;

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
    /// What the next instance has instead; `None` when it is to be like this one.
    pub following: Option<Box<Following>>,
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

impl Task {
    /// The task that the next instance is made from: without what was changed for this one only.
    #[must_use]
    pub fn as_followed(mut self) -> Self {
        let Some(following) = self.following.take() else { return self };
        let Following { title, description, priority, tags, reminders } = *following;
        self.title = title.unwrap_or(self.title);
        self.description = description.unwrap_or(self.description);
        self.priority = priority.unwrap_or(self.priority);
        self.tags = tags.unwrap_or(self.tags);
        if let Some(triggers) = reminders {
            self.reminders = triggers.into_iter().map(Reminder::of_the_next).collect();
        }
        self
    }
}

/// The fields of an instance that were changed for it only, with the values that the next one gets.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Following {
    /// See [`Task::title`].
    pub title: Option<String>,
    /// See [`Task::description`].
    pub description: Option<String>,
    /// See [`Task::priority`].
    pub priority: Option<Priority>,
    /// See [`Task::tags`].
    pub tags: Option<Vec<String>>,
    /// See [`Task::reminders`]; moments are those of this instance and move on with the series.
    pub reminders: Option<Vec<Trigger>>,
}

impl Following {
    /// Moves the moments of reminders along with the instance, on the wall clock of `zone`.
    pub(crate) fn move_by(&mut self, by: TimeDelta, zone: &ZoneName) {
        for trigger in self.reminders.iter_mut().flatten() {
            if let Some(moved) = trigger.later(by, zone) {
                *trigger = moved;
            }
        }
    }
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

    /// The instant that it means: the due time, or the beginning of the day.
    pub(crate) fn moment(&self, default_zone: &ZoneName) -> DateTime<Utc> {
        zone::instant(self.wall_clock(), self.zone().unwrap_or(default_zone))
    }

    /// The last instant at which the task is not overdue: the due time, or the end of the day (to the
    /// millisecond). A day without a zone is one of `default_zone`.
    pub fn last_moment(&self, default_zone: &ZoneName) -> DateTime<Utc> {
        match self {
            Self::At { local, zone } => zone::instant(*local, zone),
            Self::Date { date, zone } => {
                let next_day = Self::day_start(date.succ_opt().unwrap_or(*date));
                let end = zone::instant(next_day, zone.as_ref().unwrap_or(default_zone));
                end.checked_sub_signed(TimeDelta::milliseconds(1)).unwrap_or(end)
            }
        }
    }

    /// The same so much later on the wall clock (a day: so many whole days); `None` past [`YEARS`].
    pub(crate) fn later(&self, by: TimeDelta) -> Option<Self> {
        let local = self.wall_clock().checked_add_signed(by)?;
        YEARS.contains(&local.year()).then(|| match self {
            Self::Date { zone, .. } => Self::Date { date: local.date(), zone: zone.clone() },
            Self::At { zone, .. } => Self::At { local, zone: zone.clone() },
        })
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
