//! Two users: neither sees, changes or even notices what is the other's.

use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};

use super::cases;
use crate::{User, World, same};

cases!("isolation":
    a_task_of_another_is_not_there,
    lists_and_tags_show_ones_own_only,
    a_task_of_another_is_no_parent,
    a_cursor_of_another_opens_nothing,
    headers_from_outside_change_nobody,
    the_stream_shows_ones_own_only,
);

fn path(task: &Value) -> String {
    format!("/api/v1/tasks/{}", task["id"].as_str().unwrap_or_default())
}

fn hers(ada: &User) -> Result<Value> {
    ada.create(&json!({ "title": "hers", "tags": ["secret"], "priority": "urgent" }))
}

fn a_task_of_another_is_not_there(world: &World) -> Result<()> {
    let (ada, bob) = (world.user()?, world.user()?);
    let task = hers(&ada)?;
    let mine = path(&task);
    let nobodys = "/api/v1/tasks/00000000-0000-7000-8000-000000000000";
    for (method, suffix, body) in [
        ("GET", "", Value::Null),
        ("PATCH", "", json!({ "title": "his" })),
        ("DELETE", "", Value::Null),
        ("POST", ":complete", Value::Null),
        ("POST", ":reopen", Value::Null),
        ("GET", "/history", Value::Null),
    ] {
        let ask = |path: &str| {
            let request = bob.client.request(method, &format!("{path}{suffix}"));
            let request = if body.is_null() { request } else { request.json(&body) };
            request.send()?.problem(404, "TASKLOOM-0012", None)
        };
        let (other, none) = (ask(&mine)?, ask(nobodys)?);
        same("the answer is that for a task that never was", other.bytes, none.bytes)?;
    }
    same("her task", ada.task(&task["id"])?, task)
}

fn lists_and_tags_show_ones_own_only(world: &World) -> Result<()> {
    let (ada, bob) = (world.user()?, world.user()?);
    hers(&ada)?;
    for query in ["", "tag=secret", "status=open", "priority=urgent", "sort=title"] {
        let page = bob.list(query)?;
        same(query, &page["items"], &json!([]))?;
        same("estimate", &page["total_estimate"], &json!(0))?;
    }
    same("tags", &bob.client.get("/api/v1/tags")?["items"], &json!([]))
}

fn a_task_of_another_is_no_parent(world: &World) -> Result<()> {
    let (ada, bob) = (world.user()?, world.user()?);
    let task = hers(&ada)?;
    let part = json!({ "title": "part", "parent_id": task["id"] });
    let reply = bob.client.post("/api/v1/tasks", &part)?;
    reply.problem(422, "TASKLOOM-0017", Some("parent_id"))?;
    Ok(())
}

fn a_cursor_of_another_opens_nothing(world: &World) -> Result<()> {
    let (ada, bob) = (world.user()?, world.user()?);
    hers(&ada)?;
    hers(&ada)?;
    let page = ada.list("limit=1")?;
    let cursor = page["next_cursor"].as_str().context("no cursor")?;
    same("tasks", bob.titles(&format!("limit=1&cursor={cursor}"))?, Vec::<String>::new())
}

fn headers_from_outside_change_nobody(world: &World) -> Result<()> {
    let (ada, bob) = (world.user()?, world.user()?);
    let task = hers(&ada)?;
    for (name, value) in [
        ("x-user-id", ada.name.clone()),
        ("x-forwarded-user", ada.name.clone()),
        ("spin-path-info", path(&task)),
        ("spin-full-url", format!("http://localhost{}", path(&task))),
    ] {
        let request = bob.client.request("GET", &path(&task)).header(name, value);
        request.send()?.problem(404, "TASKLOOM-0012", None)?;
    }
    Ok(())
}

fn the_stream_shows_ones_own_only(world: &World) -> Result<()> {
    let (ada, bob) = (world.user()?, world.user()?);
    let his = bob.stream(None)?;
    let task = hers(&ada)?;
    ada.complete(&task["id"])?;
    // His own task comes after hers, so hers would have come by then.
    let own = bob.create(&json!({ "title": "his" }))?;
    let event = his.next()?;
    same("the first event", &event.payload()["task_id"], &own["id"])?;
    same("whose", &event.data["user_id"], &json!(bob.name))?;
    let more = his.next_before(Instant::now() + Duration::from_millis(50))?;
    ensure!(more.is_none(), "one event too many: {more:?}");
    Ok(())
}
