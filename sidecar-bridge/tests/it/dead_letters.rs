//! `taskloom dead-letters` and the routes behind it, with and without a server.

use std::time::{Duration, Instant};

use rusqlite::Connection;
use serde_json::{Value, json};

use crate::support::{Answer, Home, Server, exchange, refused};

/// A task that repeats and was completed; its next instance is there. Returns the number of tasks.
fn completed(home: &Home, server: &Server) -> usize {
    home.app(&["add", "Water", "--due", "2030-01-31", "--repeat", "FREQ=DAILY"]);
    let tasks = tasks(home);
    home.app(&["done", tasks[0]["id"].as_str().unwrap()]);
    until("the next instance", || self::tasks(home).len() == 2);
    assert_eq!(letters(home), json!([]), "{}", server.api);
    2
}

fn tasks(home: &Home) -> Vec<Value> {
    let list = home.app(&["list", "--status", "all", "--json"]);
    serde_json::from_str(&list).unwrap()
}

fn letters(home: &Home) -> Value {
    serde_json::from_str(&home.run(&["dead-letters", "list", "--json"])).unwrap()
}

/// Puts the completion aside for `consumer`, as if it could not be taken; returns its number.
fn set_aside(home: &Home, consumer: &str) -> u64 {
    let database = Connection::open(home.data().join("taskloom.db")).unwrap();
    database.busy_timeout(Duration::from_secs(5)).unwrap();
    let sql = "insert into dead_letters
          (consumer, event_id, user_id, topic, envelope, reason, source_seq, at_ms)
        select ?1, event_id, user_id, topic, json_object('event_id', event_id, 'event_type',
          event_type, 'user_id', user_id, 'timestamp', '2030-01-01T00:00:00Z', 'payload',
          json(payload)), 'a reason', seq, 0
        from events where event_type = 'task.completed' returning id";
    let id: i64 = database.query_row(sql, [consumer], |row| row.get(0)).unwrap();
    id.unsigned_abs()
}

#[track_caller]
fn until(what: &str, done: impl Fn() -> bool) {
    let deadline = Instant::now() + Duration::from_secs(30);
    while !done() {
        assert!(Instant::now() < deadline, "waited in vain for {what}");
        std::thread::sleep(Duration::from_millis(20));
    }
}

fn admin(server: &Server, token: &str, method: &str, path: &str) -> Answer {
    let head = match token {
        "" => "content-length: 0\r\n".to_owned(),
        token => format!("authorization: Bearer {token}\r\ncontent-length: 0\r\n"),
    };
    exchange(&server.admin, method, path, &head, b"")
}

#[test]
fn a_letter_is_listed_replayed_and_dropped_with_a_server_and_without() {
    let home = Home::new();
    let server = home.up();
    let count = completed(&home, &server);

    let id = set_aside(&home, "recurrence");
    let list = letters(&home);
    let letter = &list[0];
    assert_eq!((&letter["id"], &letter["consumer"]), (&json!(id), &json!("recurrence")));
    assert_eq!(letter["event"]["event_type"], "task.completed");
    assert_eq!(letter["at"], "1970-01-01T00:00:00.000Z");
    let table = home.run(&["dead-letters", "list"]);
    assert!(table.contains("recurrence") && table.contains("a reason"), "{table}");

    let said = home.run(&["dead-letters", "replay", &id.to_string()]);
    assert_eq!(said, format!("{id} goes to `recurrence` again now\n"));
    until("the replay", || letters(&home) == json!([]));
    assert_eq!(tasks(&home).len(), count, "what took effect takes no other");

    let notification = set_aside(&home, "notify:webhook").to_string();
    let sentence = refused(&mut home.command(&["dead-letters", "replay", &notification]), 1);
    assert!(sentence.ends_with("until it is dropped (TASKLOOM-1008)"), "{sentence}");
    assert_eq!(home.run(&["dead-letters", "replay", "--all"]), "nothing to replay\n");
    home.run(&["dead-letters", "drop", &notification]);
    let sentence = refused(&mut home.command(&["dead-letters", "drop", &notification]), 1);
    assert_eq!(sentence, format!("there is no dead letter {notification} (TASKLOOM-1007)"));
    drop(server);

    let id = set_aside(&home, "recurrence");
    assert_eq!(letters(&home)[0]["id"], id);
    let said = home.run(&["dead-letters", "replay", "--all"]);
    assert_eq!(said, format!("{id} goes to `recurrence` again when a server runs\n"));
    assert!(letters(&home)[0]["replay_at"].is_string());
    let _server = home.up();
    until("the replay by the next server", || letters(&home) == json!([]));
    assert_eq!(tasks(&home).len(), count);
}

#[test]
fn only_operators_see_letters() {
    let home = Home::new();
    let server = home.up();
    let operator = home.run(&["token", "--admin"]).trim().to_owned();
    for (method, path) in [
        ("GET", "/dead-letters"),
        ("GET", "/dead-letters/1"),
        ("POST", "/dead-letters/1/replay"),
        ("DELETE", "/dead-letters/1"),
    ] {
        let nobody = admin(&server, "", method, path);
        assert_eq!((nobody.status, &nobody.json()["code"]), (401, &json!("TASKLOOM-0009")));
        let person = admin(&server, &home.token("me"), method, path);
        assert_eq!((person.status, &person.json()["code"]), (401, &json!("TASKLOOM-0011")));
        let allowed = admin(&server, &operator, method, path);
        let expect = if path == "/dead-letters" { 200 } else { 404 };
        assert_eq!(allowed.status, expect, "{method} {path}: {}", allowed.body);
    }
    assert_eq!(server.send(&operator, "GET", "/api/v1/tasks", None).status, 401);
    let bad = admin(&server, &operator, "GET", "/dead-letters?limit=0");
    assert_eq!((bad.status, &bad.json()["code"]), (400, &json!("TASKLOOM-0006")));
    assert_eq!(admin(&server, "", "GET", "/healthz").status, 200);
}
