//! Who is let in.

use http::Method;
use serde_json::json;
use testkit::token::{self, Token};

use crate::app::App;

/// Every way in, for people and for the bridge.
const WAYS: &[(&str, &str)] = &[
    ("GET", "/api/v1/tasks"),
    ("POST", "/api/v1/tasks"),
    ("GET", "/api/v1/tasks/01900000-0000-7000-8000-000000000001"),
    ("PATCH", "/api/v1/tasks/01900000-0000-7000-8000-000000000001"),
    ("DELETE", "/api/v1/tasks/01900000-0000-7000-8000-000000000001"),
    ("POST", "/api/v1/tasks/01900000-0000-7000-8000-000000000001:complete"),
    ("POST", "/api/v1/tasks/01900000-0000-7000-8000-000000000001:reopen"),
    ("GET", "/api/v1/tasks/01900000-0000-7000-8000-000000000001/history"),
    ("GET", "/api/v1/tags"),
    ("GET", "/api/v1/occurrences"),
    ("POST", "/internal/tasks/effects"),
];

fn ways() -> impl Iterator<Item = (Method, &'static str)> {
    WAYS.iter().map(|(method, path)| (method.parse().unwrap(), *path))
}

#[test]
fn nobody_gets_in_without_a_token() {
    let app = App::new();
    for (method, path) in ways() {
        let answer = app.ask(method, path).without_token().send();
        answer.refused(401, "TASKLOOM-0009", "");
        assert_eq!(answer.header("www-authenticate"), "Bearer", "{path}");
    }
}

#[test]
fn nobody_gets_in_with_a_broken_token() {
    let app = App::new();
    for (what, token) in token::broken("ada", app.environment.now) {
        let code = if what == "expired" { "TASKLOOM-0010" } else { "TASKLOOM-0011" };
        for (method, path) in ways().filter(|(_, path)| !path.starts_with("/internal")) {
            let answer = app.ask(method, path).bearer(&token).send();
            answer.refused(401, code, "");
            assert_eq!(answer.header("www-authenticate"), r#"Bearer error="invalid_token""#);
        }
    }
}

#[test]
fn a_person_is_not_the_bridge_and_the_bridge_is_nobody() {
    let app = App::new();
    let now = app.environment.now;
    let effects = app.post("/internal/tasks/effects").json(json!({})).send();
    effects.refused(401, "TASKLOOM-0011", "");
    let long = Token::internal(now).claim("exp", now.timestamp() + 61).sign();
    let effects = app.post("/internal/tasks/effects").bearer(&long).json(json!({})).send();
    effects.refused(401, "TASKLOOM-0011", "");
    let list = app.ask(Method::GET, "/api/v1/tasks").by_bridge().send();
    list.refused(401, "TASKLOOM-0011", "");
}

#[test]
fn headers_that_claim_to_be_somebody_count_for_nothing() {
    let app = App::new();
    let ask = app.ask(Method::GET, "/api/v1/tasks").without_token();
    ask.header("x-user-id", "ada").header("spin-user", "ada").send().refused(
        401,
        "TASKLOOM-0009",
        "",
    );
}
