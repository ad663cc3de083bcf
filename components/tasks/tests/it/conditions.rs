//! `ETag`, `If-Match`, `If-None-Match`.

use http::{Method, StatusCode};
use serde_json::json;

use crate::app::{Answer, App};

/// A task at version 2, asked to change under a condition by each route that can.
fn under(condition: &str) -> Vec<(&'static str, App, Answer)> {
    ["patch", "delete", ":complete", ":reopen"]
        .map(|route| {
            let app = App::new();
            let path = app.create(json!({ "title": "T" }));
            app.patch(&path, json!({ "title": "U" })).ok();
            let ask = match route {
                "patch" => app.ask(Method::PATCH, &path).json(json!({ "title": "V" })),
                "delete" => app.ask(Method::DELETE, &path),
                command => app.post(&format!("{path}{command}")),
            };
            let answer = ask.header("if-match", condition).send();
            (route, app, answer)
        })
        .into()
}

#[test]
fn the_current_version_may_be_changed() {
    for condition in ["\"2\"", "*", "\"1\", \"2\"", "\"abc\",\"2\""] {
        for (route, _, answer) in under(condition) {
            assert!(answer.status.is_success(), "{route} {condition}: {}", answer.body);
        }
    }
}

#[test]
fn a_stale_version_is_refused_with_the_current_one() {
    for condition in ["\"1\"", "\"3\"", "\"02\"", "\"\"", "\"two\"", "\"1\", \"3\""] {
        for (route, app, answer) in under(condition) {
            answer.refused(412, "TASKLOOM-0015", "if-match");
            assert_eq!(answer.header("etag"), "\"2\"", "{route}");
            assert_eq!(app.get("/api/v1/tasks").body["items"][0]["version"], 2);
        }
    }
}

#[test]
fn a_weak_tag_never_matches_a_write() {
    for (_, _, answer) in under("W/\"2\"") {
        answer.refused(412, "TASKLOOM-0015", "if-match");
    }
}

#[test]
fn what_is_no_entity_tag_is_refused() {
    for condition in ["2", "\"2", "\"2\" \"3\"", "2, \"2\"", ""] {
        for (_, _, answer) in under(condition) {
            answer.refused(400, "TASKLOOM-0008", "if-match");
        }
    }
}

#[test]
fn a_known_version_is_not_sent_again() {
    let app = App::new();
    let path = app.create(json!({ "title": "T" }));
    let get = |tag: &str| app.ask(Method::GET, &path).header("if-none-match", tag).send();
    for known in ["\"1\"", "W/\"1\"", "*", "\"0\", \"1\""] {
        let answer = get(known).expect(StatusCode::NOT_MODIFIED);
        assert_eq!(answer.header("etag"), "\"1\"");
        assert!(!answer.has("content-type"));
    }
    get("\"2\"").ok();
    get("1").refused(400, "TASKLOOM-0008", "if-none-match");
}
