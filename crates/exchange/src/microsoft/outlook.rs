//! Tasks as Outlook writes them to a CSV file; dates have the order of the reader's locale.

use chrono::NaiveTime;
use domain::{
    reminder::Trigger,
    task::{Due, Priority},
    zone,
};

use crate::{
    dates,
    found::Found,
    item::Item,
    loss::{Place, ReadError},
    table::{Row, Table},
};

const ACCEPTS: &str = "the columns Subject and Due Date of an Outlook export, with Notes, Priority, \
                       Status, Categories, Date Completed, Reminder Date and Reminder Time if there are any";

/// Columns that follow from others.
const MEANINGLESS: [&str; 3] = ["reminder on/off", "% complete", "sensitivity"];

pub(crate) fn read_csv(text: &str, found: &mut Found<'_>) -> Result<(), ReadError> {
    let mut table = match Table::open(text, &["subject", "due date"], ACCEPTS, found) {
        Err(ReadError::Format { .. }) => Table::open(text, &["title", "due date"], ACCEPTS, found)?,
        table => table?,
    };
    while let Some(mut row) = table.row()? {
        task(&table, &mut row, found)?;
        table.rest(&row, &MEANINGLESS, found);
    }
    Ok(())
}

fn task(table: &Table<'_>, row: &mut Row, found: &mut Found<'_>) -> Result<(), ReadError> {
    let place = row.place.clone();
    let due = day(table, row, "due date", found);
    let start = day(table, row, "start date", found);
    if let (Some(due), Some(start)) = (&due, &start)
        && start != due
    {
        let why = "a task has a due date and no start; Due Date was taken";
        found.lose(&place, "Start Date", &start.wall_clock().date().to_string(), why);
    }
    let completed = day(table, row, "date completed", found);
    let percent = table.take(row, "% complete").trim_end_matches('%').to_owned();
    let is_done =
        status(table, row, found) || completed.is_some() || matches!(percent.as_str(), "100" | "1");
    let own = found.own_zone();
    let list = table.take(row, "list").to_owned();
    let mut tags: Vec<String> = table
        .take(row, "categories")
        .split([';', ','])
        .map(|tag| tag.trim().to_owned())
        .filter(|tag| !tag.is_empty())
        .collect();
    if !list.is_empty() {
        tags.push(list);
    }
    let item = Item {
        title: table.take_any(row, &["subject", "title"]),
        description: table.take_any(row, &["notes", "body"]),
        priority: priority(table, row, found),
        tags,
        due: due.or(start),
        reminders: reminder(table, row, found).into_iter().collect(),
        is_done,
        completed_at: completed.map(|due| zone::instant(due.wall_clock(), &own)),
        ..Item::default()
    };
    found.add("", item, place).map(|_| ())
}

fn day(table: &Table<'_>, row: &mut Row, column: &str, found: &mut Found<'_>) -> Option<Due> {
    let place = row.place.clone();
    let text = table.take(row, column);
    // What Outlook writes for "none".
    if text.is_empty() || text == "0/0/00" || text == "0.0.00" {
        return None;
    }
    match dates::read_numeric(text, found.context.locale) {
        Some(when) => Some(Due::Date { date: when.day(), zone: None }),
        None => {
            let why = format!(
                "is no date in the order of `{}`; accepted: `2026-12-01`, or day and month in that order",
                found.context.locale
            );
            found.lose(&place, column, text, why);
            None
        }
    }
}

fn status(table: &Table<'_>, row: &mut Row, found: &mut Found<'_>) -> bool {
    let place = row.place.clone();
    let status = table.take(row, "status");
    match status.to_lowercase().replace(' ', "").as_str() {
        "completed" | "complete" => true,
        "" | "notstarted" => false,
        _ => {
            let why = "the task counts as open; accepted: Not Started, Completed";
            found.lose(&place, "Status", status, why);
            false
        }
    }
}

fn priority(table: &Table<'_>, row: &mut Row, found: &mut Found<'_>) -> Priority {
    let place = row.place.clone();
    let text = table.take_any(row, &["priority", "importance"]);
    match text.to_lowercase().as_str() {
        "" | "normal" | "medium" => Priority::Medium,
        "low" => Priority::Low,
        "high" => Priority::High,
        _ => {
            found.lose(&place, "Priority", &text, "accepted: Low, Normal, High");
            Priority::default()
        }
    }
}

fn reminder(table: &Table<'_>, row: &mut Row, found: &mut Found<'_>) -> Option<Trigger> {
    let place: Place = row.place.clone();
    let is_on = table.take(row, "reminder on/off").to_lowercase();
    let date = day(table, row, "reminder date", found);
    let text = table.take(row, "reminder time");
    let time = dates::read_time(text);
    if time.is_none() && !text.is_empty() {
        found.lose(
            &place,
            "Reminder Time",
            text,
            "is no time, so 09:00 was taken; accepted: `14:30`, `2:30 PM`",
        );
    }
    let is_on = !matches!(is_on.as_str(), "false" | "off" | "0");
    let date = date.filter(|_| is_on)?.wall_clock().date();
    let local = date.and_time(time.unwrap_or(NaiveTime::from_hms_opt(9, 0, 0)?));
    let own = &found.context.zone;
    Some(Trigger::At(zone::in_zone(zone::instant(local, own), own)))
}
