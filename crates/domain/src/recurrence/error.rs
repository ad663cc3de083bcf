//! Why a text is no rule: one sentence that names the part.

use super::rule::RULE_MAX_BYTES;

const KNOWN: &str = "FREQ, INTERVAL, COUNT, UNTIL, BYMONTH, BYWEEKNO, BYYEARDAY, BYMONTHDAY, BYDAY, \
                     BYHOUR, BYMINUTE, BYSECOND, BYSETPOS, WKST, RSCALE and SKIP";

/// Why a text is no rule that we can follow.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RuleError {
    /// Longer than anybody needs.
    #[error("the rule is {bytes} bytes long; at most {RULE_MAX_BYTES} are read")]
    TooLong {
        /// Its length.
        bytes: usize,
    },
    /// A piece between two semicolons is not of the form `NAME=value`.
    #[error("`{0}` is no part of a rule; write parts such as `FREQ=DAILY` with `;` between them")]
    NotAPart(String),
    /// A name that no RFC knows.
    #[error("`{0}` is no part of RFC 5545 rules; known are {KNOWN}")]
    UnknownPart(String),
    /// The same part twice.
    #[error("{0} is given twice")]
    Duplicate(&'static str),
    /// FREQ is missing.
    #[error(
        "FREQ is missing; write one of `FREQ=DAILY`, `WEEKLY`, `MONTHLY`, `YEARLY`, `HOURLY`, \
         `MINUTELY` or `SECONDLY`"
    )]
    NoFrequency,
    /// A value that the part does not take.
    #[error("{part} does not take `{value}`; it takes {takes}")]
    Value {
        /// The part.
        part: &'static str,
        /// What was given.
        value: String,
        /// What would be right.
        takes: &'static str,
    },
    /// A calendar of RFC 7529 other than ours.
    #[error("RSCALE={0} is not supported; the only calendar is GREGORIAN")]
    Calendar(String),
    /// Two ends.
    #[error("COUNT and UNTIL exclude each other; keep one of them")]
    CountAndUntil,
    /// More occurrences than are counted one by one.
    #[error("COUNT={count} is too much for FREQ={frequency}; at most {max} are counted")]
    CountTooHigh {
        /// What was given.
        count: u32,
        /// The frequency.
        frequency: &'static str,
        /// What would be right.
        max: u32,
    },
    /// Two parts that RFC 5545 forbids together.
    #[error("{part} does not go with FREQ={frequency}; it goes with {instead}")]
    NotWith {
        /// The part.
        part: &'static str,
        /// The frequency.
        frequency: &'static str,
        /// The frequencies that it goes with.
        instead: &'static str,
    },
    /// A numbered weekday inside numbered weeks.
    #[error("BYDAY with a number does not go with BYWEEKNO; write the weekday without its number")]
    NumberInWeek,
    /// BYSETPOS picks from what other parts give.
    #[error("BYSETPOS needs another part to pick from, such as BYDAY")]
    NothingToPick,
}
