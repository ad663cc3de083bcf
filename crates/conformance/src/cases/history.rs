//! What happened to a task, by whom, from what to what.

use anyhow::{Context, Result, ensure};
use chrono::{DateTime, Utc};
use serde_json::{Value, json};

use super::cases;
use crate::{User, World, same};

cases!("history":
    every_change_is_told_in_order,
    a_change_is_told_with_before_and_after,
    the_next_instance_says_who_made_it,
    a_correlation_id_leads_from_the_request_to_the_effect,
    history_comes_in_pages,
    the_history_of_a_deleted_task_stays,
    a_task_that_never_was_has_no_history,
);

fn history(user: &User, task: &Value) -> Result<Vec<Value>> {
    let path = format!("/api/v1/tasks/{}/history", task["id"].as_str().unwrap_or_default());
    let reply = user.client.get(&path)?.expect(200)?;
    reply["items"].as_array().cloned().context("no `items`")
}

fn types(entries: &[Value]) -> Vec<&str> {
    entries.iter().filter_map(|entry| entry["event_type"].as_str()).collect()
}

fn every_change_is_told_in_order(world: &World) -> Result<()> {
    let user = world.user()?;
    let task = user.create(&json!({ "title": "t" }))?;
    user.patch(&task["id"], &json!({ "title": "u" }))?;
    user.complete(&task["id"])?;
    user.complete(&task["id"])?;
    user.reopen(&task["id"])?;
    let entries = history(&user, &task)?;
    let expected = ["task.created", "task.updated", "task.completed", "task.updated"];
    same("types", types(&entries), expected)?;
    let mut last = 0;
    for entry in &entries {
        let seq = entry["seq"].as_u64().context("no seq")?;
        ensure!(seq > last, "{seq} comes after {last}");
        last = seq;
        same("actor", &entry["actor"], &json!("person"))?;
        entry["timestamp"].as_str().context("no timestamp")?.parse::<DateTime<Utc>>()?;
    }
    Ok(())
}

fn a_change_is_told_with_before_and_after(world: &World) -> Result<()> {
    let user = world.user()?;
    let task = user.create(&json!({ "title": "t", "priority": "low" }))?;
    let due = json!({ "date": "2030-01-01" });
    user.patch(&task["id"], &json!({ "title": "u", "due": due, "priority": "low" }))?;
    let entries = history(&user, &task)?;
    let expected = json!({
        "title": { "from": "t", "to": "u" },
        "due": { "from": null, "to": due },
    });
    same("changes", &entries[1]["changes"], &expected)
}

fn the_next_instance_says_who_made_it(world: &World) -> Result<()> {
    let user = world.user()?;
    let due = json!({ "date": "2030-01-01" });
    let repeat = json!({ "rule": "FREQ=DAILY" });
    let task = user.create(&json!({ "title": "t", "due": due, "repeat": repeat }))?;
    user.complete(&task["id"])?;
    let next = user.next_instance(&task)?;
    let entries = history(&user, &next)?;
    same("types", types(&entries), ["task.created"])?;
    let actor = entries[0]["actor"].as_str().unwrap_or_default();
    ensure!(actor.contains("recurrence"), "the actor is `{actor}`");
    Ok(())
}

fn a_correlation_id_leads_from_the_request_to_the_effect(world: &World) -> Result<()> {
    let user = world.user()?;
    let due = json!({ "date": "2030-01-01" });
    let repeat = json!({ "rule": "FREQ=DAILY" });
    let task = user.create(&json!({ "title": "t", "due": due, "repeat": repeat }))?;
    let path = format!("/api/v1/tasks/{}:complete", task["id"].as_str().unwrap_or_default());
    let complete = user.client.request("POST", &path).header("x-correlation-id", "from-a-to-b");
    complete.send()?.expect(200)?;
    let next = user.next_instance(&task)?;
    same("of the cause", &history(&user, &task)?[1]["correlation_id"], &json!("from-a-to-b"))?;
    same("of the effect", &history(&user, &next)?[0]["correlation_id"], &json!("from-a-to-b"))
}

fn history_comes_in_pages(world: &World) -> Result<()> {
    let user = world.user()?;
    let task = user.create(&json!({ "title": "t" }))?;
    for title in ["a", "b", "c", "d"] {
        user.patch(&task["id"], &json!({ "title": title }))?;
    }
    let path = format!("/api/v1/tasks/{}/history", task["id"].as_str().unwrap_or_default());
    let mut found = Vec::new();
    let mut cursor = String::new();
    loop {
        let page = user.client.get(&format!("{path}?limit=2{cursor}"))?.expect(200)?;
        let items = page["items"].as_array().context("no `items`")?;
        ensure!(items.len() <= 2 && !items.is_empty(), "a page of {}", items.len());
        found.extend(items.clone());
        match page["next_cursor"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => break,
        }
    }
    same("pages", found, history(&user, &task)?)?;
    let bad = |query: &str| user.client.get(&format!("{path}?{query}"));
    bad("cursor=x")?.problem(400, "TASKLOOM-0007", Some("cursor"))?;
    bad("limit=0")?.problem(400, "TASKLOOM-0006", Some("limit"))?;
    bad("since=1")?.problem(400, "TASKLOOM-0006", Some("since"))?;
    Ok(())
}

fn the_history_of_a_deleted_task_stays(world: &World) -> Result<()> {
    let user = world.user()?;
    let task = user.create(&json!({ "title": "t" }))?;
    let path = format!("/api/v1/tasks/{}", task["id"].as_str().unwrap_or_default());
    user.client.delete(&path)?.expect(204)?;
    same("types", types(&history(&user, &task)?), ["task.created", "task.deleted"])
}

fn a_task_that_never_was_has_no_history(world: &World) -> Result<()> {
    let user = world.user()?;
    let nobody = "/api/v1/tasks/00000000-0000-7000-8000-000000000000/history";
    user.client.get(nobody)?.problem(404, "TASKLOOM-0012", None)?;
    Ok(())
}
