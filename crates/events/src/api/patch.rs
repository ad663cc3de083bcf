//! The body of `PATCH /api/v1/tasks/{id}`: a JSON merge patch.

use domain::{
    command,
    task::{DESCRIPTION_MAX_CHARS, REMINDERS_MAX, TAGS_MAX, TITLE_MAX_CHARS},
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{Due, Priority, Repeat, Scope, Trigger, new_task::convert, reminder};
use crate::{FieldError, json};

/// A merge patch: what is absent stays, null takes a value away (what has a default gets it back).
/// `due` and `repeat` are values of their own: each is replaced as a whole.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct TaskPatch {
    /// 1 to 500 characters, one line; cannot be taken away.
    #[schemars(length(min = 1, max = TITLE_MAX_CHARS), extend("type" = "string"))]
    #[serde(default, deserialize_with = "json::patched", skip_serializing_if = "Option::is_none")]
    pub title: Option<Option<String>>,
    /// Markdown, up to 20,000 characters.
    #[schemars(length(max = DESCRIPTION_MAX_CHARS))]
    #[serde(default, deserialize_with = "json::patched", skip_serializing_if = "Option::is_none")]
    pub description: Option<Option<String>>,
    /// `medium` is the default.
    #[serde(default, deserialize_with = "json::patched", skip_serializing_if = "Option::is_none")]
    pub priority: Option<Option<Priority>>,
    /// All tags from now on, up to 50, each of up to 100 characters.
    #[schemars(length(max = TAGS_MAX))]
    #[serde(default, deserialize_with = "json::patched", skip_serializing_if = "Option::is_none")]
    pub tags: Option<Option<Vec<String>>>,
    /// When.
    #[serde(
        default,
        deserialize_with = "json::patched_object",
        skip_serializing_if = "Option::is_none"
    )]
    pub due: Option<Option<Due>>,
    /// How often; null ends the series with this instance.
    #[serde(
        default,
        deserialize_with = "json::patched_object",
        skip_serializing_if = "Option::is_none"
    )]
    pub repeat: Option<Option<Repeat>>,
    /// All reminders from now on, up to 50.
    #[schemars(length(max = REMINDERS_MAX))]
    #[serde(
        default,
        deserialize_with = "json::patched_objects",
        skip_serializing_if = "Option::is_none"
    )]
    pub reminders: Option<Option<Vec<Trigger>>>,
    /// The task that it is a part of.
    #[serde(default, deserialize_with = "json::patched", skip_serializing_if = "Option::is_none")]
    pub parent_id: Option<Option<Uuid>>,
    /// For which instances of a series the change is. When it is not said, `due` moves this instance,
    /// and everything else is for the following ones too. `repeat` and `parent_id` are never for
    /// this one only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scope: Option<Scope>,
}

/// From the bytes of a request to the command: all that can be said without looking at any state.
pub fn parse_patch(bytes: &[u8]) -> Result<command::TaskPatch, FieldError> {
    json::parse::<TaskPatch>(bytes)?.try_into()
}

impl TryFrom<TaskPatch> for command::TaskPatch {
    type Error = FieldError;

    fn try_from(patch: TaskPatch) -> Result<Self, FieldError> {
        if patch.title == Some(None) {
            return Err(FieldError::new("title", "cannot be null; a task keeps a title"));
        }
        Ok(Self {
            title: patch.title.flatten(),
            description: patch.description.map(Option::unwrap_or_default),
            priority: patch.priority.map(|given| given.map(Into::into).unwrap_or_default()),
            tags: patch.tags.map(Option::unwrap_or_default),
            due: patch.due.map(|due| convert("due", due)).transpose()?,
            repeat: patch.repeat.map(|repeat| convert("repeat", repeat)).transpose()?,
            reminders: patch
                .reminders
                .map(|list| reminder::triggers(list.unwrap_or_default()))
                .transpose()?,
            parent_id: patch.parent_id,
            scope: patch.scope.map(Into::into),
        })
    }
}
