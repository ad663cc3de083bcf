//! Putting a reminder off, over HTTP.

use chrono::TimeDelta;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::app::{Answer, App};

/// A task for one o'clock in UTC, an hour from now, with two reminders.
fn call(app: &App) -> String {
    app.create(json!({
        "title": "Call",
        "due": { "at": "2026-01-30T13:00", "time_zone": "UTC" },
        "reminders": [{ "before": "PT0S" }, { "before": "PT30M" }],
    }))
}

fn snooze(app: &App, path: &str, body: Value) -> Answer {
    app.post(&format!("{path}:snooze")).json(body).send()
}

#[test]
fn it_fires_once_more_at_that_time() {
    let app = App::new();
    let path = call(&app);
    let answer = snooze(&app, &path, json!({ "for": "PT10M" })).ok();
    assert_eq!(answer.header("etag"), "\"2\"");
    let reminder = &answer.body["reminders"][1];
    assert_eq!(reminder["snoozed_until"], "2026-01-30T12:10:00Z");
    assert_eq!(reminder["fire_at"], "2026-01-30T12:10:00Z");
    assert_eq!((&reminder["state"], &reminder["generation"]), (&json!("scheduled"), &json!(2)));
    assert_eq!(reminder["before"], "PT30M");
    assert_eq!(answer.body["reminders"][0].get("snoozed_until"), None);
    assert_eq!(app.get(&path).body, answer.body);

    let waiting = app.environment.store.due_reminders(i64::MAX, 10).unwrap();
    let times: Vec<_> = waiting.iter().map(|due| (due.generation, due.fire_at_ms)).collect();
    let at = |minutes| (app.environment.now + TimeDelta::minutes(minutes)).timestamp_millis();
    assert_eq!(times, [(2, at(10)), (1, at(60))]);
}

#[test]
fn a_reminder_is_chosen_by_its_id_and_put_off_to_a_moment() {
    let app = App::new();
    let path = call(&app);
    let id = app.get(&path).body["reminders"][0]["id"].clone();
    let until = json!({ "reminder_id": id, "until": "2026-01-31T09:00:00+01:00" });
    let first = snooze(&app, &path, until.clone()).ok().body;
    assert_eq!(first["reminders"][0]["snoozed_until"], "2026-01-31T08:00:00Z");
    let contents = app.contents();
    assert_eq!(snooze(&app, &path, until).ok().body, first);
    assert_eq!(app.contents(), contents, "the same again changes nothing");
}

#[test]
fn a_change_of_the_due_date_ends_it_and_one_of_the_title_does_not() {
    let app = App::new();
    let path = call(&app);
    snooze(&app, &path, json!({ "for": "P1D" })).ok();
    let renamed = app.patch(&path, json!({ "title": "Ring" })).ok().body;
    assert_eq!(renamed["reminders"][1]["snoozed_until"], "2026-01-31T12:00:00Z");
    let due = json!({ "at": "2026-01-30T13:02", "time_zone": "UTC" });
    let moved = app.patch(&path, json!({ "due": due })).ok().body;
    let reminder = &moved["reminders"][1];
    assert_eq!(reminder.get("snoozed_until"), None);
    assert_eq!(reminder["fire_at"], "2026-01-30T12:32:00Z");
    assert_eq!(reminder["generation"], 3);
}

#[test]
fn what_cannot_be_put_off_is_refused_and_nothing_changes() {
    let app = App::new();
    let path = call(&app);
    let bare = app.create(json!({ "title": "Bare" }));
    let done = call(&app);
    app.post(&format!("{done}:complete")).send().ok();
    let contents = app.contents();
    let hour = || json!({ "for": "PT1H" });
    snooze(&app, &done, hour()).refused(409, "TASKLOOM-0028", "");
    snooze(&app, &bare, hour()).refused(404, "TASKLOOM-0030", "reminder_id");
    let nobodys = json!({ "reminder_id": Uuid::nil(), "for": "PT1H" });
    snooze(&app, &path, nobodys).refused(404, "TASKLOOM-0030", "reminder_id");
    let invalid = |body, field| snooze(&app, &path, body).refused(400, "TASKLOOM-0005", field);
    invalid(json!({}), "");
    invalid(json!({ "for": "PT1H", "until": "2030-01-01T00:00:00Z" }), "");
    invalid(json!({ "for": "PT0S" }), "for");
    invalid(json!({ "for": "an hour" }), "for");
    invalid(json!({ "until": "2026-01-30T12:00:00Z" }), "until");
    invalid(json!({ "until": "2030-01-01T00:00" }), "until");
    invalid(json!({ "for": "PT1H", "id": 1 }), "id");
    invalid(json!({ "for": "PT1H", "reminder_id": "x" }), "reminder_id");
    let theirs = app.post(&format!("{path}:snooze")).of("eve").json(hour()).send();
    theirs.refused(404, "TASKLOOM-0012", "");
    app.post(&format!("{path}:snooze")).send().refused(415, "TASKLOOM-0004", "content-type");
    assert_eq!(app.contents(), contents);
}
