//! Taskwarrior's `task export`: the "Taskwarrior JSON Format" of its developers' pages. Instants are
//! `20261201T080000Z`; midnight on the reader's wall is a day there, and here.
//!
//! A task with the status `recurring` is a template, and its instances name it as `parent`. The open
//! instance that is due last takes the rule over; a template without open instances is a task.

mod recur;

use std::collections::{HashMap, HashSet};

use domain::task::{Due, Priority};
use serde_json::Value;

use crate::{
    dates,
    fit::join,
    found::{Found, midnight_is_a_day},
    item::Item,
    json::{self, Object},
    loss::{Place, ReadError},
};

const ACCEPTS: &str =
    "the output of `task export`: an array of objects with `description` and `status`";

/// Fields that hold nothing for a person, or follow from others.
const MEANINGLESS: [&str; 6] = ["id", "urgency", "mask", "imask", "rtype", "parent"];

pub(crate) fn read(text: &str, found: &mut Found<'_>) -> Result<(), ReadError> {
    let Value::Array(entries) = json::parse(text)? else {
        return Err(ReadError::Format {
            format: found.format,
            place: Place::File,
            problem: "the file is no array".to_owned(),
            accepts: ACCEPTS,
        });
    };
    let series = Series::of(&entries);
    for (at, entry) in entries.into_iter().enumerate() {
        if let Some(entry) = Object::of(entry, &format!("[{at}]"), found) {
            task(entry, at, &series, found)?;
        }
    }
    Ok(())
}

/// Which instances take over the rules of their templates.
#[derive(Default)]
struct Series {
    last_of: HashMap<String, (String, usize)>,
    heirs: HashSet<usize>,
}

impl Series {
    fn of(entries: &[Value]) -> Self {
        let mut series = Self::default();
        for (at, entry) in entries.iter().enumerate() {
            let text = |field: &str| entry.get(field).and_then(Value::as_str).unwrap_or_default();
            let is_open = matches!(text("status"), "pending" | "waiting");
            if is_open && !text("parent").is_empty() {
                let due = text("due").to_owned();
                let last = series.last_of.entry(text("parent").to_owned()).or_default();
                if due >= last.0 {
                    *last = (due, at);
                }
            }
        }
        series.heirs = series.last_of.values().map(|(_, at)| *at).collect();
        series
    }
}

fn task(
    mut task: Object,
    at: usize,
    series: &Series,
    found: &mut Found<'_>,
) -> Result<(), ReadError> {
    let place = task.place.clone();
    let title = task.text("description", found);
    let (status, id) = (task.text("status", found), task.text("uuid", found));
    match status.as_str() {
        "deleted" => {
            found.lose(&place, "status", &title, "the task was deleted there and was left out");
            return Ok(());
        }
        "recurring" if series.last_of.contains_key(&id) => {
            found.aside(
                "status recurring",
                &title,
                "is a template; its open instance repeats in its place",
            );
            return Ok(());
        }
        "" | "pending" | "waiting" | "completed" | "recurring" => {}
        other => {
            let why = "the task counts as open; accepted: pending, waiting, recurring, completed, deleted";
            found.lose(&place, "status", other, why);
        }
    }
    let is_done = status == "completed";
    let takes_rule = series.heirs.contains(&at) || task.peek("parent").is_empty();
    let due = due(&mut task, found);
    let recur = task.text("recur", found);
    let repeat = match takes_rule && !recur.is_empty() {
        true => recur::repeat(&recur, &place, found),
        false => None,
    };
    let own = found.own_zone();
    let mut moment = |field: &str, found: &mut Found<'_>| {
        let text = task.text(field, found);
        found.moment(&text, &own, field, &place)
    };
    let (completed_at, created_at) = (moment("end", found), moment("entry", found));
    let updated_at = moment("modified", found);
    let mut tags = task.texts("tags", found);
    let project = task.text("project", found);
    if !project.is_empty() {
        tags.push(project);
    }
    let item = Item {
        title,
        description: annotations(&mut task, found),
        priority: priority(&mut task, found),
        tags,
        due,
        repeat,
        is_done,
        completed_at: completed_at.filter(|_| is_done),
        created_at,
        updated_at,
        ..Item::default()
    };
    without_place(&mut task, found);
    task.rest(&MEANINGLESS, found);
    found.add(&id, item, place).map(|_| ())
}

fn due(task: &mut Object, found: &mut Found<'_>) -> Option<Due> {
    let text = task.text("due", found);
    if text.is_empty() {
        return None;
    }
    match dates::read(&text) {
        Some(when) => Some(midnight_is_a_day(when, &found.own_zone())),
        None => {
            found.lose(&task.place, "due", &text, dates::NO_DATE);
            None
        }
    }
}

fn priority(task: &mut Object, found: &mut Found<'_>) -> Priority {
    let priority = task.text("priority", found);
    match priority.as_str() {
        "H" => Priority::High,
        "" | "M" => Priority::Medium,
        "L" => Priority::Low,
        other => {
            found.lose(&task.place, "priority", other, "accepted: H, M, L");
            Priority::default()
        }
    }
}

/// Each with its day.
fn annotations(task: &mut Object, found: &mut Found<'_>) -> String {
    let mut text = String::new();
    let path = task.place.to_string();
    for (at, value) in task.list("annotations", found).into_iter().enumerate() {
        let Some(mut note) = Object::of(value, &format!("{path}.annotations[{at}]"), found) else {
            continue;
        };
        let entry = dates::read(&note.text("entry", found));
        let words = note.text("description", found);
        match entry {
            Some(entry) => join(&mut text, &format!("{}: {words}", entry.day())),
            None => join(&mut text, &words),
        }
        note.rest(&[], found);
    }
    text
}

/// What Taskwarrior knows and a task here does not.
fn without_place(task: &mut Object, found: &mut Found<'_>) {
    let place = task.place.clone();
    let depends = match task.take("depends") {
        Some(Value::Array(list)) => list.iter().map(json::plain).collect(),
        Some(Value::String(text)) => text.split(',').map(str::to_owned).collect(),
        _ => Vec::new(),
    };
    for id in depends {
        found.lose(&place, "depends", &id, "tasks do not wait for each other here");
    }
    for (field, why) in [
        ("wait", "a task is not hidden until a day here; it is there at once"),
        ("scheduled", "a task has a due date and no start"),
        ("until", "a task does not expire here"),
        ("start", "there is nothing between open and done"),
    ] {
        let text = task.text(field, found);
        if !text.is_empty() {
            found.lose(&place, field, &text, why);
        }
    }
}
