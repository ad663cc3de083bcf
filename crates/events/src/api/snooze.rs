//! The body of `POST /api/v1/tasks/{id}:snooze`.

use domain::{command, reminder};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::reminder::moment;
use crate::{FieldError, json};

/// The wish to be reminded once more: `for` so long from now, or `until` a moment.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(extend("oneOf" = [{"required": ["for"]}, {"required": ["until"]}]))]
pub struct Snooze {
    /// Which reminder of the task; when not said, the one that fired last, or else the next to fire.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reminder_id: Option<Uuid>,
    /// So long from now, ISO 8601: `PT1H`, or `P1D` on the wall clock.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub r#for: Option<String>,
    /// A moment in the future, RFC 3339 with its offset.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<String>,
}

/// From the bytes of a request to the command: all that can be said without looking at any state.
pub fn parse_snooze(bytes: &[u8]) -> Result<command::SnoozeReminder, FieldError> {
    json::parse::<Snooze>(bytes)?.try_into()
}

impl TryFrom<Snooze> for command::SnoozeReminder {
    type Error = FieldError;

    fn try_from(snooze: Snooze) -> Result<Self, FieldError> {
        let to = match (snooze.r#for, snooze.until) {
            (Some(span), None) => {
                reminder::Snooze::span(&span).map_err(|error| FieldError::new("for", error))?
            }
            (None, Some(until)) => reminder::Snooze::Until(moment("until", &until)?),
            (Some(_), Some(_)) => {
                return Err(FieldError::new("", "has both `for` and `until`; give one of them"));
            }
            (None, None) => {
                return Err(FieldError::new(
                    "",
                    "needs `for` (`PT1H`) or `until` (`2026-11-30T18:00:00+01:00`)",
                ));
            }
        };
        Ok(Self { reminder_id: snooze.reminder_id, to })
    }
}
