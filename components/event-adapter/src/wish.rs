//! An effect as a plugin wished for it: handed on as it came. The bridge reads it as
//! [`events::effect::Effect`] and refuses what is none, with the path to the fault.

use serde::Serialize;
use serde_json::value::RawValue;

/// On the wire the same as [`events::effect::Effect`], with nothing checked but that JSON is JSON.
#[derive(Debug, Serialize)]
#[serde(tag = "effect", rename_all = "kebab-case")]
#[expect(missing_docs, reason = "said in `events::effect` and in `wit/plugin`")]
pub enum Wish {
    CreateTask { task: Box<RawValue>, series: Option<Place> },
    UpdateTask { task_id: String, patch: Box<RawValue> },
    CompleteTask { task_id: String },
    ScheduleReminder { reminder_id: String, task_id: String, generation: u32, fire_at: String },
    CancelReminder { reminder_id: String },
    Notify { title: String, body: String },
    Publish { event: Box<RawValue> },
}

/// The place of a task in a series.
#[derive(Debug, Serialize)]
#[expect(missing_docs, reason = "said in `events::effect` and in `wit/plugin`")]
pub struct Place {
    pub series_id: String,
    pub occurrence: u32,
    pub start: String,
    pub slot: String,
    pub predecessor: String,
}
