//! Reminders that are put off.

use anyhow::{Result, ensure};
use chrono::{SecondsFormat, TimeDelta};
use serde_json::{Value, json};

use super::cases;
use crate::{Reply, User, World, now, same};

cases!("snooze":
    a_reminder_that_fired_fires_once_more,
    the_next_reminder_is_put_off_when_none_has_fired,
    a_change_of_the_due_date_ends_it,
    what_cannot_be_put_off_is_refused,
);

fn snooze(user: &User, task: &Value, body: &Value) -> Result<Reply> {
    let path = format!("/api/v1/tasks/{}:snooze", task["id"].as_str().unwrap_or_default());
    user.client.post(&path, body)
}

fn at_nine(user: &User) -> Result<Value> {
    user.create(&json!({
        "title": "t", "due": { "at": "2030-01-31T09:00", "time_zone": "UTC" },
        "reminders": [{ "before": "PT1H" }, { "before": "P1D" }],
    }))
}

fn a_reminder_that_fired_fires_once_more(world: &World) -> Result<()> {
    let user = world.user()?;
    let stream = user.stream(None)?;
    let past = (now() - TimeDelta::seconds(5)).to_rfc3339_opts(SecondsFormat::Millis, true);
    let task = user.create(&json!({ "title": "again", "reminders": [{ "at": past }] }))?;
    let trigger = |event: &crate::Event| event.name == "reminder.trigger";
    stream.find("the reminder", trigger)?;

    let snoozed = snooze(&user, &task, &json!({ "for": "PT1S" }))?.expect(200)?.json;
    let reminder = &snoozed["reminders"][0];
    same("state", &reminder["state"], &json!("scheduled"))?;
    same("generation", &reminder["generation"], &json!(2))?;
    same("put off to", &reminder["snoozed_until"], &reminder["fire_at"])?;
    let again = stream.find("the reminder that was put off", trigger)?;
    same("reminder", &again.payload()["reminder_id"], &reminder["id"])?;
    same("its time", &again.payload()["fire_at"], &reminder["fire_at"])?;
    let fired = again.data["timestamp"].as_str().unwrap_or_default();
    ensure!(fired >= reminder["fire_at"].as_str().unwrap_or("~"), "early: {fired}");
    same("state", &user.task(&task["id"])?["reminders"][0]["state"], &json!("fired"))
}

fn the_next_reminder_is_put_off_when_none_has_fired(world: &World) -> Result<()> {
    let user = world.user()?;
    let task = at_nine(&user)?;
    let until = json!({ "until": "2030-02-01T10:00:00+01:00" });
    let snoozed = snooze(&user, &task, &until)?.expect(200)?.json;
    same("the earlier one", &snoozed["reminders"][1]["fire_at"], &json!("2030-02-01T09:00:00Z"))?;
    same("the other one", &snoozed["reminders"][0], &task["reminders"][0])?;
    let named = json!({ "reminder_id": task["reminders"][0]["id"], "until": until["until"] });
    let snoozed = snooze(&user, &task, &named)?.expect(200)?.json;
    same("by its id", &snoozed["reminders"][0]["fire_at"], &json!("2030-02-01T09:00:00Z"))?;
    same("the same again", snooze(&user, &task, &named)?.expect(200)?.json, snoozed)
}

fn a_change_of_the_due_date_ends_it(world: &World) -> Result<()> {
    let user = world.user()?;
    let task = at_nine(&user)?;
    snooze(&user, &task, &json!({ "until": "2030-01-30T20:00:00Z" }))?.expect(200)?;
    let due = json!({ "at": "2030-01-31T09:02", "time_zone": "UTC" });
    let moved = user.patch(&task["id"], &json!({ "due": due }))?;
    let reminder = &moved["reminders"][1];
    same("fire_at", &reminder["fire_at"], &json!("2030-01-30T09:02:00Z"))?;
    same("generation", &reminder["generation"], &json!(3))?;
    ensure!(reminder.get("snoozed_until").is_none(), "still put off: {reminder}");
    Ok(())
}

fn what_cannot_be_put_off_is_refused(world: &World) -> Result<()> {
    let user = world.user()?;
    let task = at_nine(&user)?;
    let invalid = |body: Value, field: &str| {
        let field = Some(field).filter(|field| !field.is_empty());
        snooze(&user, &task, &body)?.problem(400, "TASKLOOM-0005", field).map(drop)
    };
    invalid(json!({}), "")?;
    invalid(json!({ "for": "PT1H", "until": "2030-01-01T00:00:00Z" }), "")?;
    invalid(json!({ "for": "soon" }), "for")?;
    invalid(json!({ "for": "PT0S" }), "for")?;
    invalid(json!({ "until": "2020-01-01T00:00:00Z" }), "until")?;
    invalid(json!({ "until": "2030-01-01T09:00" }), "until")?;
    invalid(json!({ "hours": 1 }), "hours")?;
    let nobodys = json!({ "reminder_id": task["id"], "for": "PT1H" });
    snooze(&user, &task, &nobodys)?.problem(404, "TASKLOOM-0030", Some("reminder_id"))?;
    same("unchanged", &user.task(&task["id"])?, &task)?;

    user.complete(&task["id"])?;
    snooze(&user, &task, &json!({ "for": "PT1H" }))?.problem(409, "TASKLOOM-0028", None)?;
    let eve = world.user()?;
    snooze(&eve, &task, &json!({ "for": "PT1H" }))?.problem(404, "TASKLOOM-0012", None)?;
    Ok(())
}
