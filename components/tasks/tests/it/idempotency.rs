//! `Idempotency-Key`: repeat as often as you like.

use http::{Method, StatusCode};
use serde_json::{Value, json};

use crate::app::{Answer, App};

#[track_caller]
fn same(first: &Answer, second: &Answer) {
    assert!(!first.has("idempotency-replayed"));
    assert_eq!(second.header("idempotency-replayed"), "true");
    assert_eq!(second.status, first.status);
    assert_eq!(second.body, first.body);
    for name in ["etag", "location", "content-type"] {
        assert_eq!(second.headers.get(name), first.headers.get(name), "{name}");
    }
}

#[test]
fn a_repeated_create_creates_nothing() {
    let app = App::new();
    let create = || {
        let ask = app.post("/api/v1/tasks").json(json!({ "title": "Once" }));
        ask.header("idempotency-key", "key-1").send()
    };
    let first = create().expect(StatusCode::CREATED);
    let contents = app.contents();
    same(&first, &create());
    assert_eq!(app.contents(), contents);
}

#[test]
fn a_repeated_change_is_replayed_though_the_task_went_on() {
    let app = App::new();
    let path = app.create(json!({ "title": "A" }));
    let patch = || {
        let ask = app.ask(Method::PATCH, &path).json(json!({ "title": "B" }));
        ask.header("if-match", "\"1\"").header("idempotency-key", "patch").send()
    };
    let complete =
        || app.post(&format!("{path}:complete")).header("idempotency-key", "complete").send();
    let reopen = || app.post(&format!("{path}:reopen")).header("idempotency-key", "reopen").send();
    let delete = || app.ask(Method::DELETE, &path).header("idempotency-key", "delete").send();

    let patched = patch().ok();
    same(&patched, &patch());
    let completed = complete().ok();
    let reopened = reopen().ok();
    same(&completed, &complete());
    same(&reopened, &reopen());
    assert_eq!(app.get(&path).body["status"], "open", "the repetition did not complete it again");
    let deleted = delete().expect(StatusCode::NO_CONTENT);
    let contents = app.contents();
    for (first, again) in
        [(&patched, patch()), (&completed, complete()), (&reopened, reopen()), (&deleted, delete())]
    {
        same(first, &again);
    }
    assert_eq!(app.contents(), contents);
}

#[test]
fn a_change_that_changed_nothing_is_replayed_too() {
    let app = App::new();
    let path = app.create(json!({ "title": "A" }));
    app.post(&format!("{path}:complete")).send().ok();
    let complete = || app.post(&format!("{path}:complete")).header("idempotency-key", "k").send();
    let first = complete().ok();
    app.post(&format!("{path}:reopen")).send().ok();
    same(&first, &complete());
    assert_eq!(app.get(&path).body["status"], "open");
}

#[test]
fn the_same_key_for_another_request_is_refused() {
    let app = App::new();
    let send = |method: Method, path: &str, body: Value| {
        app.ask(method, path).json(body).header("idempotency-key", "k").send()
    };
    let path = app.create(json!({ "title": "B" }));
    let body = json!({ "title": "A" });
    send(Method::POST, "/api/v1/tasks", body.clone()).expect(StatusCode::CREATED);
    let contents = app.contents();

    let refused = |answer: Answer| answer.refused(422, "TASKLOOM-0016", "idempotency-key");
    refused(send(Method::POST, "/api/v1/tasks", json!({ "title": "C" })));
    refused(send(Method::PATCH, &path, body));
    refused(send(Method::POST, &format!("{path}:complete"), json!({})));
    let missing = "/api/v1/tasks/01900000-0000-7000-8000-000000000000";
    refused(send(Method::DELETE, missing, json!({})));
    assert_eq!(app.contents(), contents);
}

#[test]
fn a_key_belongs_to_one_user() {
    let app = App::new();
    let create = |user: &str| {
        let ask = app.post("/api/v1/tasks").of(user).json(json!({ "title": "Mine" }));
        ask.header("idempotency-key", "shared").send().expect(StatusCode::CREATED)
    };
    let (ada, eve) = (create("ada"), create("eve"));
    assert_ne!(ada.body["id"], eve.body["id"]);
    assert!(!eve.has("idempotency-replayed"));
}

#[test]
fn a_refused_request_leaves_its_key_free() {
    let app = App::new();
    let create = |title: &str| {
        let ask = app.post("/api/v1/tasks").json(json!({ "title": title }));
        ask.header("idempotency-key", "k").send()
    };
    create("").refused(400, "TASKLOOM-0005", "title");
    create("better").expect(StatusCode::CREATED);
}

#[test]
fn a_key_is_visible_ascii() {
    let app = App::new();
    let long = "k".repeat(256);
    for key in ["", "a b", "tab\tbed", &long] {
        let ask = app.post("/api/v1/tasks").json(json!({ "title": "T" }));
        let answer = ask.header("idempotency-key", key).send();
        answer.refused(400, "TASKLOOM-0008", "idempotency-key");
    }
    let ask = app.post("/api/v1/tasks").json(json!({ "title": "T" }));
    ask.header("idempotency-key", &long[1..]).send().expect(StatusCode::CREATED);
}
