//! Points in time as they are written: relative to a now that is not known yet.

use chrono::{DateTime, FixedOffset, NaiveDate, NaiveDateTime, Weekday};

/// Furthest from now, in units: `+9999d`.
pub const AHEAD_MAX: i32 = 9_999;

/// What is compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum TimeField {
    /// [`domain::task::Task::due`].
    Due,
    /// [`domain::task::Task::created_at`].
    Created,
    /// [`domain::task::Task::updated_at`].
    Updated,
    /// [`domain::task::Task::completed_at`].
    Completed,
}

/// What it is compared with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum When {
    /// Before or after a point: `due<+7d`.
    Compared(Order, Point),
    /// In one of these periods: `due:today,2026-01-01..2026-01-31`.
    In(Vec<Period>),
}

/// How two values lie.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Order {
    /// `<`
    Less,
    /// `<=`
    AtMost,
    /// `>`
    Greater,
    /// `>=`
    AtLeast,
}

/// A stretch of time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Period {
    /// That day, these days, or exactly that moment.
    At(Point),
    /// From the one to the other, both included.
    Between(Point, Point),
}

/// Days or a moment. The difference decides how dues are compared: days with the day that the due date
/// shows on its own wall clock, moments with the moment at which the task is late.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Point {
    /// Whole days, of the person's calendar.
    Days(Days),
    /// One moment.
    Moment(Moment),
}

/// One day or a stretch of whole days.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Days {
    /// `2026-12-31`
    Date(NaiveDate),
    /// `friday`: the next one after today.
    Weekday(Weekday),
    /// `+7d`, `-2w`, `today`: the day that lies so far from today.
    Ahead(Ahead),
    /// `this-week`: all of its days.
    Whole {
        /// Which one.
        which: Which,
        /// Of what.
        unit: Whole,
    },
}

/// So far from today, negative: before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ahead {
    /// How many, at most [`AHEAD_MAX`] either way.
    pub count: i32,
    /// Of what.
    pub unit: DayUnit,
}

/// What is counted in days of a calendar. A day that a short month does not have is its last one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum DayUnit {
    /// `d`
    Day,
    /// `w`
    Week,
    /// `m`
    Month,
    /// `y`
    Year,
}

/// Which stretch of days.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Which {
    /// The one before.
    Last,
    /// The one that today lies in.
    This,
    /// The one after.
    Next,
}

/// Stretches of days that a calendar has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Whole {
    /// From Monday to Sunday.
    Week,
    /// From the first to the last.
    Month,
    /// From 1 January to 31 December.
    Year,
}

/// One moment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Moment {
    /// `2026-12-31T09:00+01:00`
    Instant(DateTime<FixedOffset>),
    /// `2026-12-31T09:00`, on the person's wall clock.
    Local(NaiveDateTime),
    /// `now`, `+3h`: exactly so many hours from now, at most [`AHEAD_MAX`] either way.
    Hours(i32),
}
