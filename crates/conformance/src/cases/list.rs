//! Which tasks a list holds, and in which order.

use anyhow::Result;
use serde_json::json;

use super::cases;
use crate::{User, World, same};

cases!("list":
    a_list_filters_by_status,
    a_list_filters_by_priority,
    a_list_filters_by_all_tags,
    a_list_filters_by_due_date,
    filters_come_together,
    every_key_sorts_in_both_directions,
    later_keys_break_ties,
    what_has_no_value_comes_last,
    a_list_counts_what_it_would_hold,
    a_bad_parameter_is_refused_by_name,
);

/// Tasks with these titles and nothing else.
fn titled(user: &User, titles: &[&str]) -> Result<()> {
    titles.iter().try_for_each(|title| user.create(&json!({ "title": title })).map(drop))
}

fn a_list_filters_by_status(world: &World) -> Result<()> {
    let user = world.user()?;
    titled(&user, &["open"])?;
    let done = user.create(&json!({ "title": "done" }))?;
    user.complete(&done["id"])?;
    same("open", user.titles("status=open")?, ["open"])?;
    same("done", user.titles("status=done")?, ["done"])?;
    same("all", user.titles("status=all&sort=title")?, ["done", "open"])?;
    same("not said", user.titles("sort=title")?, ["done", "open"])
}

fn a_list_filters_by_priority(world: &World) -> Result<()> {
    let user = world.user()?;
    for priority in ["low", "medium", "high", "urgent"] {
        user.create(&json!({ "title": priority, "priority": priority }))?;
    }
    same("one", user.titles("priority=high")?, ["high"])?;
    same("two", user.titles("priority=high,urgent&sort=priority")?, ["high", "urgent"])
}

fn a_list_filters_by_all_tags(world: &World) -> Result<()> {
    let user = world.user()?;
    for (title, tags) in [("a", vec!["Home"]), ("b", vec!["home", "Garden"]), ("c", vec![])] {
        user.create(&json!({ "title": title, "tags": tags }))?;
    }
    same("one", user.titles("tag=home&sort=title")?, ["a", "b"])?;
    same("both", user.titles("tag=HOME&tag=garden")?, ["b"])?;
    same("part of one", user.titles("tag=hom")?, Vec::<String>::new())?;
    same("a wildcard", user.titles("tag=%25")?, Vec::<String>::new())
}

fn a_list_filters_by_due_date(world: &World) -> Result<()> {
    let user = world.user()?;
    let due = |title: &str, due| user.create(&json!({ "title": title, "due": due })).map(drop);
    due("day", json!({ "date": "2030-05-10" }))?;
    due("morning", json!({ "at": "2030-05-10T09:00", "time_zone": "Europe/Berlin" }))?;
    due("later", json!({ "date": "2030-06-01" }))?;
    titled(&user, &["never"])?;
    let after = user.titles("due_after=2030-05-20&sort=due")?;
    same("after a day", after, ["later"])?;
    let before = user.titles("due_before=2030-05-20&sort=title")?;
    same("before a day", before, ["day", "morning"])?;
    let before = user.titles("due_before=2030-05-10T07:30:00Z")?;
    same("before a moment", before, ["morning"])?;
    let before = user.titles("due_before=2030-05-10T09:30:00%2B02:00")?;
    same("before a moment with an offset", before, ["morning"])?;
    let between = user.titles("due_after=2030-05-01&due_before=2030-05-31&sort=title")?;
    same("between", between, ["day", "morning"])
}

fn filters_come_together(world: &World) -> Result<()> {
    let user = world.user()?;
    for (title, priority, tag) in
        [("a", "high", "x"), ("b", "high", "y"), ("c", "low", "x"), ("d", "high", "x")]
    {
        user.create(&json!({ "title": title, "priority": priority, "tags": [tag] }))?;
    }
    let found = user.list("tag=x&status=open&limit=1")?;
    let d = user.list("tag=x&priority=high&sort=-title&limit=1")?;
    same("first of two", &d["items"][0]["title"], &json!("d"))?;
    same("estimate", &found["total_estimate"], &json!(3))?;
    user.complete(&d["items"][0]["id"])?;
    same("all three", user.titles("tag=x&status=open&priority=high")?, ["a"])
}

fn every_key_sorts_in_both_directions(world: &World) -> Result<()> {
    let user = world.user()?;
    let task = |title: &str, priority: &str, day: &str| {
        let due = json!({ "date": day });
        user.create(&json!({ "title": title, "priority": priority, "due": due }))
    };
    let first = task("b", "urgent", "2030-01-02")?;
    let second = task("c", "low", "2030-01-03")?;
    task("A", "high", "2030-01-01")?;
    user.patch(&first["id"], &json!({ "description": "changed last" }))?;
    for (key, ascending) in [
        ("created", ["b", "c", "A"]),
        ("updated", ["c", "A", "b"]),
        ("due", ["A", "b", "c"]),
        ("priority", ["c", "A", "b"]),
        ("title", ["A", "b", "c"]),
    ] {
        same(key, user.titles(&format!("sort={key}"))?, ascending)?;
        let mut descending = ascending;
        descending.reverse();
        same(format!("-{key}"), user.titles(&format!("sort=-{key}"))?, descending)?;
    }
    user.complete(&second["id"])?;
    same("status", user.titles("sort=status,title")?, ["A", "b", "c"])?;
    same("-status", user.titles("sort=-status,title")?, ["c", "A", "b"])?;
    same("completion", user.titles("sort=completion,title")?, ["c", "A", "b"])
}

fn later_keys_break_ties(world: &World) -> Result<()> {
    let user = world.user()?;
    for (title, priority) in [("b", "high"), ("a", "high"), ("c", "low")] {
        user.create(&json!({ "title": title, "priority": priority }))?;
    }
    same("-priority,title", user.titles("sort=-priority,title")?, ["a", "b", "c"])?;
    same("priority,-title", user.titles("sort=priority,-title")?, ["c", "b", "a"])
}

fn what_has_no_value_comes_last(world: &World) -> Result<()> {
    let user = world.user()?;
    titled(&user, &["never"])?;
    for (title, day) in [("soon", "2030-01-01"), ("late", "2031-01-01")] {
        user.create(&json!({ "title": title, "due": { "date": day } }))?;
    }
    same("due", user.titles("sort=due")?, ["soon", "late", "never"])?;
    same("-due", user.titles("sort=-due")?, ["late", "soon", "never"])
}

fn a_list_counts_what_it_would_hold(world: &World) -> Result<()> {
    let user = world.user()?;
    titled(&user, &["a", "b", "c"])?;
    let page = user.list("limit=2")?;
    same("items", page["items"].as_array().map(Vec::len), Some(2))?;
    same("estimate", &page["total_estimate"], &json!(3))?;
    same("cursor of the last page", &user.list("")?["next_cursor"], &json!(null))
}

fn a_bad_parameter_is_refused_by_name(world: &World) -> Result<()> {
    let user = world.user()?;
    for (query, field) in [
        ("status=closed", "status"),
        ("priority=high,highest", "priority"),
        ("due_after=yesterday", "due_after"),
        ("due_before=2030-02-30", "due_before"),
        ("sort=size", "sort"),
        ("sort=", "sort"),
        ("sort=due;drop", "sort"),
        ("limit=0", "limit"),
        ("limit=201", "limit"),
        ("limit=many", "limit"),
        ("status=open&status=done", "status"),
        ("page=2", "page"),
    ] {
        let reply = user.client.get(&format!("/api/v1/tasks?{query}"))?;
        reply.problem(400, "TASKLOOM-0006", Some(field))?;
    }
    Ok(())
}
