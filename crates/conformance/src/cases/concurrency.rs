//! Many at once: every answer is right, and the outcome is that of some order.

use std::thread;

use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};

use super::cases;
use crate::{Client, Reply, User, World, same};

cases!("concurrency":
    completing_many_times_at_once_is_one_completion,
    creating_many_times_under_one_key_makes_one_task,
    one_of_many_conditional_writes_wins,
    changes_of_different_fields_all_survive,
);

/// Clients at once, each with a connection of its own. Stock Spin locks its database file for each
/// write and refuses those that wait too long, so that there cannot be many.
const CLIENTS: usize = 8;

fn at_once(
    world: &World,
    user: &User,
    ask: impl Fn(&Client, usize) -> Result<Reply> + Sync,
) -> Result<Vec<Reply>> {
    thread::scope(|scope| {
        let ask = &ask;
        let client = |number: usize| {
            let client = Client::new(&world.api, Some(&user.token));
            scope.spawn(move || ask(&client, number))
        };
        let clients: Vec<_> = (0..CLIENTS).map(client).collect();
        clients
            .into_iter()
            .map(|client| client.join().ok().context("a client ended in a bug")?)
            .collect()
    })
}

fn path(task: &Value) -> String {
    format!("/api/v1/tasks/{}", task["id"].as_str().unwrap_or_default())
}

fn completing_many_times_at_once_is_one_completion(world: &World) -> Result<()> {
    let user = world.user()?;
    let repeat = json!({ "rule": "FREQ=DAILY", "mode": "every" });
    let due = json!({ "date": "2030-01-01" });
    let task = user.create(&json!({ "title": "t", "due": due, "repeat": repeat }))?;
    let path = format!("{}:complete", path(&task));
    for reply in at_once(world, &user, |client, _| client.request("POST", &path).send())? {
        let reply = reply.expect(200)?;
        same("version", &reply["version"], &json!(2))?;
    }
    user.next_instance(&task)?;
    same("tasks", user.list("")?["total_estimate"].as_u64(), Some(2))
}

fn creating_many_times_under_one_key_makes_one_task(world: &World) -> Result<()> {
    let user = world.user()?;
    let create = |client: &Client, _| {
        let request = client.request("POST", "/api/v1/tasks").header("idempotency-key", "one");
        request.json(&json!({ "title": "once" })).send()
    };
    let replies = at_once(world, &user, create)?;
    for reply in &replies {
        let reply = reply.clone().expect(201)?;
        same("id", &reply["id"], &replies[0]["id"])?;
    }
    same("tasks", user.titles("")?, ["once"])
}

fn one_of_many_conditional_writes_wins(world: &World) -> Result<()> {
    let user = world.user()?;
    let task = user.create(&json!({ "title": "t" }))?;
    let path = path(&task);
    let write = |client: &Client, number: usize| {
        let request = client.request("PATCH", &path).header("if-match", "\"1\"");
        request.json(&json!({ "title": format!("by {number}") })).send()
    };
    let replies = at_once(world, &user, write)?;
    let won: Vec<_> = replies.iter().filter(|reply| reply.status == 200).collect();
    ensure!(won.len() == 1, "{} writes won", won.len());
    ensure!(replies.iter().all(|reply| [200, 412].contains(&reply.status)), "{replies:?}");
    same("the task", user.task(&task["id"])?, won[0].json.clone())
}

fn changes_of_different_fields_all_survive(world: &World) -> Result<()> {
    let user = world.user()?;
    let task = user.create(&json!({ "title": "t" }))?;
    let path = path(&task);
    let patches = [
        json!({ "title": "new" }),
        json!({ "description": "d" }),
        json!({ "priority": "high" }),
        json!({ "tags": ["a"] }),
        json!({ "due": { "date": "2030-01-01" } }),
    ];
    let write = |client: &Client, number: usize| {
        client.patch(&path, patches.get(number).unwrap_or(&json!({})))
    };
    for reply in at_once(world, &user, write)? {
        reply.expect(200)?;
    }
    let after = user.task(&task["id"])?;
    for (field, expected) in patches.iter().filter_map(Value::as_object).flatten() {
        same(field, &after[field], expected)?;
    }
    same("version", &after["version"], &json!(1 + patches.len()))
}
