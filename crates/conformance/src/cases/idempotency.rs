//! `Idempotency-Key`: the same request again gets the same answer and changes nothing.

use anyhow::Result;
use serde_json::{Value, json};

use super::cases;
use crate::{Reply, User, World, same};

cases!("idempotency":
    the_same_create_makes_one_task,
    the_same_change_is_made_once,
    the_same_delete_is_answered_twice,
    a_refused_request_leaves_its_key_free,
    a_key_with_another_request_is_refused,
    keys_of_two_users_do_not_meet,
    what_is_no_key_is_refused,
);

const HEADER: &str = "idempotency-key";

fn send(user: &User, method: &str, path: &str, body: &Value, key: &str) -> Result<Reply> {
    let request = user.client.request(method, path).header(HEADER, key);
    if body.is_null() { request.send() } else { request.json(body).send() }
}

fn the_same_create_makes_one_task(world: &World) -> Result<()> {
    let user = world.user()?;
    let task = json!({ "title": "once" });
    let create = || send(&user, "POST", "/api/v1/tasks", &task, "key-1")?.expect(201);
    let (first, second) = (create()?, create()?);
    same("body", &second.bytes, &first.bytes)?;
    for header in ["location", "etag", "content-type"] {
        same(header, second.header(header), first.header(header))?;
    }
    same("first is no repetition", first.header("idempotency-replayed"), None)?;
    same("second is one", second.header("idempotency-replayed"), Some("true"))?;
    same("tasks", user.titles("")?, ["once"])
}

fn the_same_change_is_made_once(world: &World) -> Result<()> {
    let user = world.user()?;
    let task = user.create(&json!({ "title": "t" }))?;
    let path = format!("/api/v1/tasks/{}", task["id"].as_str().unwrap_or_default());
    let twice = |method: &str, path: &str, body: Value, key: &str| {
        let first = send(&user, method, path, &body, key)?.expect(200)?;
        let second = send(&user, method, path, &body, key)?.expect(200)?;
        same(key, second.bytes, first.bytes)
    };
    twice("PATCH", &path, json!({ "title": "u" }), "patch")?;
    twice("POST", &format!("{path}:complete"), Value::Null, "complete")?;
    twice("POST", &format!("{path}:reopen"), Value::Null, "reopen")?;
    same("version", &user.task(&task["id"])?["version"], &json!(4))?;
    // The answer is that of then, even though the task went on.
    let then = send(&user, "PATCH", &path, &json!({ "title": "u" }), "patch")?.expect(200)?;
    same("version of then", &then["version"], &json!(2))
}

fn the_same_delete_is_answered_twice(world: &World) -> Result<()> {
    let user = world.user()?;
    let task = user.create(&json!({ "title": "t" }))?;
    let path = format!("/api/v1/tasks/{}", task["id"].as_str().unwrap_or_default());
    for _ in 0..2 {
        send(&user, "DELETE", &path, &Value::Null, "gone")?.expect(204)?;
    }
    user.client.delete(&path)?.expect(404)?;
    Ok(())
}

fn a_refused_request_leaves_its_key_free(world: &World) -> Result<()> {
    let user = world.user()?;
    send(&user, "POST", "/api/v1/tasks", &json!({ "title": "" }), "key-1")?.expect(400)?;
    send(&user, "POST", "/api/v1/tasks", &json!({ "title": "t" }), "key-1")?.expect(201)?;
    Ok(())
}

fn a_key_with_another_request_is_refused(world: &World) -> Result<()> {
    let user = world.user()?;
    let create = |body: &Value| send(&user, "POST", "/api/v1/tasks", body, "key-1");
    let task = create(&json!({ "title": "a" }))?.expect(201)?.json;
    create(&json!({ "title": "b" }))?.problem(422, "TASKLOOM-0016", Some(HEADER))?;
    let path = format!("/api/v1/tasks/{}", task["id"].as_str().unwrap_or_default());
    let patch = send(&user, "PATCH", &path, &json!({ "title": "a2" }), "key-1")?;
    patch.problem(422, "TASKLOOM-0016", Some(HEADER))?;
    same("tasks", user.titles("")?, ["a"])
}

fn keys_of_two_users_do_not_meet(world: &World) -> Result<()> {
    let (ada, bob) = (world.user()?, world.user()?);
    let create = |user: &User, title: &str| {
        send(user, "POST", "/api/v1/tasks", &json!({ "title": title }), "key-1")?.expect(201)
    };
    create(&ada, "hers")?;
    create(&bob, "his")?;
    same("hers", ada.titles("")?, ["hers"])?;
    same("his", bob.titles("")?, ["his"])
}

fn what_is_no_key_is_refused(world: &World) -> Result<()> {
    let user = world.user()?;
    let task = json!({ "title": "t" });
    let create = |key: &str| send(&user, "POST", "/api/v1/tasks", &task, key);
    for key in ["", "two words", &"x".repeat(256), "schlüssel"] {
        create(key)?.problem(400, "TASKLOOM-0008", Some(HEADER))?;
    }
    create(&"x".repeat(255))?.expect(201)?;
    let two = user.client.request("POST", "/api/v1/tasks").json(&task);
    let two = two.header(HEADER, "a").header(HEADER, "b").send()?;
    two.problem(400, "TASKLOOM-0008", Some(HEADER))?;
    same("tasks", user.titles("")?, ["t"])
}
