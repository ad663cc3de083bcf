//! Lists: filters, order, pages, tags.

use serde_json::{Value, json};

use crate::app::App;

fn titles(answer: &Value) -> Vec<&str> {
    answer["items"].as_array().unwrap().iter().map(|t| t["title"].as_str().unwrap()).collect()
}

fn filled() -> App {
    let app = App::new();
    for (title, priority, tags, due) in [
        ("alpha", "low", json!(["home"]), json!({ "date": "2026-02-01" })),
        ("bravo", "urgent", json!(["work"]), json!({ "date": "2026-02-03" })),
        ("charlie", "high", json!(["home", "work"]), Value::Null),
    ] {
        app.create(json!({ "title": title, "priority": priority, "tags": tags, "due": due }));
    }
    let done = app.create(json!({ "title": "delta", "due": { "date": "2026-02-02" } }));
    app.post(&format!("{done}:complete")).send().ok();
    app
}

#[track_caller]
fn check(query: &str, expect: &[&str]) {
    let answer = filled().get(&format!("/api/v1/tasks?{query}")).ok();
    assert_eq!(titles(&answer.body), expect, "{query}");
    assert_eq!(answer.body["total_estimate"], expect.len(), "{query}");
}

#[test]
fn filters_narrow_a_list() {
    check("", &["alpha", "bravo", "charlie", "delta"]);
    check("status=all", &["alpha", "bravo", "charlie", "delta"]);
    check("status=open", &["alpha", "bravo", "charlie"]);
    check("status=done", &["delta"]);
    check("priority=high,urgent", &["bravo", "charlie"]);
    check("tag=home", &["alpha", "charlie"]);
    check("tag=HOME&tag=work", &["charlie"]);
    check("due_before=2026-02-02", &["alpha"]);
    check("due_after=2026-02-01&status=open", &["bravo"]);
    check("due_after=2026-02-02T12%3A00%3A00%2B01:00", &["bravo", "delta"]);
}

#[test]
fn sort_keys_go_both_ways() {
    check("sort=-title", &["delta", "charlie", "bravo", "alpha"]);
    check("sort=due", &["alpha", "delta", "bravo", "charlie"]);
    check("sort=-due", &["bravo", "delta", "alpha", "charlie"]);
    check("sort=-priority,title", &["bravo", "charlie", "delta", "alpha"]);
    check("sort=status,-created", &["charlie", "bravo", "alpha", "delta"]);
}

#[test]
fn pages_follow_each_other_to_the_end() {
    let app = filled();
    let mut seen = Vec::new();
    let mut path = "/api/v1/tasks?sort=-title&limit=3".to_owned();
    loop {
        let page = app.get(&path).ok().body;
        seen.extend(titles(&page).iter().map(|title| (*title).to_owned()));
        match page["next_cursor"].as_str() {
            None => break,
            Some(cursor) => path = format!("/api/v1/tasks?sort=-title&limit=3&cursor={cursor}"),
        }
    }
    assert_eq!(seen, ["delta", "charlie", "bravo", "alpha"]);
}

#[test]
fn a_cursor_of_another_order_is_refused() {
    let app = filled();
    let page = app.get("/api/v1/tasks?sort=-title&limit=1").ok().body;
    let cursor = page["next_cursor"].as_str().unwrap();
    let other = app.get(&format!("/api/v1/tasks?sort=title&limit=1&cursor={cursor}"));
    other.refused(400, "TASKLOOM-0007", "cursor");
}

#[test]
fn tags_are_counted_over_open_tasks() {
    let tags = filled().get("/api/v1/tags").ok().body;
    let expect = json!({ "items": [{ "tag": "home", "count": 2 }, { "tag": "work", "count": 2 }] });
    assert_eq!(tags, expect);
}
