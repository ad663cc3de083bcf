//! Everything that a client can get wrong, and what it is told.

use http::Method;
use serde_json::{Value, json};

use crate::app::App;

/// Sends a body to `POST /api/v1/tasks`; it is refused and nothing is written.
#[track_caller]
fn body(body: impl Into<Vec<u8>>, status: u16, code: &str, field: &str) {
    let app = App::new();
    let contents = app.contents();
    let ask = app.post("/api/v1/tasks").bytes(body.into());
    ask.header("content-type", "application/json").send().refused(status, code, field);
    assert_eq!(app.contents(), contents);
}

/// A field of a new task that is not accepted; a patch of it is not either.
#[track_caller]
fn field(name: &str, value: Value, at: &str) {
    let mut new = json!({ "title": "T" });
    new[name] = value.clone();
    body(new.to_string(), 400, "TASKLOOM-0005", at);

    let app = App::new();
    let path = app.create(json!({ "title": "T" }));
    let mut patch = json!({});
    patch[name] = value;
    app.patch(&path, patch).refused(400, "TASKLOOM-0005", at);
}

#[test]
fn a_field_that_there_is_not() {
    field("tittle", json!("x"), "tittle");
    field("user_id", json!("eve"), "user_id");
    field("id", json!("01900000-0000-7000-8000-000000000001"), "id");
    field("version", json!(7), "version");
    field("status", json!("done"), "status");
    field("due", json!({ "date": "2026-12-01", "zone": "UTC" }), "due.zone");
    field("reminders", json!([{ "after": "PT1M" }]), "reminders[0].after");
}

#[test]
fn a_title_that_is_none() {
    body(r#"{}"#, 400, "TASKLOOM-0005", "title");
    field("title", json!(""), "title");
    field("title", json!("  \t "), "title");
    field("title", json!("x".repeat(501)), "title");
    field("title", json!("two\nlines"), "title");
    field("title", json!(7), "title");
    body(r#"{"title":"a","title":"b"}"#, 400, "TASKLOOM-0005", "title");
}

#[test]
fn a_value_that_is_out_of_bounds() {
    field("description", json!("x".repeat(20_001)), "description");
    field("priority", json!("highest"), "priority");
    field("priority", json!(1), "priority");
    field("tags", json!([""]), "tags[0]");
    field("tags", (0..51).map(|n| n.to_string()).collect(), "tags");
    field("tags", json!("home"), "tags");
    field("parent_id", json!("not-an-id"), "parent_id");
    field("reminders", json!([{ "before": "half an hour" }]), "reminders[0].before");
    field("reminders", json!([{ "before": "PT30M" }]), "reminders[0].before");
    field("reminders", json!([{ "at": "tomorrow" }]), "reminders[0].at");
    field("reminders", json!([{ "at": "1969-12-31T23:59:59Z" }]), "reminders[0].at");
    field("reminders", json!([{ "at": "9999-01-01T00:00:00Z" }]), "reminders[0].at");
    let many = (0..200).map(|n| json!({ "at": format!("2026-03-01T00:00:00.{n:03}Z") }));
    field("reminders", many.collect(), "reminders");
}

#[test]
fn a_date_that_does_not_exist() {
    field("due", json!({ "date": "2026-02-31" }), "due.date");
    field("due", json!({ "date": "tomorrow" }), "due.date");
    field("due", json!({ "date": "2026-13-01" }), "due.date");
    field("due", json!({ "at": "2026-02-31T09:00", "time_zone": "UTC" }), "due.at");
    field("due", json!({ "at": "2026-12-01T25:00", "time_zone": "UTC" }), "due.at");
    field("due", json!({ "at": "2026-12-01T09:00" }), "due.time_zone");
    field("due", json!({ "at": "2026-12-01T09:00", "time_zone": "Mars/Olympus" }), "due.time_zone");
    field("due", json!({}), "due");
    field("due", json!("2026-12-01"), "due");
}

#[test]
fn a_rule_that_is_none() {
    let rule = |rule: &str| json!({ "rule": rule });
    field("repeat", rule("every tuesday"), "repeat.rule");
    field("repeat", rule(""), "repeat.rule");
    field("repeat", rule("FREQ=SOMETIMES"), "repeat.rule");
    field("repeat", rule("FREQ=DAILY;INTERVAL=0"), "repeat.rule");
    field("repeat", rule("FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30"), "repeat.rule");
    field("repeat", json!({ "rule": "FREQ=DAILY", "mode": "sometimes" }), "repeat.mode");
    field("repeat", json!({ "rule": "FREQ=DAILY", "month_end": "drift" }), "repeat.month_end");
    field("repeat", json!({}), "repeat.rule");
}

#[test]
fn a_body_that_is_no_json_object() {
    body("", 400, "TASKLOOM-0001", "");
    body("{", 400, "TASKLOOM-0001", "");
    body(r#"{"title":"T"} trailing"#, 400, "TASKLOOM-0001", "");
    body(r#"{"title":"T",}"#, 400, "TASKLOOM-0001", "");
    body("[".repeat(60_000), 400, "TASKLOOM-0001", "");
    body("null", 400, "TASKLOOM-0005", "");
    body(r#"["T"]"#, 400, "TASKLOOM-0005", "");
    body(b"{\"title\":\"\xff\"}".as_slice(), 400, "TASKLOOM-0002", "");
}

#[test]
fn a_body_that_is_too_long() {
    let long = format!(r#"{{"title":"T","description":"{}"}}"#, "x".repeat(65 * 1024));
    body(long, 413, "TASKLOOM-0003", "");
}

#[test]
fn a_body_of_another_kind() {
    let app = App::new();
    let kinds = [
        None,
        Some("text/plain"),
        Some("application/x-www-form-urlencoded"),
        Some("application/merge-patch+json"),
        Some("application/json; charset=latin1"),
        Some("application/jsonp"),
    ];
    for kind in kinds {
        let ask = app.post("/api/v1/tasks").bytes(br#"{"title":"T"}"#.to_vec());
        let ask = kind.into_iter().fold(ask, |ask, kind| ask.header("content-type", kind));
        ask.send().refused(415, "TASKLOOM-0004", "content-type");
    }
    for kind in ["application/json", "Application/JSON; charset=UTF-8"] {
        let ask = app.post("/api/v1/tasks").bytes(br#"{"title":"T"}"#.to_vec());
        ask.header("content-type", kind).send().expect(http::StatusCode::CREATED);
    }
    let path = app.create(json!({ "title": "T" }));
    let patch = app.ask(Method::PATCH, &path).json(json!({ "title": "U" }));
    patch.header("content-type", "application/merge-patch+json").send().ok();
}

#[test]
fn a_body_where_there_is_none() {
    let app = App::new();
    let path = app.create(json!({ "title": "T" }));
    for ask in [
        app.post(&format!("{path}:complete")),
        app.post(&format!("{path}:reopen")),
        app.ask(Method::DELETE, &path),
    ] {
        ask.json(json!({ "at": "now" })).send().refused(400, "TASKLOOM-0005", "");
    }
}

#[test]
fn a_title_can_be_changed_but_not_taken_away() {
    let app = App::new();
    let path = app.create(json!({ "title": "T" }));
    app.patch(&path, json!({ "title": null })).refused(400, "TASKLOOM-0005", "title");
}

#[track_caller]
fn parameter(query: &str, field: &str) {
    let answer = App::new().get(&format!("/api/v1/tasks?{query}"));
    answer.refused(400, "TASKLOOM-0006", field);
}

#[test]
fn a_parameter_that_is_not_accepted() {
    parameter("colour=red", "colour");
    parameter("Status=open", "Status");
    parameter("status=deleted", "status");
    parameter("status=", "status");
    parameter("status=open&status=done", "status");
    parameter("priority=high,highest", "priority");
    parameter("priority=", "priority");
    parameter("sort=colour", "sort");
    parameter("sort=due,-priority,-due", "sort");
    parameter(&format!("sort={}due", "created,".repeat(3000)), "sort");
    parameter(&["tag=home"; 51].join("&"), "tag");
    parameter("sort=", "sort");
    parameter("sort=--due", "sort");
    parameter("limit=0", "limit");
    parameter("limit=201", "limit");
    parameter("limit=ten", "limit");
    parameter("limit=-1", "limit");
    parameter("due_after=tomorrow", "due_after");
    parameter("due_before=2026-02-31", "due_before");
    parameter("due_before=2026-2-1", "due_before");
    parameter("due_before=2026-02-01T09:00:00", "due_before");
}

#[test]
fn a_parameter_that_is_still_to_come() {
    let app = App::new();
    for (query, field) in
        [("q=rent", "q"), ("filter=tag:home", "filter"), ("sort=relevance", "sort")]
    {
        let answer = app.get(&format!("/api/v1/tasks?{query}"));
        answer.refused(400, "TASKLOOM-0019", field);
        assert!(answer.body["detail"].as_str().unwrap().ends_with("not supported yet"));
    }
}

#[test]
fn a_cursor_that_no_page_gave() {
    let app = App::new();
    for cursor in ["x", "", "e30", "!!!", "bnVsbA"] {
        let answer = app.get(&format!("/api/v1/tasks?cursor={cursor}"));
        answer.refused(400, "TASKLOOM-0007", "cursor");
    }
    let path = app.create(json!({ "title": "T" }));
    let answer = app.get(&format!("{path}/history?cursor=x"));
    answer.refused(400, "TASKLOOM-0007", "cursor");
}

#[test]
fn a_parameter_where_there_is_none() {
    let app = App::new();
    let path = app.create(json!({ "title": "T" }));
    for (method, path) in [
        (Method::GET, path.clone()),
        (Method::DELETE, path.clone()),
        (Method::POST, "/api/v1/tasks".to_owned()),
        (Method::POST, format!("{path}:complete")),
        (Method::GET, "/api/v1/tags".to_owned()),
    ] {
        let ask = app.ask(method, &format!("{path}?force=true"));
        ask.send().refused(400, "TASKLOOM-0006", "force");
    }
}

#[test]
fn an_id_that_is_none() {
    let app = App::new();
    for id in ["7", "not-an-id", "%FF", "..%2F..%2Fetc%2Fpasswd'"] {
        let answer = app.get(&format!("/api/v1/tasks/{id}"));
        assert_eq!(answer.status.as_u16(), 404, "{}", answer.body);
    }
    let missing = "/api/v1/tasks/01900000-0000-7000-8000-000000000001";
    app.get(missing).refused(404, "TASKLOOM-0012", "");
}

#[test]
fn a_path_that_there_is_not() {
    let app = App::new();
    for path in [
        "/",
        "/api/v1",
        "/api/v1/",
        "/api/v1/tasks/",
        "/api/v1/tasksx",
        "/api/v2/tasks",
        "/api/v1/tasks/x:burn",
        "/api/v1/tasks/x/history/1",
        "/api/v1/tags/x",
        "/internal/tasks",
        "/internal/tasks/effects/",
        "//api/v1/tasks",
    ] {
        app.get(path).refused(404, "TASKLOOM-0013", "");
    }
}

#[test]
fn a_method_that_the_path_does_not_take() {
    let app = App::new();
    let task = "/api/v1/tasks/01900000-0000-7000-8000-000000000001";
    for (method, path, allow) in [
        (Method::PUT, task.to_owned(), "GET, HEAD, PATCH, DELETE"),
        (Method::DELETE, "/api/v1/tasks".to_owned(), "GET, HEAD, POST"),
        (Method::GET, format!("{task}:complete"), "POST"),
        (Method::POST, format!("{task}/history"), "GET, HEAD"),
        (Method::POST, "/api/v1/tags".to_owned(), "GET, HEAD"),
        (Method::GET, "/internal/tasks/effects".to_owned(), "POST"),
        (Method::OPTIONS, "/api/v1/tasks".to_owned(), "GET, HEAD, POST"),
    ] {
        let answer = app.ask(method, &path).send();
        answer.refused(405, "TASKLOOM-0014", "");
        assert_eq!(answer.header("allow"), allow);
    }
}
