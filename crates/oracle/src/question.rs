//! What is asked of both sides, and the form of an answer.

use chrono::NaiveDateTime;

use crate::parts::Parts;

/// When does this rule happen?
#[derive(Debug, Clone)]
pub struct Question {
    /// The rule.
    pub rule: Parts,
    /// DTSTART on the wall clock.
    pub start: NaiveDateTime,
    /// Whose wall clock; `None` asks for wall-clock times only.
    pub zone: Option<&'static str>,
    /// Occurrences after this wall-clock time are not compared: the stranger would search for ever for
    /// the next occurrence of a rule that has none.
    pub last: NaiveDateTime,
    /// How many of the first occurrences are compared, at most.
    pub depth: usize,
    /// Where `next after` is asked, as shares (0..=1) of the way from the start to the last of these
    /// occurrences.
    pub shares: Vec<f64>,
    /// Whether dateutil answers with its own faults ([`crate::readings::FAULTS`]).
    pub as_it_is: bool,
}

/// What one side says.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Answer {
    /// The first occurrences on the wall clock; as instants in UTC when a zone was given.
    pub occurrences: Vec<NaiveDateTime>,
    /// Moments, on the wall clock or in UTC like the occurrences, each with the first occurrence
    /// strictly after it.
    pub after: Vec<(NaiveDateTime, Option<NaiveDateTime>)>,
}
