//! A task comes to be, is read, changes and goes.

use anyhow::{Result, ensure};
use serde_json::{Value, json};

use super::cases;
use crate::{World, same};

cases!("tasks":
    a_title_is_enough,
    what_was_sent_comes_back,
    a_new_task_says_where_it_lives,
    a_due_time_carries_the_offset_that_holds_then,
    a_due_time_with_an_offset_moves_to_its_zone,
    a_due_time_in_utc_needs_no_zone,
    a_patch_changes_what_it_names_and_nothing_else,
    a_patch_with_null_takes_a_value_away,
    a_patch_that_changes_nothing_makes_no_version,
    a_patch_has_a_content_type_of_its_own,
    a_deleted_task_is_gone,
    text_in_any_script_survives,
    a_task_can_be_part_of_another,
);

fn a_title_is_enough(world: &World) -> Result<()> {
    let task = world.user()?.create(&json!({ "title": "Pay rent" }))?;
    for (field, expected) in [
        ("title", json!("Pay rent")),
        ("description", json!("")),
        ("version", json!(1)),
        ("status", json!("open")),
        ("priority", json!("medium")),
        ("tags", json!([])),
        ("due", Value::Null),
        ("repeat", Value::Null),
        ("reminders", json!([])),
        ("parent_id", Value::Null),
        ("series_id", Value::Null),
        ("occurrence", Value::Null),
        ("completed_at", Value::Null),
        ("updated_at", task["created_at"].clone()),
    ] {
        ensure!(task.get(field).is_some(), "no `{field}` in {task}");
        same(field, &task[field], &expected)?;
    }
    Ok(())
}

fn what_was_sent_comes_back(world: &World) -> Result<()> {
    let user = world.user()?;
    let sent = json!({
        "title": "Water the plants",
        "description": "the *big* ones\nfirst",
        "priority": "urgent",
        "tags": ["home", "Garden"],
        "due": { "date": "2030-12-01", "time_zone": "Europe/Berlin" },
        "repeat": { "rule": "FREQ=WEEKLY;BYDAY=SU", "mode": "every", "month_end": "skip" },
    });
    let task = user.create(&sent)?;
    for field in ["title", "description", "priority", "tags", "due", "repeat"] {
        same(field, &task[field], &sent[field])?;
    }
    same("the task when read", user.task(&task["id"])?, task)
}

fn a_new_task_says_where_it_lives(world: &World) -> Result<()> {
    let user = world.user()?;
    let reply = user.client.post("/api/v1/tasks", &json!({ "title": "t" }))?.expect(201)?;
    same("content type", reply.header("content-type"), Some("application/json"))?;
    let home = reply.needs("location")?;
    let id = reply["id"].as_str().unwrap_or_default();
    same("location", home, format!("/api/v1/tasks/{id}"))?;
    let read = user.client.get(home)?.expect(200)?;
    same("etag", read.header("etag"), reply.header("etag"))?;
    same("task", &read.json, &reply.json)
}

fn a_due_time_carries_the_offset_that_holds_then(world: &World) -> Result<()> {
    let user = world.user()?;
    for (at, expected) in [
        ("2030-01-31T09:00", "2030-01-31T09:00:00+01:00"),
        ("2030-07-01T09:00:30", "2030-07-01T09:00:30+02:00"),
        // In the gap the time moves forward by the gap, in the overlap the first one counts.
        ("2030-03-31T02:30", "2030-03-31T03:30:00+02:00"),
        ("2030-10-27T02:30", "2030-10-27T02:30:00+02:00"),
    ] {
        let due = json!({ "at": at, "time_zone": "Europe/Berlin" });
        let task = user.create(&json!({ "title": "t", "due": due }))?;
        same(at, &task["due"], &json!({ "at": expected, "time_zone": "Europe/Berlin" }))?;
    }
    Ok(())
}

fn a_due_time_with_an_offset_moves_to_its_zone(world: &World) -> Result<()> {
    let due = json!({ "at": "2030-01-31T12:00:00-05:00", "time_zone": "Europe/Berlin" });
    let task = world.user()?.create(&json!({ "title": "t", "due": due }))?;
    same("due", &task["due"]["at"], &json!("2030-01-31T18:00:00+01:00"))
}

fn a_due_time_in_utc_needs_no_zone(world: &World) -> Result<()> {
    let due = json!({ "at": "2030-01-31T12:00:00Z" });
    let task = world.user()?.create(&json!({ "title": "t", "due": due }))?;
    same("zone", &task["due"]["time_zone"], &json!("UTC"))
}

fn a_patch_changes_what_it_names_and_nothing_else(world: &World) -> Result<()> {
    let user = world.user()?;
    let before = user.create(&json!({ "title": "t", "tags": ["a"], "priority": "low" }))?;
    let after = user.patch(&before["id"], &json!({ "title": "u", "tags": ["b", "c"] }))?;
    same("title", &after["title"], &json!("u"))?;
    same("tags", &after["tags"], &json!(["b", "c"]))?;
    same("version", &after["version"], &json!(2))?;
    for field in ["id", "priority", "description", "status", "due", "created_at"] {
        same(field, &after[field], &before[field])?;
    }
    same("the task when read", user.task(&before["id"])?, after)
}

fn a_patch_with_null_takes_a_value_away(world: &World) -> Result<()> {
    let user = world.user()?;
    let task = user.create(&json!({
        "title": "t", "description": "d", "priority": "high", "tags": ["a"],
        "due": { "date": "2030-01-01" }, "repeat": { "rule": "FREQ=DAILY" },
    }))?;
    let nothing = json!({
        "description": null, "priority": null, "tags": null, "due": null, "repeat": null,
    });
    let after = user.patch(&task["id"], &nothing)?;
    for (field, expected) in [
        ("description", json!("")),
        ("priority", json!("medium")),
        ("tags", json!([])),
        ("due", Value::Null),
        ("repeat", Value::Null),
    ] {
        same(field, &after[field], &expected)?;
    }
    Ok(())
}

fn a_patch_that_changes_nothing_makes_no_version(world: &World) -> Result<()> {
    let user = world.user()?;
    let task = user.create(&json!({ "title": "t" }))?;
    same("patch to the same", user.patch(&task["id"], &json!({ "title": "t" }))?, task.clone())?;
    same("empty patch", user.patch(&task["id"], &json!({}))?, task)
}

fn a_patch_has_a_content_type_of_its_own(world: &World) -> Result<()> {
    let user = world.user()?;
    let task = user.create(&json!({ "title": "t" }))?;
    let path = format!("/api/v1/tasks/{}", task["id"].as_str().unwrap_or_default());
    let patch = user.client.request("PATCH", &path);
    let reply = patch.body("application/merge-patch+json", r#"{"title":"u"}"#).send()?;
    same("title", &reply.expect(200)?["title"], &json!("u"))
}

fn a_deleted_task_is_gone(world: &World) -> Result<()> {
    let user = world.user()?;
    let task = user.create(&json!({ "title": "t", "tags": ["x"] }))?;
    let path = format!("/api/v1/tasks/{}", task["id"].as_str().unwrap_or_default());
    let reply = user.client.delete(&path)?.expect(204)?;
    ensure!(reply.bytes.is_empty(), "204 with a body: {reply}");
    user.client.get(&path)?.problem(404, "TASKLOOM-0012", None)?;
    user.client.delete(&path)?.problem(404, "TASKLOOM-0012", None)?;
    user.client.patch(&path, &json!({ "title": "u" }))?.problem(404, "TASKLOOM-0012", None)?;
    user.act(&task["id"], "complete")?.problem(404, "TASKLOOM-0012", None)?;
    same("list", user.titles("")?, Vec::<String>::new())?;
    same("list by tag", user.titles("tag=x")?, Vec::<String>::new())
}

fn text_in_any_script_survives(world: &World) -> Result<()> {
    let user = world.user()?;
    let title = "Müll rausbringen — 掃除する 🧹 \u{1F469}\u{200D}\u{1F680} \"quoted\" \\ ' ;--";
    let description = "שלום\n\tтекст\u{0301}";
    let tags = json!(["日本", "naïve"]);
    let sent = json!({ "title": title, "description": description, "tags": tags });
    let task = user.create(&sent)?;
    let read = user.task(&task["id"])?;
    for field in ["title", "description", "tags"] {
        same(field, &read[field], &sent[field])?;
    }
    // 500 characters, each of four bytes.
    let longest = "🦀".repeat(500);
    let task = user.create(&json!({ "title": longest }))?;
    same("the longest title", &task["title"], &json!(longest))
}

fn a_task_can_be_part_of_another(world: &World) -> Result<()> {
    let user = world.user()?;
    let whole = user.create(&json!({ "title": "whole" }))?;
    let part = user.create(&json!({ "title": "part", "parent_id": whole["id"] }))?;
    same("parent", &part["parent_id"], &whole["id"])?;
    let refused = |parent_id: &Value, of: &Value| {
        let path = format!("/api/v1/tasks/{}", of.as_str().unwrap_or_default());
        user.client.patch(&path, &json!({ "parent_id": parent_id }))
    };
    refused(&part["id"], &whole["id"])?.problem(422, "TASKLOOM-0017", Some("parent_id"))?;
    let nobody = json!("00000000-0000-7000-8000-000000000000");
    refused(&nobody, &whole["id"])?.problem(422, "TASKLOOM-0017", Some("parent_id"))?;
    same("the whole", user.task(&whole["id"])?, whole)?;
    let top = user.patch(&part["id"], &json!({ "parent_id": null }))?;
    same("parent", &top["parent_id"], &Value::Null)
}
