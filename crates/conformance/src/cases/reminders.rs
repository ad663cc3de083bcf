//! When reminders fire, and that they do so once and never early.

use anyhow::{Context, Result, bail, ensure};
use chrono::{DateTime, SecondsFormat, TimeDelta, Utc};
use serde_json::{Value, json};

use super::cases;
use crate::{Event, User, World, now, same};

cases!("reminders":
    a_reminder_counts_from_the_due_time,
    a_day_before_is_a_day_on_the_wall_clock,
    a_day_counts_from_its_beginning_hour,
    a_reminder_follows_the_due_date,
    a_done_task_has_none_left,
    a_reminder_fires_once_and_not_early,
    a_late_reminder_fires_at_once,
    a_moved_reminder_does_not_fire_at_its_old_time,
    a_reminder_of_a_done_task_does_not_fire,
);

/// Later than any reminder fires on a machine that is busy with other things.
const LATE_MAX: TimeDelta = TimeDelta::seconds(10);

fn fire_at(task: &Value, index: usize) -> &Value {
    &task["reminders"][index]["fire_at"]
}

fn state(task: &Value) -> &Value {
    &task["reminders"][0]["state"]
}

fn a_reminder_counts_from_the_due_time(world: &World) -> Result<()> {
    let task = world.user()?.create(&json!({
        "title": "t", "due": { "at": "2030-01-31T09:00", "time_zone": "Europe/Berlin" },
        "reminders": [{ "before": "PT30M" }, { "at": "2030-01-30T18:00:00+01:00" }],
    }))?;
    same("before", fire_at(&task, 0), &json!("2030-01-31T07:30:00Z"))?;
    same("at", fire_at(&task, 1), &json!("2030-01-30T17:00:00Z"))?;
    same("state", state(&task), &json!("scheduled"))?;
    same("generation", &task["reminders"][0]["generation"], &json!(1))?;
    same("as asked", &task["reminders"][0]["before"], &json!("PT30M"))
}

fn a_day_before_is_a_day_on_the_wall_clock(world: &World) -> Result<()> {
    let task = world.user()?.create(&json!({
        "title": "t", "due": { "at": "2030-03-31T09:00", "time_zone": "Europe/Berlin" },
        "reminders": [{ "before": "P1D" }, { "before": "PT24H" }],
    }))?;
    // The night between them has 23 hours.
    same("P1D", fire_at(&task, 0), &json!("2030-03-30T08:00:00Z"))?;
    same("PT24H", fire_at(&task, 1), &json!("2030-03-30T07:00:00Z"))
}

fn a_day_counts_from_its_beginning_hour(world: &World) -> Result<()> {
    let task = world.user()?.create(&json!({
        "title": "t", "due": { "date": "2030-07-01", "time_zone": "Europe/Berlin" },
        "reminders": [{ "before": "PT0S" }, { "before": "P1D" }],
    }))?;
    same("that day at nine", fire_at(&task, 0), &json!("2030-07-01T07:00:00Z"))?;
    same("the day before at nine", fire_at(&task, 1), &json!("2030-06-30T07:00:00Z"))
}

fn a_reminder_follows_the_due_date(world: &World) -> Result<()> {
    let user = world.user()?;
    let task = user.create(&json!({
        "title": "t", "due": { "at": "2030-01-31T09:00", "time_zone": "UTC" },
        "reminders": [{ "before": "PT1H" }],
    }))?;
    let due = json!({ "at": "2030-02-01T12:00", "time_zone": "UTC" });
    let moved = user.patch(&task["id"], &json!({ "due": due }))?;
    same("fire_at", fire_at(&moved, 0), &json!("2030-02-01T11:00:00Z"))?;
    same("generation", &moved["reminders"][0]["generation"], &json!(2))?;
    same("id", &moved["reminders"][0]["id"], &task["reminders"][0]["id"])
}

fn a_done_task_has_none_left(world: &World) -> Result<()> {
    let user = world.user()?;
    let task = user.create(&json!({
        "title": "t", "due": { "date": "2030-01-31" }, "reminders": [{ "before": "PT1H" }],
    }))?;
    same("done", state(&user.complete(&task["id"])?), &json!("cancelled"))?;
    same("open again", state(&user.reopen(&task["id"])?), &json!("scheduled"))
}

/// A task without a due date and with a reminder so many milliseconds from now.
fn reminding(title: &str, in_ms: i64) -> (Value, DateTime<Utc>) {
    let at = now() + TimeDelta::milliseconds(in_ms);
    let text = at.to_rfc3339_opts(SecondsFormat::Millis, true);
    (json!({ "title": title, "reminders": [{ "at": text }] }), at)
}

fn is_trigger(event: &Event) -> bool {
    event.name == "reminder.trigger"
}

/// When the event came to be.
fn fired_at(event: &Event) -> Result<DateTime<Utc>> {
    Ok(event.data["timestamp"].as_str().context("no timestamp")?.parse()?)
}

fn a_reminder_fires_once_and_not_early(world: &World) -> Result<()> {
    let user = world.user()?;
    let stream = user.stream(None)?;
    let (first, at) = reminding("first", 700);
    let task = user.create(&first)?;
    // Fires after the first one: a second trigger of the first would come before it.
    user.create(&reminding("second", 2200).0)?;

    let event = stream.find("the reminder", is_trigger)?;
    let (arrived, fired) = (now(), fired_at(&event)?);
    let due = at - TimeDelta::milliseconds(1);
    ensure!(fired >= due && arrived >= due, "due at {at}, fired at {fired}, here at {arrived}");
    ensure!(fired - at < LATE_MAX, "due at {at}, fired at {fired}");
    let payload = event.payload();
    same("reminder", &payload["reminder_id"], &task["reminders"][0]["id"])?;
    same("task", &payload["task_id"], &task["id"])?;
    same("title", &payload["title"], &json!("first"))?;
    ensure!(payload["late_by_ms"].is_u64() && payload["fire_at"].is_string(), "{payload}");

    let event = stream.find("the other reminder", is_trigger)?;
    same("the next trigger", &event.payload()["title"], &json!("second"))?;
    same("state", state(&user.task(&task["id"])?), &json!("fired"))
}

fn a_late_reminder_fires_at_once(world: &World) -> Result<()> {
    let user = world.user()?;
    let stream = user.stream(None)?;
    user.create(&reminding("late", -60_000).0)?;
    let event = stream.find("the reminder", is_trigger)?;
    let late = event.payload()["late_by_ms"].as_u64().unwrap_or_default();
    ensure!(late >= 60_000, "late by {late} ms");
    Ok(())
}

fn a_moved_reminder_does_not_fire_at_its_old_time(world: &World) -> Result<()> {
    let later = json!({ "reminders": [{ "at": "2035-01-01T00:00:00Z" }] });
    does_not_fire_after(world, |user, task| user.patch(&task["id"], &later).map(drop))
}

fn a_reminder_of_a_done_task_does_not_fire(world: &World) -> Result<()> {
    does_not_fire_after(world, |user, task| user.complete(&task["id"]).map(drop))
}

/// Checks that a reminder does not fire when `act` is done before its time.
fn does_not_fire_after(world: &World, act: impl Fn(&User, &Value) -> Result<()>) -> Result<()> {
    let user = world.user()?;
    let stream = user.stream(None)?;
    // A slow machine gets more time.
    for lead_ms in [800, 4_000, 20_000] {
        let (task, at) = reminding("not me", lead_ms);
        let task = user.create(&task)?;
        act(&user, &task)?;
        if now() >= at {
            continue;
        }
        let mark = user.create(&reminding("after it", lead_ms + 800).0)?;
        let mut fired = false;
        stream.find("the other reminder", |event| {
            let of = |task: &Value| is_trigger(event) && event.payload()["task_id"] == task["id"];
            fired |= of(&task);
            of(&mark)
        })?;
        ensure!(!fired, "it fired all the same: {task}");
        return Ok(());
    }
    bail!("too slow to do anything before a reminder fires")
}
