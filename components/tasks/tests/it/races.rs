//! Requests that meet. Each race is staged: the rival acts right before the change is stored.

use std::{cell::Cell, rc::Rc, thread};

use http::{Method, StatusCode};
use serde_json::json;

use crate::app::App;

#[test]
fn of_two_equal_requests_at_once_one_acts_and_both_get_its_answer() {
    let app = App::new();
    let twin = app.twin();
    let create = |app: &App| {
        let ask = app.post("/api/v1/tasks").json(json!({ "title": "Once" }));
        ask.header("idempotency-key", "k").send()
    };
    app.meanwhile(move || drop(create(&twin).expect(StatusCode::CREATED)));
    let second = create(&app).expect(StatusCode::CREATED);
    assert_eq!(second.header("idempotency-replayed"), "true");
    assert_eq!(app.get("/api/v1/tasks").body["total_estimate"], 1);
}

#[test]
fn equal_changes_of_a_task_at_once_are_replayed_as_well() {
    let app = App::new();
    let path = app.create(json!({ "title": "A" }));
    let (twin, twin_path) = (app.twin(), path.clone());
    let patch = |app: &App, path: &str| {
        let ask = app.ask(Method::PATCH, path).json(json!({ "title": "B" }));
        ask.header("if-match", "\"1\"").header("idempotency-key", "k").send()
    };
    app.meanwhile(move || drop(patch(&twin, &twin_path).ok()));
    let second = patch(&app, &path).ok();
    assert_eq!(second.header("idempotency-replayed"), "true");
    assert_eq!(app.get(&path).body["version"], 2);
}

#[test]
fn without_a_condition_both_changes_count() {
    let app = App::new();
    let path = app.create(json!({ "title": "A" }));
    let (twin, twin_path) = (app.twin(), path.clone());
    app.meanwhile(move || drop(twin.patch(&twin_path, json!({ "priority": "high" })).ok()));
    let patched = app.patch(&path, json!({ "title": "B" })).ok();
    assert_eq!((&patched.body["title"], &patched.body["priority"]), (&json!("B"), &json!("high")));
    assert_eq!(patched.body["version"], 3);
}

#[test]
fn with_a_condition_the_later_change_is_refused() {
    let app = App::new();
    let path = app.create(json!({ "title": "A" }));
    let (twin, twin_path) = (app.twin(), path.clone());
    app.meanwhile(move || drop(twin.patch(&twin_path, json!({ "priority": "high" })).ok()));
    let ask = app.ask(Method::PATCH, &path).json(json!({ "title": "B" }));
    let answer = ask.header("if-match", "\"1\"").send();
    answer.refused(412, "TASKLOOM-0015", "if-match");
    assert_eq!(answer.header("etag"), "\"2\"");
}

#[test]
fn no_circle_of_parents_closes_from_both_sides() {
    let app = App::new();
    let (a, b) = (app.create(json!({ "title": "A" })), app.create(json!({ "title": "B" })));
    let id = |path: &str| path.rsplit('/').next().unwrap().to_owned();
    let (twin, a_id, b_id, b_path) = (app.twin(), id(&a), id(&b), b.clone());
    app.meanwhile(move || drop(twin.patch(&b_path, json!({ "parent_id": a_id })).ok()));
    app.patch(&a, json!({ "parent_id": b_id })).refused(422, "TASKLOOM-0017", "parent_id");
}

#[test]
fn a_task_that_changes_all_the_time_is_given_up_in_the_end() {
    let app = App::new();
    let path = app.create(json!({ "title": "A" }));
    let tries = Rc::new(Cell::new(0));
    for n in 0..60 {
        let (twin, path, tries) = (app.twin(), path.clone(), tries.clone());
        app.meanwhile(move || {
            tries.set(tries.get() + 1);
            twin.patch(&path, json!({ "description": n.to_string() })).ok();
        });
    }
    let answer = app.patch(&path, json!({ "title": "B" }));
    answer.refused(503, "TASKLOOM-0018", "");
    assert_eq!(answer.header("retry-after"), "1");
    assert_eq!(tries.get(), 50);
}

#[test]
fn fifty_at_once_complete_a_task_and_all_hear_so() {
    let app = App::new();
    let path = app.create(json!({ "title": "Popular" }));
    let connection = &app.database().connection;
    thread::scope(|scope| {
        for _ in 0..50 {
            scope.spawn(|| {
                let done = App::on(connection.clone()).post(&format!("{path}:complete")).send();
                assert_eq!(done.ok().body["status"], "done");
            });
        }
    });
    let completed = "select count(*) from events where event_type = 'task.completed'";
    assert_eq!(connection.rows(completed), [[store::Value::Integer(1)]]);
    assert_eq!(app.get(&path).body["version"], 2);
}
