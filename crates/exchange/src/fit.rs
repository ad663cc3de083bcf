//! Makes a draft such that a task can hold it: the limits of `domain::task`, and of `domain::decide`.

use std::collections::HashSet;

use chrono::{DateTime, Datelike, Utc};
use domain::{
    change::Settings,
    recurrence::{Start, Timetable, YEARS},
    reminder::{Trigger, fire_at},
    task::{DESCRIPTION_MAX_CHARS, Due, REMINDERS_MAX, TAG_MAX_CHARS, TAGS_MAX, TITLE_MAX_CHARS},
    zone,
};

use crate::{found::Found, item::Item, loss::Place};

/// What a task without any words is called.
const UNTITLED: &str = "Untitled";

/// The draft as a task can hold it; what does not fit is lost.
pub(crate) fn fit(draft: Item, place: &Place, found: &mut Found<'_>) -> Item {
    let mut item = draft;
    title(&mut item, place, found);
    description(&mut item, place, found);
    item.tags = tags(std::mem::take(&mut item.tags), place, found);
    due(&mut item, place, found);
    repeat(&mut item, place, found);
    item.reminders = reminders(std::mem::take(&mut item.reminders), &item, place, found);
    item.completed_at = moment(item.completed_at, "completed", place, found);
    item.created_at = moment(item.created_at, "created", place, found);
    item.updated_at = moment(item.updated_at, "changed", place, found);
    if !item.is_done && item.completed_at.take().is_some() {
        found.aside("completed", "", "the time of completion of an open task has no place");
    }
    item
}

fn title(item: &mut Item, place: &Place, found: &mut Found<'_>) {
    let mut title = line(&item.title, "title", place, found);
    if title.is_empty() {
        let first = item.description.lines().map(str::trim).find(|line| line.contains(is_visible));
        title = first.map(|first| line(first, "title", place, found)).unwrap_or_default();
        let taken = if title.is_empty() { UNTITLED } else { "the first line of the description" };
        title = if title.is_empty() { UNTITLED.to_owned() } else { title };
        found.lose(place, "title", "", format!("is empty; its title is {taken}"));
    }
    if title.chars().nth(TITLE_MAX_CHARS).is_some() {
        // The whole of it is kept: it opens the description.
        let cut: String = title.chars().take(TITLE_MAX_CHARS - 1).collect();
        join(&mut title, &item.description);
        item.description = title;
        title = format!("{}…", cut.trim_end());
    }
    item.title = title;
}

/// Adds a paragraph to a text.
pub(crate) fn join(text: &mut String, paragraph: &str) {
    if !text.is_empty() && !paragraph.is_empty() {
        text.push_str("\n\n");
    }
    text.push_str(paragraph);
}

fn description(item: &mut Item, place: &Place, found: &mut Found<'_>) {
    let has_control = |c: char| c.is_control() && c != '\n' && c != '\t';
    if item.description.contains(has_control) {
        let text = item.description.replace("\r\n", "\n").replace('\r', "\n");
        let kept: String = text.chars().filter(|c| !has_control(*c)).collect();
        if kept.len() < text.len() {
            found.lose(place, "description", &text, "has control characters; they were left out");
        }
        item.description = kept;
    }
    let description = &mut item.description;
    if let Some((end, _)) = description.char_indices().nth(DESCRIPTION_MAX_CHARS) {
        let rest = description.split_off(end);
        let why = format!(
            "the description is {} characters longer than {DESCRIPTION_MAX_CHARS}, which is the most; \
             from here on it was cut",
            rest.chars().count()
        );
        found.lose(place, "description", &rest, why);
    }
}

fn tags(given: Vec<String>, place: &Place, found: &mut Found<'_>) -> Vec<String> {
    let mut seen = HashSet::new();
    let mut tags = Vec::new();
    for tag in given {
        let tag = line(&tag, "tags", place, found);
        if tag.is_empty() || !seen.insert(tag.to_lowercase()) {
            continue;
        }
        if tag.chars().nth(TAG_MAX_CHARS).is_some() {
            let why =
                format!("is longer than {TAG_MAX_CHARS} characters, which is the most for a tag");
            found.lose(place, "tags", &tag, why);
        } else if tags.len() == TAGS_MAX {
            found.lose(place, "tags", &tag, format!("a task has at most {TAGS_MAX} tags"));
        } else {
            tags.push(tag);
        }
    }
    tags
}

/// One line, trimmed; empty when nothing of it can be seen.
fn line(text: &str, field: &str, place: &Place, found: &mut Found<'_>) -> String {
    let text = text.trim();
    if !text.contains(is_visible) {
        return String::new();
    }
    if !text.contains(is_deceptive) {
        return text.to_owned();
    }
    let spaced: String =
        text.chars().map(|c| if matches!(c, '\n' | '\r' | '\t') { ' ' } else { c }).collect();
    let kept: String = spaced.chars().filter(|c| !is_deceptive(*c)).collect();
    if kept.len() < spaced.len() {
        let why =
            "has control characters or marks that change the direction of text; they were left out";
        found.lose(place, field, text, why);
    }
    kept.split(' ').filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ")
}

/// The same characters that `domain` refuses in a line.
fn is_deceptive(c: char) -> bool {
    c.is_control() || matches!(c, '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

fn is_visible(c: char) -> bool {
    !c.is_whitespace()
        && !is_deceptive(c)
        && !matches!(c, '\u{200b}'..='\u{200f}' | '\u{2060}' | '\u{feff}')
}

fn due(item: &mut Item, place: &Place, found: &mut Found<'_>) {
    let Some(due) = &item.due else { return };
    let wall = due.wall_clock();
    if !YEARS.contains(&wall.year()) {
        found.lose(place, "due", &wall.to_string(), years());
        item.due = None;
    }
}

fn repeat(item: &mut Item, place: &Place, found: &mut Found<'_>) {
    let Some(repeat) = &item.repeat else { return };
    let rule = repeat.rule.to_string();
    if item.is_done && !found.format.is_ours() {
        found.lose(place, "repeat", &rule, "the task is done, so it repeats no more");
        item.repeat = None;
        return;
    }
    let own = found.own_zone();
    let start = match &item.due {
        Some(Due::Date { date, .. }) => Start::Day(*date),
        Some(Due::At { local, zone }) => Start::Zoned(*local, zone),
        None => Start::Day(zone::date(found.context.now, &own)),
    };
    if Timetable::new(&repeat.rule, repeat.month_end, start).occurrences().next().is_none() {
        found.lose(place, "repeat", &rule, "has no occurrence on or after the due date");
        item.repeat = None;
    }
}

fn reminders(
    given: Vec<Trigger>,
    item: &Item,
    place: &Place,
    found: &mut Found<'_>,
) -> Vec<Trigger> {
    let settings = Settings { zone: found.own_zone(), day_starts_at: found.context.day_starts_at };
    let end = item.due.as_ref().map(|due| due.last_moment(&settings.zone));
    let is_ours = found.format.is_ours();
    let mut kept = Vec::new();
    for trigger in given {
        let shown = match &trigger {
            Trigger::At(at) => at.to_rfc3339(),
            before => before.duration().unwrap_or_default(),
        };
        let Ok(at) = fire_at(&trigger, item.due.as_ref(), &settings) else {
            found.lose(place, "reminder", &shown, "counts from a due date, and the task has none");
            continue;
        };
        if kept.contains(&trigger) {
        } else if kept.len() == REMINDERS_MAX {
            found.lose(place, "reminder", &shown, format!("a task has at most {REMINDERS_MAX}"));
        } else if is_ours {
            kept.push(trigger);
        } else if item.is_done {
            found.aside("reminder", &shown, "the task is done, so nobody is reminded of it");
        } else if at < DateTime::UNIX_EPOCH || !YEARS.contains(&at.year()) {
            found.lose(place, "reminder", &shown, "is before 1970 or too late for a calendar");
        } else if end.is_some_and(|end| at > end) {
            found.lose(place, "reminder", &shown, "is after the task is due");
        } else {
            kept.push(trigger);
        }
    }
    kept
}

fn moment(
    at: Option<DateTime<Utc>>,
    field: &str,
    place: &Place,
    found: &mut Found<'_>,
) -> Option<DateTime<Utc>> {
    let at = at?;
    if YEARS.contains(&at.year()) {
        return Some(at);
    }
    found.lose(place, field, &at.to_rfc3339(), years());
    None
}

fn years() -> String {
    format!("is out of range; accepted: the years {} to {}", YEARS.start(), YEARS.end())
}
