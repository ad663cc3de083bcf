//! Cursors: every task comes once, whatever happens between two pages.

use anyhow::{Context, Result, ensure};
use serde_json::json;

use super::cases;
use crate::{User, World, same};

cases!("pages":
    pages_give_each_task_once,
    pages_hold_their_place_while_tasks_come_and_go,
    a_cursor_of_another_order_is_refused,
    a_cursor_that_no_page_gave_is_refused,
);

/// The titles of all pages.
fn walk(user: &User, query: &str, mut between: impl FnMut() -> Result<()>) -> Result<Vec<String>> {
    const PAGES_MAX: usize = 50;
    let mut titles = Vec::new();
    let mut cursor = String::new();
    for _ in 0..PAGES_MAX {
        let page = user.list(&format!("{query}{cursor}"))?;
        let items = page["items"].as_array().context("no `items`")?;
        titles.extend(items.iter().filter_map(|item| Some(item["title"].as_str()?.to_owned())));
        match page["next_cursor"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => return Ok(titles),
        }
        between()?;
    }
    anyhow::bail!("the pages of `{query}` do not end")
}

fn numbered(user: &User, count: u32) -> Result<Vec<String>> {
    let titles: Vec<_> = (0..count).map(|number| format!("task {number:02}")).collect();
    for (number, title) in titles.iter().enumerate() {
        let priority = ["low", "high"][number % 2];
        let due = if number % 3 == 0 { json!(null) } else { json!({ "date": "2030-01-01" }) };
        user.create(&json!({ "title": title, "priority": priority, "due": due }))?;
    }
    Ok(titles)
}

fn pages_give_each_task_once(world: &World) -> Result<()> {
    let user = world.user()?;
    let titles = numbered(&user, 13)?;
    for order in ["created", "title", "-priority", "due", "-due,priority", "status", "completion"] {
        for limit in [1, 4, 13] {
            let query = format!("sort={order}&limit={limit}");
            let mut found = walk(&user, &query, || Ok(()))?;
            let all_at_once = user.titles(&format!("sort={order}&limit=200"))?;
            same(format!("the order of {query}"), &found, &all_at_once)?;
            found.sort();
            same(format!("the tasks of {query}"), &found, &titles)?;
        }
    }
    Ok(())
}

fn pages_hold_their_place_while_tasks_come_and_go(world: &World) -> Result<()> {
    let user = world.user()?;
    let titles = numbered(&user, 9)?;
    // Before the place of the cursor: never seen, and nothing moves because of them.
    let mut number = 0;
    let found = walk(&user, "sort=title&limit=3", || {
        number += 1;
        user.create(&json!({ "title": format!("a {number}") })).map(drop)
    })?;
    same("what was there", &found, &titles)?;

    let first = user.list("sort=title&limit=1")?["items"][0]["id"].clone();
    let path = format!("/api/v1/tasks/{}", first.as_str().unwrap_or_default());
    let mut deleted = false;
    let found = walk(&user, "sort=title&limit=2", || {
        // The task that the cursor stands on may go as well.
        if !std::mem::replace(&mut deleted, true) {
            user.client.delete(&path)?.expect(204)?;
        }
        Ok(())
    })?;
    same("after a deletion", found.len(), 9 + number)
}

fn a_cursor_of_another_order_is_refused(world: &World) -> Result<()> {
    let user = world.user()?;
    numbered(&user, 3)?;
    let page = user.list("sort=title&limit=1")?;
    let cursor = page["next_cursor"].as_str().context("no cursor")?;
    ensure!(!cursor.is_empty(), "the cursor is empty");
    let reply = user.client.get(&format!("/api/v1/tasks?sort=-title&limit=1&cursor={cursor}"))?;
    reply.problem(400, "TASKLOOM-0007", Some("cursor"))?;
    Ok(())
}

fn a_cursor_that_no_page_gave_is_refused(world: &World) -> Result<()> {
    let user = world.user()?;
    for cursor in ["x", "", "e30", "bm9uc2Vuc2U", "%22%27--", &"A".repeat(3000)] {
        let reply = user.client.get(&format!("/api/v1/tasks?cursor={cursor}"))?;
        reply.problem(400, "TASKLOOM-0007", Some("cursor"))?;
    }
    Ok(())
}
