//! Our own table for spreadsheets. A text that a spreadsheet would take for a formula has an apostrophe
//! before it, which is taken away again (OWASP, "CSV Injection"). Of the columns only `title` is needed.

use chrono::DateTime;
use csv::{Terminator, WriterBuilder};
use domain::{
    recurrence::{Repeat, Rule},
    reminder::Trigger,
    task::Due,
};

use crate::{
    dates::{self, When},
    found::Found,
    item::Item,
    loss::ReadError,
    repeat::{MODES, MONTH_ENDS, value, word},
    table::{Row, Table},
    taskloom::{self, PRIORITIES},
};

const ACCEPTS: &str = "a column `title`, with description, status, priority, tags, due, time_zone, \
                       repeat, repeat_mode, month_end, reminders, parent_id, completed_at, created_at and \
                       updated_at if there are any";

const COLUMNS: [&str; 16] = [
    "id",
    "title",
    "description",
    "status",
    "priority",
    "tags",
    "due",
    "time_zone",
    "repeat",
    "repeat_mode",
    "month_end",
    "reminders",
    "parent_id",
    "completed_at",
    "created_at",
    "updated_at",
];

/// What makes a cell a formula.
const FORMULA: [char; 6] = ['=', '+', '-', '@', '\t', '\r'];

pub(crate) fn read(text: &str, found: &mut Found<'_>) -> Result<(), ReadError> {
    let mut table = Table::open(text, &["title"], ACCEPTS, found)?;
    while let Some(mut row) = table.row()? {
        task(&table, &mut row, found)?;
        table.rest(&row, &["time_zone", "repeat_mode", "month_end"], found);
    }
    Ok(())
}

fn task(table: &Table<'_>, row: &mut Row, found: &mut Found<'_>) -> Result<(), ReadError> {
    let place = row.place.clone();
    let mut cell = |column: &str| unguarded(table.take_raw(row, column)).to_owned();
    let (id, parent, status) =
        (cell("id"), cell("parent_id"), cell("status").trim().to_lowercase());
    if !matches!(status.as_str(), "" | "open" | "done") {
        found.lose(&place, "status", &status, "the task counts as open; accepted: open, done");
    }
    let (rule, mode, month_end) = (cell("repeat"), cell("repeat_mode"), cell("month_end"));
    let repeat = match Rule::parse(rule.trim()) {
        _ if rule.trim().is_empty() => None,
        Ok(rule) => Some(Repeat {
            rule,
            mode: value(&MODES, &mode, "repeat_mode", &place, found),
            month_end: value(&MONTH_ENDS, &month_end, "month_end", &place, found),
        }),
        Err(error) => {
            found.lose(&place, "repeat", &rule, error.to_string());
            None
        }
    };
    let own = found.own_zone();
    let (text, zone_name) = (cell("due"), cell("time_zone"));
    let zone = found.zone(&zone_name, "time_zone", &place);
    let due = match (taskloom::local(&text), dates::read(&text)) {
        (Some(local), _) => Some(Due::At { local, zone }),
        (None, Some(When::Day(date))) => {
            Some(Due::Date { date, zone: Some(zone).filter(|_| !zone_name.trim().is_empty()) })
        }
        (None, _) => found.due(&text, &zone, "due", &place),
    };
    let mut moment = |column: &str, found: &mut Found<'_>| {
        let text = cell(column);
        let exact = DateTime::parse_from_rfc3339(&text).ok().map(|at| at.to_utc());
        exact.or_else(|| found.moment(&text, &own, column, &place))
    };
    let (completed_at, created_at) = (moment("completed_at", found), moment("created_at", found));
    let updated_at = moment("updated_at", found);
    let mut reminders = Vec::new();
    for text in cell("reminders").split_whitespace() {
        match (Trigger::before(text), DateTime::parse_from_rfc3339(text)) {
            (Ok(trigger), _) => reminders.push(trigger),
            (_, Ok(at)) => reminders.push(Trigger::At(at)),
            (Err(_), Err(_)) => {
                let why = "is no reminder; accepted: `PT30M`, `P1D`, `2026-12-01T09:00:00+01:00`";
                found.lose(&place, "reminders", text, why);
            }
        }
    }
    let item = Item {
        title: cell("title"),
        description: cell("description"),
        priority: value(&PRIORITIES, &cell("priority"), "priority", &place, found),
        tags: tags(&cell("tags")),
        due,
        repeat,
        reminders,
        parent: Some(parent).filter(|parent| !parent.is_empty()),
        is_done: status == "done" || status.is_empty() && completed_at.is_some(),
        completed_at,
        created_at,
        updated_at,
        ..Item::default()
    };
    found.add(&id, item, place).map(|_| ())
}

/// Divided by commas; a comma in a tag is `\,`.
fn tags(text: &str) -> Vec<String> {
    let mut tags = vec![String::new()];
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        match (c, tags.last_mut()) {
            (',', _) => tags.push(String::new()),
            ('\\', Some(tag)) => tag.extend(chars.next()),
            (c, Some(tag)) => tag.push(c),
            (_, None) => {}
        }
    }
    tags.retain(|tag| !tag.trim().is_empty());
    tags
}

/// The whole file.
#[expect(clippy::expect_used, reason = "writing to memory does not fail, and texts are UTF-8")]
pub(crate) fn write(items: &[&Item]) -> String {
    let mut writer = WriterBuilder::new().terminator(Terminator::CRLF).from_writer(Vec::new());
    writer.write_record(COLUMNS).expect("memory takes a row");
    for item in items {
        let cells = cells(item);
        writer.write_record(cells.iter().map(|cell| guarded(cell))).expect("memory takes a row");
    }
    let bytes = writer.into_inner().expect("memory takes the rest");
    String::from_utf8(bytes).expect("texts are UTF-8")
}

fn cells(item: &Item) -> [String; 16] {
    let tags: Vec<_> =
        item.tags.iter().map(|tag| tag.replace('\\', "\\\\").replace(',', "\\,")).collect();
    let (due, zone) = match &item.due {
        None => (String::new(), None),
        Some(Due::Date { date, zone }) => (date.to_string(), zone.as_ref()),
        Some(Due::At { local, zone }) => (taskloom::wall(*local), Some(zone)),
    };
    let (rule, mode, month_end) = match &item.repeat {
        None => (String::new(), "", ""),
        Some(Repeat { rule, mode, month_end }) => {
            (rule.to_string(), word(&MODES, mode), word(&MONTH_ENDS, month_end))
        }
    };
    let reminders = item.reminders.iter().map(|trigger| match trigger {
        Trigger::At(at) => at.to_rfc3339(),
        before => before.duration().unwrap_or_default(),
    });
    [
        item.key.clone(),
        item.title.clone(),
        item.description.clone(),
        if item.is_done { "done" } else { "open" }.to_owned(),
        word(&PRIORITIES, &item.priority).to_owned(),
        tags.join(","),
        due,
        zone.map(ToString::to_string).unwrap_or_default(),
        rule,
        mode.to_owned(),
        month_end.to_owned(),
        reminders.collect::<Vec<_>>().join(" "),
        item.parent.clone().unwrap_or_default(),
        item.completed_at.map(taskloom::utc).unwrap_or_default(),
        item.created_at.map(taskloom::utc).unwrap_or_default(),
        item.updated_at.map(taskloom::utc).unwrap_or_default(),
    ]
}

/// An apostrophe has one more before it, so that taking one away gives the text that was there.
fn guarded(cell: &str) -> String {
    if cell.starts_with(FORMULA) || cell.starts_with('\'') {
        format!("'{cell}")
    } else {
        cell.to_owned()
    }
}

fn unguarded(cell: &str) -> &str {
    match cell.strip_prefix('\'') {
        Some(rest) if rest.starts_with(FORMULA) || rest.starts_with('\'') => rest,
        _ => cell,
    }
}
