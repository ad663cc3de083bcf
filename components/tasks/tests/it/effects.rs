//! What handlers wish for: once, all or nothing, and for the rows of one user only.

use chrono::{DateTime, TimeDelta, Utc};
use http::{Method, StatusCode};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::app::{Answer, App};

fn deliver(app: &App, event: u128, effects: Value) -> Answer {
    deliver_for(app, "ada", event, effects)
}

fn deliver_for(app: &App, user_id: &str, event: u128, effects: Value) -> Answer {
    let happened_at = app.environment.now;
    deliver_at(app, user_id, event, happened_at, effects)
}

fn deliver_at(
    app: &App,
    user_id: &str,
    event: u128,
    happened_at: DateTime<Utc>,
    effects: Value,
) -> Answer {
    let body = json!({
        "consumer": "recurrence",
        "event_id": Uuid::from_u128(event),
        "user_id": user_id,
        "correlation_id": "from-the-start",
        "timestamp": happened_at,
        "effects": effects,
    });
    app.post("/internal/tasks/effects").by_bridge().json(body).send()
}

/// A monthly task that is done, and the wish for its next instance.
fn done_series(app: &App) -> (String, Value) {
    let path = app.create(json!({
        "title": "Pay rent",
        "due": { "at": "2026-01-31T09:00", "time_zone": "Europe/Berlin" },
        "repeat": { "rule": "FREQ=MONTHLY;BYMONTHDAY=31", "mode": "every" },
    }));
    app.post(&format!("{path}:complete")).send().ok();
    let id = path.rsplit('/').next().unwrap();
    let wish = json!({
        "effect": "create-task",
        "task": {
            "title": "Pay rent",
            "due": { "at": "2026-02-28T09:00", "time_zone": "Europe/Berlin" },
            "repeat": { "rule": "FREQ=MONTHLY;BYMONTHDAY=31", "mode": "every" },
        },
        "series": {
            "series_id": id,
            "occurrence": 2,
            "start": "2026-01-31T09:00:00",
            "slot": "2026-02-28T09:00:00",
            "predecessor": id,
        },
    });
    (path, wish)
}

fn open_tasks(app: &App) -> Vec<Value> {
    app.get("/api/v1/tasks?status=open").body["items"].as_array().unwrap().clone()
}

#[test]
fn the_next_instance_is_created_once_however_often_it_is_wished_for() {
    let app = App::new();
    let (path, wish) = done_series(&app);
    let first = deliver(&app, 1, json!([wish.clone()])).ok().body;
    let child = &first["task_ids"][0];
    assert_eq!(first["duplicate"], false);

    assert_eq!(
        deliver(&app, 1, json!([wish.clone()])).ok().body,
        json!({ "duplicate": true, "task_ids": [] })
    );
    let other_delivery = deliver(&app, 2, json!([wish])).ok().body;
    assert_eq!(other_delivery, json!({ "duplicate": false, "task_ids": [] }));

    let open = open_tasks(&app);
    assert_eq!(open.len(), 1);
    assert_eq!(&open[0]["id"], child);
    assert_eq!(open[0]["occurrence"], 2);
    assert_eq!(open[0]["due"]["at"], "2026-02-28T09:00:00+01:00");
    assert_eq!(&app.get(&path).body["next_id"], child);
    let again = app.post(&format!("{path}:complete")).send().ok();
    assert_eq!(&again.body["next_id"], child);
}

#[test]
fn the_events_of_an_effect_say_who_and_why() {
    let app = App::new();
    let (_, wish) = done_series(&app);
    let child = deliver(&app, 1, json!([wish])).body["task_ids"][0].clone();
    let path = format!("/api/v1/tasks/{}/history", child.as_str().unwrap());
    let created = &app.get(&path).ok().body["items"][0];
    assert_eq!(created["actor"], "handler:recurrence");
    assert_eq!(created["correlation_id"], "from-the-start");
}

#[test]
fn a_task_that_is_open_again_gets_no_next_instance() {
    let app = App::new();
    let (path, wish) = done_series(&app);
    app.post(&format!("{path}:reopen")).send().ok();
    assert_eq!(deliver(&app, 1, json!([wish])).ok().body["task_ids"], json!([]));
    assert_eq!(open_tasks(&app).len(), 1);
}

#[test]
fn a_wish_for_an_older_completion_is_passed_over() {
    let app = App::new();
    let (_, wish) = done_series(&app);
    let now = app.environment.now;
    let stale = now - TimeDelta::seconds(1);
    let answer = deliver_at(&app, "ada", 1, stale, json!([wish.clone()]));
    assert_eq!(answer.ok().body["task_ids"], json!([]));
    assert_eq!(open_tasks(&app).len(), 0);
    // The event of the completion that counts makes the next instance.
    deliver_at(&app, "ada", 2, now, json!([wish])).ok();
    assert_eq!(open_tasks(&app).len(), 1);
}

#[test]
fn a_task_that_was_deleted_gets_no_next_instance() {
    let app = App::new();
    let (path, wish) = done_series(&app);
    app.ask(Method::DELETE, &path).send().expect(StatusCode::NO_CONTENT);
    assert_eq!(deliver(&app, 1, json!([wish])).ok().body["task_ids"], json!([]));
    assert_eq!(open_tasks(&app).len(), 0);
}

#[test]
fn reopening_takes_the_untouched_next_instance_back_and_completing_makes_it_again() {
    let app = App::new();
    let (path, wish) = done_series(&app);
    let first = deliver(&app, 1, json!([wish.clone()])).body["task_ids"][0].clone();
    app.post(&format!("{path}:reopen")).send().ok();
    assert_eq!(open_tasks(&app).len(), 1, "only the task itself");

    let done = app.post(&format!("{path}:complete")).send().ok();
    assert_eq!(done.body.get("next_id"), None);
    let second = deliver(&app, 2, json!([wish])).ok().body["task_ids"][0].clone();
    assert_eq!(first, second, "the id follows from the series");
    assert_eq!(open_tasks(&app).len(), 1);
}

#[test]
fn reopening_at_the_same_moment_leaves_no_stray_instance() {
    let app = App::new();
    let (path, wish) = done_series(&app);
    let twin = app.twin();
    app.meanwhile(move || drop(twin.post(&format!("{path}:reopen")).send().ok()));
    assert_eq!(deliver(&app, 1, json!([wish])).ok().body["task_ids"], json!([]));
    assert_eq!(open_tasks(&app).len(), 1);
}

#[test]
fn effects_build_on_each_other_and_are_stored_together() {
    let app = App::new();
    let path = app.create(json!({ "title": "Read" }));
    let id = path.rsplit('/').next().unwrap();
    let answer = deliver(
        &app,
        1,
        json!([
            { "effect": "update-task", "task_id": id, "patch": { "priority": "high" } },
            { "effect": "complete-task", "task_id": id },
            { "effect": "create-task", "task": { "title": "Write" } },
            { "effect": "cancel-reminder", "reminder_id": id },
        ]),
    );
    assert_eq!(answer.ok().body["task_ids"].as_array().unwrap().len(), 2);
    let task = app.get(&path).body;
    assert_eq!((&task["priority"], &task["status"]), (&json!("high"), &json!("done")));
    assert_eq!(open_tasks(&app)[0]["title"], "Write");
}

#[test]
fn one_bad_effect_refuses_them_all() {
    let app = App::new();
    let contents = app.contents();
    for (bad, field) in [
        (json!({ "effect": "create-task", "task": { "title": "" } }), "effects[1].title"),
        (
            json!({ "effect": "create-task", "task": { "title": "T", "due": { "date": "2026-02-31" } } }),
            "effects[1].task.due.date",
        ),
        (json!({ "effect": "complete-task", "task_id": Uuid::nil() }), "effects[1]"),
    ] {
        let good = json!({ "effect": "create-task", "task": { "title": "Good" } });
        deliver(&app, 1, json!([good, bad])).refused(422, "TASKLOOM-0025", field);
        assert_eq!(app.contents(), contents);
    }
    deliver(&app, 1, json!([{ "effect": "explode" }])).refused(
        400,
        "TASKLOOM-0005",
        "effects[0].effect",
    );
}

#[test]
fn a_delivery_that_was_applied_stays_so_when_it_could_not_be_applied_again() {
    let app = App::new();
    let path = app.create(json!({ "title": "Call", "due": { "date": "2026-02-01" } }));
    let id = path.rsplit('/').next().unwrap();
    let patch = json!({ "reminders": [{ "before": "PT1H" }] });
    let wish = json!([{ "effect": "update-task", "task_id": id, "patch": patch }]);
    deliver(&app, 1, wish.clone()).ok();
    app.patch(&path, json!({ "due": null, "reminders": [] })).ok();
    let contents = app.contents();

    assert_eq!(deliver(&app, 1, wish.clone()).ok().body["duplicate"], true);
    let refused = deliver(&app, 2, wish);
    refused.refused(422, "TASKLOOM-0025", "effects[0].reminders[0].before");
    assert_eq!(app.contents(), contents);
}

#[test]
fn a_handler_cannot_reach_the_tasks_of_another_user() {
    let app = App::new();
    let (path, wish) = done_series(&app);
    let id = path.rsplit('/').next().unwrap();
    let contents = app.contents();
    for (n, effect) in [
        json!({ "effect": "update-task", "task_id": id, "patch": { "title": "Mine" } }),
        json!({ "effect": "complete-task", "task_id": id }),
        json!({ "effect": "create-task", "task": { "title": "T", "parent_id": id } }),
        wish,
    ]
    .into_iter()
    .enumerate()
    {
        let answer = deliver_for(&app, "eve", n as u128, json!([effect]));
        assert_eq!(answer.body["code"], "TASKLOOM-0025", "{}", answer.body);
        assert_eq!(app.contents(), contents);
    }
}

#[test]
fn a_wish_for_a_task_that_its_user_deleted_is_passed_over() {
    let app = App::new();
    let path = app.create(json!({ "title": "Gone" }));
    let id = path.rsplit('/').next().unwrap();
    app.ask(Method::DELETE, &path).send().expect(StatusCode::NO_CONTENT);
    let wishes = json!([
        { "effect": "complete-task", "task_id": id },
        { "effect": "create-task", "task": { "title": "Still wanted" } },
    ]);
    assert_eq!(deliver(&app, 1, wishes).ok().body["task_ids"].as_array().unwrap().len(), 1);
}

#[test]
fn an_event_without_data_effects_is_remembered_too() {
    let app = App::new();
    assert_eq!(deliver(&app, 1, json!([])).ok().body["duplicate"], false);
    assert_eq!(deliver(&app, 1, json!([])).ok().body["duplicate"], true);
}

#[test]
fn a_series_goes_on_over_the_change_to_summer_time() {
    let app = App::new();
    let (path, wish) = done_series(&app);
    let february = deliver(&app, 1, json!([wish.clone()])).body["task_ids"][0].clone();
    let later =
        App::on(app.database().connection.clone()).at(app.environment.now + TimeDelta::days(40));
    let february_path = format!("/api/v1/tasks/{}", february.as_str().unwrap());
    later.post(&format!("{february_path}:complete")).send().ok();

    let mut march = wish;
    march["task"]["due"]["at"] = json!("2026-03-31T09:00");
    march["series"]["occurrence"] = json!(3);
    march["series"]["slot"] = json!("2026-03-31T09:00:00");
    march["series"]["predecessor"] = february.clone();
    let child = deliver(&later, 2, json!([march])).ok().body["task_ids"][0].clone();
    let child = later.get(&format!("/api/v1/tasks/{}", child.as_str().unwrap())).ok().body;
    assert_eq!(child["due"]["at"], "2026-03-31T09:00:00+02:00");
    assert_eq!(later.get(&path).body["next_id"], february);
}
