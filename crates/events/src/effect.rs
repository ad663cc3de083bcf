//! Effects: what a handler wishes for. The serde mirror of `wit/plugin`.

use chrono::{DateTime, NaiveDateTime, Utc};
use domain::{command, task};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use uuid::Uuid;

use crate::{
    FieldError,
    api::{NewTask, TaskPatch},
    json, time,
};

/// One wish. The platform applies it only when the operator granted it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "effect", rename_all = "kebab-case", deny_unknown_fields)]
pub enum Effect {
    /// Create a task.
    CreateTask {
        /// As in `POST /api/v1/tasks`.
        task: Box<NewTask>,
        /// Set for the next instance of a series.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        series: Option<SeriesPosition>,
    },
    /// Change a task.
    UpdateTask {
        /// Which one.
        task_id: Uuid,
        /// As in `PATCH /api/v1/tasks/{id}`.
        patch: Box<TaskPatch>,
    },
    /// Complete a task.
    CompleteTask {
        /// Which one.
        task_id: Uuid,
    },
    /// Set or move an alarm. The reminder's row stays the truth.
    ScheduleReminder {
        /// Which reminder.
        reminder_id: Uuid,
        /// Its task.
        task_id: Uuid,
        /// The generation of the row that this alarm is for.
        generation: u32,
        /// When.
        #[serde(with = "time::utc")]
        #[schemars(with = "DateTime<Utc>")]
        fire_at: DateTime<Utc>,
    },
    /// Take an alarm back.
    CancelReminder {
        /// Which reminder.
        reminder_id: Uuid,
    },
    /// Tell the person something.
    Notify {
        /// One line.
        title: String,
        /// Plain text.
        body: String,
    },
    /// Publish an event of the plugin's own.
    Publish {
        /// Any JSON.
        event: Value,
    },
}

impl Effect {
    /// The name, as grants in `spin.toml` write it.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::CreateTask { .. } => "create-task",
            Self::UpdateTask { .. } => "update-task",
            Self::CompleteTask { .. } => "complete-task",
            Self::ScheduleReminder { .. } => "schedule-reminder",
            Self::CancelReminder { .. } => "cancel-reminder",
            Self::Notify { .. } => "notify",
            Self::Publish { .. } => "publish",
        }
    }

    /// All names, for checking grants.
    pub const NAMES: [&'static str; 7] = [
        "create-task",
        "update-task",
        "complete-task",
        "schedule-reminder",
        "cancel-reminder",
        "notify",
        "publish",
    ];
}

/// The place of a task in a series; its id follows from series and occurrence.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SeriesPosition {
    /// Id of the first instance.
    pub series_id: Uuid,
    /// From 1.
    pub occurrence: u32,
    /// DTSTART of the rule, wall clock.
    #[serde(with = "time::wall_clock")]
    #[schemars(with = "NaiveDateTime")]
    pub start: NaiveDateTime,
    /// The place in the rule that this instance is for, wall clock.
    #[serde(with = "time::wall_clock")]
    #[schemars(with = "NaiveDateTime")]
    pub slot: NaiveDateTime,
    /// The instance whose completion led to this one.
    pub predecessor: Uuid,
}

impl SeriesPosition {
    /// The domain's command for the next instance.
    pub fn next_instance(self, task: NewTask) -> Result<command::NextInstance, FieldError> {
        let series = task::Series {
            id: self.series_id,
            occurrence: self.occurrence,
            start: self.start,
            slot: self.slot,
        };
        Ok(command::NextInstance { task: task.try_into()?, series, predecessor: self.predecessor })
    }
}

/// What a handler answered.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct HandlerReply {
    /// Its wishes, in order.
    pub effects: Vec<Effect>,
}

impl HandlerReply {
    /// Reads an answer of a handler.
    pub fn parse(bytes: &[u8]) -> Result<Self, FieldError> {
        json::parse(bytes)
    }
}

/// Why nothing came of an event. A bug is a trap, never one of these.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Failure {
    /// This event can never be handled; it goes to the dead letters with this reason.
    #[error("{0}")]
    Invalid(String),
    /// The same event may succeed later.
    #[error("{0}")]
    TryLater(String),
}

impl From<FieldError> for Failure {
    fn from(error: FieldError) -> Self {
        Self::Invalid(error.to_string())
    }
}

/// The body of `POST /internal/tasks/effects`: what one delivery of one event leads to.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ApplyEffects {
    /// Component id of the handler that wishes it.
    pub consumer: String,
    /// The event that it wishes it for.
    pub event_id: Uuid,
    /// Whose rows it is about.
    pub user_id: String,
    /// From the request that started it all.
    pub correlation_id: String,
    /// When the event happened.
    #[serde(with = "time::utc")]
    #[schemars(with = "DateTime<Utc>")]
    pub timestamp: DateTime<Utc>,
    /// The wishes, in order.
    pub effects: Vec<Effect>,
}

impl ApplyEffects {
    /// Reads the body of a request.
    pub fn parse(bytes: &[u8]) -> Result<Self, FieldError> {
        json::parse(bytes)
    }
}

/// The answer to [`ApplyEffects`].
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Applied {
    /// They had been applied before; nothing was done.
    pub duplicate: bool,
    /// Tasks that were created or changed.
    pub task_ids: Vec<Uuid>,
}
