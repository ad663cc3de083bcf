//! `following`: what the instances after this one have instead.

use domain::{reminder, task};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Priority, Trigger, reminder::triggers};
use crate::FieldError;

/// The fields that were changed for this instance only, with what the next instance gets. What is
/// absent is the same in both.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
pub struct Following {
    /// One line.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// Markdown.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// Four steps.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub priority: Option<Priority>,
    /// In the order given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tags: Option<Vec<String>>,
    /// In the order given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reminders: Option<Vec<Trigger>>,
}

impl From<&task::Following> for Following {
    fn from(following: &task::Following) -> Self {
        let shapes = |list: &Vec<reminder::Trigger>| list.iter().map(Into::into).collect();
        Self {
            title: following.title.clone(),
            description: following.description.clone(),
            priority: following.priority.map(Into::into),
            tags: following.tags.clone(),
            reminders: following.reminders.as_ref().map(shapes),
        }
    }
}

impl TryFrom<Following> for Box<task::Following> {
    type Error = FieldError;

    fn try_from(following: Following) -> Result<Self, FieldError> {
        Ok(Self::new(task::Following {
            title: following.title,
            description: following.description,
            priority: following.priority.map(Into::into),
            tags: following.tags,
            reminders: following.reminders.map(triggers).transpose()?,
        }))
    }
}
