//! Our own JSON: tasks in the shape of the HTTP API, complete, one in each line. What is written is the
//! same bytes for the same tasks, and reading loses nothing of it.

use std::str::FromStr;

use chrono::{DateTime, FixedOffset, NaiveDateTime, SecondsFormat, Utc};
use domain::{
    recurrence::{Repeat, Rule},
    reminder::Trigger,
    task::{Due, Priority, Series},
};
use serde::Serialize;
use serde_json::Value;
use uuid::Uuid;

use crate::{
    dates::{self, When},
    found::Found,
    item::Item,
    json::{self, Object},
    loss::{Place, ReadError},
    repeat::{MODES, MONTH_ENDS, value, word},
};

/// What the field `format` says.
const NAME: &str = "taskloom";
/// The version that is written, and the latest that is read.
const VERSION: u64 = 1;

const ACCEPTS: &str = "`{ \"format\": \"taskloom\", \"version\": 1, \"tasks\": [ … ] }`";

/// How [`Priority`] is written.
pub(crate) const PRIORITIES: [(&str, Priority); 4] = [
    ("low", Priority::Low),
    ("medium", Priority::Medium),
    ("high", Priority::High),
    ("urgent", Priority::Urgent),
];

pub(crate) fn read(text: &str, found: &mut Found<'_>) -> Result<(), ReadError> {
    let wrong = |format, problem: &str| ReadError::Format {
        format,
        place: Place::File,
        problem: problem.to_owned(),
        accepts: ACCEPTS,
    };
    let Some(mut file) = Object::of(json::parse(text)?, "file", found) else {
        return Err(wrong(found.format, "it is no object"));
    };
    if file.text("format", found) != NAME {
        return Err(wrong(found.format, "the field `format` is not `taskloom`"));
    }
    match file.take("version").and_then(|version| version.as_u64()) {
        Some(1..=VERSION) => {}
        Some(_) => return Err(wrong(found.format, "the version is newer than this program")),
        None => return Err(wrong(found.format, "there is no `version`")),
    }
    for (at, value) in file.list("tasks", found).into_iter().enumerate() {
        if let Some(value) = Object::of(value, &format!("tasks[{at}]"), found) {
            task(value, found)?;
        }
    }
    file.rest(&[], found);
    Ok(())
}

fn task(mut task: Object, found: &mut Found<'_>) -> Result<(), ReadError> {
    let place = task.place.clone();
    let id = task.text("id", found);
    let status = task.text("status", found);
    if !matches!(status.as_str(), "" | "open" | "done") {
        found.lose(&place, "status", &status, "the task counts as open; accepted: open, done");
    }
    let priority = task.text("priority", found);
    let parent = task.text("parent_id", found);
    let item = Item {
        title: task.text("title", found),
        description: task.text("description", found),
        priority: value(&PRIORITIES, &priority, "priority", &place, found),
        tags: task.texts("tags", found),
        due: due(&mut task, found),
        repeat: repeat(&mut task, found),
        series: series(&mut task, found),
        reminders: reminders(&mut task, found),
        parent: Some(parent).filter(|parent| !parent.is_empty()),
        is_done: status == "done",
        completed_at: moment(&mut task, "completed_at", found).map(|at| at.to_utc()),
        created_at: moment(&mut task, "created_at", found).map(|at| at.to_utc()),
        updated_at: moment(&mut task, "updated_at", found).map(|at| at.to_utc()),
        ..Item::default()
    };
    task.rest(&[], found);
    found.add(&id, item, place).map(|_| ())
}

fn due(task: &mut Object, found: &mut Found<'_>) -> Option<Due> {
    let mut due = task.object("due", found)?;
    let place = due.place.clone();
    let (date, at) = (due.text("date", found), due.text("at", found));
    let name = due.text("time_zone", found);
    due.rest(&[], found);
    let zone = found.zone(&name, "time_zone", &place);
    if at.is_empty() {
        return match dates::read(&date) {
            Some(When::Day(date)) => {
                Some(Due::Date { date, zone: Some(zone).filter(|_| !name.is_empty()) })
            }
            _ => {
                found.lose(&place, "date", &date, "is no date; accepted: `2026-12-01`");
                None
            }
        };
    }
    local(&at)
        .map(|local| Due::At { local, zone: zone.clone() })
        .or_else(|| found.due(&at, &zone, "at", &place))
}

/// A wall-clock time with all of its digits.
pub(crate) fn local(text: &str) -> Option<NaiveDateTime> {
    NaiveDateTime::parse_from_str(text, "%Y-%m-%dT%H:%M:%S%.f").ok()
}

fn repeat(task: &mut Object, found: &mut Found<'_>) -> Option<Repeat> {
    let mut repeat = task.object("repeat", found)?;
    let place = repeat.place.clone();
    let text = repeat.text("rule", found);
    let (mode, month_end) = (repeat.text("mode", found), repeat.text("month_end", found));
    repeat.rest(&[], found);
    match Rule::parse(&text) {
        Ok(rule) => Some(Repeat {
            rule,
            mode: value(&MODES, &mode, "mode", &place, found),
            month_end: value(&MONTH_ENDS, &month_end, "month_end", &place, found),
        }),
        Err(error) => {
            found.lose(&place, "rule", &text, error.to_string());
            None
        }
    }
}

fn series(task: &mut Object, found: &mut Found<'_>) -> Option<Series> {
    let mut series = task.object("series", found)?;
    let place = series.place.clone();
    let id = series.text("id", found);
    let occurrence = series.number("occurrence", found).unwrap_or(0);
    let (start, slot) = (series.text("start", found), series.text("slot", found));
    series.rest(&[], found);
    let read = (Uuid::from_str(&id).ok(), local(&start), local(&slot));
    if let ((Some(id), Some(start), Some(slot)), 1..) = (read, occurrence) {
        return Some(Series { id, occurrence, start, slot });
    }
    let why = "is no place in a series, so the task begins a new one; accepted: id, occurrence from 1 on, \
               start and slot such as `2026-12-01T09:00:00`";
    found.lose(&place, "series", &id, why);
    None
}

fn reminders(task: &mut Object, found: &mut Found<'_>) -> Vec<Trigger> {
    let path = task.place.to_string();
    let mut triggers = Vec::new();
    for (at, value) in task.list("reminders", found).into_iter().enumerate() {
        let Some(mut one) = Object::of(value, &format!("{path}.reminders[{at}]"), found) else {
            continue;
        };
        let before = one.text("before", found);
        let at = moment(&mut one, "at", found);
        match (Trigger::before(&before), at) {
            (_, Some(at)) => triggers.push(Trigger::At(at)),
            (Ok(trigger), None) => triggers.push(trigger),
            (Err(error), None) => {
                found.lose(&one.place, "before", &before, error.to_string());
            }
        }
        one.rest(&[], found);
    }
    triggers
}

fn moment(
    object: &mut Object,
    field: &str,
    found: &mut Found<'_>,
) -> Option<DateTime<FixedOffset>> {
    let text = match object.take(field)? {
        Value::String(text) => text,
        other => json::plain(&other),
    };
    let read = DateTime::parse_from_rfc3339(&text).ok();
    if read.is_none() {
        let why = "is no moment; accepted: `2026-12-01T09:00:00Z`, or with an offset";
        found.lose(&object.place, field, &text, why);
    }
    read
}

/// The whole file.
pub(crate) fn write(items: &[&Item]) -> String {
    let mut text = format!("{{\"format\":\"{NAME}\",\"version\":{VERSION},\"tasks\":[");
    for (at, item) in items.iter().enumerate() {
        text.push_str(if at == 0 { "\n" } else { ",\n" });
        text.push_str(&line(item));
    }
    text.push_str("\n]}\n");
    text
}

#[expect(clippy::expect_used, reason = "the shape has string keys and no failing serializer")]
fn line(item: &Item) -> String {
    serde_json::to_string(&Shape::from(item)).expect("plain shapes serialise")
}

/// A task as it is written; the order of the fields is that of the file.
#[derive(Serialize)]
struct Shape<'a> {
    id: &'a str,
    title: &'a str,
    description: &'a str,
    status: &'static str,
    priority: &'static str,
    tags: &'a [String],
    due: Option<DueShape>,
    repeat: Option<RepeatShape>,
    series: Option<SeriesShape>,
    reminders: Vec<ReminderShape>,
    parent_id: Option<&'a str>,
    completed_at: Option<String>,
    created_at: Option<String>,
    updated_at: Option<String>,
}

#[derive(Serialize)]
#[serde(untagged)]
enum DueShape {
    Date { date: String, time_zone: Option<String> },
    At { at: String, time_zone: String },
}

#[derive(Serialize)]
struct RepeatShape {
    rule: String,
    mode: &'static str,
    month_end: &'static str,
}

#[derive(Serialize)]
struct SeriesShape {
    id: String,
    occurrence: u32,
    start: String,
    slot: String,
}

#[derive(Serialize)]
#[serde(rename_all = "lowercase")]
enum ReminderShape {
    Before(String),
    At(String),
}

impl<'a> From<&'a Item> for Shape<'a> {
    fn from(item: &'a Item) -> Self {
        Self {
            id: &item.key,
            title: &item.title,
            description: &item.description,
            status: if item.is_done { "done" } else { "open" },
            priority: word(&PRIORITIES, &item.priority),
            tags: &item.tags,
            due: item.due.as_ref().map(DueShape::from),
            repeat: item.repeat.as_ref().map(|repeat| RepeatShape {
                rule: repeat.rule.to_string(),
                mode: word(&MODES, &repeat.mode),
                month_end: word(&MONTH_ENDS, &repeat.month_end),
            }),
            series: item.series.as_ref().map(|series| SeriesShape {
                id: series.id.to_string(),
                occurrence: series.occurrence,
                start: wall(series.start),
                slot: wall(series.slot),
            }),
            reminders: item.reminders.iter().map(ReminderShape::from).collect(),
            parent_id: item.parent.as_deref(),
            completed_at: item.completed_at.map(utc),
            created_at: item.created_at.map(utc),
            updated_at: item.updated_at.map(utc),
        }
    }
}

impl From<&Due> for DueShape {
    fn from(due: &Due) -> Self {
        match due {
            Due::Date { date, zone } => Self::Date {
                date: date.to_string(),
                time_zone: zone.as_ref().map(ToString::to_string),
            },
            Due::At { local, zone } => Self::At { at: wall(*local), time_zone: zone.to_string() },
        }
    }
}

impl From<&Trigger> for ReminderShape {
    fn from(trigger: &Trigger) -> Self {
        match trigger {
            Trigger::At(at) => Self::At(at.to_rfc3339_opts(SecondsFormat::AutoSi, false)),
            before => Self::Before(before.duration().unwrap_or_default()),
        }
    }
}

/// What a wall clock shows.
pub(crate) fn wall(local: NaiveDateTime) -> String {
    local.format("%Y-%m-%dT%H:%M:%S%.f").to_string()
}

/// An instant.
pub(crate) fn utc(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::AutoSi, true)
}
