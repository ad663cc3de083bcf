//! An intent as the corpus writes it.

use chrono::{NaiveDateTime, Timelike};
use domain::{
    recurrence::Mode,
    reminder::Trigger,
    task::{Due, Priority},
    zone,
};
use language::{Context, Intent, Question};

/// `title="…" due=… end=… repeat="…" mode=… remind=… priority=… tags=… unsure=…`, what is absent left
/// out.
pub(crate) fn intent(intent: &Intent, context: &Context) -> String {
    let mut shown = vec![format!("title={}", quoted(&intent.title))];
    let mut add = |key: &str, value: Option<String>| {
        shown.extend(value.map(|value| format!("{key}={value}")));
    };
    add("due", intent.due.as_ref().map(due));
    add("end", intent.end.as_ref().map(due));
    add("repeat", intent.repeat.as_ref().map(|repeat| quoted(&repeat.rule.to_string())));
    add(
        "mode",
        intent.repeat.as_ref().and_then(|repeat| match repeat.mode {
            Mode::NextFuture => None,
            Mode::Every => Some("every".to_owned()),
            Mode::AfterCompletion => Some("after-completion".to_owned()),
        }),
    );
    add("remind", list(intent.reminders.iter().map(|trigger| remind(trigger, context))));
    add(
        "priority",
        intent.priority.map(|priority| {
            match priority {
                Priority::Low => "low",
                Priority::Medium => "medium",
                Priority::High => "high",
                Priority::Urgent => "urgent",
            }
            .to_owned()
        }),
    );
    add("tags", list(intent.tags.iter().cloned()));
    add("unsure", list(intent.unsure.iter().map(question)));
    shown.join(" ")
}

fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}

fn list(items: impl Iterator<Item = String>) -> Option<String> {
    let items: Vec<_> = items.collect();
    (!items.is_empty()).then(|| items.join(","))
}

fn due(due: &Due) -> String {
    match due {
        Due::Date { date, .. } => date.to_string(),
        Due::At { local, .. } => wall_clock(*local),
    }
}

fn wall_clock(local: NaiveDateTime) -> String {
    let format = if local.second() == 0 { "%Y-%m-%dT%H:%M" } else { "%Y-%m-%dT%H:%M:%S" };
    local.format(format).to_string()
}

fn remind(trigger: &Trigger, context: &Context) -> String {
    match trigger {
        Trigger::At(at) => format!("@{}", wall_clock(zone::local(at.to_utc(), &context.zone))),
        Trigger::Before { .. } => trigger.duration().unwrap_or_default(),
    }
}

fn question(question: &Question) -> String {
    let choices: Vec<_> = question
        .choices
        .iter()
        .map(|choice| choice.value.text().unwrap_or_else(|| "none".to_owned()))
        .collect();
    format!("{}({})", question.kind.name(), choices.join(";"))
}
