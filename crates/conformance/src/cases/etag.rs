//! `ETag`, `If-Match` and `If-None-Match`.

use anyhow::{Result, ensure};
use serde_json::{Value, json};

use super::cases;
use crate::{Reply, User, World, same};

cases!("etag":
    the_etag_is_the_version,
    a_stale_write_is_refused_and_changes_nothing,
    a_write_on_the_current_version_goes_through,
    one_of_several_tags_is_enough,
    a_weak_tag_matches_no_write,
    what_is_no_tag_is_refused,
    a_known_version_is_not_sent_again,
);

fn a_task(user: &User) -> Result<(Value, String)> {
    let task = user.create(&json!({ "title": "t" }))?;
    let path = format!("/api/v1/tasks/{}", task["id"].as_str().unwrap_or_default());
    Ok((task, path))
}

/// Every write that there is on a task, with `If-Match`.
fn writes(user: &User, path: &str, if_match: &str) -> Result<Vec<Reply>> {
    let client = &user.client;
    [
        client.request("PATCH", path).json(&json!({ "title": "new" })),
        client.request("POST", &format!("{path}:complete")),
        client.request("POST", &format!("{path}:reopen")),
        client.request("DELETE", path),
    ]
    .into_iter()
    .map(|request| request.header("if-match", if_match).send())
    .collect()
}

fn the_etag_is_the_version(world: &World) -> Result<()> {
    let user = world.user()?;
    let (_, path) = a_task(&user)?;
    same("new", user.client.get(&path)?.needs("etag")?, "\"1\"")?;
    let changed = user.client.patch(&path, &json!({ "title": "u" }))?.expect(200)?;
    same("changed", changed.needs("etag")?, "\"2\"")?;
    same("version", &changed["version"], &json!(2))?;
    let done = user.client.request("POST", &format!("{path}:complete")).send()?.expect(200)?;
    same("completed", done.needs("etag")?, "\"3\"")?;
    same("read", user.client.get(&path)?.needs("etag")?, "\"3\"")
}

fn a_stale_write_is_refused_and_changes_nothing(world: &World) -> Result<()> {
    let user = world.user()?;
    let (task, path) = a_task(&user)?;
    let now = user.patch(&task["id"], &json!({ "title": "newer" }))?;
    for stale in ["\"1\"", "\"3\"", "\"other\"", "\"\""] {
        for reply in writes(&user, &path, stale)? {
            let reply = reply.problem(412, "TASKLOOM-0015", Some("if-match"))?;
            same("the current tag", reply.header("etag"), Some("\"2\""))?;
        }
    }
    same("the task", user.task(&task["id"])?, now)
}

fn a_write_on_the_current_version_goes_through(world: &World) -> Result<()> {
    let user = world.user()?;
    let (_, path) = a_task(&user)?;
    let statuses: Vec<_> = writes(&user, &path, "*")?.iter().map(|reply| reply.status).collect();
    same("statuses with *", statuses, [200, 200, 200, 204])?;

    let (_, path) = a_task(&user)?;
    let patch = user.client.request("PATCH", &path).json(&json!({ "title": "u" }));
    patch.header("if-match", "\"1\"").send()?.expect(200)?;
    user.client.request("DELETE", &path).header("if-match", "\"2\"").send()?.expect(204)?;
    Ok(())
}

fn one_of_several_tags_is_enough(world: &World) -> Result<()> {
    let user = world.user()?;
    let (_, path) = a_task(&user)?;
    let patch = user.client.request("PATCH", &path).json(&json!({ "title": "u" }));
    patch.header("if-match", r#""7", "1" ,"a,b""#).send()?.expect(200)?;
    Ok(())
}

fn a_weak_tag_matches_no_write(world: &World) -> Result<()> {
    let user = world.user()?;
    let (task, path) = a_task(&user)?;
    for reply in writes(&user, &path, "W/\"1\"")? {
        reply.problem(412, "TASKLOOM-0015", Some("if-match"))?;
    }
    same("the task", user.task(&task["id"])?, task)
}

fn what_is_no_tag_is_refused(world: &World) -> Result<()> {
    let user = world.user()?;
    let (task, path) = a_task(&user)?;
    for bad in ["1", "\"1", "\"1\" \"2\"", "\"1\","] {
        for reply in writes(&user, &path, bad)? {
            reply.problem(400, "TASKLOOM-0008", Some("if-match"))?;
        }
    }
    same("the task", user.task(&task["id"])?, task)
}

fn a_known_version_is_not_sent_again(world: &World) -> Result<()> {
    let user = world.user()?;
    let (task, path) = a_task(&user)?;
    let get = |tag: &str| user.client.request("GET", &path).header("if-none-match", tag).send();
    for known in ["\"1\"", "W/\"1\"", "*", "\"0\", \"1\""] {
        let reply = get(known)?.expect(304)?;
        ensure!(reply.bytes.is_empty(), "304 with a body: {reply}");
        same("etag", reply.header("etag"), Some("\"1\""))?;
    }
    same("another version", get("\"2\"")?.expect(200)?.json, task)
}
