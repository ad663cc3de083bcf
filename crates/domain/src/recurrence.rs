//! How a task repeats: an RFC 5545 RRULE, a mode and a rule for the end of short months.
//!
//! Everything is worked out on the wall clock; [`crate::zone`] turns the result into instants.

mod cycle;
mod next;
mod parse;
mod pattern;
mod rule;
mod schedule;

pub use self::{
    next::{Next, next_instance, series_instance_id, successor},
    parse::RuleError,
    rule::Rule,
    schedule::{Schedule, preview},
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

/// What happens to a day of the month that a month does not have.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum MonthEnd {
    /// The last day of that month takes its place; the anchor is kept, so that it does not drift.
    /// RFC 7529 SKIP=BACKWARD. A date that no year has (30 February) is not mended: such a rule
    /// has no occurrence.
    #[default]
    Clamp,
    /// That month has no occurrence. RFC 5545, RFC 7529 SKIP=OMIT.
    Skip,
}
