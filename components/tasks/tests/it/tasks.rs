//! The life of a task over HTTP.

use http::{Method, StatusCode};
use serde_json::{Value, json};

use crate::app::App;

#[test]
fn a_new_task_is_answered_as_it_is_kept() {
    let app = App::new();
    let created = app
        .post("/api/v1/tasks")
        .json(json!({
            "title": "Pay rent",
            "description": "to the landlord",
            "priority": "high",
            "tags": ["home", "money"],
            "due": { "at": "2026-01-31T09:00", "time_zone": "Europe/Berlin" },
            "repeat": { "rule": "FREQ=MONTHLY;BYMONTHDAY=31", "mode": "every" },
            "reminders": [{ "before": "PT30M" }],
        }))
        .send()
        .expect(StatusCode::CREATED);

    let id = created.body["id"].as_str().unwrap();
    assert_eq!(created.header("location"), format!("/api/v1/tasks/{id}"));
    assert_eq!(created.header("etag"), "\"1\"");
    assert_eq!(created.header("content-type"), "application/json");
    assert_eq!(created.header("cache-control"), "no-store");
    assert_eq!(created.body["status"], "open");
    assert_eq!(created.body["version"], 1);
    assert_eq!(
        created.body["due"],
        json!({ "at": "2026-01-31T09:00:00+01:00", "time_zone": "Europe/Berlin" })
    );
    assert_eq!(created.body["occurrence"], 1);
    assert_eq!(created.body["series_id"], id);
    assert_eq!(created.body["reminders"][0]["fire_at"], "2026-01-31T07:30:00Z");
    assert_eq!(created.body["created_at"], "2026-01-30T12:00:00Z");

    let read = app.get(&format!("/api/v1/tasks/{id}")).ok();
    assert_eq!(read.body, created.body);
    assert_eq!(read.header("etag"), "\"1\"");
}

#[test]
fn a_patch_changes_only_what_it_names() {
    let app = App::new();
    let path = app.create(json!({ "title": "Water plants", "tags": ["home"] }));
    let before = app.get(&path).body;

    let patched = app.patch(&path, json!({ "priority": "low", "due": { "date": "2026-02-01" } }));
    let patched = patched.ok();
    assert_eq!(patched.header("etag"), "\"2\"");
    assert_eq!(patched.body["priority"], "low");
    assert_eq!(patched.body["due"]["date"], "2026-02-01");
    assert_eq!(patched.body["title"], before["title"]);
    assert_eq!(patched.body["tags"], before["tags"]);

    let cleared = app.patch(&path, json!({ "due": null, "tags": null })).ok();
    assert_eq!(cleared.body["due"], Value::Null);
    assert_eq!(cleared.body["tags"], json!([]));
    assert_eq!(app.get(&path).body, cleared.body);
}

#[test]
fn a_patch_that_changes_nothing_leaves_the_version_alone() {
    let app = App::new();
    let path = app.create(json!({ "title": "Water plants" }));
    let contents = app.contents();
    let patched = app.patch(&path, json!({ "title": "Water plants" })).ok();
    assert_eq!(patched.header("etag"), "\"1\"");
    assert_eq!(app.contents(), contents);
}

#[test]
fn completing_twice_is_the_same_as_once() {
    let app = App::new();
    let path = app.create(json!({ "title": "Once" }));
    let done = app.post(&format!("{path}:complete")).send().ok();
    assert_eq!(done.body["status"], "done");
    assert_eq!(done.body["completed_at"], "2026-01-30T12:00:00Z");

    let contents = app.contents();
    let again = app.post(&format!("{path}:complete")).send().ok();
    assert_eq!(again.body, done.body);
    assert_eq!(app.contents(), contents);

    let open = app.post(&format!("{path}:reopen")).json(json!({})).send().ok();
    assert_eq!(open.body["status"], "open");
    assert_eq!(open.body["completed_at"], Value::Null);
    assert_eq!(open.header("etag"), "\"3\"");
}

#[test]
fn the_colon_of_a_command_may_be_encoded() {
    let app = App::new();
    let path = app.create(json!({ "title": "Once" }));
    app.post(&format!("{path}%3Acomplete")).send().ok();
}

#[test]
fn a_deleted_task_is_gone_but_its_history_stays() {
    let app = App::new();
    let path = app.create(json!({ "title": "Once" }));
    let deleted = app.ask(Method::DELETE, &path).send();
    let deleted = deleted.expect(StatusCode::NO_CONTENT);
    assert_eq!(deleted.body, Value::Null);
    assert!(!deleted.has("content-type"));

    app.get(&path).refused(404, "TASKLOOM-0012", "");
    app.ask(Method::DELETE, &path).send().refused(404, "TASKLOOM-0012", "");
    app.post(&format!("{path}:complete")).send().refused(404, "TASKLOOM-0012", "");
    let history = app.get(&format!("{path}/history")).ok();
    assert_eq!(types(&history.body), ["task.created", "task.deleted"]);
}

fn types(history: &Value) -> Vec<&str> {
    let items = history["items"].as_array().unwrap();
    items.iter().map(|entry| entry["event_type"].as_str().unwrap()).collect()
}

#[test]
fn history_tells_every_change_with_who_and_what() {
    let app = App::new();
    let path = app.create(json!({ "title": "Old" }));
    app.patch(&path, json!({ "title": "New" })).ok();
    app.post(&format!("{path}:complete")).header("x-correlation-id", "by-hand-1").send().ok();

    let history = app.get(&format!("{path}/history")).ok().body;
    assert_eq!(types(&history), ["task.created", "task.updated", "task.completed"]);
    assert_eq!(history["items"][1]["changes"]["title"], json!({ "from": "Old", "to": "New" }));
    assert_eq!(history["items"][2]["correlation_id"], "by-hand-1");
    assert_eq!(history["items"][2]["actor"], "person");
    assert_eq!(history["next_cursor"], Value::Null);

    let first = app.get(&format!("{path}/history?limit=2")).ok().body;
    assert_eq!(types(&first), ["task.created", "task.updated"]);
    let cursor = first["next_cursor"].as_str().unwrap();
    let second = app.get(&format!("{path}/history?limit=2&cursor={cursor}")).ok().body;
    assert_eq!(types(&second), ["task.completed"]);
}

#[test]
fn the_correlation_id_goes_from_request_to_answer_and_events() {
    let app = App::new();
    let ask = app.post("/api/v1/tasks").json(json!({ "title": "T" }));
    let created = ask.header("x-correlation-id", "order-66_A").send();
    assert_eq!(created.header("x-correlation-id"), "order-66_A");
    let written = app.database().connection.rows("select distinct correlation_id from events");
    assert_eq!(written, [[store::Value::Text("order-66_A".to_owned())]]);

    let forged = app.ask(Method::GET, "/api/v1/tags").header("x-correlation-id", "a b").send();
    assert_eq!(forged.header("x-correlation-id").len(), 36);
}

#[test]
fn another_users_task_is_not_there() {
    let app = App::new();
    let path = app.create(json!({ "title": "Secret" }));
    let contents = app.contents();
    let paths = [
        (Method::GET, path.clone()),
        (Method::GET, format!("{path}/history")),
        (Method::DELETE, path.clone()),
        (Method::POST, format!("{path}:complete")),
        (Method::POST, format!("{path}:reopen")),
    ];
    for (method, path) in paths {
        app.ask(method, &path).of("eve").send().refused(404, "TASKLOOM-0012", "");
    }
    let patch = app.ask(Method::PATCH, &path).of("eve").json(json!({ "title": "Mine" }));
    patch.send().refused(404, "TASKLOOM-0012", "");
    let part = app.post("/api/v1/tasks").of("eve");
    let part = part.json(json!({ "title": "T", "parent_id": path.rsplit('/').next() }));
    part.send().refused(422, "TASKLOOM-0017", "parent_id");
    assert_eq!(app.ask(Method::GET, "/api/v1/tasks").of("eve").send().body["items"], json!([]));
    assert_eq!(app.ask(Method::GET, "/api/v1/tags").of("eve").send().body["items"], json!([]));
    assert_eq!(app.contents(), contents);
}

#[test]
fn a_task_can_be_part_of_another_but_not_of_itself() {
    let app = App::new();
    let id = |path: &str| path.rsplit('/').next().unwrap().to_owned();
    let trip = app.create(json!({ "title": "Trip" }));
    let pack = app.create(json!({ "title": "Pack", "parent_id": id(&trip) }));
    let socks = app.create(json!({ "title": "Socks", "parent_id": id(&pack) }));
    assert_eq!(app.get(&pack).body["parent_id"], id(&trip));

    for (task, parent) in [(&trip, &trip), (&trip, &pack), (&trip, &socks)] {
        let patched = app.patch(task, json!({ "parent_id": id(parent) }));
        patched.refused(422, "TASKLOOM-0017", "parent_id");
    }
    app.patch(&socks, json!({ "parent_id": id(&trip) })).ok();
    app.patch(&socks, json!({ "parent_id": null })).ok();
}

#[test]
fn parts_outlive_the_task_that_they_belonged_to() {
    let app = App::new();
    let trip = app.create(json!({ "title": "Trip" }));
    let parent_id = trip.rsplit('/').next().unwrap();
    let pack = app.create(json!({ "title": "Pack", "parent_id": parent_id }));
    app.ask(Method::DELETE, &trip).send().expect(StatusCode::NO_CONTENT);
    assert_eq!(app.get(&pack).ok().body["parent_id"], parent_id);
    app.patch(&pack, json!({ "title": "Pack less" })).ok();
    let other = json!({ "title": "Late", "parent_id": parent_id });
    let refused = app.post("/api/v1/tasks").json(other).send();
    refused.refused(422, "TASKLOOM-0017", "parent_id");
}

#[test]
fn tasks_nest_eight_levels_deep() {
    let app = App::new();
    let mut path = app.create(json!({ "title": "top" }));
    for level in 1..=8 {
        let parent_id = path.rsplit('/').next().unwrap();
        path = app.create(json!({ "title": format!("level {level}"), "parent_id": parent_id }));
    }
    let parent_id = path.rsplit('/').next().unwrap();
    let refused = app.post("/api/v1/tasks").json(json!({ "title": "T", "parent_id": parent_id }));
    refused.send().refused(422, "TASKLOOM-0017", "parent_id");
}

#[test]
fn the_hot_path_is_one_read_and_one_change() {
    let app = App::new();
    let mut path = String::new();
    assert_eq!(app.statements(|| path = app.create(json!({ "title": "T" }))), 1);
    assert_eq!(app.statements(|| drop(app.get(&path).ok())), 1);
    assert_eq!(app.statements(|| drop(app.patch(&path, json!({ "title": "U" })).ok())), 2);
    let complete = || drop(app.post(&format!("{path}:complete")).send().ok());
    assert_eq!(app.statements(complete), 2);
    let with_key = || {
        let ask = app.post("/api/v1/tasks").json(json!({ "title": "T" }));
        ask.header("idempotency-key", "k").send().expect(StatusCode::CREATED);
    };
    assert_eq!(app.statements(with_key), 1);
}

#[test]
fn head_is_get_without_the_body() {
    let app = App::new();
    let path = app.create(json!({ "title": "T" }));
    let head = app.ask(Method::HEAD, &path).send().ok();
    assert_eq!((head.body.clone(), head.header("etag")), (Value::Null, "\"1\""));
}
