//! How a task repeats: an RFC 5545 RRULE, a mode and a rule for the end of short months.
//!
//! Everything is worked out on the wall clock; [`crate::zone`] turns the result into instants. What
//! is meant by what, and which cases are disputed, stands in `docs/recurrence.md`.
//!
//! Text becomes a [`Rule`] (`parse`). The `engine` finds the first occurrence from any time on, by
//! periods (`cycle`, `period`), the days of a month as bits (`month`) and times of day (`times`). A
//! [`Timetable`] sets that on a zone's clock (`shown`, `elapsed`). `next` knows about tasks.

mod cycle;
mod elapsed;
mod engine;
mod error;
mod explain;
mod month;
mod next;
mod parse;
mod period;
mod rule;
mod rule_set;
mod schedule;
mod shown;
mod start;
mod text;
mod times;
mod timetable;

pub use self::{
    error::RuleError,
    explain::explain,
    next::{Next, next_instance, series_instance_id, successor},
    rule::{Day, End, Frequency, Moment, RULE_MAX_BYTES, Rule, Skip},
    rule_set::RuleSet,
    schedule::{Schedule, preview},
    start::Start,
    timetable::{Gap, Occurrence, Occurrences, Timetable},
};

/// The years that a due date and an occurrence may lie in. The time zone database ends with 9999;
/// in 9998 no offset pushes an instant over that edge.
pub const YEARS: std::ops::RangeInclusive<i32> = 1900..=9998;

/// A rule as the person gave it, with what RRULE cannot say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Repeat {
    /// The RRULE, parsed and checked.
    pub rule: Rule,
    /// From where the next instance is counted.
    pub mode: Mode,
    /// What happens to the 31st in a month that has none.
    pub month_end: MonthEnd,
}

/// From where the next instance is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Mode {
    /// The first occurrence after the completion and after this one; the phase is kept.
    #[default]
    NextFuture,
    /// One step of the rule; the next one may be overdue at once.
    Every,
    /// Counted from the day it was done; the time of day is kept.
    AfterCompletion,
}

/// What happens to a day of the month that a month does not have, where the rule has no SKIP that
/// says it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum MonthEnd {
    /// The last day of that month takes its place; the anchor is kept, so that it does not drift. As
    /// RFC 7529 SKIP=BACKWARD, but a date that no year has (30 February) is not mended, and no day
    /// moves into another month.
    #[default]
    Clamp,
    /// That month has no occurrence. RFC 5545, RFC 7529 SKIP=OMIT.
    Skip,
}
