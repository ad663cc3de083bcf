//! What a text is read against: the moment, the place, the habits of its writer.

use std::{fmt, str::FromStr};

use chrono::{DateTime, NaiveTime, Utc, Weekday};
use domain::zone::ZoneName;

/// Everything that the meaning of a text depends on, besides the text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Context {
    /// The moment of writing.
    pub now: DateTime<Utc>,
    /// The zone whose wall clock is meant.
    pub zone: ZoneName,
    /// Language, and the order of numeric dates.
    pub locale: Locale,
    /// The first day of a week; decides what "next week" and "next friday" are.
    pub week_start: Weekday,
    /// What "morning" and its like stand for.
    pub hours: DayParts,
    /// The time at which a task with a date only counts as due; what a reminder of it counts from.
    pub day_starts_at: NaiveTime,
}

impl Context {
    /// With the defaults of the locale.
    pub fn new(now: DateTime<Utc>, zone: ZoneName, locale: Locale) -> Self {
        Self {
            now,
            zone,
            locale,
            week_start: locale.week_start(),
            hours: DayParts::default(),
            day_starts_at: time(9),
        }
    }
}

/// Language and order of numeric dates.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Locale {
    /// American English: month/day, the week starts on Sunday.
    #[default]
    EnUs,
    /// British English: day/month, the week starts on Monday.
    EnGb,
    /// German: day.month., the week starts on Monday, 24 hours.
    De,
}

/// Not one of the locales.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("this locale is not spoken here; use `en-US`, `en-GB` or `de`")]
pub struct UnknownLocale;

impl Locale {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::EnUs, Self::EnGb, Self::De];

    /// Its BCP 47 tag.
    pub fn tag(self) -> &'static str {
        match self {
            Self::EnUs => "en-US",
            Self::EnGb => "en-GB",
            Self::De => "de",
        }
    }

    /// The first day of the week by custom.
    pub fn week_start(self) -> Weekday {
        match self {
            Self::EnUs => Weekday::Sun,
            Self::EnGb | Self::De => Weekday::Mon,
        }
    }
}

impl fmt::Display for Locale {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.tag())
    }
}

impl FromStr for Locale {
    type Err = UnknownLocale;

    /// Case does not matter. Of other regions the language counts: `de-AT` is `de`, `en-AU` is
    /// `en-GB`; `en` alone is `en-US`.
    fn from_str(tag: &str) -> Result<Self, UnknownLocale> {
        let tag = tag.replace('_', "-").to_ascii_lowercase();
        match tag
            .split_once('-')
            .map_or((tag.as_str(), ""), |(language, region)| (language, region))
        {
            ("en", "" | "us") => Ok(Self::EnUs),
            ("en", _) => Ok(Self::EnGb),
            ("de", _) => Ok(Self::De),
            _ => Err(UnknownLocale),
        }
    }
}

/// The hours that the parts of a day stand for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DayParts {
    /// "in the morning", 09:00.
    pub morning: NaiveTime,
    /// "at noon", 12:00.
    pub noon: NaiveTime,
    /// "in the afternoon", 15:00.
    pub afternoon: NaiveTime,
    /// "in the evening", 19:00.
    pub evening: NaiveTime,
    /// "at night", "tonight", 22:00.
    pub night: NaiveTime,
}

impl Default for DayParts {
    fn default() -> Self {
        Self {
            morning: time(9),
            noon: time(12),
            afternoon: time(15),
            evening: time(19),
            night: time(22),
        }
    }
}

/// A full hour.
fn time(hour: u32) -> NaiveTime {
    NaiveTime::from_hms_opt(hour, 0, 0).unwrap_or(NaiveTime::MIN)
}
