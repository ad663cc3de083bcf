//! Columns -> values of the domain. `document.rs` is the way back.

use chrono::{DateTime, NaiveDate, NaiveDateTime, NaiveTime, Utc};
use domain::{
    recurrence::{Mode, MonthEnd, Repeat, Rule},
    reminder::{Reminder, ReminderState, Trigger},
    task::{Due, Following, Priority, Series, Status, Task},
    zone::ZoneName,
};
use serde::Deserialize;
use uuid::Uuid;

use crate::{
    LogRow, SqlError,
    names::{self, Named},
    sql::Row,
};

/// A task, from the columns of `task_columns!`.
pub(crate) fn task(row: &mut Row) -> Result<Task, SqlError> {
    Ok(Task {
        user_id: row.take()?,
        id: id(row)?,
        version: row.take()?,
        title: row.take()?,
        description: row.take()?,
        status: row.parse(Status::named)?,
        priority: priority(row)?,
        due: due(row)?,
        repeat: repeat(row)?,
        series: series(row)?,
        following: row.parse_opt(following)?,
        parent_id: row.parse_opt(|text| text.parse().ok())?,
        completed_at: instant_opt(row)?,
        created_at: instant(row)?,
        updated_at: instant(row)?,
        deleted_at: instant_opt(row)?,
        tags: row.parse(|text| serde_json::from_str(text).ok())?,
        reminders: row.parse(reminders)?,
    })
}

/// An event, from the columns of `log_columns!`.
pub(crate) fn log_row(row: &mut Row) -> Result<LogRow, SqlError> {
    Ok(LogRow {
        user_id: row.take()?,
        seq: row.take()?,
        event_id: id(row)?,
        topic: row.take()?,
        event_type: row.take()?,
        timestamp: instant(row)?,
        payload: row.parse(|text| serde_json::from_str(text).ok())?,
        correlation_id: row.take()?,
        attempts: row.take()?,
    })
}

pub(crate) fn id(row: &mut Row) -> Result<Uuid, SqlError> {
    row.parse(|text| text.parse().ok())
}

pub(crate) fn instant(row: &mut Row) -> Result<DateTime<Utc>, SqlError> {
    let ms = row.take()?;
    DateTime::from_timestamp_millis(ms).ok_or_else(|| row.unreadable())
}

fn instant_opt(row: &mut Row) -> Result<Option<DateTime<Utc>>, SqlError> {
    match row.take::<Option<i64>>()? {
        None => Ok(None),
        Some(ms) => DateTime::from_timestamp_millis(ms).map(Some).ok_or_else(|| row.unreadable()),
    }
}

fn priority(row: &mut Row) -> Result<Priority, SqlError> {
    let rank = row.take()?;
    names::priority(rank).ok_or_else(|| row.unreadable())
}

fn due(row: &mut Row) -> Result<Option<Due>, SqlError> {
    let date = row.parse_opt(|text| text.parse::<NaiveDate>().ok())?;
    let time = row.parse_opt(|text| text.parse::<NaiveTime>().ok())?;
    let zone = row.parse_opt(|text| ZoneName::parse(text).ok())?;
    match (date, time, zone) {
        (None, None, None) => Ok(None),
        (Some(date), None, zone) => Ok(Some(Due::Date { date, zone })),
        (Some(date), Some(time), Some(zone)) => {
            Ok(Some(Due::At { local: date.and_time(time), zone }))
        }
        _ => Err(row.unreadable()),
    }
}

fn repeat(row: &mut Row) -> Result<Option<Repeat>, SqlError> {
    let rule = row.parse_opt(|text| Rule::parse(text).ok())?;
    let mode = row.parse_opt(Mode::named)?;
    let month_end = row.parse_opt(MonthEnd::named)?;
    match (rule, mode, month_end) {
        (None, None, None) => Ok(None),
        (Some(rule), Some(mode), Some(month_end)) => Ok(Some(Repeat { rule, mode, month_end })),
        _ => Err(row.unreadable()),
    }
}

fn series(row: &mut Row) -> Result<Option<Series>, SqlError> {
    let id = row.parse_opt(|text| text.parse().ok())?;
    let occurrence = row.take()?;
    let start = row.parse_opt(|text| text.parse::<NaiveDateTime>().ok())?;
    let slot = row.parse_opt(|text| text.parse::<NaiveDateTime>().ok())?;
    match (id, occurrence, start, slot) {
        (None, None, None, None) => Ok(None),
        (Some(id), Some(occurrence), Some(start), Some(slot)) => {
            Ok(Some(Series { id, occurrence, start, slot }))
        }
        _ => Err(row.unreadable()),
    }
}

fn following(text: &str) -> Option<Box<Following>> {
    let following: events::api::Following = serde_json::from_str(text).ok()?;
    following.try_into().ok()
}

/// A reminder, as `task_columns!` packs it.
#[derive(Deserialize)]
struct ReminderColumns(Uuid, u32, Option<u32>, Option<u32>, Option<String>, i64, u8, String);

fn reminders(text: &str) -> Option<Vec<Reminder>> {
    let packed: Vec<ReminderColumns> = serde_json::from_str(text).ok()?;
    packed.into_iter().map(reminder).collect()
}

fn reminder(columns: ReminderColumns) -> Option<Reminder> {
    let ReminderColumns(id, generation, days, seconds, at, fire_at_ms, snoozed, state) = columns;
    let trigger = match (days, seconds, at) {
        (Some(days), Some(seconds), None) => Trigger::Before { days, seconds },
        (None, None, Some(at)) => Trigger::At(DateTime::parse_from_rfc3339(&at).ok()?),
        _ => return None,
    };
    let fire_at = DateTime::from_timestamp_millis(fire_at_ms)?;
    let state = ReminderState::named(&state)?;
    Some(Reminder { id, generation, trigger, fire_at, snoozed: snoozed != 0, state })
}
