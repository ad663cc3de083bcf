//! Exactly one next instance, however often and in whatever order things are asked for or delivered.

use std::thread;

use anyhow::{Context, Result};
use conformance::{Client, Server, User, same};
use rand::{SeedableRng, rngs::StdRng, seq::SliceRandom};
use rusqlite::params;
use serde_json::{Value, json};

use crate::support::{database, settle, started};

const DUPLICATES: &str = "taskloom_duplicates_suppressed_total";

fn daily(user: &User, title: &str) -> Result<Value> {
    user.create(&json!({
        "title": title, "due": { "date": "2030-01-01" },
        "repeat": { "rule": "FREQ=DAILY", "mode": "every" },
    }))
}

/// Numbers of all instances of a series, deleted ones too.
#[track_caller]
fn check(server: &Server, series: &Value, expected: &[u32]) -> Result<()> {
    settle(server)?;
    let database = database(server)?;
    let mut query = database
        .prepare("select occurrence from tasks where series_id = ?1 order by occurrence")?;
    let id = series["series_id"].as_str().context("no series")?;
    let numbers = query.query_map([id], |row| row.get(0))?.collect::<Result<Vec<u32>, _>>()?;
    assert_eq!(numbers, expected);
    Ok(())
}

#[test]
fn completing_twice_leads_to_one_next_instance() -> Result<()> {
    let server = started()?;
    let user = server.world()?.user()?;
    let task = daily(&user, "twice")?;
    let first = user.complete(&task["id"])?;
    let second = user.complete(&task["id"])?;
    same("completed_at", &second["completed_at"], &first["completed_at"])?;
    user.next_instance(&task)?;
    user.complete(&task["id"])?;
    check(&server, &task, &[1, 2])
}

#[test]
fn fifty_completions_at_once_lead_to_one_next_instance() -> Result<()> {
    let server = started()?;
    let user = server.world()?.user()?;
    let task = daily(&user, "at once")?;
    let path = format!("/api/v1/tasks/{}:complete", task["id"].as_str().context("no id")?);
    let statuses: Vec<u16> = thread::scope(|scope| {
        let one = || {
            let client = Client::new(&server.url(), Some(&user.token));
            client.request("POST", &path).send().map(|reply| reply.status)
        };
        let all: Vec<_> = (0..50).map(|_| scope.spawn(one)).collect();
        all.into_iter().map(|one| one.join().unwrap()).collect::<Result<_>>()
    })?;
    assert_eq!(statuses, [200; 50]);
    check(&server, &task, &[1, 2])
}

#[test]
fn completing_again_after_reopening_leads_to_one_next_instance() -> Result<()> {
    let server = started()?;
    let user = server.world()?.user()?;
    let task = daily(&user, "again")?;
    // Whether or not the child came to be in between.
    for wait in [true, false, false, true] {
        user.complete(&task["id"])?;
        if wait {
            user.next_instance(&task)?;
        }
        user.reopen(&task["id"])?;
    }
    user.complete(&task["id"])?;
    check(&server, &task, &[1, 2])
}

#[test]
fn redelivery_in_random_order_leads_to_one_next_instance() -> Result<()> {
    let mut server = started()?;
    let user = server.world()?.user()?;
    let tasks = (0..5).map(|number| daily(&user, &format!("series {number}")));
    let tasks = tasks.collect::<Result<Vec<_>>>()?;
    for task in &tasks {
        user.complete(&task["id"])?;
    }
    settle(&server)?;
    let mut rng = StdRng::seed_from_u64(10);
    for _ in 0..10 {
        assert!(server.stop()?.success());
        deliver_again(&server, &mut rng)?;
        server.start()?;
        for task in &tasks {
            check(&server, task, &[1, 2])?;
        }
        same("deliveries without effect", server.counter(DUPLICATES)?, 5)?;
    }
    // One of them is open again, and redelivery does not bring its child back.
    user.reopen(&tasks[0]["id"])?;
    check(&server, &tasks[0], &[1])?;
    server.stop()?;
    deliver_again(&server, &mut rng)?;
    server.start()?;
    check(&server, &tasks[0], &[1])
}

/// As if none of the completions had been marked as delivered, and in another order. Only while the
/// server is away.
fn deliver_again(server: &Server, rng: &mut StdRng) -> Result<()> {
    let mut database = database(server)?;
    let change = database.transaction()?;
    let rows: Vec<(i64, String)> = change
        .prepare("select position, event_id from events where event_type = 'task.completed'")?
        .query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?
        .collect::<Result<_, _>>()?;
    let mut positions: Vec<i64> = rows.iter().map(|(position, _)| *position).collect();
    positions.shuffle(rng);
    // Out of the way first: a position is taken once.
    change.execute(
        "update events set position = -position where event_type = 'task.completed'",
        [],
    )?;
    for ((_, event_id), position) in rows.iter().zip(positions) {
        change.execute(
            "update events set position = ?2, published_at = null where event_id = ?1",
            params![event_id, position],
        )?;
    }
    Ok(change.commit()?)
}
