//! Tags: kept as typed, compared without case, counted.

use anyhow::{Context, Result};
use serde_json::{Value, json};

use super::cases;
use crate::{User, World, same};

cases!("tags":
    tags_are_trimmed_and_those_that_differ_by_case_are_one,
    tags_are_counted_over_open_tasks,
    tags_take_no_parameters,
);

fn counts(user: &User) -> Result<Vec<(String, u64)>> {
    let tags = user.client.get("/api/v1/tags")?.expect(200)?;
    let pair = |item: &Value| Some((item["tag"].as_str()?.to_owned(), item["count"].as_u64()?));
    let items = tags["items"].as_array().context("no `items`")?;
    items.iter().map(pair).collect::<Option<_>>().with_context(|| format!("odd tags: {tags}"))
}

fn tags_are_trimmed_and_those_that_differ_by_case_are_one(world: &World) -> Result<()> {
    let task = json!({ "title": "t", "tags": [" home ", "Home", "HOME", "Äpfel", "äpfel"] });
    let task = world.user()?.create(&task)?;
    same("tags", &task["tags"], &json!(["home", "Äpfel"]))
}

fn tags_are_counted_over_open_tasks(world: &World) -> Result<()> {
    let user = world.user()?;
    same("none", counts(&user)?, Vec::new())?;
    user.create(&json!({ "title": "a", "tags": ["home", "work"] }))?;
    let b = user.create(&json!({ "title": "b", "tags": ["home"] }))?;
    let named = |home, work| vec![("home".to_owned(), home), ("work".to_owned(), work)];
    same("two", counts(&user)?, named(2, 1))?;
    user.complete(&b["id"])?;
    same("one done", counts(&user)?, named(1, 1))?;
    user.reopen(&b["id"])?;
    user.patch(&b["id"], &json!({ "tags": ["work"] }))?;
    same("moved", counts(&user)?, named(1, 2))?;
    let path = format!("/api/v1/tasks/{}", b["id"].as_str().unwrap_or_default());
    user.client.delete(&path)?.expect(204)?;
    same("deleted", counts(&user)?, named(1, 1))
}

fn tags_take_no_parameters(world: &World) -> Result<()> {
    let user = world.user()?;
    user.client.get("/api/v1/tags?q=x")?.problem(400, "TASKLOOM-0006", Some("q"))?;
    Ok(())
}
