//! Tasks to be filtered.

use chrono::{DateTime, NaiveDateTime, Utc};
use domain::{
    recurrence::{Mode, MonthEnd, Repeat, Rule},
    reminder::{Reminder, ReminderState, Trigger},
    task::{Due, Priority, Series, Status, Task},
    zone::ZoneName,
};
use uuid::Uuid;

/// An open task, made a week ago, without anything that could be left out.
pub(crate) fn a_task() -> Task {
    Task {
        id: id(1),
        user_id: "ada".into(),
        version: 1,
        title: "Buy milk".into(),
        description: String::new(),
        status: Status::Open,
        priority: Priority::Medium,
        tags: Vec::new(),
        due: None,
        repeat: None,
        series: None,
        following: None,
        parent_id: None,
        reminders: Vec::new(),
        completed_at: None,
        created_at: utc("2026-09-17T08:00:00Z"),
        updated_at: utc("2026-09-17T08:00:00Z"),
        deleted_at: None,
    }
}

pub(crate) fn id(n: u128) -> Uuid {
    Uuid::from_u128(0x019b_2d5e_7c00_7000_8000_0000_0000_0000 + n)
}

pub(crate) fn utc(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

/// `2026-09-24`, `2026-09-24 Asia/Tokyo`, `2026-09-24T10:00 Europe/Berlin`.
pub(crate) fn due(text: &str) -> Option<Due> {
    let (day, zone) = text.split_once(' ').unwrap_or((text, ""));
    let zone = ZoneName::parse(zone).ok();
    Some(match NaiveDateTime::parse_from_str(day, "%Y-%m-%dT%H:%M") {
        Ok(local) => Due::At { local, zone: zone.unwrap() },
        Err(_) => Due::Date { date: day.parse().unwrap(), zone },
    })
}

pub(crate) fn done(at: &str) -> Task {
    Task { status: Status::Done, completed_at: Some(utc(at)), ..a_task() }
}

pub(crate) fn repeating() -> Task {
    let rule: Rule = "FREQ=DAILY".parse().unwrap();
    let repeat = Repeat { rule, mode: Mode::NextFuture, month_end: MonthEnd::Clamp };
    let start = NaiveDateTime::default();
    let series = Series { id: id(9), occurrence: 1, start, slot: start };
    Task { repeat: Some(repeat), series: Some(series), ..a_task() }
}

pub(crate) fn a_reminder(state: ReminderState) -> Reminder {
    let fire_at = utc("2026-09-25T08:00:00Z");
    let trigger = Trigger::At(fire_at.into());
    Reminder { id: id(7), generation: 1, trigger, fire_at, snoozed: false, state }
}
