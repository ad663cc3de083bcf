//! Every event that a run left in the log is what `schemas/` promises.

use anyhow::{Context, Result};
use chrono::{DateTime, SecondsFormat};
use conformance::schema;
use rusqlite::{Connection, Row};
use serde_json::{Value, json};

/// An error names the first event that is not, and what is wrong with it.
pub(crate) fn check_events(database: &Connection) -> Result<()> {
    let mut query = database.prepare(
        "select topic, event_id, event_type, user_id, timestamp_ms, payload from events",
    )?;
    let mut rows = query.query([])?;
    while let Some(row) = rows.next()? {
        let topic: String = row.get(0)?;
        let envelope = envelope(row)?;
        schema::validate_on(&topic, &envelope)
            .with_context(|| format!("event {} in the log", envelope["event_id"]))?;
    }
    Ok(())
}

/// As it travels.
fn envelope(row: &Row<'_>) -> Result<Value> {
    let at = DateTime::from_timestamp_millis(row.get(4)?).context("no moment")?;
    let payload: String = row.get(5)?;
    Ok(json!({
        "event_id": row.get::<_, String>(1)?,
        "event_type": row.get::<_, String>(2)?,
        "user_id": row.get::<_, String>(3)?,
        "timestamp": at.to_rfc3339_opts(SecondsFormat::AutoSi, true),
        "payload": serde_json::from_str::<Value>(&payload)?,
    }))
}

#[test]
fn an_event_that_is_not_what_was_promised_is_found() {
    let database = Connection::open_in_memory().unwrap();
    let columns = "(topic, event_id, event_type, user_id, timestamp_ms, payload)";
    database.execute_batch(&format!("create table events {columns}")).unwrap();
    let insert = |topic: &str, payload: Value| {
        let id = "01900000-0000-7000-8000-000000000064";
        let row =
            (topic, id, "task.state_changed", "anna", 1_769_848_200_123_i64, payload.to_string());
        let sql = format!("insert into events {columns} values (?1, ?2, ?3, ?4, ?5, ?6)");
        database.execute(&sql, row).unwrap();
        let found = check_events(&database).map_err(|error| format!("{error:#}"));
        database.execute("delete from events", []).unwrap();
        found
    };
    let task = "01900000-0000-7000-8000-000000000001";
    let sound = json!({ "task_id": task, "version": 2, "changes": {} });
    assert_eq!(insert("task-updates", sound.clone()), Ok(()));
    let fault = insert("task-events", sound).unwrap_err();
    assert!(fault.contains("does not belong on topic `task-events`"), "{fault}");
    let fault = insert("task-updates", json!({ "task_id": task, "changes": {} })).unwrap_err();
    assert!(fault.contains("\"version\" is a required property"), "{fault}");
}
