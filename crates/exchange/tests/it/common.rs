//! What every test has: a moment and a place, and a reading as text.

use std::fmt::Write;

use domain::{reminder::Trigger, task::Due};
use exchange::{Context, Item, Locale, Reading};

/// Tuesday, 24 November 2026, 10:00 in Berlin.
pub(crate) fn context() -> Context {
    let now = "2026-11-24T09:00:00Z".parse().unwrap();
    Context::new(now, "Europe/Berlin".parse().unwrap(), Locale::EnGb)
}

/// A reading as a person reads it.
pub(crate) fn shown(reading: &Reading) -> String {
    let mut text = String::new();
    for item in &reading.items {
        show(item, &mut text);
    }
    for loss in &reading.lost {
        writeln!(text, "lost: {loss}").unwrap();
    }
    if reading.more_lost > 0 {
        writeln!(text, "lost besides: {}", reading.more_lost).unwrap();
    }
    text
}

fn show(item: &Item, text: &mut String) {
    let mark = if item.is_done { 'x' } else { ' ' };
    writeln!(text, "[{mark}] {:?} ({:?})", item.title, item.priority).unwrap();
    let mut line = |name: &str, value: String| {
        if !value.is_empty() {
            writeln!(text, "    {name}: {value}").unwrap();
        }
    };
    line("key", item.key.clone());
    line("parent", item.parent.clone().unwrap_or_default());
    line(
        "description",
        match item.description.as_str() {
            "" => String::new(),
            description => format!("{description:?}"),
        },
    );
    line("tags", item.tags.join(" | "));
    line("due", item.due.as_ref().map(due).unwrap_or_default());
    line(
        "repeat",
        item.repeat
            .as_ref()
            .map(|repeat| format!("{} ({:?}, {:?})", repeat.rule, repeat.mode, repeat.month_end))
            .unwrap_or_default(),
    );
    line(
        "series",
        item.series
            .as_ref()
            .map(|series| {
                format!(
                    "{} #{}, from {}, at {}",
                    series.id, series.occurrence, series.start, series.slot
                )
            })
            .unwrap_or_default(),
    );
    let reminders: Vec<_> = item.reminders.iter().map(reminder).collect();
    line("reminders", reminders.join(" | "));
    for (name, at) in [
        ("completed", item.completed_at),
        ("created", item.created_at),
        ("updated", item.updated_at),
    ] {
        line(name, at.map(|at| at.to_rfc3339()).unwrap_or_default());
    }
}

fn due(due: &Due) -> String {
    match due {
        Due::Date { date, zone: None } => date.to_string(),
        Due::Date { date, zone: Some(zone) } => format!("{date} in {zone}"),
        Due::At { local, zone } => format!("{local} in {zone}"),
    }
}

fn reminder(trigger: &Trigger) -> String {
    match trigger {
        Trigger::At(at) => at.to_rfc3339(),
        before => format!("{} before", before.duration().unwrap_or_default()),
    }
}
