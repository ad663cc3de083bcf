//! iCalendar (RFC 5545): a VTODO or a VEVENT for each task, with the zones that they name.

use chrono::{DateTime, NaiveDateTime, Timelike, Utc};
use domain::{
    recurrence::{Mode, MonthEnd},
    reminder::Trigger,
    task::{Due, Priority},
};
use language::Context;

use super::{Written, timezone};
use crate::{
    item::Item,
    loss::{Loss, Place},
    repeat::{MODES, MONTH_ENDS, word},
    vtodo::{MODE, MONTH_END},
};

/// Longest line, in bytes, without its end (RFC 5545 3.1).
const LINE_MAX_BYTES: usize = 75;
const DAY_SECONDS: i64 = 86_400;

/// Lines of a calendar, folded.
pub(super) struct Lines(String);

impl Lines {
    /// Adds a line that holds no line break.
    pub(super) fn put(&mut self, line: &str) {
        let mut room = LINE_MAX_BYTES;
        for c in line.chars() {
            if c.len_utf8() > room {
                self.0.push_str("\r\n ");
                room = LINE_MAX_BYTES - 1;
            }
            room -= c.len_utf8();
            self.0.push(c);
        }
        self.0.push_str("\r\n");
    }

    fn text(&mut self, name: &str, text: &str) {
        if !text.is_empty() {
            self.put(&format!("{name}:{}", escaped(text)));
        }
    }

    fn moment(&mut self, name: &str, at: Option<DateTime<Utc>>) {
        if let Some(at) = at {
            self.put(&format!("{name}:{}", utc(at)));
        }
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Todo,
    Event,
}

pub(super) fn todos(items: &[&Item], context: &Context) -> Written {
    let text = calendar(items, context, Kind::Todo);
    Written { text, lost: Vec::new() }
}

pub(super) fn events(items: &[&Item], context: &Context) -> Written {
    let (due, rest): (Vec<&Item>, Vec<&Item>) =
        items.iter().copied().partition(|item| item.due.is_some());
    let lost = |item: &&Item| {
        let why = "has no due date, so it is no event; write `ics` to have it as a task";
        Loss::new(&Place::Path(item.key.clone()), "title", &item.title, why)
    };
    Written { text: calendar(&due, context, Kind::Event), lost: rest.iter().map(lost).collect() }
}

fn calendar(items: &[&Item], context: &Context, kind: Kind) -> String {
    let mut lines = Lines(String::new());
    lines.put("BEGIN:VCALENDAR");
    lines.put("VERSION:2.0");
    lines.put("PRODID:-//Taskloom//Taskloom//EN");
    timezone::put(items, &mut lines);
    for item in items {
        component(item, context, kind, &mut lines);
    }
    lines.put("END:VCALENDAR");
    lines.0
}

fn component(item: &Item, context: &Context, kind: Kind, lines: &mut Lines) {
    let name = if kind == Kind::Todo { "VTODO" } else { "VEVENT" };
    lines.put(&format!("BEGIN:{name}"));
    lines.text("UID", &item.key);
    let changed = item.updated_at.or(item.created_at).unwrap_or(context.now);
    lines.moment("DTSTAMP", Some(changed));
    lines.moment("CREATED", item.created_at);
    lines.moment("LAST-MODIFIED", item.updated_at);
    lines.text("SUMMARY", &item.title);
    lines.text("DESCRIPTION", &item.description);
    if let Some(due) = &item.due {
        let at = date(due);
        // A rule counts from DTSTART; without one a task has nothing but its end.
        if kind == Kind::Event || item.repeat.is_some() {
            lines.put(&format!("DTSTART{at}"));
        }
        if kind == Kind::Todo {
            lines.put(&format!("DUE{at}"));
        }
    }
    repeat(item, context, kind, lines);
    lines.put(&format!("PRIORITY:{}", priority(item.priority)));
    if !item.tags.is_empty() {
        let tags: Vec<_> = item.tags.iter().map(|tag| escaped(tag)).collect();
        lines.put(&format!("CATEGORIES:{}", tags.join(",")));
    }
    if let Some(parent) = &item.parent {
        lines.text("RELATED-TO", parent);
    }
    match (kind, item.is_done) {
        (Kind::Todo, true) => {
            lines.put("STATUS:COMPLETED");
            lines.put("PERCENT-COMPLETE:100");
            lines.moment("COMPLETED", item.completed_at);
        }
        (Kind::Todo, false) => lines.put("STATUS:NEEDS-ACTION"),
        // A day in a calendar that is not blocked by it.
        (Kind::Event, _) => lines.put("TRANSP:TRANSPARENT"),
    }
    for trigger in &item.reminders {
        alarm(trigger, item, context, kind, lines);
    }
    lines.put(&format!("END:{name}"));
}

fn repeat(item: &Item, context: &Context, kind: Kind, lines: &mut Lines) {
    let Some(repeat) = &item.repeat else { return };
    if item.due.is_none() {
        // RRULE needs a DTSTART (RFC 5545 3.8.5.3): the day that the rule counts from.
        let today = domain::zone::date(context.now, &context.zone);
        if kind == Kind::Todo {
            lines.put(&format!("DTSTART;VALUE=DATE:{}", today.format("%Y%m%d")));
        }
    }
    lines.put(&format!("RRULE:{}", repeat.rule));
    if repeat.mode != Mode::default() {
        lines.put(&format!("{MODE}:{}", word(&MODES, &repeat.mode)));
    }
    if repeat.month_end == MonthEnd::Clamp {
        lines.put(&format!("{MONTH_END}:{}", word(&MONTH_ENDS, &repeat.month_end)));
    }
}

fn alarm(trigger: &Trigger, item: &Item, context: &Context, kind: Kind, lines: &mut Lines) {
    let related = if kind == Kind::Todo { ";RELATED=END" } else { "" };
    let value = match (trigger, &item.due) {
        (Trigger::At(at), _) => format!(";VALUE=DATE-TIME:{}", utc(at.to_utc())),
        (Trigger::Before { days, seconds }, Some(Due::Date { .. })) => {
            let day_start = i64::from(context.day_starts_at.num_seconds_from_midnight());
            let before = i64::from(*days) * DAY_SECONDS + i64::from(*seconds) - day_start;
            let sign = if before < 0 { "" } else { "-" };
            format!("{related}:{sign}{}", span(before.abs()))
        }
        (before, _) => format!("{related}:-{}", before.duration().unwrap_or_default()),
    };
    lines.put("BEGIN:VALARM");
    lines.put("ACTION:DISPLAY");
    lines.text("DESCRIPTION", &item.title);
    lines.put(&format!("TRIGGER{value}"));
    lines.put("END:VALARM");
}

fn span(seconds: i64) -> String {
    let part = |value: i64| u32::try_from(value).unwrap_or(u32::MAX);
    let (days, seconds) = (part(seconds / DAY_SECONDS), part(seconds % DAY_SECONDS));
    Trigger::Before { days, seconds }.duration().unwrap_or_default()
}

fn date(due: &Due) -> String {
    match due {
        Due::Date { date, .. } => format!(";VALUE=DATE:{}", date.format("%Y%m%d")),
        Due::At { local, zone } if zone.as_str() == "UTC" => format!(":{}Z", basic(*local)),
        Due::At { local, zone } => format!(";TZID={zone}:{}", basic(*local)),
    }
}

/// 1 to 4 are high, 5 is medium, 6 to 9 are low (RFC 5545 3.8.1.9).
fn priority(priority: Priority) -> u8 {
    match priority {
        Priority::Urgent => 1,
        Priority::High => 3,
        Priority::Medium => 5,
        Priority::Low => 9,
    }
}

/// A wall-clock time in the basic form.
pub(super) fn basic(local: NaiveDateTime) -> String {
    local.format("%Y%m%dT%H%M%S").to_string()
}

fn utc(at: DateTime<Utc>) -> String {
    format!("{}Z", basic(at.naive_utc()))
}

/// RFC 5545 3.3.11. Control characters have no place in a content line.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\\' | ';' | ',' => out.extend(['\\', c]),
            '\n' => out.push_str("\\n"),
            '\t' => out.push('\t'),
            c if c.is_control() => {}
            c => out.push(c),
        }
    }
    out
}
