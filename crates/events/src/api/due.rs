//! `due`: a day, or a wall-clock time in a zone.

use chrono::{DateTime, FixedOffset, NaiveDate, SecondsFormat};
use domain::{
    task,
    zone::{self, ZoneName},
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{FieldError, field::shown, time};

/// When a task is due: `date`, or `at` with `time_zone`. In a patch it replaces the old one as a
/// whole.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(extend("oneOf" = [{"required": ["date"]}, {"required": ["at"]}]))]
pub struct Due {
    /// A day: `2026-12-01`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub date: Option<String>,
    /// In: a wall-clock time `2026-12-01T09:00`, or RFC 3339 with an offset, which is moved to
    /// `time_zone` (`Z` alone means UTC). Out: RFC 3339 with the offset that holds then.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at: Option<String>,
    /// IANA name: `Europe/Berlin`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub time_zone: Option<String>,
}

impl Due {
    /// As a wish: the wall clock as it is, also where a DST gap moves the time of this one day.
    pub fn wish(due: &task::Due) -> Self {
        let shown = Self::from(due);
        match due {
            task::Due::Date { .. } => shown,
            task::Due::At { local, .. } => Self { at: Some(time::local_text(*local)), ..shown },
        }
    }

    /// The day, or the time with its offset, as one text.
    pub fn into_text(self) -> Option<String> {
        self.at.or(self.date)
    }
}

impl TryFrom<Due> for task::Due {
    type Error = FieldError;

    fn try_from(due: Due) -> Result<Self, FieldError> {
        let zone = due.time_zone.as_deref().map(zone_name).transpose()?;
        match (due.date, due.at) {
            (Some(date), None) => Ok(Self::Date { date: day(&date)?, zone }),
            (None, Some(at)) => wall_clock(&at, zone),
            (Some(_), Some(_)) => {
                Err(FieldError::new("", "has both `date` and `at`; give one of them"))
            }
            (None, None) => Err(FieldError::new(
                "",
                "needs `date` (`2026-12-01`), or `at` (`2026-12-01T09:00`) with `time_zone`",
            )),
        }
    }
}

impl From<&task::Due> for Due {
    fn from(due: &task::Due) -> Self {
        match due {
            task::Due::Date { date, zone } => Self {
                date: Some(date.to_string()),
                at: None,
                time_zone: zone.as_ref().map(ZoneName::to_string),
            },
            task::Due::At { local, zone } => {
                let at = zone::in_zone(zone::instant(*local, zone), zone);
                Self {
                    date: None,
                    at: Some(at.to_rfc3339_opts(SecondsFormat::AutoSi, false)),
                    time_zone: Some(zone.to_string()),
                }
            }
        }
    }
}

fn zone_name(name: &str) -> Result<ZoneName, FieldError> {
    ZoneName::parse(name).map_err(|error| FieldError::new("time_zone", error))
}

fn day(text: &str) -> Result<NaiveDate, FieldError> {
    time::date(text).ok_or_else(|| {
        let why = format!("`{}` is no day of the calendar; use `2026-12-01`", shown(text));
        FieldError::new("date", why)
    })
}

fn wall_clock(text: &str, zone: Option<ZoneName>) -> Result<task::Due, FieldError> {
    match (time::moment(text), zone) {
        (Some(time::Moment::Local(local)), Some(zone)) => Ok(task::Due::At { local, zone }),
        (Some(time::Moment::Local(_)), None) => {
            Err(FieldError::new("time_zone", "is missing; a time without one says no moment"))
        }
        (Some(time::Moment::Instant(at)), Some(zone)) => Ok(moved(at, zone)),
        (Some(time::Moment::Instant(at)), None) if text.ends_with(['Z', 'z']) => {
            Ok(moved(at, ZoneName::utc()))
        }
        (Some(time::Moment::Instant(_)), None) => Err(FieldError::new(
            "time_zone",
            "is missing; an offset names no zone, use an IANA name such as `Europe/Berlin`",
        )),
        (None, _) => {
            let why = format!(
                "`{}` is no time of the calendar; use `2026-12-01T09:00` with `time_zone`",
                shown(text)
            );
            Err(FieldError::new("at", why))
        }
    }
}

fn moved(at: DateTime<FixedOffset>, zone: ZoneName) -> task::Due {
    let local = zone::local(at.to_utc(), &zone);
    task::Due::At { local, zone }
}
