//! `reminders`: when the person is reminded.

use chrono::{DateTime, FixedOffset, Utc};
use domain::reminder;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::words::ReminderState;
use crate::{FieldError, field::shown, time};

/// A wish for a reminder: `before`, or `at`.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(extend("oneOf" = [{"required": ["before"]}, {"required": ["at"]}]))]
pub struct Trigger {
    /// So long before the due time, ISO 8601: `PT30M`, or `P1D` on the wall clock.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub before: Option<String>,
    /// A moment, RFC 3339 with its offset.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at: Option<String>,
}

impl TryFrom<Trigger> for reminder::Trigger {
    type Error = FieldError;

    fn try_from(trigger: Trigger) -> Result<Self, FieldError> {
        match (trigger.before, trigger.at) {
            (Some(before), None) => {
                Self::before(&before).map_err(|error| FieldError::new("before", error))
            }
            (None, Some(at)) => moment("at", &at).map(Self::At),
            (Some(_), Some(_)) => {
                Err(FieldError::new("", "has both `before` and `at`; give one of them"))
            }
            (None, None) => Err(FieldError::new(
                "",
                "needs `before` (`PT30M`) or `at` (`2026-11-30T18:00:00+01:00`)",
            )),
        }
    }
}

impl From<&reminder::Trigger> for Trigger {
    fn from(trigger: &reminder::Trigger) -> Self {
        let at = match trigger {
            reminder::Trigger::At(at) => Some(time::instant_text(*at)),
            reminder::Trigger::Before { .. } => None,
        };
        Self { before: trigger.duration(), at }
    }
}

/// A moment with its offset.
pub(super) fn moment(field: &str, text: &str) -> Result<DateTime<FixedOffset>, FieldError> {
    time::instant(text).ok_or_else(|| {
        let why = format!(
            "`{}` is no moment; use RFC 3339 with an offset: `2026-11-30T18:00:00+01:00`",
            shown(text)
        );
        FieldError::new(field, why)
    })
}

/// All of a list; an error names the place in it.
pub(super) fn triggers(list: Vec<Trigger>) -> Result<Vec<reminder::Trigger>, FieldError> {
    list.into_iter()
        .enumerate()
        .map(|(index, trigger)| {
            trigger.try_into().map_err(|error: FieldError| {
                error.within(&format!("[{index}]")).within("reminders")
            })
        })
        .collect()
}

/// A reminder as it stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ReminderSnapshot {
    /// `UUIDv7`.
    pub id: Uuid,
    /// So long before the due time; absent when `at` is there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub before: Option<String>,
    /// The moment that was asked for; absent when `before` is there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at: Option<String>,
    /// The instant that follows.
    #[serde(with = "time::utc")]
    #[schemars(with = "DateTime<Utc>")]
    pub fire_at: DateTime<Utc>,
    /// Where it stands.
    pub state: ReminderState,
    /// The moment that the person put it off to; absent when they did not, or when the due date
    /// changed since.
    #[serde(default, with = "time::utc_or_null", skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<DateTime<Utc>>")]
    pub snoozed_until: Option<DateTime<Utc>>,
    /// Raised whenever `fire_at` changes.
    pub generation: u32,
}

impl From<&reminder::Reminder> for ReminderSnapshot {
    fn from(reminder: &reminder::Reminder) -> Self {
        let Trigger { before, at } = (&reminder.trigger).into();
        Self {
            id: reminder.id,
            before,
            at,
            fire_at: reminder.fire_at,
            state: reminder.state.into(),
            snoozed_until: reminder.snoozed.then_some(reminder.fire_at),
            generation: reminder.generation,
        }
    }
}

impl TryFrom<ReminderSnapshot> for reminder::Reminder {
    type Error = FieldError;

    fn try_from(snapshot: ReminderSnapshot) -> Result<Self, FieldError> {
        Ok(Self {
            id: snapshot.id,
            generation: snapshot.generation,
            trigger: Trigger { before: snapshot.before, at: snapshot.at }.try_into()?,
            fire_at: snapshot.fire_at,
            snoozed: snapshot.snoozed_until.is_some(),
            state: snapshot.state.into(),
        })
    }
}
