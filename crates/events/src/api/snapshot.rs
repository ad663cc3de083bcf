//! A task as answers and events show it.

use chrono::{DateTime, NaiveDateTime, Utc};
use domain::task;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{Due, Following, Priority, ReminderSnapshot, Repeat, Status, new_task::convert};
use crate::{FieldError, time};

/// A task as it is. Readers skip fields that they do not know.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct TaskSnapshot {
    /// `UUIDv7`, or derived from series and occurrence.
    pub id: Uuid,
    /// Raised by every change; the `ETag` is made of it.
    pub version: u64,
    /// One line.
    pub title: String,
    /// Markdown.
    pub description: String,
    /// Open or done.
    pub status: Status,
    /// Four steps.
    pub priority: Priority,
    /// In the order given.
    pub tags: Vec<String>,
    /// When it is due; `at` carries the offset that holds then.
    pub due: Option<Due>,
    /// How it recurs.
    pub repeat: Option<Repeat>,
    /// Fired and cancelled ones stay as history.
    pub reminders: Vec<ReminderSnapshot>,
    /// The task that it is a part of.
    pub parent_id: Option<Uuid>,
    /// Id of the first instance of its series.
    pub series_id: Option<Uuid>,
    /// Its number in the series, from 1.
    pub occurrence: Option<u32>,
    /// Its place on the calendar of the series.
    pub series: Option<SeriesPlace>,
    /// What the next instance has instead, where a change was for this one only; null when it is to
    /// be like this one.
    #[serde(default)]
    pub following: Option<Following>,
    /// Set exactly when it is done.
    #[serde(with = "time::utc_or_null")]
    #[schemars(with = "Option<DateTime<Utc>>")]
    pub completed_at: Option<DateTime<Utc>>,
    /// When it came to be.
    #[serde(with = "time::utc")]
    #[schemars(with = "DateTime<Utc>")]
    pub created_at: DateTime<Utc>,
    /// When it changed last.
    #[serde(with = "time::utc")]
    #[schemars(with = "DateTime<Utc>")]
    pub updated_at: DateTime<Utc>,
}

/// The place of an instance on the calendar of its series, on the wall clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct SeriesPlace {
    /// DTSTART of the rule.
    #[serde(with = "time::wall_clock")]
    #[schemars(with = "NaiveDateTime")]
    pub start: NaiveDateTime,
    /// The place in the rule that this instance is for; stays when the person moves `due`.
    #[serde(with = "time::wall_clock")]
    #[schemars(with = "NaiveDateTime")]
    pub slot: NaiveDateTime,
}

impl From<&task::Task> for TaskSnapshot {
    fn from(task: &task::Task) -> Self {
        let series = task.series.as_ref();
        Self {
            id: task.id,
            version: task.version,
            title: task.title.clone(),
            description: task.description.clone(),
            status: task.status.into(),
            priority: task.priority.into(),
            tags: task.tags.clone(),
            due: task.due.as_ref().map(Into::into),
            repeat: task.repeat.as_ref().map(Into::into),
            reminders: task.reminders.iter().map(Into::into).collect(),
            parent_id: task.parent_id,
            series_id: series.map(|series| series.id),
            occurrence: series.map(|series| series.occurrence),
            series: series.map(|series| SeriesPlace { start: series.start, slot: series.slot }),
            following: task.following.as_deref().map(Into::into),
            completed_at: task.completed_at,
            created_at: task.created_at,
            updated_at: task.updated_at,
        }
    }
}

impl TaskSnapshot {
    /// Back to the task of `user_id`. A time of `due` that a DST gap had moved stays moved.
    pub fn into_task(self, user_id: impl Into<String>) -> Result<task::Task, FieldError> {
        let series = self.series()?;
        let reminders = self.reminders.into_iter().enumerate().map(|(index, reminder)| {
            reminder.try_into().map_err(|error: FieldError| {
                error.within(&format!("[{index}]")).within("reminders")
            })
        });
        Ok(task::Task {
            id: self.id,
            user_id: user_id.into(),
            version: self.version,
            title: self.title,
            description: self.description,
            status: self.status.into(),
            priority: self.priority.into(),
            tags: self.tags,
            due: convert("due", self.due)?,
            repeat: convert("repeat", self.repeat)?,
            series,
            following: convert("following", self.following)?,
            parent_id: self.parent_id,
            reminders: reminders.collect::<Result<_, _>>()?,
            completed_at: self.completed_at,
            created_at: self.created_at,
            updated_at: self.updated_at,
            deleted_at: None,
        })
    }

    fn series(&self) -> Result<Option<task::Series>, FieldError> {
        match (self.series_id, self.occurrence, self.series) {
            (Some(id), Some(occurrence), Some(SeriesPlace { start, slot })) => {
                Ok(Some(task::Series { id, occurrence, start, slot }))
            }
            (None, None, None) => Ok(None),
            _ => Err(FieldError::new(
                "series",
                "`series_id`, `occurrence` and `series` go together; give all or none",
            )),
        }
    }
}
