//! Requests in, answers out; the handler behind the adapter is a closure.

use events::{
    RawEnvelope,
    effect::{Effect, Failure, HandlerReply},
};
use guest::{Request, Response, Scope, settings};
use http::{Method, header::AUTHORIZATION};
use serde_json::{Value, json};
use testkit::token::Token;
use uuid::Uuid;

use super::*;

fn now() -> chrono::DateTime<chrono::Utc> {
    chrono::DateTime::from_timestamp(1_780_000_000, 0).unwrap()
}

fn envelope_json() -> Value {
    json!({
        "event_id": Uuid::nil(), "event_type": "task.completed", "user_id": "anna",
        "timestamp": "2026-11-23T09:00:00Z", "payload": {"task_id": Uuid::nil()},
    })
}

fn request() -> Request {
    http::Request::post("/internal/handlers/any")
        .header(AUTHORIZATION, format!("Bearer {}", Token::for_handler(now()).sign()))
        .header(CONTENT_TYPE, "application/json; charset=utf-8")
        .header("x-correlation-id", "correlation-1")
        .body(envelope_json().to_string().into_bytes())
        .unwrap()
}

/// Sends `request` to an adapter whose handler answers `outcome`.
fn send(request: &Request, outcome: Result<Vec<Wish>, Failure>) -> Response {
    let key_set = testkit::token::jwks();
    let verifier =
        settings::verifier(&|name| (name == "auth_jwks").then(|| key_set.clone())).unwrap();
    let scope = Scope::open(request.headers(), now(), Uuid::now_v7);
    respond(request, &scope, &verifier, |envelope: &RawEnvelope| {
        assert_eq!(envelope.user_id, "anna");
        outcome
    })
}

fn body(response: &Response) -> Value {
    serde_json::from_slice(response.body()).unwrap()
}

/// The request, changed by `edit`, gets this status and code, and the handler is never asked.
#[track_caller]
fn check_refused(edit: impl FnOnce(&mut Request), status: u16, code: &str) -> Response {
    let mut request = request();
    edit(&mut request);
    let key_set = testkit::token::jwks();
    let verifier =
        settings::verifier(&|name| (name == "auth_jwks").then(|| key_set.clone())).unwrap();
    let scope = Scope::open(request.headers(), now(), Uuid::now_v7);
    let response =
        respond(&request, &scope, &verifier, |_| panic!("the handler must not be asked"));
    assert_eq!((response.status().as_u16(), &body(&response)["code"]), (status, &json!(code)));
    assert_eq!(response.headers()[CONTENT_TYPE], "application/problem+json");
    response
}

fn authorize(request: &mut Request, token: &str) {
    request.headers_mut().insert(AUTHORIZATION, format!("Bearer {token}").parse().unwrap());
}

#[test]
fn effects_come_back_with_the_correlation_id() {
    let response =
        send(&request(), Ok(vec![Wish::CompleteTask { task_id: Uuid::nil().to_string() }]));
    assert_eq!(response.status(), 200);
    assert_eq!(response.headers()["x-correlation-id"], "correlation-1");
    assert_eq!(response.headers()[CONTENT_TYPE], "application/json");
    assert_eq!(
        body(&response),
        json!({"effects": [{"effect": "complete-task", "task_id": Uuid::nil()}]})
    );
    assert_eq!(body(&send(&request(), Ok(Vec::new()))), json!({"effects": []}));
}

#[test]
fn wishes_read_as_effects() {
    let raw = |json: Value| serde_json::value::to_raw_value(&json).unwrap();
    let id = || Uuid::nil().to_string();
    let time = || "2026-11-23T09:00:00".to_owned();
    let place =
        Place { series_id: id(), occurrence: 2, start: time(), slot: time(), predecessor: id() };
    let wishes = vec![
        Wish::CreateTask { task: raw(json!({"title": "x"})), series: Some(place) },
        Wish::UpdateTask { task_id: id(), patch: raw(json!({"due": null})) },
        Wish::CompleteTask { task_id: id() },
        Wish::ScheduleReminder {
            reminder_id: id(),
            task_id: id(),
            generation: 1,
            fire_at: format!("{}Z", time()),
        },
        Wish::CancelReminder { reminder_id: id() },
        Wish::Notify { title: "x".to_owned(), body: "y".to_owned() },
        Wish::Publish { event: raw(json!([1])) },
    ];
    let response = send(&request(), Ok(wishes));
    let reply = HandlerReply::parse(response.body()).unwrap();
    let names: Vec<_> = reply.effects.iter().map(Effect::name).collect();
    assert_eq!(names, Effect::NAMES);
    assert_eq!(serde_json::to_value(reply).unwrap(), body(&response));
}

#[test]
fn a_failure_says_whether_to_try_again() {
    let never = send(&request(), Err(Failure::Invalid("payload.task: is missing".to_owned())));
    assert_eq!(never.status(), 422);
    assert_eq!(body(&never)["detail"], "payload.task: is missing");
    assert_eq!(never.headers()["x-correlation-id"], "correlation-1");
    let later = send(&request(), Err(Failure::TryLater("not now".to_owned())));
    assert_eq!(later.status(), 503);
    assert_eq!(body(&later)["code"], "TASKLOOM-0027");
}

#[test]
fn only_the_bridge_is_let_in() {
    check_refused(|r| _ = r.headers_mut().remove(AUTHORIZATION), 401, "TASKLOOM-0009");
    let person = Token::of("anna", now()).sign();
    check_refused(|r| authorize(r, &person), 401, "TASKLOOM-0011");
    let for_effects = Token::internal(now()).sign();
    check_refused(|r| authorize(r, &for_effects), 401, "TASKLOOM-0011");
    let long = Token::for_handler(now()).claim("exp", now().timestamp() + 61).sign();
    check_refused(|r| authorize(r, &long), 401, "TASKLOOM-0011");
    check_refused(|r| authorize(r, "a.b.c"), 401, "TASKLOOM-0011");
}

#[test]
fn only_a_posted_json_envelope_is_taken() {
    let response = check_refused(|r| *r.method_mut() = Method::GET, 405, "TASKLOOM-0014");
    assert_eq!(response.headers()[ALLOW], "POST");
    let text = HeaderValue::from_static("text/plain");
    check_refused(|r| _ = r.headers_mut().insert(CONTENT_TYPE, text), 415, "TASKLOOM-0004");
    check_refused(|r| _ = r.headers_mut().remove(CONTENT_TYPE), 415, "TASKLOOM-0004");
    let too_long = vec![b' '; INTERNAL_BODY_MAX_BYTES + 1];
    check_refused(|r| *r.body_mut() = too_long, 413, "TASKLOOM-0003");
    check_refused(|r| *r.body_mut() = b"{".to_vec(), 400, "TASKLOOM-0005");
    let mut wide = envelope_json();
    wide["seq"] = json!(7);
    let wide = wide.to_string().into_bytes();
    let response = check_refused(|r| *r.body_mut() = wide, 400, "TASKLOOM-0005");
    assert_eq!(body(&response)["field"], "seq");
}

#[test]
fn a_long_envelope_is_no_trouble() {
    let mut long = envelope_json();
    long["payload"]["text"] = json!("x".repeat(INTERNAL_BODY_MAX_BYTES - 1024));
    let mut request = request();
    *request.body_mut() = long.to_string().into_bytes();
    assert_eq!(send(&request, Ok(Vec::new())).status(), 200);
}
