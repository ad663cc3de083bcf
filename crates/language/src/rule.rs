//! A rule as it was said -> RRULE, and its first occurrence.

use std::fmt::{self, Write as _};

use chrono::{NaiveDate, NaiveDateTime, NaiveTime, TimeDelta};
use domain::recurrence::{Day, MonthEnd, Rule, Schedule};

use crate::{
    line::Line,
    read::{Length, Pattern},
    word::Unit,
};

/// Where a rule ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum End {
    Never,
    Count(u32),
    /// The last day that counts.
    Until(NaiveDate),
    /// So long from the first occurrence.
    For(Length),
}

impl End {
    /// With the length counted from the first occurrence.
    pub(crate) fn from(self, first: NaiveDate) -> Option<Self> {
        match self {
            Self::For(length) => Some(Self::Until(length.after(first)?.pred_opt()?)),
            end => Some(end),
        }
    }
}

/// The rule as the engine reads it; `None` when no rule can say it. The only place that knows how a
/// rule is written.
pub(crate) fn rule(pattern: &Pattern, end: End) -> Option<Rule> {
    if pattern.impossible {
        return None;
    }
    let mut text = String::new();
    write_rule(&mut text, pattern, end).ok()?;
    Rule::parse(&text).ok()
}

fn write_rule(text: &mut String, pattern: &Pattern, end: End) -> fmt::Result {
    let frequency = match pattern.step.unit {
        Unit::Minute => "MINUTELY",
        Unit::Hour => "HOURLY",
        Unit::Day | Unit::Workday => "DAILY",
        Unit::Week => "WEEKLY",
        Unit::Month => "MONTHLY",
        Unit::Year => "YEARLY",
    };
    write!(text, "FREQ={frequency};INTERVAL={}", pattern.step.interval)?;
    match end {
        End::Never | End::For(_) => {}
        End::Count(count) => write!(text, ";COUNT={count}")?,
        End::Until(day) => write!(text, ";UNTIL={}", day.format("%Y%m%d"))?,
    }
    list(text, "BYMONTH", &pattern.months, |text, month| write!(text, "{month}"))?;
    list(text, "BYMONTHDAY", &pattern.month_days, |text, day| write!(text, "{day}"))?;
    list(text, "BYDAY", &pattern.days, |text, (ordinal, day)| {
        let ordinal = (*ordinal != 0).then_some(*ordinal);
        write!(text, "{}", Day { ordinal, weekday: *day })
    })?;
    list(text, "BYSETPOS", &pattern.positions, |text, position| write!(text, "{position}"))
}

fn list<T>(
    text: &mut String,
    part: &str,
    values: &[T],
    write: impl Fn(&mut String, &T) -> fmt::Result,
) -> fmt::Result {
    for (index, value) in values.iter().enumerate() {
        match index {
            0 => write!(text, ";{part}=")?,
            _ => text.push(','),
        }
        write(text, value)?;
    }
    Ok(())
}

/// The first occurrence on the wall clock: on `from` or later when a day is said, else from now on;
/// today counts if its time is ahead or no time is said.
///
/// Where days are named, the interval counts from the first of them: "every other tuesday" begins
/// with the coming tuesday.
pub(crate) fn first(
    pattern: &Pattern,
    time: Option<NaiveTime>,
    from: Option<NaiveDate>,
    line: &Line<'_>,
) -> Option<NaiveDateTime> {
    let is_short = pattern.step.unit < Unit::Day;
    let start = match (from, time) {
        (from, Some(time)) => from.unwrap_or_else(|| line.today()).and_time(time),
        (Some(from), None) => from.and_time(NaiveTime::MIN),
        (None, None) if is_short => return next_short(pattern, line),
        (None, None) => line.today().and_time(NaiveTime::MIN),
    };
    let mut nearest = pattern.clone();
    if !pattern.is_plain() {
        nearest.step.interval = 1;
    }
    // Every fourth year from a leap day; else the clamped one would be the first, and stay.
    let leap = pattern.months == [2] && pattern.month_days == [29] && pattern.step.interval > 1;
    let month_end = if leap { MonthEnd::Skip } else { MonthEnd::Clamp };
    let rule = rule(&nearest, End::Never)?;
    let zone = &line.context.zone;
    let schedule = Schedule { rule: &rule, month_end, start, zone };
    let is_ahead = |at: &NaiveDateTime| from.is_some() || time.is_none() || *at > line.now;
    schedule.occurrences().find(is_ahead)
}

/// "every 2 hours" without a start: two hours from now.
fn next_short(pattern: &Pattern, line: &Line<'_>) -> Option<NaiveDateTime> {
    let minutes = Length { count: pattern.step.interval, unit: pattern.step.unit }.minutes()?;
    let at = line.context.now.checked_add_signed(TimeDelta::minutes(minutes.into()))?;
    Some(crate::line::minute(domain::zone::local(at, &line.context.zone)))
}
