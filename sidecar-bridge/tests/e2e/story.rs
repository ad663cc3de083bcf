//! The story that the whole product is about: a task recurs, a reminder fires, and a stream shows it.

use anyhow::{Context, Result};
use chrono::{DateTime, SecondsFormat, TimeDelta, Utc};
use conformance::{Event, Stream, User, now, same};
use serde_json::{Value, json};

use super::support::{Site, settle, started};

#[test]
fn the_rent_is_due_in_january_in_february_and_in_march() -> Result<()> {
    let server = started()?;
    let user = server.world()?.user()?;
    let stream = user.stream(None)?;
    let rent = user.create(&json!({
        "title": "Pay rent",
        "due": { "at": "2026-01-31T09:00", "time_zone": "Europe/Berlin" },
        "repeat": {
            "rule": "FREQ=MONTHLY;BYMONTHDAY=31", "mode": "every", "month_end": "clamp",
        },
        "reminders": [{ "before": "P1D" }],
    }))?;
    same("january", &rent["due"]["at"], &json!("2026-01-31T09:00:00+01:00"))?;
    same("reminder", &rent["reminders"][0]["fire_at"], &json!("2026-01-30T08:00:00Z"))?;

    let mut task = rent;
    for (due, fire_at) in [
        ("2026-02-28T09:00:00+01:00", "2026-02-27T08:00:00Z"),
        ("2026-03-31T09:00:00+02:00", "2026-03-30T07:00:00Z"),
    ] {
        user.complete(&task["id"])?;
        task = next_on(&stream, &user, &task)?;
        same("due", &task["due"]["at"], &json!(due))?;
        same("title", &task["title"], &json!("Pay rent"))?;
        same("reminder", &task["reminders"][0]["fire_at"], &json!(fire_at))?;
    }
    same("tasks", user.list("")?["total_estimate"].as_u64(), Some(3))
}

/// The next instance as the stream tells of it, then as the API shows it.
fn next_on(stream: &Stream, user: &User, done: &Value) -> Result<Value> {
    let is_next = |event: &Event| {
        let payload = event.payload();
        payload["task_id"] != done["id"]
            && payload["changes"]["series_id"]["to"] == done["series_id"]
    };
    let event = stream.find("the next instance", is_next)?;
    let next = user.task(&event.payload()["task_id"])?;
    same("due on the stream", &event.payload()["changes"]["due"]["to"], &next["due"])?;
    same("named by the one before", &user.task(&done["id"])?["next_id"], &next["id"])?;
    Ok(next)
}

#[test]
fn a_reminder_in_two_seconds_fires_once_and_not_early() -> Result<()> {
    let server = started()?;
    let user = server.world()?.user()?;
    let stream = user.stream(None)?;
    let at = now() + TimeDelta::seconds(2);
    let create = |title: &str, at: DateTime<Utc>| {
        let text = at.to_rfc3339_opts(SecondsFormat::Millis, true);
        user.create(&json!({ "title": title, "reminders": [{ "at": text }] }))
    };
    let task = create("in two seconds", at)?;
    // A second trigger of the first reminder would come before this one.
    create("after it", at + TimeDelta::milliseconds(1500))?;

    let is_trigger = |event: &Event| event.name == "reminder.trigger";
    let event = stream.find("the reminder", is_trigger)?;
    let (seen, earliest) = (now(), at - TimeDelta::milliseconds(1));
    let fired = event.data["timestamp"].as_str().context("no timestamp")?;
    let fired: DateTime<Utc> = fired.parse()?;
    assert!(fired >= earliest && seen >= earliest, "due {at}, fired {fired}, seen {seen}");
    // As late as a machine may be that is busy with other things.
    assert!(seen - at < TimeDelta::seconds(10), "due {at}, seen {seen}");
    same("reminder", &event.payload()["reminder_id"], &task["reminders"][0]["id"])?;
    let event = stream.find("the other reminder", is_trigger)?;
    same("the next trigger", &event.payload()["title"], &json!("after it"))?;

    // Nor does it fire again after a restart.
    let triggers = |server: &Site| -> Result<usize> {
        settle(server)?;
        let stream = user.stream(Some(0))?;
        let marker = user.create(&json!({ "title": "the end" }))?;
        let mut count = 0;
        stream.find("the end", |event| {
            count += usize::from(is_trigger(event));
            event.payload()["task_id"] == marker["id"]
        })?;
        Ok(count)
    };
    same("triggers", triggers(&server)?, 2)?;
    let mut server = server;
    server.stop()?;
    server.start()?;
    same("triggers after a restart", triggers(&server)?, 2)
}

#[test]
fn who_comes_back_with_the_last_event_id_misses_nothing() -> Result<()> {
    let mut server = started()?;
    let user = server.world()?.user()?;
    let task = user.create(&json!({ "title": "0" }))?;
    let stream = user.stream(Some(0))?;
    let mut last = stream.next()?.id;
    let mut said = 0;
    for round in 0..4 {
        for _ in 0..5 {
            said += 1;
            user.patch(&task["id"], &json!({ "title": said.to_string() }))?;
        }
        // Some rounds end while the client is away, some with a server that was away too.
        if round % 2 == 1 {
            assert!(server.stop()?.success());
            server.start()?;
        }
        let stream = user.stream(Some(last))?;
        for number in said - 4..=said {
            let event = stream.next()?;
            let title = &event.payload()["changes"]["title"]["to"];
            same("title", title, &json!(number.to_string()))?;
            assert!(event.id > last, "{} comes after {last}", event.id);
            last = event.id;
        }
    }
    Ok(())
}
