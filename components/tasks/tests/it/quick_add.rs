//! `POST /api/v1/quick-add`: a line of text becomes a task. The moment is Friday, 30 January 2026,
//! 13:00 in Berlin.

use http::StatusCode;
use serde_json::{Value, json};

use crate::app::{Answer, App};

fn quick_add(app: &App, body: Value) -> Answer {
    app.post("/api/v1/quick-add").json(body).send()
}

#[test]
fn a_text_becomes_a_task_with_all_that_it_says() {
    let app = App::new();
    let answer = quick_add(&app, json!({ "text": "Pay rent tomorrow at 9 #home !high" }))
        .expect(StatusCode::CREATED);
    let task = &answer.body["task"];
    assert_eq!(task["title"], "Pay rent");
    assert_eq!(task["due"]["at"], "2026-01-31T09:00:00+01:00");
    assert_eq!(task["due"]["time_zone"], "Europe/Berlin");
    assert_eq!(task["tags"], json!(["home"]));
    assert_eq!(task["priority"], "high");
    let stored = app.get(answer.header("location")).ok();
    assert_eq!(stored.body["title"], "Pay rent");
    assert_eq!(stored.header("etag"), answer.header("etag"));
}

#[test]
fn a_dry_run_says_the_same_and_stores_nothing() {
    let app = App::new();
    let text = "Water plants every 3 days after completion";
    let before = app.contents();
    let dry = quick_add(&app, json!({ "text": text, "dry_run": true })).ok();
    assert_eq!(app.contents(), before);
    assert!(dry.body.get("task").is_none());
    assert_eq!(dry.body["intent"]["title"], "Water plants");
    assert_eq!(dry.body["intent"]["repeat"]["rule"], "FREQ=DAILY;INTERVAL=3");
    assert_eq!(dry.body["intent"]["repeat"]["mode"], "after-completion");
    let wet = quick_add(&app, json!({ "text": text })).expect(StatusCode::CREATED);
    assert_eq!(wet.body["intent"], dry.body["intent"]);
    assert_eq!(wet.body["spans"], dry.body["spans"]);
}

#[test]
fn spans_point_at_what_was_understood() {
    let app = App::new();
    let text = "Grüße 🙂 an Oma tomorrow #familie";
    let dry = quick_add(&app, json!({ "text": text, "dry_run": true })).ok();
    let pieces: Vec<(&str, &str)> = dry.body["spans"]
        .as_array()
        .unwrap()
        .iter()
        .map(|span| {
            let at = |name: &str| usize::try_from(span[name].as_u64().unwrap()).unwrap();
            (span["kind"].as_str().unwrap(), &text[at("start")..at("end")])
        })
        .collect();
    assert_eq!(pieces, [("date", "tomorrow"), ("tag", "#familie")]);
}

#[test]
fn what_is_open_is_asked_and_the_task_is_kept_all_the_same() {
    let app = App::new();
    let answer = quick_add(&app, json!({ "text": "Call Bob at 5" })).expect(StatusCode::CREATED);
    assert_eq!(answer.body["task"]["title"], "Call Bob at 5");
    assert_eq!(answer.body["task"]["due"], Value::Null);
    let choices = &answer.body["intent"]["unsure"][0]["choices"];
    assert_eq!((&choices[0]["value"], &choices[1]["value"]), (&json!("05:00"), &json!("17:00")));
}

#[test]
fn the_request_says_where_the_person_is_and_what_they_speak() {
    let app = App::new();
    let body = json!({ "text": "Oma anrufen morgen um 9", "locale": "de",
                       "time_zone": "America/New_York", "dry_run": true });
    let dry = quick_add(&app, body).ok();
    assert_eq!(dry.body["intent"]["title"], "Oma anrufen");
    assert_eq!(
        dry.body["intent"]["due"],
        json!({ "at": "2026-01-31T09:00", "time_zone": "America/New_York" })
    );
}

#[test]
fn a_repeated_request_adds_nothing() {
    let app = App::new();
    let add = || {
        let ask = app.post("/api/v1/quick-add").json(json!({ "text": "Once tomorrow" }));
        ask.header("idempotency-key", "key-1").send()
    };
    let first = add().expect(StatusCode::CREATED);
    let contents = app.contents();
    let again = add().expect(StatusCode::CREATED);
    assert_eq!(again.body, first.body);
    assert_eq!(app.contents(), contents);
}

#[track_caller]
fn check_refused(body: Value, field: &str) {
    let app = App::new();
    let before = app.contents();
    let answer = quick_add(&app, body).expect(StatusCode::BAD_REQUEST);
    assert_eq!(answer.body["field"], field, "{}", answer.body);
    let detail = answer.body["detail"].as_str().unwrap();
    assert!(detail.contains(field) && !detail.contains('\n'), "{detail}");
    assert_eq!(app.contents(), before);
}

#[test]
fn bad_input_is_refused_by_name() {
    check_refused(json!({ "text": "" }), "text");
    check_refused(json!({ "text": "a".repeat(2_001) }), "text");
    check_refused(json!({ "text": "pay \u{202e}tner" }), "text");
    check_refused(json!({ "text": "tomorrow at 9" }), "text");
    check_refused(json!({ "text": "x", "time_zone": "Mars/Olympus" }), "time_zone");
    check_refused(json!({ "text": "x", "locale": "tlh" }), "locale");
    check_refused(json!({ "text": "x", "user_id": "eve" }), "user_id");
    check_refused(json!({ "dry_run": true }), "text");
}
