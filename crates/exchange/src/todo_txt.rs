//! todo.txt, by the format's own description ("todo.txt format rules"): one task a line,
//! `x 2026-11-20 2026-11-01 (A) words +project @context key:value`. Of the keys that tools have added,
//! `due:`, `rec:` and `pri:` are read; `t:` and `h:` have no place; others stay in the title.

use domain::{
    recurrence::{Mode, MonthEnd, Repeat, Rule},
    task::Priority,
};

use crate::{
    dates::{self, When},
    found::Found,
    item::Item,
    loss::{Place, ReadError},
};

pub(crate) fn read(text: &str, found: &mut Found<'_>) -> Result<(), ReadError> {
    for (at, line) in text.lines().enumerate() {
        let line = line.trim();
        if !line.is_empty() {
            let place = Place::Line(at as u64 + 1);
            let item = task(line, &place, found);
            found.add("", item, place)?;
        }
    }
    Ok(())
}

fn task(line: &str, place: &Place, found: &mut Found<'_>) -> Item {
    let mut item = Item::default();
    let mut rest = line;
    if let Some(done) = rest.strip_prefix("x ") {
        item.is_done = true;
        rest = done.trim_start();
    }
    let mut first = day(&mut rest);
    let mut letter = priority_mark(&mut rest);
    if first.is_none() {
        first = day(&mut rest);
    }
    let second = day(&mut rest);
    let own = found.own_zone();
    let instant = |date: chrono::NaiveDate| When::Day(date).instant(&own);
    let (completed, created) = match item.is_done {
        true => (first, second),
        // An open task has one date; a second one is a word.
        false => (None, first),
    };
    item.completed_at = completed.map(instant);
    item.created_at = created.map(instant);
    let mut words = Vec::new();
    if let (false, Some(second)) = (item.is_done, second) {
        words.push(second.to_string());
    }
    for word in rest.split_whitespace() {
        if !is_mark(word, &mut item, &mut letter, place, found) {
            words.push(word.to_owned());
        }
    }
    item.priority = letter.map_or_else(Priority::default, |letter| priority(letter, place, found));
    item.title = if words.is_empty() { rest.to_owned() } else { words.join(" ") };
    item
}

/// Takes a date from the front.
fn day(rest: &mut &str) -> Option<chrono::NaiveDate> {
    let (word, after) = rest.split_once(' ')?;
    // `20261201` is a number here.
    let When::Day(date) = dates::read(word).filter(|_| word.len() == 10)? else { return None };
    *rest = after.trim_start();
    Some(date)
}

/// Takes `(A)` from the front.
fn priority_mark(rest: &mut &str) -> Option<char> {
    let (word, after) = rest.split_once(' ')?;
    let letter = word.strip_prefix('(')?.strip_suffix(')')?;
    let mut chars = letter.chars();
    let letter = chars.next().filter(char::is_ascii_uppercase)?;
    if chars.next().is_some() {
        return None;
    }
    *rest = after.trim_start();
    Some(letter)
}

fn priority(letter: char, place: &Place, found: &mut Found<'_>) -> Priority {
    match letter {
        'A' => Priority::Urgent,
        'B' => Priority::High,
        'C' => Priority::Medium,
        'D' => Priority::Low,
        other => {
            let why = "there are four priorities, A to D; this one became the lowest";
            found.lose(place, "priority", &other.to_string(), why);
            Priority::Low
        }
    }
}

/// Whether the word is no part of the title.
fn is_mark(
    word: &str,
    item: &mut Item,
    letter: &mut Option<char>,
    place: &Place,
    found: &mut Found<'_>,
) -> bool {
    if let Some(tag) = word.strip_prefix(['+', '@']).filter(|tag| !tag.is_empty()) {
        item.tags.push(tag.to_owned());
        return true;
    }
    let Some((key, value)) = word.split_once(':') else { return false };
    match key {
        "due" => match dates::read(value) {
            Some(when) => item.due = Some(when.due(&found.own_zone())),
            None => {
                found.lose(place, "due", value, dates::NO_DATE);
                return false;
            }
        },
        "rec" => match rule(value) {
            Some(repeat) => item.repeat = Some(repeat),
            None => {
                let why = "is no period that is read here; accepted: `1w`, `+3d`, `2m`, `1y`, `1b`";
                found.lose(place, "rec", value, why);
                return false;
            }
        },
        "pri" => match value.chars().next().filter(char::is_ascii_uppercase) {
            Some(first) if value.len() == 1 => *letter = letter.or(Some(first)),
            _ => return false,
        },
        "t" if dates::read(value).is_some() => {
            found.lose(
                place,
                "t",
                value,
                "a task is not hidden until a day here; it is there at once",
            );
        }
        "h" if value == "1" => found.lose(place, "h", value, "a task is not hidden here"),
        _ => return false,
    }
    true
}

/// `1w` counts from the day it was done, `+1w` from the day it was due; `b` are days of work.
fn rule(text: &str) -> Option<Repeat> {
    let (mode, period) = match text.strip_prefix('+') {
        Some(period) => (Mode::Every, period),
        None => (Mode::AfterCompletion, text),
    };
    let (number, unit) = period.split_at_checked(period.len().checked_sub(1)?)?;
    let number: u32 = number.parse().ok()?;
    let by = match (unit, number) {
        ("d", _) => "DAILY",
        ("w", _) => "WEEKLY",
        ("m", _) => "MONTHLY",
        ("y", _) => "YEARLY",
        ("b", 1) => "WEEKLY;BYDAY=MO,TU,WE,TH,FR",
        _ => return None,
    };
    let rule = Rule::parse(&format!("FREQ={by};INTERVAL={number}")).ok()?;
    Some(Repeat { rule, mode, month_end: MonthEnd::Clamp })
}
