//! The intent as JSON: snake case, dates as ISO texts, the shapes of `POST /api/v1/tasks`.

use chrono::{NaiveDateTime, SecondsFormat};
use domain::{
    recurrence::{Mode, MonthEnd, Repeat},
    reminder::Trigger,
    task::{Due, Priority},
};
use serde::{Serialize, Serializer, ser::SerializeStruct};

use crate::intent::{Choice, ChoiceValue, Intent, Question, QuestionKind, Span, SpanKind};

impl Serialize for Intent {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let mut fields = to.serialize_struct("Intent", 10)?;
        fields.serialize_field("title", &self.title)?;
        fields.serialize_field("due", &self.due.as_ref().map(DueJson))?;
        fields.serialize_field("end", &self.end.as_ref().map(DueJson))?;
        fields.serialize_field("repeat", &self.repeat.as_ref().map(RepeatJson))?;
        let reminders: Vec<_> = self.reminders.iter().map(TriggerJson).collect();
        fields.serialize_field("reminders", &reminders)?;
        fields.serialize_field("priority", &self.priority.map(priority))?;
        fields.serialize_field("tags", &self.tags)?;
        fields.serialize_field("unsure", &self.unsure)?;
        fields.serialize_field("said_back", &self.said_back)?;
        fields.serialize_field("notes", &self.notes)?;
        fields.end()
    }
}

struct DueJson<'a>(&'a Due);

impl Serialize for DueJson<'_> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let mut fields = to.serialize_struct("Due", 2)?;
        match self.0 {
            Due::Date { date, zone } => {
                fields.serialize_field("date", &date.to_string())?;
                match zone {
                    Some(zone) => fields.serialize_field("time_zone", zone.as_str())?,
                    None => fields.skip_field("time_zone")?,
                }
            }
            Due::At { local, zone } => {
                fields.serialize_field("at", &wall_clock(*local))?;
                fields.serialize_field("time_zone", zone.as_str())?;
            }
        }
        fields.end()
    }
}

struct RepeatJson<'a>(&'a Repeat);

impl Serialize for RepeatJson<'_> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let mut fields = to.serialize_struct("Repeat", 3)?;
        fields.serialize_field("rule", &self.0.rule.to_string())?;
        let mode = match self.0.mode {
            Mode::NextFuture => "next-future",
            Mode::Every => "every",
            Mode::AfterCompletion => "after-completion",
        };
        fields.serialize_field("mode", mode)?;
        let month_end = match self.0.month_end {
            MonthEnd::Clamp => "clamp",
            MonthEnd::Skip => "skip",
        };
        fields.serialize_field("month_end", month_end)?;
        fields.end()
    }
}

struct TriggerJson<'a>(&'a Trigger);

impl Serialize for TriggerJson<'_> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let mut fields = to.serialize_struct("Trigger", 1)?;
        match self.0 {
            Trigger::At(at) => {
                fields.serialize_field("at", &at.to_rfc3339_opts(SecondsFormat::AutoSi, false))?;
            }
            Trigger::Before { .. } => fields.serialize_field("before", &self.0.duration())?,
        }
        fields.end()
    }
}

impl Serialize for Span {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let mut fields = to.serialize_struct("Span", 5)?;
        fields.serialize_field("kind", self.kind.name())?;
        fields.serialize_field("start", &self.start)?;
        fields.serialize_field("end", &self.end)?;
        fields.serialize_field("utf16_start", &self.utf16_start)?;
        fields.serialize_field("utf16_end", &self.utf16_end)?;
        fields.end()
    }
}

impl Serialize for Question {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let mut fields = to.serialize_struct("Question", 4)?;
        fields.serialize_field("kind", self.kind.name())?;
        fields.serialize_field("asks", &self.asks)?;
        fields.serialize_field("span", &self.span)?;
        fields.serialize_field("choices", &self.choices)?;
        fields.end()
    }
}

impl Serialize for Choice {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let mut fields = to.serialize_struct("Choice", 3)?;
        fields.serialize_field("label", &self.label)?;
        fields.serialize_field("value", &self.value.text())?;
        fields.serialize_field("instead", &self.instead)?;
        fields.end()
    }
}

impl SpanKind {
    /// Its name on the wire.
    pub fn name(self) -> &'static str {
        match self {
            Self::Date => "date",
            Self::Time => "time",
            Self::Repeat => "repeat",
            Self::Reminder => "reminder",
            Self::Priority => "priority",
            Self::Tag => "tag",
            Self::Quote => "quote",
        }
    }
}

impl QuestionKind {
    /// Its name on the wire.
    pub fn name(self) -> &'static str {
        match self {
            Self::Date => "date",
            Self::Time => "time",
            Self::NumberOrder => "number-order",
            Self::Recurrence => "recurrence",
        }
    }
}

impl ChoiceValue {
    /// As ISO text: `2026-09-25`, `17:00`, `2026-09-25T17:00`; `None` when it is nothing.
    pub fn text(self) -> Option<String> {
        match self {
            Self::Nothing => None,
            Self::Date(date) => Some(date.to_string()),
            Self::Time(time) => Some(time.format("%H:%M").to_string()),
            Self::At(local) => Some(wall_clock(local)),
        }
    }
}

fn wall_clock(local: NaiveDateTime) -> String {
    use chrono::Timelike;
    let format = if local.second() == 0 { "%Y-%m-%dT%H:%M" } else { "%Y-%m-%dT%H:%M:%S" };
    local.format(format).to_string()
}

fn priority(priority: Priority) -> &'static str {
    match priority {
        Priority::Low => "low",
        Priority::Medium => "medium",
        Priority::High => "high",
        Priority::Urgent => "urgent",
    }
}
