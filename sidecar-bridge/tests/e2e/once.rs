//! Exactly one next instance, however often and in whatever order things are asked for or delivered.

use std::thread;

use anyhow::{Context, Result};
use conformance::{Client, User, eventually, same};
use rand::{SeedableRng, rngs::StdRng};
use serde_json::{Value, json};

use super::support::{Site, deliver_again, occurrences, settle, started};

const DUPLICATES: &str = "taskloom_duplicates_suppressed_total";

fn daily(user: &User, title: &str) -> Result<Value> {
    user.create(&json!({
        "title": title, "due": { "date": "2030-01-01" },
        "repeat": { "rule": "FREQ=DAILY", "mode": "every" },
    }))
}

/// Numbers of all instances of a series, deleted ones too.
#[track_caller]
fn check(server: &Site, series: &Value, expected: &[u32]) -> Result<()> {
    settle(server)?;
    let id = series["series_id"].as_str().context("no series")?;
    assert_eq!(occurrences(server, id)?, expected);
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
        // What the last one of them counted may be told a moment later.
        eventually("deliveries without effect", || {
            Ok((server.counter(DUPLICATES)? == 5).then_some(()))
        })?;
    }
    // One of them is open again, and redelivery does not bring its child back.
    user.reopen(&tasks[0]["id"])?;
    check(&server, &tasks[0], &[1])?;
    server.stop()?;
    deliver_again(&server, &mut rng)?;
    server.start()?;
    check(&server, &tasks[0], &[1])
}
