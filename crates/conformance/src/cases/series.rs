//! A series as a whole: instances that are skipped, and parts that travel.

use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};

use super::cases;
use crate::{User, World, same};

cases!("series":
    a_skipped_instance_moves_to_its_next_place,
    a_skip_uses_up_no_count,
    skipping_is_refused_where_nothing_comes,
    parts_come_along_open_again,
    parts_keep_their_distance,
    undo_takes_untouched_parts_back,
    a_part_that_was_done_keeps_the_next_instance,
    a_change_for_this_one_does_not_travel,
    a_due_date_for_the_following_ones_moves_the_series,
    what_is_for_all_of_them_cannot_be_for_this_one,
);

fn daily(user: &User, rule: &str) -> Result<Value> {
    user.create(&json!({
        "title": "clean", "due": { "date": "2030-01-01" },
        "repeat": { "rule": rule, "mode": "every" }, "reminders": [{ "before": "P1D" }],
    }))
}

fn part(user: &User, parent: &Value, title: &str, due: &Value) -> Result<Value> {
    user.create(&json!({ "title": title, "parent_id": parent["id"], "due": due }))
}

fn skip(user: &User, task: &Value) -> Result<Value> {
    Ok(user.act(&task["id"], "skip")?.expect(200)?.json)
}

fn next(user: &User, task: &Value) -> Result<Value> {
    user.complete(&task["id"])?;
    user.next_instance(task)
}

/// The tasks that are parts of this one, by title.
fn parts(user: &User, parent: &Value) -> Result<Vec<Value>> {
    let page = user.list("sort=title&limit=200")?;
    let items = page["items"].as_array().context("no `items`")?.iter();
    Ok(items.filter(|task| task["parent_id"] == parent["id"]).cloned().collect())
}

fn a_skipped_instance_moves_to_its_next_place(world: &World) -> Result<()> {
    let user = world.user()?;
    let task = daily(&user, "FREQ=WEEKLY")?;
    let skipped = skip(&user, &task)?;
    for field in ["id", "status", "occurrence", "series_id"] {
        same(field, &skipped[field], &task[field])?;
    }
    same("due", &skipped["due"]["date"], &json!("2030-01-08"))?;
    same("version", &skipped["version"], &json!(2))?;
    let (before, after) = (&task["reminders"][0], &skipped["reminders"][0]);
    same("reminder", &after["id"], &before["id"])?;
    same("generation", &after["generation"], &json!(2))?;
    ensure!(after["fire_at"] != before["fire_at"], "the reminder did not move: {after}");
    same("next", &next(&user, &skipped)?["due"]["date"], &json!("2030-01-15"))?;
    same("tasks", user.list("")?["total_estimate"].as_u64(), Some(2))
}

fn a_skip_uses_up_no_count(world: &World) -> Result<()> {
    let user = world.user()?;
    let task = daily(&user, "FREQ=DAILY;COUNT=2")?;
    let twice = skip(&user, &skip(&user, &task)?)?;
    let second = next(&user, &twice)?;
    same("due", &second["due"]["date"], &json!("2030-01-04"))?;
    same("number", &second["occurrence"], &json!(2))
}

fn skipping_is_refused_where_nothing_comes(world: &World) -> Result<()> {
    let user = world.user()?;
    let skip = |task: &Value| user.act(&task["id"], "skip");
    let once = user.create(&json!({ "title": "once" }))?;
    skip(&once)?.problem(409, "TASKLOOM-0029", None)?;
    let last = daily(&user, "FREQ=DAILY;UNTIL=20300101")?;
    skip(&last)?.problem(409, "TASKLOOM-0029", None)?;
    same("the last one", &user.task(&last["id"])?, &last)?;
    user.complete(&last["id"])?;
    skip(&last)?.problem(409, "TASKLOOM-0028", None)?;
    Ok(())
}

fn parts_come_along_open_again(world: &World) -> Result<()> {
    let user = world.user()?;
    let task = daily(&user, "FREQ=DAILY")?;
    let kitchen = part(&user, &task, "kitchen", &Value::Null)?;
    part(&user, &kitchen, "sink", &Value::Null)?;
    let tagged = user.patch(&kitchen["id"], &json!({ "tags": ["wet"], "priority": "high" }))?;
    user.complete(&kitchen["id"])?;

    let next = next(&user, &task)?;
    // Parts come with the instance, not after it.
    let copies = parts(&user, &next)?;
    same("parts", copies.len(), 1)?;
    for field in ["title", "tags", "priority"] {
        same(field, &copies[0][field], &tagged[field])?;
    }
    same("status", &copies[0]["status"], &json!("open"))?;
    same("parts of the part", parts(&user, &copies[0])?.len(), 1)?;
    same("the part of before", &user.task(&kitchen["id"])?["status"], &json!("done"))
}

fn parts_keep_their_distance(world: &World) -> Result<()> {
    let user = world.user()?;
    let task = daily(&user, "FREQ=WEEKLY")?;
    part(&user, &task, "buy soap", &json!({ "date": "2029-12-30" }))?;
    let next = next(&user, &task)?;
    let copies = parts(&user, &next)?;
    same("due", copies.first().map(|part| &part["due"]["date"]), Some(&json!("2030-01-06")))
}

fn undo_takes_untouched_parts_back(world: &World) -> Result<()> {
    let user = world.user()?;
    let task = daily(&user, "FREQ=DAILY")?;
    part(&user, &task, "kitchen", &Value::Null)?;
    for _ in 0..2 {
        let next = next(&user, &task)?;
        same("parts", parts(&user, &next)?.len(), 1)?;
        user.reopen(&task["id"])?;
        same("tasks", user.list("")?["total_estimate"].as_u64(), Some(2))?;
    }
    Ok(())
}

fn a_part_that_was_done_keeps_the_next_instance(world: &World) -> Result<()> {
    let user = world.user()?;
    let task = daily(&user, "FREQ=DAILY")?;
    part(&user, &task, "kitchen", &Value::Null)?;
    let next = next(&user, &task)?;
    let copies = parts(&user, &next)?;
    user.complete(&copies.first().context("no part")?["id"])?;
    user.reopen(&task["id"])?;
    same("the next one", &user.task(&next["id"])?["status"], &json!("open"))
}

fn a_change_for_this_one_does_not_travel(world: &World) -> Result<()> {
    let user = world.user()?;
    let task = daily(&user, "FREQ=DAILY")?;
    let party = json!({
        "title": "clean for the party", "tags": ["party"], "reminders": [], "scope": "this",
    });
    let changed = user.patch(&task["id"], &party)?;
    same("title", &changed["title"], &party["title"])?;
    same("the following ones", &changed["following"]["title"], &task["title"])?;
    user.patch(&task["id"], &json!({ "description": "all rooms" }))?;
    let next = next(&user, &task)?;
    same("title of the next one", &next["title"], &task["title"])?;
    same("tags", &next["tags"], &json!([]))?;
    same("reminders", next["reminders"].as_array().map(Vec::len), Some(1))?;
    same("description", &next["description"], &json!("all rooms"))?;
    same("nothing is kept any more", &next["following"], &Value::Null)
}

fn a_due_date_for_the_following_ones_moves_the_series(world: &World) -> Result<()> {
    let user = world.user()?;
    let due = json!({ "date": "2030-01-03" });
    let this = daily(&user, "FREQ=WEEKLY")?;
    user.patch(&this["id"], &json!({ "due": due }))?;
    same("after this one", &next(&user, &this)?["due"]["date"], &json!("2030-01-08"))?;
    let all = daily(&user, "FREQ=WEEKLY")?;
    user.patch(&all["id"], &json!({ "due": due, "scope": "this-and-following" }))?;
    same("after all of them", &next(&user, &all)?["due"]["date"], &json!("2030-01-10"))
}

fn what_is_for_all_of_them_cannot_be_for_this_one(world: &World) -> Result<()> {
    let user = world.user()?;
    let task = daily(&user, "FREQ=DAILY")?;
    let path = format!("/api/v1/tasks/{}", task["id"].as_str().unwrap_or_default());
    for patch in [json!({ "repeat": null, "scope": "this" }), json!({ "scope": "every" })] {
        let reply = user.client.patch(&path, &patch)?;
        reply.problem(400, "TASKLOOM-0005", Some("scope"))?;
    }
    same("unchanged", &user.task(&task["id"])?, &task)
}
