//! SIGTERM while writes run: what was acknowledged is there, and nothing is delivered twice.

use std::thread;

use anyhow::Result;
use conformance::{Client, User, same};
use serde_json::{Value, json};

use super::support::{delivered_but_not_marked, settle, started};

const WRITERS: usize = 8;

#[test]
fn an_orderly_end_keeps_every_acknowledged_write_and_repeats_no_delivery() -> Result<()> {
    let mut server = started()?;
    let user = server.world()?.user()?;
    let url = server.url();
    let acknowledged = thread::scope(|scope| -> Result<Vec<Value>> {
        let write = || writes(&Client::new(&url, Some(&user.token)));
        let writers: Vec<_> = (0..WRITERS).map(|_| scope.spawn(write)).collect();
        // Well under way.
        conformance::eventually("writes", || {
            let tasks = user.list("limit=1")?["total_estimate"].as_u64();
            Ok(tasks.filter(|count| *count > 100))
        })?;
        let status = server.stop()?;
        assert!(status.success(), "ended with {status}");
        Ok(writers.into_iter().flat_map(|writer| writer.join().unwrap()).collect())
    })?;
    assert!(acknowledged.len() > 100, "{} writes", acknowledged.len());

    same("deliveries that would be repeated", delivered_but_not_marked(&server)?, 0)?;

    server.start()?;
    settle(&server)?;
    same("repeated", server.counter("taskloom_duplicates_suppressed_total")?, 0)?;
    acknowledged.iter().try_for_each(|task| is_there(&user, task))
}

/// Creates repeating tasks and completes them, until the server is gone.
fn writes(client: &Client) -> Vec<Value> {
    let task = json!({
        "title": "under way", "due": { "date": "2030-01-01" }, "repeat": { "rule": "FREQ=DAILY" },
    });
    let mut acknowledged = Vec::new();
    while let Ok(reply) = client.post("/api/v1/tasks", &task)
        && reply.status == 201
    {
        let path = format!("/api/v1/tasks/{}:complete", reply["id"].as_str().unwrap_or_default());
        acknowledged.push(reply.json);
        match client.request("POST", &path).send() {
            Ok(reply) if reply.status == 200 => acknowledged.push(reply.json),
            _ => break,
        }
    }
    acknowledged
}

fn is_there(user: &User, acknowledged: &Value) -> Result<()> {
    let task = user.task(&acknowledged["id"])?;
    assert!(task["version"].as_u64() >= acknowledged["version"].as_u64(), "{task}");
    if acknowledged["status"] == "done" {
        same("status", &task["status"], &json!("done"))?;
        user.next_instance(&task)?;
    }
    Ok(())
}
