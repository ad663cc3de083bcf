//! ISO 8601 durations as far as a reminder needs them: weeks, or days and a time.

use crate::text::excerpt;

/// Longest span, in days: ten years.
const SPAN_MAX_DAYS: u64 = 3_660;
const SECONDS_PER_DAY: u64 = 86_400;

/// Why a text is no duration that a reminder can have.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DurationError {
    /// Not of the form that is read.
    #[error(
        "`{0}` is no time span; use ISO 8601 without sign, months and years, such as `PT30M`, `P1D`, \
         `P1DT2H` or `P2W`"
    )]
    Form(String),
    /// A reminder so many years away is a mistake.
    #[error("`{0}` is too long; at most {SPAN_MAX_DAYS} days are possible")]
    TooLong(String),
}

/// Nominal days and exact seconds.
pub(super) fn parse(text: &str) -> Result<(u32, u32), DurationError> {
    let (days, seconds) = read(text).ok_or_else(|| DurationError::Form(excerpt(text)))?;
    let total = days.saturating_mul(SECONDS_PER_DAY).saturating_add(seconds);
    match (u32::try_from(days), u32::try_from(seconds)) {
        (Ok(days), Ok(seconds)) if total <= SPAN_MAX_DAYS * SECONDS_PER_DAY => Ok((days, seconds)),
        _ => Err(DurationError::TooLong(excerpt(text))),
    }
}

fn read(text: &str) -> Option<(u64, u64)> {
    let text = text.strip_prefix('P')?;
    if let Some(weeks) = text.strip_suffix('W') {
        return Some((number(weeks)?.saturating_mul(7), 0));
    }
    let (date, time) = match text.split_once('T') {
        Some((date, time)) => (date, Some(time)),
        None => (text, None),
    };
    let days = match date {
        "" => None,
        date => Some(number(date.strip_suffix('D')?)?),
    };
    let seconds = match time {
        Some(time) => Some(seconds(time)?),
        None => None,
    };
    // At least one number: neither `P` nor `PT` says anything.
    days.or(seconds)?;
    Some((days.unwrap_or(0), seconds.unwrap_or(0)))
}

fn seconds(mut time: &str) -> Option<u64> {
    let mut total = None;
    for (unit, length) in [('H', 3_600), ('M', 60), ('S', 1)] {
        if let Some((value, rest)) = time.split_once(unit) {
            let value = number(value)?.saturating_mul(length);
            total = Some(total.unwrap_or(0_u64).saturating_add(value));
            time = rest;
        }
    }
    total.filter(|_| time.is_empty())
}

fn number(digits: &str) -> Option<u64> {
    // Ten digits are more than the limit and cannot overflow.
    let plain =
        (1..=10).contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_digit());
    plain.then(|| digits.parse().ok())?
}

/// Canonical text: whole weeks as weeks, a time in hours, minutes and seconds.
pub(super) fn format(days: u32, seconds: u32) -> String {
    if days > 0 && days.is_multiple_of(7) && seconds == 0 {
        return format!("P{}W", days / 7);
    }
    let mut text = String::from("P");
    if days > 0 {
        text.push_str(&format!("{days}D"));
    }
    if seconds > 0 || days == 0 {
        text.push('T');
    }
    for (value, unit) in [(seconds / 3_600, 'H'), (seconds / 60 % 60, 'M'), (seconds % 60, 'S')] {
        if value > 0 {
            text.push_str(&format!("{value}{unit}"));
        }
    }
    if days == 0 && seconds == 0 {
        text.push_str("0S");
    }
    text
}
