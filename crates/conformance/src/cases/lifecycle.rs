//! Done, and open again.

use anyhow::{Result, ensure};
use serde_json::{Value, json};

use super::cases;
use crate::{World, same};

cases!("lifecycle":
    completing_closes_a_task,
    completing_twice_is_one_completion,
    reopening_opens_it_again,
    reopening_an_open_task_changes_nothing,
    a_done_task_can_be_edited_and_stays_done,
);

fn completing_closes_a_task(world: &World) -> Result<()> {
    let user = world.user()?;
    let task = user.create(&json!({ "title": "t" }))?;
    let done = user.complete(&task["id"])?;
    same("status", &done["status"], &json!("done"))?;
    same("version", &done["version"], &json!(2))?;
    same("completed_at", &done["completed_at"], &done["updated_at"])?;
    ensure!(done["completed_at"].is_string(), "no time of completion in {done}");
    ensure!(done.get("next_id").is_none(), "a task that does not repeat has a next one: {done}");
    same("the task when read", user.task(&task["id"])?, done)
}

fn completing_twice_is_one_completion(world: &World) -> Result<()> {
    let user = world.user()?;
    let task = user.create(&json!({ "title": "t" }))?;
    let done = user.complete(&task["id"])?;
    same("again", user.complete(&task["id"])?, done)
}

fn reopening_opens_it_again(world: &World) -> Result<()> {
    let user = world.user()?;
    let task = user.create(&json!({ "title": "t" }))?;
    user.complete(&task["id"])?;
    let open = user.reopen(&task["id"])?;
    same("status", &open["status"], &json!("open"))?;
    same("completed_at", &open["completed_at"], &Value::Null)?;
    same("version", &open["version"], &json!(3))?;
    let done = user.complete(&task["id"])?;
    same("status", &done["status"], &json!("done"))
}

fn reopening_an_open_task_changes_nothing(world: &World) -> Result<()> {
    let user = world.user()?;
    let task = user.create(&json!({ "title": "t" }))?;
    same("the task", user.reopen(&task["id"])?, task)
}

fn a_done_task_can_be_edited_and_stays_done(world: &World) -> Result<()> {
    let user = world.user()?;
    let task = user.create(&json!({ "title": "t" }))?;
    user.complete(&task["id"])?;
    let edited = user.patch(&task["id"], &json!({ "title": "u" }))?;
    same("title", &edited["title"], &json!("u"))?;
    same("status", &edited["status"], &json!("done"))
}
