//! Dates and times as files write them: ISO 8601 and RFC 3339 in their extended and basic forms.

use chrono::{DateTime, FixedOffset, NaiveDate, NaiveDateTime, NaiveTime, Utc};
use domain::{
    task::Due,
    zone::{self, ZoneName},
};
use language::Locale;

/// Longest text in which a date is looked for, in bytes.
const DATE_MAX_BYTES: usize = 64;

/// What to say of a date that is none.
pub(crate) const NO_DATE: &str = "is no date on a calendar that is read here; accepted: `2026-12-01`, \
                                  `2026-12-01T09:00:00` or the same with `Z` or an offset";

/// A point in time, as exactly as it is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum When {
    /// A day.
    Day(NaiveDate),
    /// What a wall clock shows.
    Local(NaiveDateTime),
    /// An instant, with the offset that is written.
    Instant(DateTime<FixedOffset>),
}

impl When {
    /// As a due date. What names no zone is in `zone`; an instant is shown on its wall.
    pub(crate) fn due(self, zone: &ZoneName) -> Due {
        match self {
            Self::Day(date) => Due::Date { date, zone: None },
            Self::Local(local) => Due::At { local, zone: zone.clone() },
            Self::Instant(at) => {
                Due::At { local: zone::local(at.to_utc(), zone), zone: zone.clone() }
            }
        }
    }

    /// As an instant; a day is its beginning in `zone`.
    pub(crate) fn instant(self, zone: &ZoneName) -> DateTime<Utc> {
        match self {
            Self::Day(date) => zone::instant(date.and_time(NaiveTime::MIN), zone),
            Self::Local(local) => zone::instant(local, zone),
            Self::Instant(at) => at.to_utc(),
        }
    }

    /// The day that is written.
    pub(crate) fn day(self) -> NaiveDate {
        match self {
            Self::Day(date) => date,
            Self::Local(local) => local.date(),
            Self::Instant(at) => at.date_naive(),
        }
    }
}

/// Reads a date or a time; fractions of a second are cut. `None`: it is none.
pub(crate) fn read(text: &str) -> Option<When> {
    let text = text.trim();
    if text.len() > DATE_MAX_BYTES || !text.is_ascii() {
        return None;
    }
    let (date, rest) = date(text)?;
    let rest = match rest.strip_prefix(['T', 't', ' ']) {
        None if rest.is_empty() => return Some(When::Day(date)),
        // `2026-12-01Z`, `2026-12-01+0000`: a day that says where it is.
        None => return offset(rest).map(|_| When::Day(date)),
        Some(rest) => rest,
    };
    let (time, rest) = time(rest)?;
    let local = date.and_time(time);
    match rest.trim_start() {
        "" => Some(When::Local(local)),
        rest => {
            let at = local.and_local_timezone(offset(rest)?).single()?;
            Some(When::Instant(at))
        }
    }
}

fn date(text: &str) -> Option<(NaiveDate, &str)> {
    let (year, rest) = digits(text, 4)?;
    let dashed = rest.strip_prefix('-');
    let (month, rest) = digits(dashed.unwrap_or(rest), 2)?;
    let rest = if dashed.is_some() { rest.strip_prefix('-')? } else { rest };
    let (day, rest) = digits(rest, 2)?;
    Some((NaiveDate::from_ymd_opt(i32::try_from(year).ok()?, month, day)?, rest))
}

fn time(text: &str) -> Option<(NaiveTime, &str)> {
    let (hour, rest) = digits(text, 2)?;
    let colon = rest.strip_prefix(':');
    let (minute, rest) = digits(colon.unwrap_or(rest), 2)?;
    let seconds = match colon {
        Some(_) => rest.strip_prefix(':').and_then(|rest| digits(rest, 2)),
        None => digits(rest, 2),
    };
    let (second, rest) = seconds.unwrap_or((0, rest));
    let rest = match rest.strip_prefix('.') {
        Some(fraction) => fraction.trim_start_matches(|c: char| c.is_ascii_digit()),
        None => rest,
    };
    // A leap second is the one before it (RFC 5545 3.3.12).
    Some((NaiveTime::from_hms_opt(hour, minute, second.min(59))?, rest))
}

fn offset(text: &str) -> Option<FixedOffset> {
    if matches!(text, "Z" | "z") {
        return FixedOffset::east_opt(0);
    }
    let sign = if text.starts_with('+') { 1 } else { -1 };
    let rest = text.strip_prefix(['+', '-'])?;
    let (hours, rest) = digits(rest, 2)?;
    let rest = rest.strip_prefix(':').unwrap_or(rest);
    let (minutes, rest) = if rest.is_empty() { (0, rest) } else { digits(rest, 2)? };
    let seconds = i32::try_from(hours * 3600 + minutes * 60).ok()?;
    if rest.is_empty() && minutes < 60 { FixedOffset::east_opt(sign * seconds) } else { None }
}

fn digits(text: &str, count: usize) -> Option<(u32, &str)> {
    let (digits, rest) = text.split_at_checked(count)?;
    let plain = digits.bytes().all(|byte| byte.is_ascii_digit());
    Some((plain.then(|| digits.parse().ok())??, rest))
}

/// A numeric date as people write it in that place: `12/1/2026` in the USA, `1/12/2026` or
/// `1.12.2026` elsewhere; or one of the forms of [`read`].
pub(crate) fn read_numeric(text: &str, locale: Locale) -> Option<When> {
    if let Some(when) = read(text) {
        return Some(when);
    }
    let parts: Vec<u32> =
        text.trim().split(['/', '.']).map(|part| part.parse().ok()).collect::<Option<_>>()?;
    let &[first, second, year] = parts.as_slice() else { return None };
    let month_first = locale == Locale::EnUs && text.contains('/');
    let (day, month) = if month_first { (second, first) } else { (first, second) };
    let year = if year < 100 { year + 2000 } else { year };
    Some(When::Day(NaiveDate::from_ymd_opt(i32::try_from(year).ok()?, month, day)?))
}

/// A time of day: `09:00`, `9:00:00`, `9:00 PM`.
pub(crate) fn read_time(text: &str) -> Option<NaiveTime> {
    let text = text.trim().to_ascii_lowercase();
    let (clock, afternoon) = match (text.strip_suffix("pm"), text.strip_suffix("am")) {
        (Some(clock), _) => (clock, Some(true)),
        (None, Some(clock)) => (clock, Some(false)),
        (None, None) => (text.as_str(), None),
    };
    let mut parts = clock.trim().split(':').map(|part| part.parse::<u32>().ok());
    let (hour, minute) = (parts.next()??, parts.next().unwrap_or(Some(0))?);
    let second = parts.next().unwrap_or(Some(0))?;
    let hour = match afternoon {
        None => hour,
        Some(_) if !(1..=12).contains(&hour) => return None,
        Some(is_afternoon) => hour % 12 + if is_afternoon { 12 } else { 0 },
    };
    if parts.next().is_some() { None } else { NaiveTime::from_hms_opt(hour, minute, second) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expect: &str) {
        let actual = match read(text) {
            None => "nothing".to_owned(),
            Some(When::Day(day)) => day.to_string(),
            Some(When::Local(local)) => local.to_string(),
            Some(When::Instant(at)) => at.to_rfc3339(),
        };
        assert_eq!(actual, expect, "{text}");
    }

    #[test]
    fn all_forms_are_read() {
        check("2026-12-01", "2026-12-01");
        check("20261201", "2026-12-01");
        check("2026-12-01+0000", "2026-12-01");
        check("2026-12-01T09:00", "2026-12-01 09:00:00");
        check("2026-12-01 09:00:30.1234567", "2026-12-01 09:00:30");
        check("20261201T090000Z", "2026-12-01T09:00:00+00:00");
        check("2026-12-01T09:00:00.000+0100", "2026-12-01T09:00:00+01:00");
        check("2026-12-01T09:00:00-03:30", "2026-12-01T09:00:00-03:30");
    }

    #[test]
    fn what_no_calendar_has_is_no_date() {
        for text in ["2026-02-30", "20261301", "2026-12-01T25:00", "soon", "", "2026-12-01T09:00x"]
        {
            check(text, "nothing");
        }
    }

    #[test]
    fn numeric_dates_have_the_order_of_the_place() {
        let day = |text, locale| read_numeric(text, locale).map(|when| when.day().to_string());
        assert_eq!(day("12/1/2026", Locale::EnUs).as_deref(), Some("2026-12-01"));
        assert_eq!(day("1/12/2026", Locale::EnGb).as_deref(), Some("2026-12-01"));
        assert_eq!(day("1.12.26", Locale::De).as_deref(), Some("2026-12-01"));
        assert_eq!(day("31/2/2026", Locale::EnGb), None);
    }

    #[test]
    fn times_of_day_are_read() {
        assert_eq!(read_time("9:05 PM"), NaiveTime::from_hms_opt(21, 5, 0));
        assert_eq!(read_time("12:00:00 AM"), NaiveTime::from_hms_opt(0, 0, 0));
        assert_eq!(read_time("13:00 pm"), None);
    }
}
