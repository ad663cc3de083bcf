//! What a cell left behind, as a history.

use std::collections::HashSet;

use anyhow::{Context, Result};
use chrono::{DateTime, Utc};
use faults::{
    history::{Body, Event, History, Reminder, State, Task, Tenure},
    site::{POISON, Psql, Stranger, array, digest},
};
use serde_json::Value;

use crate::writer::Ledger;

/// Collects everything about the users of these ledgers.
pub(crate) fn collect(
    psql: &Psql,
    stranger: Option<&Stranger>,
    ledgers: Vec<Ledger>,
    since_ms: i64,
    rested_at_ms: i64,
) -> Result<History> {
    let users: HashSet<_> = ledgers.iter().map(|ledger| ledger.user.clone()).collect();
    let writes: Vec<_> = ledgers.iter().flat_map(|ledger| ledger.writes.clone()).collect();
    let ids = array(writes.iter().filter_map(|write| write.task.as_ref()));
    let of_users = format!("user_id = any({})", array(&users));
    let tasks = psql.rows(&format!(
        "select user_id, id::text id, title, version, status = 'done' done,
           deleted_at is not null deleted, series_id::text series, occurrence
         from tasks where {of_users} or id::text = any({ids})"
    ))?;
    let reminders = psql.rows(&format!(
        "select user_id, id::text id, fire_at, state from reminders where {of_users}"
    ))?;
    let log = psql.rows(&format!(
        "select event_id::text id, user_id, seq, topic, task_id::text task, timestamp_ms at,
           event_type type, payload, published_at is not null published
         from events where {of_users} or task_id::text = any({ids})"
    ))?;
    let tenures = psql.rows("select bucket, owner, fence from audit_leases order by position")?;
    Ok(History {
        tasks: tasks.iter().map(task).collect::<Result<_>>()?,
        reminders: reminders.iter().map(reminder).collect::<Result<_>>()?,
        log: log.iter().map(event).collect::<Result<_>>()?,
        records: stranger.map(|stranger| stranger.read(since_ms, &users)).transpose()?,
        tenures: tenures.iter().map(tenure).collect::<Result<_>>()?,
        promises: ledgers.into_iter().flat_map(|ledger| ledger.promises).collect(),
        writes,
        planted: Default::default(),
        rested_at_ms,
    })
}

/// Events that were given up on, with the reason; but for those that the harness wrote itself.
pub(crate) fn dead_letters(psql: &Psql, users: &[String]) -> Result<Vec<String>> {
    let query = format!(
        "select consumer || ': ' || reason as text from dead_letters
         where user_id = any({}) and envelope::text not like '%{POISON}%'",
        array(users)
    );
    psql.rows(&query)?.iter().map(|row| text(row, "text")).collect()
}

fn task(row: &Value) -> Result<Task> {
    let place = match row["series"].as_str() {
        Some(series) => Some((series.to_owned(), u32::try_from(number(row, "occurrence")?)?)),
        None => None,
    };
    Ok(Task {
        user: text(row, "user_id")?,
        id: text(row, "id")?,
        title: text(row, "title")?,
        version: u64::try_from(number(row, "version")?)?,
        done: row["done"] == true,
        deleted: row["deleted"] == true,
        place,
    })
}

fn reminder(row: &Value) -> Result<Reminder> {
    let state = match row["state"].as_str() {
        Some("scheduled") => State::Scheduled,
        Some("fired") => State::Fired,
        _ => State::Cancelled,
    };
    let fire_at_ms = number(row, "fire_at")?;
    Ok(Reminder { user: text(row, "user_id")?, id: text(row, "id")?, fire_at_ms, state })
}

fn event(row: &Value) -> Result<Event> {
    let payload = match &row["payload"] {
        // Kept as text.
        Value::String(text) => serde_json::from_str(text)?,
        other => other.clone(),
    };
    let body = match row["type"].as_str() {
        Some("task.created") => Body::Created,
        Some("task.deleted") => Body::Deleted,
        Some("task.state_changed") => {
            Body::Changed { version: u64::try_from(number(&payload, "version")?)? }
        }
        Some("reminder.trigger") => {
            let fire_at: DateTime<Utc> = text(&payload, "fire_at")?.parse()?;
            let fire_at_ms = fire_at.timestamp_millis();
            Body::Fired { reminder: text(&payload, "reminder_id")?, fire_at_ms }
        }
        _ => Body::Other,
    };
    Ok(Event {
        id: text(row, "id")?,
        user: text(row, "user_id")?,
        seq: u64::try_from(number(row, "seq")?)?,
        topic: text(row, "topic")?,
        task: text(row, "task")?,
        at_ms: number(row, "at")?,
        digest: digest(&payload),
        published: row["published"] == true,
        body,
    })
}

fn tenure(row: &Value) -> Result<Tenure> {
    Ok(Tenure {
        bucket: u32::try_from(number(row, "bucket")?)?,
        owner: text(row, "owner")?,
        fence: u64::try_from(number(row, "fence")?)?,
    })
}

fn text(row: &Value, field: &str) -> Result<String> {
    Ok(row[field].as_str().with_context(|| format!("no `{field}` in {row}"))?.to_owned())
}

fn number(row: &Value, field: &str) -> Result<i64> {
    row[field].as_i64().with_context(|| format!("no `{field}` in {row}"))
}
