//! iCalendar (RFC 5545) with VTODO components, as Apple Reminders, Nextcloud and Tasks.org write it.
//!
//! A zone is taken from its TZID by name; the VTIMEZONE beside it is not read. Events and journals are
//! lost. `X-TASKLOOM-…` properties are our own and say what RRULE cannot.

mod component;

use domain::{
    recurrence::Repeat,
    reminder::Trigger,
    task::{Due, Priority},
    zone::{self, ZoneName},
};

use self::component::{Component, components};
use crate::{
    content_line::{ContentLine, Span, span, texts, trigger_of, unescaped},
    dates::{self, When},
    fit::join,
    found::Found,
    item::Item,
    key,
    loss::{Place, ReadError},
    repeat::{MODES, MONTH_ENDS, rrule, value},
};

/// Our own property for `domain::recurrence::Mode`.
pub(crate) const MODE: &str = "X-TASKLOOM-MODE";
/// Our own property for `domain::recurrence::MonthEnd`.
pub(crate) const MONTH_END: &str = "X-TASKLOOM-MONTH-END";

pub(crate) fn read(text: &str, found: &mut Found<'_>) -> Result<(), ReadError> {
    components(text, found, &mut |component, found| task(component, found))
}

/// What the properties of a VTODO say, before they are put together.
#[derive(Default)]
struct Todo {
    item: Item,
    due: Option<When>,
    start: Option<When>,
    due_zone: Option<ZoneName>,
    start_zone: Option<ZoneName>,
    duration: Option<Span>,
    rule: String,
    mode: String,
    month_end: String,
    recurrence_id: String,
    comments: String,
}

fn task(component: Component, found: &mut Found<'_>) -> Result<(), ReadError> {
    let place = component.place();
    let id = component.uid.clone();
    let mut todo = Todo::default();
    for line in &component.lines {
        todo.property(line, &place, found);
    }
    let due = todo.when(&place, found);
    let mut item = todo.item;
    join(&mut item.description, &todo.comments);
    item.repeat = rrule(&todo.rule, "RRULE", &place, found).map(|repeat| Repeat {
        mode: value(&MODES, &todo.mode, MODE, &place, found),
        month_end: match todo.month_end.as_str() {
            "" => repeat.month_end,
            word => value(&MONTH_ENDS, word, MONTH_END, &place, found),
        },
        ..repeat
    });
    let start =
        todo.start.map(|start| (start, todo.start_zone.unwrap_or_else(|| found.own_zone())));
    for alarm in &component.alarms {
        item.reminders.extend(reminder(alarm, due.as_ref(), start.as_ref(), &place, found));
    }
    item.due = due;
    if item.completed_at.is_some() {
        item.is_done = true;
    }
    // An instance of a series that was changed has the UID of the series.
    let id = match todo.recurrence_id.as_str() {
        "" => id,
        instance if id.is_empty() => instance.to_owned(),
        instance => format!("{id}/{instance}"),
    };
    found.add(&id, item, place).map(|_| ())
}

impl Todo {
    fn property(&mut self, line: &ContentLine, place: &Place, found: &mut Found<'_>) {
        let value = line.value.trim();
        let own = found.own_zone();
        match line.name.as_str() {
            "UID" | "DTSTAMP" | "SEQUENCE" => {}
            "SUMMARY" => self.item.title = unescaped(&line.value),
            "DESCRIPTION" => self.item.description = unescaped(&line.value),
            "COMMENT" => join(&mut self.comments, &unescaped(&line.value)),
            "DUE" => (self.due, self.due_zone) = date(line, place, found),
            "DTSTART" => (self.start, self.start_zone) = date(line, place, found),
            "DURATION" => match span(value).filter(|span| !span.is_back) {
                Some(span) => self.duration = Some(span),
                None => {
                    found.lose(place, "DURATION", value, "is no time span; accepted: `PT1H`, `P1D`")
                }
            },
            "RRULE" => value.clone_into(&mut self.rule),
            MODE => value.clone_into(&mut self.mode),
            MONTH_END => value.clone_into(&mut self.month_end),
            "RECURRENCE-ID" => value.clone_into(&mut self.recurrence_id),
            "PRIORITY" => self.item.priority = priority(value, place, found),
            "STATUS" => self.status(value, place, found),
            "PERCENT-COMPLETE" => match value {
                "100" => self.item.is_done = true,
                "" | "0" => {}
                _ => found.lose(
                    place,
                    "PERCENT-COMPLETE",
                    value,
                    "there is nothing between open and done",
                ),
            },
            "COMPLETED" => self.item.completed_at = found.moment(value, &own, "COMPLETED", place),
            "CREATED" => self.item.created_at = found.moment(value, &own, "CREATED", place),
            "LAST-MODIFIED" => {
                self.item.updated_at = found.moment(value, &own, "LAST-MODIFIED", place);
            }
            "CATEGORIES" => self.item.tags.extend(texts(&line.value)),
            "RELATED-TO" => match line.parameter("RELTYPE").to_ascii_uppercase().as_str() {
                "" | "PARENT" if self.item.parent.is_none() => {
                    self.item.parent = Some(key::plain(&unescaped(value)))
                }
                _ => found.lose(
                    place,
                    "RELATED-TO",
                    value,
                    "a task has one parent and no other relations",
                ),
            },
            "CLASS" if value.eq_ignore_ascii_case("PUBLIC") => {}
            name if name.starts_with("X-") => {
                found.aside(name, value, "is a property that only one app knows");
            }
            name => found.lose(place, name, value, "has no place in a task"),
        }
    }

    fn status(&mut self, value: &str, place: &Place, found: &mut Found<'_>) {
        match value.to_ascii_uppercase().as_str() {
            "" | "NEEDS-ACTION" => {}
            "COMPLETED" => self.item.is_done = true,
            "CANCELLED" => {
                self.item.is_done = true;
                found.lose(
                    place,
                    "STATUS",
                    value,
                    "there is no `cancelled`; the task counts as done",
                );
            }
            "IN-PROCESS" => {
                let why = "the task counts as open; there is nothing between open and done";
                found.lose(place, "STATUS", value, why);
            }
            _ => {
                let why = "accepted: NEEDS-ACTION, IN-PROCESS, COMPLETED, CANCELLED";
                found.lose(place, "STATUS", value, why);
            }
        }
    }

    /// DUE; or DTSTART, with DURATION after it.
    fn when(&self, place: &Place, found: &mut Found<'_>) -> Option<Due> {
        let own = found.own_zone();
        let zone = |zone: &Option<ZoneName>| zone.clone().unwrap_or_else(|| own.clone());
        match (self.due, self.start) {
            (Some(due), start) => {
                let due = due.due(&zone(&self.due_zone));
                let start = start.map(|start| start.due(&zone(&self.start_zone)));
                if let Some(start) = start.filter(|start| *start != due) {
                    let why = "a task has a due date and no start; DUE was taken";
                    found.lose(place, "DTSTART", &start.wall_clock().to_string(), why);
                }
                Some(due)
            }
            (None, Some(start)) => {
                let due = start.due(&zone(&self.start_zone));
                let Some(span) = self.duration else { return Some(due) };
                let later = chrono::TimeDelta::days(span.days.into())
                    + chrono::TimeDelta::seconds(span.seconds.into());
                let local = due.wall_clock().checked_add_signed(later)?;
                Some(match due {
                    Due::Date { zone, .. } => Due::Date { date: local.date(), zone },
                    Due::At { zone, .. } => Due::At { local, zone },
                })
            }
            (None, None) => None,
        }
    }
}

/// A date or a time, and the zone that it names.
fn date(
    line: &ContentLine,
    place: &Place,
    found: &mut Found<'_>,
) -> (Option<When>, Option<ZoneName>) {
    let Some(when) = dates::read(&line.value) else {
        found.lose(place, &line.name, &line.value, dates::NO_DATE);
        return (None, None);
    };
    match line.parameter("TZID") {
        "" => (Some(when), None),
        zone => (Some(when), Some(found.zone(zone, "TZID", place))),
    }
}

/// 1 to 4 are high, 5 is medium, 6 to 9 are low, 0 is none (RFC 5545 3.8.1.9). 1 is urgent here.
fn priority(value: &str, place: &Place, found: &mut Found<'_>) -> Priority {
    match value {
        "1" => Priority::Urgent,
        "2" | "3" | "4" => Priority::High,
        "" | "0" | "5" => Priority::Medium,
        "6" | "7" | "8" | "9" => Priority::Low,
        other => {
            found.lose(place, "PRIORITY", other, "accepted: 0 to 9");
            Priority::default()
        }
    }
}

/// TRIGGER: a moment, or a span from the start or from the end. A task without DTSTART counts from DUE.
fn reminder(
    alarm: &[ContentLine],
    due: Option<&Due>,
    start: Option<&(When, ZoneName)>,
    place: &Place,
    found: &mut Found<'_>,
) -> Option<Trigger> {
    let trigger = alarm.iter().find(|line| line.name == "TRIGGER");
    for line in alarm {
        if matches!(line.name.as_str(), "REPEAT" | "ATTACH" | "ATTENDEE") {
            found.lose(
                place,
                &format!("VALARM {}", line.name),
                &line.value,
                "a reminder is a moment only",
            );
        }
    }
    let Some(trigger) = trigger else {
        found.lose(place, "VALARM", "", "has no TRIGGER; accepted: `TRIGGER:-PT15M`");
        return None;
    };
    if let Some(when) = dates::read(&trigger.value) {
        let own = found.own_zone();
        return Some(Trigger::At(zone::in_zone(when.instant(&own), &own)));
    }
    let Some(span) = span(&trigger.value) else {
        let why = "is no time span and no moment; accepted: `-PT15M`, `20261201T080000Z`";
        found.lose(place, "TRIGGER", &trigger.value, why);
        return None;
    };
    let Some(due) = due else {
        found.lose(
            place,
            "TRIGGER",
            &trigger.value,
            "counts from a due date, and the task has none",
        );
        return None;
    };
    let is_from_end = trigger.parameter("RELATED").eq_ignore_ascii_case("END");
    let anchor = match start {
        Some((start, zone)) if !is_from_end => {
            let own = due.zone().cloned().unwrap_or_else(|| found.own_zone());
            match start {
                When::Day(day) => day.and_time(chrono::NaiveTime::MIN),
                other => zone::local(other.instant(zone), &own),
            }
        }
        _ => due.wall_clock(),
    };
    let read = trigger_of(span, anchor, due, found.context);
    if read.is_none() {
        found.lose(place, "TRIGGER", &trigger.value, "lies outside of the calendar");
    }
    read
}
