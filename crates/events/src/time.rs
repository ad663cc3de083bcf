//! Dates and times as text: the one strict grammar in, RFC 3339 out.
//!
//! Years are those of the calendar that people use. Times are kept to the millisecond, as the store
//! keeps them, and are rounded up to it, so that nothing ever happens early. Read by hand: chrono's
//! own readers take more forms than we do and weigh more than a whole handler may.

use std::ops::RangeInclusive;

use chrono::{
    DateTime, FixedOffset, NaiveDate, NaiveDateTime, Offset, SecondsFormat, TimeDelta, TimeZone,
    Utc,
};

/// Years that a date may have.
const YEARS: RangeInclusive<u32> = 1900..=9998;

/// A time as given: on a wall clock, or with an offset.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Moment {
    /// `2026-12-01T09:00`, seconds and their fraction optional.
    Local(NaiveDateTime),
    /// The same with an offset or `Z`.
    Instant(DateTime<FixedOffset>),
}

/// `2026-12-01`, and nothing else.
pub(crate) fn date(text: &str) -> Option<NaiveDate> {
    let mut parts = text.split('-');
    let (year, month, day) =
        (number(parts.next()?, 4)?, number(parts.next()?, 2)?, number(parts.next()?, 2)?);
    let known = YEARS.contains(&year) && parts.next().is_none();
    known.then(|| NaiveDate::from_ymd_opt(year.cast_signed(), month, day)).flatten()
}

/// A wall-clock time or an instant; see [`Moment`].
pub(crate) fn moment(text: &str) -> Option<Moment> {
    let (day, rest) = text.split_at_checked(10)?;
    let (clock, offset) = split_offset(rest.strip_prefix(['T', 't'])?)?;
    let local = date(day)?.and_hms_opt(0, 0, 0)? + since_midnight(clock)?;
    match offset {
        None => Some(Moment::Local(local)),
        Some(offset) => offset.from_local_datetime(&local).single().map(Moment::Instant),
    }
}

/// RFC 3339 with its offset kept.
pub(crate) fn instant(text: &str) -> Option<DateTime<FixedOffset>> {
    match moment(text)? {
        Moment::Instant(at) => Some(at),
        Moment::Local(_) => None,
    }
}

/// A wall-clock time, without an offset.
pub(crate) fn local(text: &str) -> Option<NaiveDateTime> {
    match moment(text)? {
        Moment::Local(local) => Some(local),
        Moment::Instant(_) => None,
    }
}

/// What is wrong with a text that is no instant.
pub(crate) const NO_INSTANT: &str = "is no moment; use RFC 3339 such as `2026-11-23T09:00:00Z`";

/// What is wrong with a text that is no wall-clock time.
pub(crate) const NO_LOCAL: &str = "is no wall-clock time; use `2026-11-23T09:00:00`";

/// `2026-12-01T09:00:00`
pub(crate) fn local_text(local: NaiveDateTime) -> String {
    format!("{local:?}")
}

/// `2026-12-01T09:00:00Z`, or with the offset that it has.
pub(crate) fn instant_text<Z: TimeZone>(at: DateTime<Z>) -> String {
    at.with_timezone(&at.offset().fix()).to_rfc3339_opts(SecondsFormat::AutoSi, true)
}

/// `09:00+01:00` -> `09:00` and the offset, if there is one.
fn split_offset(text: &str) -> Option<(&str, Option<FixedOffset>)> {
    if let Some(clock) = text.strip_suffix(['Z', 'z']) {
        return Some((clock, Some(Utc.fix())));
    }
    let Some(at) = text.rfind(['+', '-']) else { return Some((text, None)) };
    let (clock, offset) = text.split_at(at);
    let (hours, minutes) = offset[1..].split_once(':')?;
    let seconds = number(hours, 2).filter(|hours| *hours < 24)? * 3600
        + number(minutes, 2).filter(|minutes| *minutes < 60)? * 60;
    let east = if offset.starts_with('-') { -seconds.cast_signed() } else { seconds.cast_signed() };
    Some((clock, Some(FixedOffset::east_opt(east)?)))
}

/// `09:00`, `09:00:30` or `09:00:30.25`. A leap second becomes the second after it.
fn since_midnight(clock: &str) -> Option<TimeDelta> {
    let (clock, fraction) = match clock.split_once('.') {
        Some((clock, fraction)) if clock.len() == 8 => (clock, fraction_ms(fraction)?),
        Some(_) => return None,
        None => (clock, 0),
    };
    let mut parts = clock.split(':');
    let hours = number(parts.next()?, 2).filter(|hours| *hours < 24)?;
    let minutes = number(parts.next()?, 2).filter(|minutes| *minutes < 60)?;
    let seconds = match parts.next() {
        Some(seconds) => number(seconds, 2).filter(|seconds| *seconds <= 60)?,
        None => 0,
    };
    let whole = TimeDelta::seconds((hours * 3600 + minutes * 60 + seconds).into());
    parts.next().is_none().then(|| whole + TimeDelta::milliseconds(fraction.into()))
}

/// Digits after the decimal point as milliseconds, rounded up.
fn fraction_ms(digits: &str) -> Option<u32> {
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let (ms, rest) = digits.split_at(digits.len().min(3));
    let scale = 10_u32.pow(3 - ms.len() as u32);
    let up = rest.bytes().any(|byte| byte != b'0');
    Some(number(ms, ms.len())? * scale + u32::from(up))
}

/// Exactly `width` digits.
fn number(text: &str, width: usize) -> Option<u32> {
    let shaped = text.len() == width && text.bytes().all(|byte| byte.is_ascii_digit());
    shaped.then(|| text.parse().ok())?
}

/// For `#[serde(with = "time::utc")]`.
pub(crate) mod utc {
    use chrono::{DateTime, Utc};
    use serde::{Deserialize, Deserializer, Serializer, de::Error};

    pub(crate) fn serialize<S: Serializer>(at: &DateTime<Utc>, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(&super::instant_text(*at))
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(
        from: D,
    ) -> Result<DateTime<Utc>, D::Error> {
        let text = String::deserialize(from)?;
        super::instant(&text)
            .map(|at| at.to_utc())
            .ok_or_else(|| D::Error::custom(super::NO_INSTANT))
    }
}

/// For `#[serde(with = "time::utc_or_null")]`.
pub(crate) mod utc_or_null {
    use chrono::{DateTime, Utc};
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    #[derive(Serialize, Deserialize)]
    #[serde(transparent)]
    struct Instant(#[serde(with = "super::utc")] DateTime<Utc>);

    pub(crate) fn serialize<S: Serializer>(
        at: &Option<DateTime<Utc>>,
        to: S,
    ) -> Result<S::Ok, S::Error> {
        at.map(Instant).serialize(to)
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(
        from: D,
    ) -> Result<Option<DateTime<Utc>>, D::Error> {
        Ok(Option::<Instant>::deserialize(from)?.map(|instant| instant.0))
    }
}

/// For `#[serde(with = "time::wall_clock")]`.
pub(crate) mod wall_clock {
    use chrono::NaiveDateTime;
    use serde::{Deserialize, Deserializer, Serializer, de::Error};

    pub(crate) fn serialize<S: Serializer>(
        local: &NaiveDateTime,
        to: S,
    ) -> Result<S::Ok, S::Error> {
        to.serialize_str(&super::local_text(*local))
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(
        from: D,
    ) -> Result<NaiveDateTime, D::Error> {
        let text = String::deserialize(from)?;
        super::local(&text).ok_or_else(|| D::Error::custom(super::NO_LOCAL))
    }
}

#[cfg(test)]
mod tests;
