//! One line of text becomes a task.

use anyhow::{Result, ensure};
use serde_json::json;

use super::cases;
use crate::{World, same};

cases!("quick-add":
    a_line_of_text_becomes_a_task,
    a_dry_run_only_says_what_it_would_be,
    what_is_open_is_asked_and_kept,
    a_text_that_says_nothing_is_refused,
);

const PATH: &str = "/api/v1/quick-add";

fn a_line_of_text_becomes_a_task(world: &World) -> Result<()> {
    let user = world.user()?;
    let body = json!({ "text": "Pay rent every month on the 1st at 9am #home !urgent",
                       "time_zone": "Europe/Berlin", "locale": "en-GB" });
    let answer = user.client.post(PATH, &body)?.expect(201)?;
    let task = &answer["task"];
    same("title", &task["title"], &json!("Pay rent"))?;
    same("tags", &task["tags"], &json!(["home"]))?;
    same("priority", &task["priority"], &json!("urgent"))?;
    same("rule", &task["repeat"]["rule"], &json!("FREQ=MONTHLY;BYMONTHDAY=1"))?;
    same("zone", &task["due"]["time_zone"], &json!("Europe/Berlin"))
}

fn a_dry_run_only_says_what_it_would_be(world: &World) -> Result<()> {
    let user = world.user()?;
    let body = json!({ "text": "Dentist on 2030-03-01 at 14:30", "dry_run": true });
    let answer = user.client.post(PATH, &body)?.expect(200)?;
    same("title", &answer["intent"]["title"], &json!("Dentist"))?;
    same("due", &answer["intent"]["due"]["at"], &json!("2030-03-01T14:30"))?;
    ensure!(answer["spans"].as_array().is_some_and(|spans| !spans.is_empty()), "no spans");
    let list = user.client.get("/api/v1/tasks")?.expect(200)?;
    same("tasks", &list["items"], &json!([]))
}

fn what_is_open_is_asked_and_kept(world: &World) -> Result<()> {
    let user = world.user()?;
    let answer = user.client.post(PATH, &json!({ "text": "Call Bob at 5" }))?.expect(201)?;
    same("title", &answer["task"]["title"], &json!("Call Bob at 5"))?;
    let choices = &answer["intent"]["unsure"][0]["choices"];
    same("first choice", &choices[0]["value"], &json!("05:00"))?;
    same("second choice", &choices[1]["value"], &json!("17:00"))
}

fn a_text_that_says_nothing_is_refused(world: &World) -> Result<()> {
    let user = world.user()?;
    for text in ["", "   ", "tomorrow at 9", "a\u{202e}b"] {
        let reply = user.client.post(PATH, &json!({ "text": text }))?;
        reply.problem(400, "TASKLOOM-0005", Some("text"))?;
    }
    Ok(())
}
