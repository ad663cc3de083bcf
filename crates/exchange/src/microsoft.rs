//! Microsoft To Do: the resource `todoTask` of Microsoft Graph 1.0 as JSON, and the table to which
//! Outlook exports the same tasks (it has no document of its own; the columns are those of its export
//! dialog).
//!
//! To Do knows days, not times: a `dueDateTime` at midnight, in its own zone or in the reader's, is a
//! day.

mod outlook;
mod pattern;

use domain::{
    reminder::Trigger,
    task::{Due, Priority},
    zone,
};
use serde_json::Value;

pub(crate) use self::outlook::read_csv;
use crate::{
    dates,
    fit::join,
    found::{Found, midnight_is_a_day},
    item::Item,
    json::{self, Object},
    loss::{Place, ReadError},
};

const ACCEPTS: &str = "a list of `todoTask`s of Microsoft Graph, `{ \"value\": [ … ] }`, or a list of lists \
                       with `displayName` and `tasks`";

/// Fields that hold nothing for a person, or what follows from others.
const MEANINGLESS: [&str; 10] = [
    "@odata.etag",
    "@odata.type",
    "@odata.context",
    "bodyLastModifiedDateTime",
    "isReminderOn",
    "hasAttachments",
    "id",
    "isOwner",
    "isShared",
    "wellknownListName",
];

pub(crate) fn read_json(text: &str, found: &mut Found<'_>) -> Result<(), ReadError> {
    let entries = match json::parse(text)? {
        Value::Array(entries) => Some((entries, String::new())),
        Value::Object(mut fields) => match fields.remove("value") {
            Some(Value::Array(entries)) => Some((entries, "value".to_owned())),
            _ => None,
        },
        _ => None,
    };
    let Some((entries, path)) = entries else {
        return Err(ReadError::Format {
            format: found.format,
            place: Place::File,
            problem: "there is no list of tasks".to_owned(),
            accepts: ACCEPTS,
        });
    };
    for (at, entry) in entries.into_iter().enumerate() {
        let path = format!("{path}[{at}]");
        let Some(mut entry) = Object::of(entry, &path, found) else { continue };
        if !entry.has("tasks") {
            task(entry, "", found)?;
            continue;
        }
        let list = entry.text("displayName", found);
        for (at, value) in entry.list("tasks", found).into_iter().enumerate() {
            if let Some(value) = Object::of(value, &format!("{path}.tasks[{at}]"), found) {
                task(value, &list, found)?;
            }
        }
        entry.rest(&MEANINGLESS, found);
    }
    Ok(())
}

fn task(mut task: Object, list: &str, found: &mut Found<'_>) -> Result<(), ReadError> {
    let place = task.place.clone();
    let id = task.text("id", found);
    let (is_done, priority) = (status(&mut task, found), importance(&mut task, found));
    let due = date_time(&mut task, "dueDateTime", found);
    let start = date_time(&mut task, "startDateTime", found);
    if let (Some(due), Some(start)) = (&due, &start)
        && start != due
    {
        let why = "a task has a due date and no start; dueDateTime was taken";
        found.lose(&place, "startDateTime", &start.wall_clock().to_string(), why);
    }
    let due = due.or(start);
    let is_reminder_on = task.flag("isReminderOn", found);
    let reminder = date_time(&mut task, "reminderDateTime", found).filter(|_| is_reminder_on);
    let recurrence = task.object("recurrence", found);
    let completed = date_time(&mut task, "completedDateTime", found);
    let own = found.own_zone();
    let moment = |task: &mut Object, field: &str, found: &mut Found<'_>| {
        let text = task.text(field, found);
        found.moment(&text, &own, field, &place)
    };
    let created_at = moment(&mut task, "createdDateTime", found);
    let updated_at = moment(&mut task, "lastModifiedDateTime", found);
    let mut tags = task.texts("categories", found);
    if !list.is_empty() && !matches!(list, "Tasks" | "Aufgaben") {
        tags.push(list.to_owned());
    }
    let item = Item {
        title: task.text("title", found),
        description: body(&mut task, found),
        priority,
        tags,
        repeat: recurrence.and_then(|recurrence| pattern::repeat(recurrence, found)),
        reminders: reminder.iter().map(|at| moment_of(at, found)).collect(),
        due,
        is_done,
        completed_at: completed.filter(|_| is_done).map(|at| instant(&at, found)),
        created_at,
        updated_at,
        ..Item::default()
    };
    let checks = task.list("checklistItems", found);
    task.rest(&MEANINGLESS, found);
    let path = place.to_string();
    let parent = found.add(&id, item, place)?;
    for (at, check) in checks.into_iter().enumerate() {
        if let Some(check) = Object::of(check, &format!("{path}.checklistItems[{at}]"), found) {
            part(check, &id, &parent, is_done, found)?;
        }
    }
    Ok(())
}

/// A step of a task. Its id is unique within the task only.
fn part(
    mut check: Object,
    task_id: &str,
    parent: &str,
    is_parent_done: bool,
    found: &mut Found<'_>,
) -> Result<(), ReadError> {
    let place = check.place.clone();
    let own = found.own_zone();
    let id = check.text("id", found);
    let id = if id.is_empty() { id } else { format!("{task_id}/{id}") };
    let is_done = check.flag("isChecked", found) || is_parent_done;
    let checked = check.text("checkedDateTime", found);
    let created = check.text("createdDateTime", found);
    let item = Item {
        title: check.text("displayName", found),
        parent: Some(parent.to_owned()),
        is_done,
        completed_at: found.moment(&checked, &own, "checkedDateTime", &place).filter(|_| is_done),
        created_at: found.moment(&created, &own, "createdDateTime", &place),
        ..Item::default()
    };
    check.rest(&MEANINGLESS, found);
    found.add(&id, item, place).map(|_| ())
}

fn status(task: &mut Object, found: &mut Found<'_>) -> bool {
    let status = task.text("status", found);
    match status.as_str() {
        "completed" => true,
        "" | "notStarted" => false,
        "inProgress" | "waitingOnOthers" | "deferred" => {
            found.lose(
                &task.place,
                "status",
                &status,
                "the task counts as open; there is nothing between open and done",
            );
            false
        }
        other => {
            found.lose(
                &task.place,
                "status",
                other,
                "the task counts as open; accepted: notStarted, completed",
            );
            false
        }
    }
}

fn importance(task: &mut Object, found: &mut Found<'_>) -> Priority {
    let importance = task.text("importance", found);
    match importance.to_lowercase().as_str() {
        "" | "normal" => Priority::Medium,
        "low" => Priority::Low,
        "high" => Priority::High,
        _ => {
            found.lose(&task.place, "importance", &importance, "accepted: low, normal, high");
            Priority::default()
        }
    }
}

/// The text of a `itemBody`. HTML comes along as it stands: a description is Markdown, which has it.
fn body(task: &mut Object, found: &mut Found<'_>) -> String {
    let Some(mut body) = task.object("body", found) else { return String::new() };
    let mut text = String::new();
    join(&mut text, body.text("content", found).trim());
    body.rest(&["contentType"], found);
    text
}

/// A `dateTimeTimeZone`: a wall-clock time and the name of a zone.
fn date_time(task: &mut Object, field: &str, found: &mut Found<'_>) -> Option<Due> {
    let mut value = task.object(field, found)?;
    let text = value.text("dateTime", found);
    let name = value.text("timeZone", found);
    let place = value.place.clone();
    value.rest(&[], found);
    let zone = found.zone(&name, "timeZone", &place);
    let Some(when) = dates::read(&text) else {
        found.lose(&place, "dateTime", &text, dates::NO_DATE);
        return None;
    };
    match midnight_is_a_day(when, &zone) {
        Due::At { .. } => {
            let own = found.own_zone();
            let at = dates::When::Instant(zone::in_zone(when.instant(&zone), &own));
            let is_own_midnight = matches!(midnight_is_a_day(at, &own), Due::Date { .. });
            Some(if is_own_midnight {
                midnight_is_a_day(at, &own)
            } else {
                at_place(when, zone, own)
            })
        }
        day => Some(day),
    }
}

/// A time in UTC says nothing about where its person is; the reader's own zone does.
fn at_place(when: dates::When, zone: zone::ZoneName, own: zone::ZoneName) -> Due {
    match zone.as_str() {
        "UTC" | "Etc/UTC" => dates::When::Instant(when.instant(&zone).fixed_offset()).due(&own),
        _ => when.due(&zone),
    }
}

fn instant(due: &Due, found: &Found<'_>) -> chrono::DateTime<chrono::Utc> {
    zone::instant(due.wall_clock(), due.zone().unwrap_or(&found.context.zone))
}

fn moment_of(due: &Due, found: &Found<'_>) -> Trigger {
    let zone = due.zone().unwrap_or(&found.context.zone);
    Trigger::At(zone::in_zone(instant(due, found), zone))
}
