//! What each field of a task may hold. Values come out as they are stored.

use std::collections::HashSet;

use chrono::{DateTime, Datelike, SecondsFormat, Utc};
use uuid::Uuid;

use super::Refusal;
use crate::{
    change::Settings,
    recurrence::YEARS,
    reminder::{Reminder, Trigger, fire_at},
    task::{DESCRIPTION_MAX_CHARS, Due, REMINDERS_MAX, TAG_MAX_CHARS, TAGS_MAX, TITLE_MAX_CHARS},
    text::{is_deceptive_in_a_line, is_visible},
    zone,
};

const DECEPTIVE: &str = "holds a line break, a control character or a mark that changes the \
                         direction of text; leave it out";

pub(super) fn title(given: &str) -> Result<String, Refusal> {
    let title = line("title", given)?;
    at_most("title", &title, TITLE_MAX_CHARS)?;
    Ok(title)
}

/// Line ends as `\n`, whoever typed it.
pub(super) fn description(given: &str) -> Result<String, Refusal> {
    let text = given.replace("\r\n", "\n");
    at_most("description", &text, DESCRIPTION_MAX_CHARS)?;
    if text.contains(|c: char| c.is_control() && c != '\n' && c != '\t') {
        return Err(invalid(
            "description",
            "holds a control character; only line breaks and tabs are possible",
        ));
    }
    Ok(text)
}

/// Trimmed; of those that differ by case only the first stays.
pub(super) fn tags(given: &[String]) -> Result<Vec<String>, Refusal> {
    let mut seen = HashSet::new();
    let mut tags = Vec::new();
    for (index, tag) in given.iter().enumerate() {
        let field = format!("tags[{index}]");
        let tag = line(&field, tag)?;
        at_most(&field, &tag, TAG_MAX_CHARS)?;
        if seen.insert(tag.to_lowercase()) {
            tags.push(tag);
        }
    }
    no_more_than("tags", tags.len(), TAGS_MAX)?;
    Ok(tags)
}

pub(super) fn due(given: Option<Due>) -> Result<Option<Due>, Refusal> {
    let Some(due) = &given else { return Ok(None) };
    let field = match due {
        Due::Date { .. } => "due.date",
        Due::At { .. } => "due.at",
    };
    in_range(field, due.wall_clock().year())?;
    Ok(given)
}

/// Without doubles: the same moment twice is one reminder.
pub(super) fn triggers(given: &[Trigger], due: Option<&Due>) -> Result<Vec<Trigger>, Refusal> {
    no_more_than("reminders", given.len(), REMINDERS_MAX)?;
    let mut triggers: Vec<Trigger> = Vec::new();
    for (index, trigger) in given.iter().enumerate() {
        match trigger {
            Trigger::Before { .. } if due.is_none() => {
                return Err(Refusal::ReminderWithoutDue { index });
            }
            Trigger::Before { .. } => {}
            Trigger::At(at) => in_range(&format!("reminders[{index}].at"), at.to_utc().year())?,
        }
        if !triggers.contains(trigger) {
            triggers.push(trigger.clone());
        }
    }
    Ok(triggers)
}

/// Refuses reminders of a person that would fire before 1970, or when the task is over. What the task
/// has already is left alone: its due date may have moved since.
pub(super) fn in_time(
    given: &[Trigger],
    known: &[Reminder],
    due: Option<&Due>,
    settings: &Settings,
) -> Result<(), Refusal> {
    let is_new = |trigger: &Trigger| known.iter().all(|known| known.trigger != *trigger);
    let end = due.map(|due| due.last_moment(&settings.zone));
    for (index, trigger) in given.iter().enumerate().filter(|(_, trigger)| is_new(trigger)) {
        let Ok(fire_at) = fire_at(trigger, due, settings) else { continue };
        let part = if matches!(trigger, Trigger::At(_)) { "at" } else { "before" };
        let field = format!("reminders[{index}].{part}");
        if fire_at < DateTime::UNIX_EPOCH {
            let first = shown(DateTime::UNIX_EPOCH, due, settings);
            return Err(invalid(&field, &format!("is before 1970; the first moment is {first}")));
        }
        if let Some(end) = end.filter(|end| fire_at > *end) {
            let last = shown(end, due, settings);
            return Err(invalid(
                &field,
                &format!("is after the task's end; the last moment is {last}"),
            ));
        }
    }
    Ok(())
}

/// A moment as the person of the task reads it.
fn shown(at: DateTime<Utc>, due: Option<&Due>, settings: &Settings) -> String {
    let zone = due.and_then(Due::zone).unwrap_or(&settings.zone);
    zone::in_zone(at, zone).to_rfc3339_opts(SecondsFormat::Secs, true)
}

/// Whether the parent exists is for the caller to find out.
pub(super) fn parent(given: Option<Uuid>, own: Uuid) -> Result<Option<Uuid>, Refusal> {
    if given == Some(own) {
        return Err(invalid("parent_id", "is the task itself; name another task or null"));
    }
    Ok(given)
}

fn line(field: &str, given: &str) -> Result<String, Refusal> {
    let text = given.trim();
    if !text.contains(is_visible) {
        return Err(invalid(field, "is empty; write at least one character"));
    }
    if text.contains(is_deceptive_in_a_line) {
        return Err(invalid(field, DECEPTIVE));
    }
    Ok(text.to_owned())
}

fn at_most(field: &str, text: &str, limit: usize) -> Result<(), Refusal> {
    let length = text.chars().count();
    if length > limit {
        return Err(invalid(field, &format!("is {length} characters long; at most {limit} fit")));
    }
    Ok(())
}

fn no_more_than(field: &str, number: usize, limit: usize) -> Result<(), Refusal> {
    if number > limit {
        return Err(invalid(field, &format!("are {number}; a task has at most {limit}")));
    }
    Ok(())
}

pub(super) fn in_range(field: &str, year: i32) -> Result<(), Refusal> {
    if YEARS.contains(&year) {
        return Ok(());
    }
    let (first, last) = (YEARS.start(), YEARS.end());
    Err(invalid(field, &format!("is in the year {year}; the years {first} to {last} are possible")))
}

pub(super) fn invalid(field: &str, what: &str) -> Refusal {
    Refusal::Invalid { field: field.to_owned(), message: format!("{field} {what}") }
}
