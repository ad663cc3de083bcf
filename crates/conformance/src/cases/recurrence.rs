//! A completed instance leads to the next one, through the events.

use anyhow::{Context, Result, ensure};
use chrono::{DateTime, Utc};
use serde_json::{Value, json};

use super::cases;
use crate::{User, World, now, same};

cases!("recurrence":
    the_31st_is_clamped_and_does_not_drift,
    the_31st_is_skipped_when_asked,
    the_wall_clock_holds_over_a_change_of_the_offset,
    every_takes_one_step,
    next_future_catches_up_and_keeps_its_phase,
    after_completion_counts_from_the_day_it_was_done,
    a_date_stays_a_date,
    the_next_instance_is_a_copy_in_its_place,
    reminders_move_along,
    count_ends_a_series,
    until_ends_a_series,
    ending_the_series_leads_to_no_next_one,
    reopening_takes_back_a_child_that_nobody_touched,
    reopening_leaves_a_child_that_somebody_edited,
    a_deleted_child_does_not_come_back,
    completing_children_goes_on,
);

fn repeating(user: &User, due: &Value, rule: &str, mode: &str) -> Result<Value> {
    let repeat = json!({ "rule": rule, "mode": mode });
    user.create(&json!({ "title": "again", "due": due, "repeat": repeat }))
}

fn berlin(at: &str) -> Value {
    json!({ "at": at, "time_zone": "Europe/Berlin" })
}

/// Completes and returns the next instance.
fn next(user: &User, task: &Value) -> Result<Value> {
    user.complete(&task["id"])?;
    user.next_instance(task)
}

fn due_at(task: &Value) -> &Value {
    &task["due"]["at"]
}

fn the_31st_is_clamped_and_does_not_drift(world: &World) -> Result<()> {
    let user = world.user()?;
    let rule = "FREQ=MONTHLY;BYMONTHDAY=31";
    let january = repeating(&user, &berlin("2026-01-31T09:00"), rule, "every")?;
    same("month end when not said", &january["repeat"]["month_end"], &json!("clamp"))?;
    let february = next(&user, &january)?;
    same("february", due_at(&february), &json!("2026-02-28T09:00:00+01:00"))?;
    let march = next(&user, &february)?;
    same("march", due_at(&march), &json!("2026-03-31T09:00:00+02:00"))?;
    let april = next(&user, &march)?;
    same("april", due_at(&april), &json!("2026-04-30T09:00:00+02:00"))
}

fn the_31st_is_skipped_when_asked(world: &World) -> Result<()> {
    let user = world.user()?;
    let repeat = json!({
        "rule": "FREQ=MONTHLY;BYMONTHDAY=31", "mode": "every", "month_end": "skip",
    });
    let task = json!({ "title": "t", "due": berlin("2026-01-31T09:00"), "repeat": repeat });
    let march = next(&user, &user.create(&task)?)?;
    same("after january", due_at(&march), &json!("2026-03-31T09:00:00+02:00"))
}

fn the_wall_clock_holds_over_a_change_of_the_offset(world: &World) -> Result<()> {
    let user = world.user()?;
    let saturday = repeating(&user, &berlin("2030-03-30T02:30"), "FREQ=DAILY", "every")?;
    let sunday = next(&user, &saturday)?;
    // In the gap it moves forward, and the day after it is back.
    same("sunday", due_at(&sunday), &json!("2030-03-31T03:30:00+02:00"))?;
    let monday = next(&user, &sunday)?;
    same("monday", due_at(&monday), &json!("2030-04-01T02:30:00+02:00"))
}

fn every_takes_one_step(world: &World) -> Result<()> {
    let user = world.user()?;
    let task = repeating(&user, &json!({ "date": "2020-01-01" }), "FREQ=WEEKLY", "every")?;
    same("next", &next(&user, &task)?["due"], &json!({ "date": "2020-01-08" }))
}

fn next_future_catches_up_and_keeps_its_phase(world: &World) -> Result<()> {
    let user = world.user()?;
    let task = repeating(&user, &json!({ "date": "2020-01-01" }), "FREQ=WEEKLY", "next-future")?;
    let date = next(&user, &task)?["due"]["date"].as_str().context("no date")?.to_owned();
    let midnight: DateTime<Utc> = format!("{date}T00:00:00Z").parse()?;
    let ahead = (midnight - now()).num_hours();
    ensure!((-24..=7 * 24).contains(&ahead), "{date} is not the first one to come");
    let first: DateTime<Utc> = "2020-01-01T00:00:00Z".parse()?;
    same("days since a wednesday", (midnight - first).num_days() % 7, 0)
}

fn after_completion_counts_from_the_day_it_was_done(world: &World) -> Result<()> {
    let user = world.user()?;
    let due = json!({ "at": "2020-01-01T18:00", "time_zone": "UTC" });
    let task = repeating(&user, &due, "FREQ=DAILY;INTERVAL=3", "after-completion")?;
    let before = now().date_naive();
    let next = next(&user, &task)?;
    let at: DateTime<Utc> = due_at(&next).as_str().context("no time")?.parse()?;
    same("time of day", at.format("%H:%M:%S").to_string(), "18:00:00".to_owned())?;
    let days = (at.date_naive() - before).num_days();
    ensure!((3..=4).contains(&days), "{at} is {days} days away");
    Ok(())
}

fn a_date_stays_a_date(world: &World) -> Result<()> {
    let user = world.user()?;
    let due = json!({ "date": "2028-02-29", "time_zone": "Europe/Berlin" });
    let task = repeating(&user, &due, "FREQ=YEARLY", "every")?;
    let expected = json!({ "date": "2029-02-28", "time_zone": "Europe/Berlin" });
    same("next", &next(&user, &task)?["due"], &expected)
}

fn the_next_instance_is_a_copy_in_its_place(world: &World) -> Result<()> {
    let user = world.user()?;
    let parent = user.create(&json!({ "title": "parent" }))?;
    let task = user.create(&json!({
        "title": "copy me", "description": "d", "priority": "high", "tags": ["b", "a"],
        "due": { "date": "2030-01-01" }, "parent_id": parent["id"],
        "repeat": { "rule": "FREQ=DAILY", "mode": "every", "month_end": "skip" },
    }))?;
    same("the first of its series", &task["series_id"], &task["id"])?;
    same("its number", &task["occurrence"], &json!(1))?;
    let next = next(&user, &task)?;
    for field in ["title", "description", "priority", "tags", "repeat", "parent_id", "series_id"] {
        same(field, &next[field], &task[field])?;
    }
    same("number", &next["occurrence"], &json!(2))?;
    same("version", &next["version"], &json!(1))?;
    same("status", &next["status"], &json!("open"))?;
    ensure!(next["id"] != task["id"], "the next instance is the same task");
    Ok(())
}

fn reminders_move_along(world: &World) -> Result<()> {
    let user = world.user()?;
    let task = user.create(&json!({
        "title": "t", "due": berlin("2030-03-30T09:00"),
        "reminders": [{ "before": "PT30M" }, { "at": "2030-03-01T09:00:00Z" }],
        "repeat": { "rule": "FREQ=DAILY", "mode": "every" },
    }))?;
    let next = next(&user, &task)?;
    let reminders = next["reminders"].as_array().context("no reminders")?;
    same("reminders", reminders.len(), 2)?;
    same("before", &reminders[0]["fire_at"], &json!("2030-03-31T06:30:00Z"))?;
    // One at a moment keeps its distance on the wall clock.
    same("at", &reminders[1]["fire_at"], &json!("2030-03-02T09:00:00Z"))?;
    same("state", &reminders[0]["state"], &json!("scheduled"))?;
    let cancelled = user.task(&task["id"])?;
    same("state of the old", &cancelled["reminders"][0]["state"], &json!("cancelled"))
}

/// Checks that a completed task has no next instance. One of another series comes after it, so it
/// would have come by then.
fn has_no_next(user: &User, done: &Value) -> Result<()> {
    let other = repeating(user, &json!({ "date": "2030-01-01" }), "FREQ=DAILY", "every")?;
    next(user, &other)?;
    let done = user.task(&done["id"])?;
    ensure!(done.get("next_id").is_none(), "there is a next one: {done}");
    Ok(())
}

fn count_ends_a_series(world: &World) -> Result<()> {
    let user = world.user()?;
    let due = json!({ "date": "2030-01-01" });
    let first = repeating(&user, &due, "FREQ=DAILY;COUNT=2", "every")?;
    let second = next(&user, &first)?;
    let done = user.complete(&second["id"])?;
    has_no_next(&user, &done)
}

fn until_ends_a_series(world: &World) -> Result<()> {
    let user = world.user()?;
    let due = json!({ "date": "2030-01-01" });
    let first = repeating(&user, &due, "FREQ=DAILY;UNTIL=20300102", "every")?;
    let second = next(&user, &first)?;
    same("second", &second["due"]["date"], &json!("2030-01-02"))?;
    let done = user.complete(&second["id"])?;
    has_no_next(&user, &done)
}

fn ending_the_series_leads_to_no_next_one(world: &World) -> Result<()> {
    let user = world.user()?;
    let task = repeating(&user, &json!({ "date": "2030-01-01" }), "FREQ=DAILY", "every")?;
    user.patch(&task["id"], &json!({ "repeat": null }))?;
    let done = user.complete(&task["id"])?;
    has_no_next(&user, &done)
}

fn reopening_takes_back_a_child_that_nobody_touched(world: &World) -> Result<()> {
    let user = world.user()?;
    let task = repeating(&user, &json!({ "date": "2030-01-01" }), "FREQ=DAILY", "every")?;
    let child = next(&user, &task)?;
    let open = user.reopen(&task["id"])?;
    ensure!(open.get("next_id").is_none(), "the child is still named: {open}");
    same("tasks", user.list("")?["total_estimate"].as_u64(), Some(1))?;
    user.patch(&task["id"], &json!({ "title": "renamed" }))?;
    let again = next(&user, &task)?;
    same("the same place, the same id", &again["id"], &child["id"])?;
    same("made from what the task is now", &again["title"], &json!("renamed"))?;
    same("tasks", user.list("")?["total_estimate"].as_u64(), Some(2))
}

fn reopening_leaves_a_child_that_somebody_edited(world: &World) -> Result<()> {
    let user = world.user()?;
    let task = repeating(&user, &json!({ "date": "2030-01-01" }), "FREQ=DAILY", "every")?;
    let child = next(&user, &task)?;
    let edited = user.patch(&child["id"], &json!({ "title": "mine now" }))?;
    user.reopen(&task["id"])?;
    same("the child", user.task(&child["id"])?, edited.clone())?;
    let again = next(&user, &task)?;
    same("the child after completing again", again, edited)?;
    same("tasks", user.list("")?["total_estimate"].as_u64(), Some(2))
}

fn a_deleted_child_does_not_come_back(world: &World) -> Result<()> {
    let user = world.user()?;
    let task = repeating(&user, &json!({ "date": "2030-01-01" }), "FREQ=DAILY", "every")?;
    let child = next(&user, &task)?;
    let path = format!("/api/v1/tasks/{}", child["id"].as_str().unwrap_or_default());
    user.client.delete(&path)?.expect(204)?;
    user.reopen(&task["id"])?;
    let done = user.complete(&task["id"])?;
    has_no_next(&user, &done)
}

fn completing_children_goes_on(world: &World) -> Result<()> {
    let user = world.user()?;
    let mut task = repeating(&user, &json!({ "date": "2030-01-01" }), "FREQ=DAILY", "every")?;
    for (number, day) in [(2, "2030-01-02"), (3, "2030-01-03"), (4, "2030-01-04")] {
        task = next(&user, &task)?;
        same("number", &task["occurrence"], &json!(number))?;
        same("day", &task["due"]["date"], &json!(day))?;
    }
    same("tasks", user.list("")?["total_estimate"].as_u64(), Some(4))
}
