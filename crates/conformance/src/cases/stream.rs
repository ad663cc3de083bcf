//! The live stream: each event once, in order, also for those who come back.

use anyhow::{Context, Result, ensure};
use chrono::{DateTime, Utc};
use serde_json::{Value, json};

use super::cases;
use crate::{Client, World, same};

cases!("stream":
    an_event_has_exactly_this_envelope,
    changes_come_with_before_and_after,
    the_next_instance_is_seen,
    who_comes_back_misses_nothing,
    the_whole_log_can_be_had,
    a_place_that_is_none_is_refused,
);

fn keys(value: &Value) -> Vec<&str> {
    value.as_object().into_iter().flatten().map(|(key, _)| key.as_str()).collect()
}

fn an_event_has_exactly_this_envelope(world: &World) -> Result<()> {
    let user = world.user()?;
    let stream = user.stream(None)?;
    let task = user.create(&json!({ "title": "t" }))?;
    let event = stream.next()?;
    same("name", event.name.as_str(), "task.state_changed")?;
    let mut members = keys(&event.data);
    members.sort_unstable();
    let expected = ["event_id", "event_type", "payload", "timestamp", "user_id"];
    same("members", members, expected)?;
    same("type", &event.data["event_type"], &json!("task.state_changed"))?;
    same("user", &event.data["user_id"], &json!(user.name))?;
    let timestamp = event.data["timestamp"].as_str().context("no timestamp")?;
    timestamp.parse::<DateTime<Utc>>()?;
    ensure!(timestamp.ends_with('Z'), "`{timestamp}` is not in UTC");
    let payload = event.payload();
    same("task", &payload["task_id"], &task["id"])?;
    same("version", &payload["version"], &json!(1))?;
    same("seq", &payload["seq"], &json!(event.id))?;
    same("title", &payload["changes"]["title"], &json!({ "from": null, "to": "t" }))
}

fn changes_come_with_before_and_after(world: &World) -> Result<()> {
    let user = world.user()?;
    let task = user.create(&json!({ "title": "t" }))?;
    let stream = user.stream(None)?;
    user.patch(&task["id"], &json!({ "title": "u", "tags": ["a"] }))?;
    let expected = json!({
        "title": { "from": "t", "to": "u" },
        "tags": { "from": [], "to": ["a"] },
    });
    same("changes", &stream.next()?.payload()["changes"], &expected)?;
    user.complete(&task["id"])?;
    let event = stream.next()?;
    same("status", &event.payload()["changes"]["status"], &json!({ "from": "open", "to": "done" }))
}

fn the_next_instance_is_seen(world: &World) -> Result<()> {
    let user = world.user()?;
    let stream = user.stream(None)?;
    let due = json!({ "date": "2030-01-01" });
    let repeat = json!({ "rule": "FREQ=DAILY", "mode": "every" });
    let task = user.create(&json!({ "title": "t", "due": due, "repeat": repeat }))?;
    user.complete(&task["id"])?;
    let next =
        stream.find("the next instance", |event| event.payload()["task_id"] != task["id"])?;
    let changes = &next.payload()["changes"];
    same("due", &changes["due"]["to"], &json!({ "date": "2030-01-02" }))?;
    same("number", &changes["occurrence"]["to"], &json!(2))
}

fn who_comes_back_misses_nothing(world: &World) -> Result<()> {
    let user = world.user()?;
    let stream = user.stream(None)?;
    let task = user.create(&json!({ "title": "0" }))?;
    let last = stream.next()?.id;
    drop(stream);
    for title in ["1", "2", "3"] {
        user.patch(&task["id"], &json!({ "title": title }))?;
    }
    let stream = user.stream(Some(last))?;
    user.patch(&task["id"], &json!({ "title": "4" }))?;
    let mut before = last;
    for title in ["1", "2", "3", "4"] {
        let event = stream.next()?;
        ensure!(event.id > before, "{} comes after {before}", event.id);
        before = event.id;
        same("title", &event.payload()["changes"]["title"]["to"], &json!(title))?;
    }
    Ok(())
}

fn the_whole_log_can_be_had(world: &World) -> Result<()> {
    let user = world.user()?;
    let titles: Vec<_> = (0..40).map(|number| format!("task {number}")).collect();
    for title in &titles {
        user.create(&json!({ "title": title }))?;
    }
    let stream = user.stream(Some(0))?;
    for title in &titles {
        same("title", &stream.next()?.payload()["changes"]["title"]["to"], &json!(title))?;
    }
    Ok(())
}

fn a_place_that_is_none_is_refused(world: &World) -> Result<()> {
    let user = world.user()?;
    user.stream(Some(7))?;
    let client = Client::new(&world.events, Some(&user.token));
    for id in ["x", "-1", "+5", "1.5", ""] {
        let request = client.request("GET", "/api/v1/stream").header("last-event-id", id);
        let reply = request.send()?.expect(400)?;
        ensure!(reply["code"].is_string(), "{reply}");
    }
    let reply = client.get("/api/v1/stream?since=x")?.expect(400)?;
    ensure!(reply["detail"].is_string(), "{reply}");
    Ok(())
}
