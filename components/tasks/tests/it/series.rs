//! Skipping, and the parts of an instance, over HTTP and the effects of a handler.

use http::{Method, StatusCode};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::app::{Answer, App};

fn id(path: &str) -> &str {
    path.rsplit('/').next().unwrap()
}

fn daily(app: &App) -> String {
    app.create(json!({
        "title": "Clean",
        "due": { "date": "2026-02-01" },
        "repeat": { "rule": "FREQ=DAILY", "mode": "every" },
        "reminders": [{ "before": "PT0S" }],
    }))
}

#[test]
fn a_skipped_instance_is_the_same_task_at_its_next_place() {
    let app = App::new();
    let path = daily(&app);
    let before = app.get(&path).body;
    let skipped = app.post(&format!("{path}:skip")).send().ok();
    assert_eq!(skipped.header("etag"), "\"2\"");
    let after = &skipped.body;
    for field in ["id", "status", "title", "series_id", "occurrence", "completed_at"] {
        assert_eq!(after[field], before[field], "{field}");
    }
    assert_eq!(after["due"]["date"], "2026-02-02");
    assert_eq!(after["series"]["slot"], "2026-02-02T00:00:00");
    assert_eq!(after["reminders"][0]["id"], before["reminders"][0]["id"]);
    assert_eq!(after["reminders"][0]["fire_at"], "2026-02-02T08:00:00Z");
    assert_eq!(after["reminders"][0]["generation"], 2);
    assert_eq!(app.get(&path).body, *after);
    let history = app.get(&format!("{path}/history")).body;
    assert_eq!(history["items"][1]["event_type"], "task.updated");
    assert_eq!(history["items"][1]["changes"]["due"]["to"]["date"], "2026-02-02");
}

#[test]
fn a_skip_with_a_key_happens_once_and_a_stale_one_not_at_all() {
    let app = App::new();
    let path = daily(&app);
    let skip = || app.post(&format!("{path}:skip"));
    for _ in 0..2 {
        skip().header("idempotency-key", "one").send().ok();
    }
    assert_eq!(app.get(&path).body["due"]["date"], "2026-02-02");
    skip().header("if-match", "\"1\"").send().refused(412, "TASKLOOM-0015", "if-match");
}

#[test]
fn what_cannot_be_skipped_is_refused_and_stays() {
    let app = App::new();
    let once = app.create(json!({ "title": "Once" }));
    let last = app.create(json!({
        "title": "Last",
        "due": { "date": "2026-02-01" },
        "repeat": { "rule": "FREQ=DAILY;UNTIL=20260201" },
    }));
    let done = daily(&app);
    app.post(&format!("{done}:complete")).send().ok();
    let contents = app.contents();
    let skip = |path: &str| app.post(&format!("{path}:skip")).send();
    skip(&once).refused(409, "TASKLOOM-0029", "");
    skip(&last).refused(409, "TASKLOOM-0029", "");
    skip(&done).refused(409, "TASKLOOM-0028", "");
    skip("/api/v1/tasks/01900000-0000-7000-8000-000000000001").refused(404, "TASKLOOM-0012", "");
    let other = app.post(&format!("{done}:skip")).of("eve").send();
    other.refused(404, "TASKLOOM-0012", "");
    app.post(&format!("{once}:skip")).json(json!({ "to": 1 })).send().refused(
        400,
        "TASKLOOM-0005",
        "",
    );
    assert_eq!(app.ask(Method::GET, &format!("{once}:skip")).send().header("allow"), "POST");
    assert_eq!(app.contents(), contents);
}

/// What the handler wishes for when this daily task is done on the day it is due.
fn next_day(app: &App, path: &str, event: u128) -> Answer {
    let wish = json!({
        "effect": "create-task",
        "task": {
            "title": "Clean", "due": { "date": "2026-02-02" },
            "repeat": { "rule": "FREQ=DAILY", "mode": "every" },
        },
        "series": {
            "series_id": id(path), "occurrence": 2, "predecessor": id(path),
            "start": "2026-02-01T00:00:00", "slot": "2026-02-02T00:00:00",
        },
    });
    let body = json!({
        "consumer": "recurrence",
        "event_id": Uuid::from_u128(event),
        "user_id": "ada",
        "correlation_id": "from-the-start",
        "timestamp": app.environment.now,
        "effects": [wish],
    });
    app.post("/internal/tasks/effects").by_bridge().json(body).send()
}

/// Title, parent and day of the open tasks, in the order of their titles.
fn open(app: &App) -> Vec<(String, Value, Value)> {
    let page = app.get("/api/v1/tasks?status=open&sort=title").ok().body;
    let items = page["items"].as_array().unwrap().iter();
    items
        .map(|task| {
            let title = task["title"].as_str().unwrap().to_owned();
            (title, task["parent_id"].clone(), task["due"]["date"].clone())
        })
        .collect()
}

/// A done daily task with two parts, one of them done.
fn done_with_parts(app: &App) -> (String, String) {
    let path = daily(app);
    let part = |title: &str, due: Value| {
        app.create(json!({ "title": title, "parent_id": id(&path), "due": due }))
    };
    let kitchen = part("Kitchen", json!({ "date": "2026-01-31" }));
    app.post(&format!("{kitchen}:complete")).send().ok();
    app.create(json!({ "title": "Sink", "parent_id": id(&kitchen) }));
    app.post(&format!("{path}:complete")).send().ok();
    (path, kitchen)
}

#[test]
fn parts_come_along_open_again_and_only_once() {
    let app = App::new();
    let (path, _) = done_with_parts(&app);
    let created = next_day(&app, &path, 1).ok().body;
    let ids = created["task_ids"].as_array().unwrap();
    assert_eq!(ids.len(), 3);
    let expect = [
        ("Clean".to_owned(), Value::Null, json!("2026-02-02")),
        ("Kitchen".to_owned(), ids[0].clone(), json!("2026-02-01")),
        // The one of the day before is still to be done.
        ("Sink".to_owned(), json!(null), Value::Null),
        ("Sink".to_owned(), ids[1].clone(), Value::Null),
    ];
    let mut found = open(&app);
    for (title, parent, _) in &mut found {
        if title == "Sink" && !ids.contains(parent) {
            *parent = Value::Null;
        }
    }
    found.sort_by_key(|(title, parent, _)| (title.clone(), parent.as_str().map(str::to_owned)));
    assert_eq!(found, expect);

    let contents = app.contents();
    assert_eq!(next_day(&app, &path, 1).ok().body["duplicate"], true);
    assert_eq!(app.contents(), contents);
    // Delivered under another id: the instance is there, so nothing is created.
    assert_eq!(next_day(&app, &path, 2).ok().body["task_ids"], json!([]));
    assert_eq!(open(&app).len(), 4);
}

#[test]
fn reopening_takes_untouched_parts_back_and_completing_makes_them_again() {
    let app = App::new();
    let (path, _) = done_with_parts(&app);
    let before = open(&app);
    next_day(&app, &path, 1).ok();
    app.post(&format!("{path}:reopen")).send().ok();
    assert_eq!(open(&app).len(), before.len() + 1, "the task itself is open again");
    app.post(&format!("{path}:complete")).send().ok();
    next_day(&app, &path, 2).ok();
    assert_eq!(open(&app).len(), before.len() + 3);
}

#[test]
fn a_part_that_was_moved_away_does_not_stand_in_the_way_of_the_next_completion() {
    let app = App::new();
    let (path, _) = done_with_parts(&app);
    let created = next_day(&app, &path, 1).ok().body;
    let kitchen = format!("/api/v1/tasks/{}", created["task_ids"][1].as_str().unwrap());
    app.patch(&kitchen, json!({ "parent_id": null })).ok();
    app.post(&format!("{path}:reopen")).send().ok();
    assert_eq!(app.get(&kitchen).ok().body["title"], "Kitchen");
    app.post(&format!("{path}:complete")).send().ok();
    assert_eq!(next_day(&app, &path, 2).ok().body["task_ids"].as_array().unwrap().len(), 3);
}

#[test]
fn a_part_that_was_ticked_keeps_the_next_instance() {
    let app = App::new();
    let (path, _) = done_with_parts(&app);
    let created = next_day(&app, &path, 1).ok().body;
    let [child, kitchen] =
        [0, 1].map(|n| format!("/api/v1/tasks/{}", created["task_ids"][n].as_str().unwrap()));
    app.post(&format!("{kitchen}:complete")).send().ok();
    app.post(&format!("{path}:reopen")).send().ok();
    app.get(&child).ok();
    assert_eq!(app.get(&kitchen).ok().body["status"], "done");
}

#[test]
fn ending_the_series_is_a_patch() {
    let app = App::new();
    let path = daily(&app);
    let ended = app.patch(&path, json!({ "repeat": null })).ok().body;
    assert_eq!((&ended["repeat"], &ended["occurrence"]), (&Value::Null, &json!(1)));
    app.post(&format!("{path}:complete")).send().ok();
    assert_eq!(next_day(&app, &path, 1).ok().body["task_ids"], json!([]));
    app.post(&format!("{path}:skip")).send().expect(StatusCode::CONFLICT);
}

#[test]
fn a_change_for_this_instance_only_is_kept_apart_from_what_follows() {
    let app = App::new();
    let path = daily(&app);
    assert_eq!(app.get(&path).body["following"], Value::Null);
    let party = json!({ "title": "Clean for the party", "priority": "urgent", "scope": "this" });
    let changed = app.patch(&path, party).ok().body;
    assert_eq!(changed["title"], "Clean for the party");
    assert_eq!(changed["following"], json!({ "title": "Clean", "priority": "medium" }));
    assert_eq!(app.get(&path).body, changed);
    let all = json!({ "title": "Tidy up", "scope": "this-and-following" });
    assert_eq!(app.patch(&path, all).ok().body["following"], json!({ "priority": "medium" }));

    let due = json!({ "due": { "date": "2026-02-03" } });
    assert_eq!(app.patch(&path, due).ok().body["series"]["slot"], "2026-02-01T00:00:00");
    let due = json!({ "due": { "date": "2026-02-04" }, "scope": "this-and-following" });
    assert_eq!(app.patch(&path, due).ok().body["series"]["slot"], "2026-02-04T00:00:00");
}

#[test]
fn what_is_for_all_instances_cannot_be_for_this_one() {
    let app = App::new();
    let path = daily(&app);
    let contents = app.contents();
    for patch in [
        json!({ "repeat": null, "scope": "this" }),
        json!({ "parent_id": null, "scope": "this" }),
        json!({ "title": "x", "scope": "all" }),
        json!({ "title": "x", "scope": 1 }),
    ] {
        app.patch(&path, patch).refused(400, "TASKLOOM-0005", "scope");
    }
    assert_eq!(app.contents(), contents);
}
