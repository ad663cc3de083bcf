//! The body of `POST /api/v1/tasks`.

use domain::{
    command,
    task::{DESCRIPTION_MAX_CHARS, REMINDERS_MAX, TAGS_MAX, TITLE_MAX_CHARS},
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{Due, Priority, Repeat, Trigger, reminder};
use crate::{FieldError, json};

/// A wish for a new task. Only `title` has to be there; null is the same as absent.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct NewTask {
    /// 1 to 500 characters, one line.
    #[schemars(length(min = 1, max = TITLE_MAX_CHARS))]
    pub title: String,
    /// Markdown, up to 20,000 characters.
    #[schemars(length(max = DESCRIPTION_MAX_CHARS))]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// `medium` when not said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub priority: Option<Priority>,
    /// Up to 50, each of up to 100 characters.
    #[schemars(length(max = TAGS_MAX))]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tags: Option<Vec<String>>,
    /// When.
    #[serde(
        default,
        deserialize_with = "json::optional_object",
        skip_serializing_if = "Option::is_none"
    )]
    pub due: Option<Due>,
    /// How often.
    #[serde(
        default,
        deserialize_with = "json::optional_object",
        skip_serializing_if = "Option::is_none"
    )]
    pub repeat: Option<Repeat>,
    /// Up to 50.
    #[schemars(length(max = REMINDERS_MAX))]
    #[serde(
        default,
        deserialize_with = "json::optional_objects",
        skip_serializing_if = "Option::is_none"
    )]
    pub reminders: Option<Vec<Trigger>>,
    /// The task that it is a part of.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parent_id: Option<Uuid>,
}

/// From the bytes of a request to the command: all that can be said without looking at any state.
pub fn parse_new_task(bytes: &[u8]) -> Result<command::NewTask, FieldError> {
    json::parse::<NewTask>(bytes)?.try_into()
}

impl TryFrom<NewTask> for command::NewTask {
    type Error = FieldError;

    fn try_from(new: NewTask) -> Result<Self, FieldError> {
        Ok(Self {
            title: new.title,
            description: new.description.unwrap_or_default(),
            priority: new.priority.map(Into::into).unwrap_or_default(),
            tags: new.tags.unwrap_or_default(),
            due: convert("due", new.due)?,
            repeat: convert("repeat", new.repeat)?,
            reminders: reminder::triggers(new.reminders.unwrap_or_default())?,
            parent_id: new.parent_id,
        })
    }
}

/// An optional part of the body; its errors get the name of its field in front.
pub(super) fn convert<T, U>(field: &str, part: Option<T>) -> Result<Option<U>, FieldError>
where
    U: TryFrom<T, Error = FieldError>,
{
    part.map(|part| part.try_into().map_err(|error: FieldError| error.within(field))).transpose()
}
