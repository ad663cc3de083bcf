//! TickTick's backup ("Settings, Backup & Restore" on the web): a preamble of date, version and meaning
//! of Status, then a table. Status: 0 open, 1 completed, 2 archived; -1 is "won't do". Priority: 0
//! none, 1 low, 3 medium, 5 high. Times are UTC and belong into the column Timezone.

use domain::{
    recurrence::Repeat,
    reminder::Trigger,
    task::{Due, Priority},
    zone::ZoneName,
};

use crate::{
    content_line::{Span, span, trigger_of},
    dates,
    found::Found,
    item::Item,
    key,
    loss::{Place, ReadError},
    repeat::rrule,
    table::{Row, Table},
};

const ACCEPTS: &str = "the columns Title, Status, Due Date and Priority of a TickTick backup";

/// Columns that say how a list is shown, and what follows from others.
const MEANINGLESS: [&str; 4] = ["order", "column order", "view mode", "timezone"];

/// Marks of the lines of a checklist.
const OPEN_MARK: char = '▫';
const DONE_MARK: char = '▪';

pub(crate) fn read(text: &str, found: &mut Found<'_>) -> Result<(), ReadError> {
    let mut table = Table::open(text, &["title", "status", "list name"], ACCEPTS, found)?;
    while let Some(mut row) = table.row()? {
        task(&table, &mut row, found)?;
        table.rest(&row, &MEANINGLESS, found);
    }
    Ok(())
}

fn task(table: &Table<'_>, row: &mut Row, found: &mut Found<'_>) -> Result<(), ReadError> {
    let place = row.place.clone();
    let folder = table.take(row, "folder name").to_owned();
    if !folder.is_empty() {
        found.aside("Folder Name", &folder, "lists become tags, folders of lists have no place");
    }
    let mut tags = tags(table.take(row, "tags"));
    let list = table.take(row, "list name");
    if !list.is_empty() && !list.eq_ignore_ascii_case("inbox") {
        tags.push(list.to_owned());
    }
    let kind = table.take(row, "kind").to_uppercase();
    if kind == "NOTE" {
        found.lose(&place, "Kind", &kind, "is a note, not a task; it came along as a task");
    }
    let is_marked = matches!(table.take(row, "is check list"), "Y" | "true" | "TRUE");
    let is_checklist = kind == "CHECKLIST" || is_marked;
    let own = found.own_zone();
    let zone = found.zone(table.take(row, "timezone"), "Timezone", &place);
    let due = due(table, row, &zone, found);
    let (is_done, completed) =
        (status(table, row, found), table.take(row, "completed time").to_owned());
    let completed_at = found.moment(&completed, &own, "Completed Time", &place);
    let created = table.take(row, "created time").to_owned();
    let created_at = found.moment(&created, &own, "Created Time", &place);
    let content = table.take(row, "content").replace("\r\n", "\n").replace('\r', "\n");
    let is_mark =
        |line: &&str| is_checklist && line.trim_start().starts_with([OPEN_MARK, DONE_MARK]);
    let (checks, texts): (Vec<&str>, Vec<&str>) = content.lines().partition(is_mark);
    let parent = key::plain(table.take(row, "parentid"));
    let id = table.take(row, "taskid").to_owned();
    let item = Item {
        title: table.take(row, "title").to_owned(),
        description: texts.join("\n"),
        priority: priority(table.take(row, "priority"), &place, found),
        tags,
        reminders: reminders(table, row, due.as_ref(), found),
        repeat: repeat(table, row, found),
        due,
        parent: Some(parent).filter(|parent| !parent.is_empty()),
        is_done,
        completed_at: completed_at.filter(|_| is_done),
        created_at,
        ..Item::default()
    };
    let parent = found.add(&id, item, place.clone())?;
    for check in checks {
        let check = check.trim_start();
        let is_part_done = is_done || check.starts_with(DONE_MARK);
        let part = Item {
            title: check.trim_start_matches([OPEN_MARK, DONE_MARK]).trim().to_owned(),
            parent: Some(parent.clone()),
            is_done: is_part_done,
            completed_at: completed_at.filter(|_| is_part_done && is_done),
            ..Item::default()
        };
        found.add("", part, place.clone())?;
    }
    Ok(())
}

fn tags(text: &str) -> Vec<String> {
    text.split(',').map(str::trim).filter(|tag| !tag.is_empty()).map(str::to_owned).collect()
}

fn due(table: &Table<'_>, row: &mut Row, zone: &ZoneName, found: &mut Found<'_>) -> Option<Due> {
    let place = row.place.clone();
    let start = table.take(row, "start date").to_owned();
    let text = table.take(row, "due date").to_owned();
    let is_day = table.take(row, "is all day").eq_ignore_ascii_case("true");
    let floats = table.take(row, "is floating").eq_ignore_ascii_case("true");
    let is_empty = text.is_empty();
    let (text, field) = if is_empty { (&start, "Start Date") } else { (&text, "Due Date") };
    let due = found.due(text, zone, field, &place);
    if !is_empty && !start.is_empty() && dates::read(&start) != dates::read(text) {
        let why = "a task has a due date and no start; Due Date was taken";
        found.lose(&place, "Start Date", &start, why);
    }
    let own = found.own_zone();
    due.map(|due| match due {
        Due::At { local, .. } if is_day => Due::Date { date: local.date(), zone: None },
        Due::At { local, .. } if floats => Due::At { local, zone: own },
        due => due,
    })
}

fn status(table: &Table<'_>, row: &mut Row, found: &mut Found<'_>) -> bool {
    let place = row.place.clone();
    match table.take(row, "status") {
        "" | "0" => false,
        "1" | "2" => true,
        "-1" => {
            found.lose(&place, "Status", "-1", "`won't do` has no place; the task counts as done");
            true
        }
        other => {
            let why = "the task counts as open; accepted: 0 (open), 1 (completed), 2 (archived)";
            found.lose(&place, "Status", other, why);
            false
        }
    }
}

fn priority(text: &str, place: &Place, found: &mut Found<'_>) -> Priority {
    match text {
        "" | "0" | "3" => Priority::Medium,
        "1" => Priority::Low,
        "5" => Priority::High,
        other => {
            found.lose(
                place,
                "Priority",
                other,
                "accepted: 0 (none), 1 (low), 3 (medium), 5 (high)",
            );
            Priority::default()
        }
    }
}

/// An RRULE; parts that only TickTick knows (`TT_SKIP`) are left out.
fn repeat(table: &Table<'_>, row: &mut Row, found: &mut Found<'_>) -> Option<Repeat> {
    let place = row.place.clone();
    let text = table.take(row, "repeat");
    let (own, known): (Vec<&str>, Vec<&str>) =
        text.split(';').partition(|part| part.trim_start().starts_with("TT_"));
    for part in own {
        found.lose(&place, "Repeat", part, "is a part of the rule that only TickTick knows");
    }
    rrule(&known.join(";"), "Repeat", &place, found)
}

/// ISO 8601 spans from the due time, or from the beginning of the day: `TRIGGER:-PT30M`.
fn reminders(
    table: &Table<'_>,
    row: &mut Row,
    due: Option<&Due>,
    found: &mut Found<'_>,
) -> Vec<Trigger> {
    let place = row.place.clone();
    let text = table.take(row, "reminder").to_owned();
    let mut triggers = Vec::new();
    for piece in text.split([',', '\n', ' ', '\r']).filter(|piece| !piece.is_empty()) {
        let value = piece.rsplit(':').next().unwrap_or(piece);
        match (span(value), due) {
            (Some(span), Some(due)) => triggers.extend(trigger(span, due, found)),
            (Some(_), None) => {
                found.lose(
                    &place,
                    "Reminder",
                    piece,
                    "counts from a due date, and the task has none",
                );
            }
            (None, _) => {
                found.lose(
                    &place,
                    "Reminder",
                    piece,
                    "is no time span; accepted: `-PT30M`, `P0DT9H0M0S`",
                );
            }
        }
    }
    triggers
}

fn trigger(span: Span, due: &Due, found: &Found<'_>) -> Option<Trigger> {
    trigger_of(span, due.wall_clock(), due, found.context)
}
