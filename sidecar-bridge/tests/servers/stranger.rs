//! What somebody reads from the topics who knows only what we promise: `schemas/`, and CloudEvents.

use std::collections::BTreeMap;

use anyhow::{Context, Result, ensure};
use chrono::{SecondsFormat, TimeDelta};
use conformance::{now, same, schema::validate_on};
use faults::site::TOPICS;
use serde_json::{Value, json};

use super::support::{settle, started};

#[test]
fn a_stranger_reads_every_event_as_it_was_promised() -> Result<()> {
    let server = started()?;
    let since_ms = now().timestamp_millis() - 1000;
    let user = server.world()?.user()?;
    let task = user.create(&json!({
        "title": "Water the plants", "due": { "date": "2030-01-01" },
        "repeat": { "rule": "FREQ=DAILY" }, "tags": ["home"],
    }))?;
    user.patch(&task["id"], &json!({ "priority": "high" }))?;
    user.complete(&task["id"])?;
    let next = user.next_instance(&task)?;
    let path = format!("/api/v1/tasks/{}", next["id"].as_str().unwrap_or_default());
    user.client.delete(&path)?.expect(204)?;
    let soon = (now() + TimeDelta::milliseconds(300)).to_rfc3339_opts(SecondsFormat::Millis, true);
    user.create(&json!({ "title": "now", "reminders": [{ "at": soon }] }))?;
    conformance::eventually("the reminder", || {
        let fired = server.number("select count(*) from reminders where state = 'fired'")?;
        Ok((fired == 1).then_some(()))
    })?;
    settle(&server)?;

    let stranger = server.servers().stranger.as_ref().context("no broker")?;
    let mut types = BTreeMap::<String, usize>::new();
    for topic in TOPICS {
        let records = stranger.read_raw(topic, since_ms)?;
        ensure!(!records.is_empty(), "nothing is in {topic}");
        for record in &records {
            let envelope = envelope(record)?;
            validate_on(topic, &envelope)?;
            same("key", &record["key"], &envelope["user_id"])?;
            let event_type = envelope["event_type"].as_str().context("no type")?;
            *types.entry(event_type.to_owned()).or_default() += 1;
        }
    }
    let log = server.number("select count(*) from events")?;
    ensure!(types.values().sum::<usize>() >= log as usize, "{types:?} of {log} events");
    for event_type in [
        "task.created",
        "task.updated",
        "task.completed",
        "task.deleted",
        "task.state_changed",
        "reminder.trigger",
    ] {
        ensure!(types.contains_key(event_type), "no {event_type} among {types:?}");
    }
    Ok(())
}

/// The envelope of a record, which is a CloudEvent in one of the two modes of its Kafka binding.
fn envelope(record: &Value) -> Result<Value> {
    let value: Value = serde_json::from_str(record["payload"].as_str().context("no payload")?)?;
    let (attributes, envelope) = if value.get("specversion").is_some() {
        (value.clone(), value["data"].clone())
    } else {
        (headers(record), value)
    };
    same("specversion", &attributes["specversion"], &json!("1.0"))?;
    same("id", &attributes["id"], &envelope["event_id"])?;
    same("type", &attributes["type"], &envelope["event_type"])?;
    ensure!(attributes["source"].is_string(), "no source in {attributes}");
    Ok(envelope)
}

/// Attributes of binary mode: headers, in pairs.
fn headers(record: &Value) -> Value {
    let headers = record["headers"].as_array().map_or(&[][..], Vec::as_slice);
    let pairs = headers.chunks_exact(2).filter_map(|pair| {
        let name = pair[0].as_str()?.strip_prefix("ce_")?;
        Some((name.to_owned(), pair[1].clone()))
    });
    Value::Object(pairs.collect())
}
