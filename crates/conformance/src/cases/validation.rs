//! Bad input: each piece gets one clear sentence that names the field, and changes nothing.

use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};

use super::cases;
use crate::{User, World, same};

cases!("validation":
    an_unknown_field_is_refused_by_name,
    a_title_has_to_be_one_line_with_something_in_it,
    long_texts_and_lists_are_refused,
    a_priority_is_one_of_four,
    a_due_date_has_to_be_on_the_calendar,
    a_time_zone_has_to_exist,
    a_rule_has_to_be_a_rule,
    a_rule_has_to_take_place,
    a_reminder_has_to_say_when,
    a_reminder_has_to_fire_while_the_task_lies_ahead,
    fifty_reminders_are_the_most,
    values_of_the_wrong_kind_are_refused,
    a_body_has_to_be_one_json_object,
    a_body_has_to_be_utf8,
    a_body_of_65_kib_is_refused,
    a_body_has_to_say_what_it_is,
    a_bad_patch_changes_nothing,
    a_command_takes_no_body,
    nothing_of_a_refused_task_is_stored,
);

const INVALID: &str = "TASKLOOM-0005";

/// Sends a task and expects a refusal of `field`, in one line that names it.
fn refused(user: &User, task: &Value, field: &str) -> Result<()> {
    let reply = user.client.post("/api/v1/tasks", task)?;
    let reply = reply.problem(400, INVALID, Some(field)).with_context(|| format!("{task:.200}"))?;
    let detail = reply["detail"].as_str().unwrap_or_default();
    ensure!(!detail.contains(['\n', '\r']), "more than one line: {detail}");
    let name = field.rsplit('.').next().unwrap_or(field);
    ensure!(detail.contains(name), "the sentence does not name `{field}`: {detail}");
    Ok(())
}

fn an_unknown_field_is_refused_by_name(world: &World) -> Result<()> {
    let user = world.user()?;
    refused(&user, &json!({ "title": "t", "prioritty": "high" }), "prioritty")?;
    refused(&user, &json!({ "title": "t", "id": "x" }), "id")?;
    refused(&user, &json!({ "title": "t", "user_id": "eve" }), "user_id")?;
    let due = json!({ "date": "2030-01-01", "tz": "UTC" });
    refused(&user, &json!({ "title": "t", "due": due }), "due.tz")?;
    let repeat = json!({ "rule": "FREQ=DAILY", "until": "2030-01-01" });
    refused(&user, &json!({ "title": "t", "repeat": repeat }), "repeat.until")
}

fn a_title_has_to_be_one_line_with_something_in_it(world: &World) -> Result<()> {
    let user = world.user()?;
    for title in ["", "   ", "\u{200b}\u{200b}", "two\nlines", "a\u{0}b", "a\u{202e}b"] {
        refused(&user, &json!({ "title": title }), "title")?;
    }
    refused(&user, &json!({ "title": null }), "title")?;
    refused(&user, &json!({ "description": "no title" }), "title")?;
    let task = user.create(&json!({ "title": "  trimmed  " }))?;
    same("title", &task["title"], &json!("trimmed"))
}

fn long_texts_and_lists_are_refused(world: &World) -> Result<()> {
    let user = world.user()?;
    user.create(&json!({ "title": "x".repeat(500), "description": "y".repeat(20_000) }))?;
    refused(&user, &json!({ "title": "x".repeat(501) }), "title")?;
    refused(&user, &json!({ "title": "t", "description": "y".repeat(20_001) }), "description")?;
    let tags = |count: usize| (0..count).map(|n| format!("tag{n}")).collect::<Vec<_>>();
    user.create(&json!({ "title": "t", "tags": tags(50) }))?;
    refused(&user, &json!({ "title": "t", "tags": tags(51) }), "tags")?;
    refused(&user, &json!({ "title": "t", "tags": ["ok", "z".repeat(101)] }), "tags[1]")?;
    refused(&user, &json!({ "title": "t", "tags": [""] }), "tags[0]")
}

fn a_priority_is_one_of_four(world: &World) -> Result<()> {
    let user = world.user()?;
    for priority in ["low", "medium", "high", "urgent"] {
        user.create(&json!({ "title": "t", "priority": priority }))?;
    }
    for priority in [json!("highest"), json!("HIGH"), json!(""), json!(1)] {
        refused(&user, &json!({ "title": "t", "priority": priority }), "priority")?;
    }
    Ok(())
}

fn a_due_date_has_to_be_on_the_calendar(world: &World) -> Result<()> {
    let user = world.user()?;
    for date in ["2030-02-31", "2030-13-01", "2030-2-1", "tomorrow", "", "2030-01-01T09:00"] {
        refused(&user, &json!({ "title": "t", "due": { "date": date } }), "due.date")?;
    }
    for at in ["2030-02-31T09:00", "2030-01-01T25:00", "2030-01-01", "nine", "20300101T0900"] {
        let due = json!({ "at": at, "time_zone": "UTC" });
        refused(&user, &json!({ "title": "t", "due": due }), "due.at")?;
    }
    let due = json!({ "at": "2030-01-01T09:00" });
    refused(&user, &json!({ "title": "t", "due": due }), "due.time_zone")?;
    let due = json!({ "date": "2030-01-01", "at": "2030-01-01T09:00", "time_zone": "UTC" });
    refused(&user, &json!({ "title": "t", "due": due }), "due")?;
    refused(&user, &json!({ "title": "t", "due": {} }), "due")?;
    refused(&user, &json!({ "title": "t", "due": "2030-01-01" }), "due")
}

fn a_time_zone_has_to_exist(world: &World) -> Result<()> {
    let user = world.user()?;
    for zone in ["Mars/Olympus", "Europe/Atlantis", "", "+01:00", "../etc/passwd"] {
        let due = json!({ "at": "2030-01-01T09:00", "time_zone": zone });
        refused(&user, &json!({ "title": "t", "due": due }), "due.time_zone")?;
    }
    Ok(())
}

fn a_rule_has_to_be_a_rule(world: &World) -> Result<()> {
    let user = world.user()?;
    for rule in [
        "every day",
        "",
        "INTERVAL=2",
        "FREQ=SOMETIMES",
        "FREQ=DAILY;INTERVAL=0",
        "FREQ=DAILY;FREQ=DAILY",
        "FREQ=DAILY;COUNT=2;UNTIL=20300101",
        "FREQ=WEEKLY;BYDAY=XX",
        "FREQ=MONTHLY;BYMONTHDAY=32",
    ] {
        let repeat = json!({ "rule": rule });
        refused(&user, &json!({ "title": "t", "repeat": repeat }), "repeat.rule")?;
    }
    let repeat = json!({ "rule": "FREQ=DAILY", "mode": "sometimes" });
    refused(&user, &json!({ "title": "t", "repeat": repeat }), "repeat.mode")?;
    let repeat = json!({ "rule": "FREQ=DAILY", "month_end": "bend" });
    refused(&user, &json!({ "title": "t", "repeat": repeat }), "repeat.month_end")
}

fn a_rule_has_to_take_place(world: &World) -> Result<()> {
    let user = world.user()?;
    let due = json!({ "date": "2030-01-01" });
    for rule in [
        "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30",
        "FREQ=MONTHLY;BYMONTH=4;BYMONTHDAY=31",
        "FREQ=DAILY;UNTIL=20200101",
    ] {
        let repeat = json!({ "rule": rule, "month_end": "skip" });
        refused(&user, &json!({ "title": "t", "due": due, "repeat": repeat }), "repeat.rule")?;
    }
    Ok(())
}

fn a_reminder_has_to_say_when(world: &World) -> Result<()> {
    let user = world.user()?;
    let due = json!({ "date": "2030-01-01" });
    for (reminder, field) in [
        (json!({}), "reminders[0]"),
        (json!({ "before": "soon" }), "reminders[0].before"),
        (json!({ "before": "-PT5M" }), "reminders[0].before"),
        (json!({ "at": "2030-01-01" }), "reminders[0].at"),
        (json!({ "at": "2030-02-31T09:00:00Z" }), "reminders[0].at"),
        (json!({ "before": "PT5M", "at": "2030-01-01T09:00:00Z" }), "reminders[0]"),
        (json!({ "before": "PT5M", "repeat": true }), "reminders[0].repeat"),
    ] {
        refused(&user, &json!({ "title": "t", "due": due, "reminders": [reminder] }), field)?;
    }
    // Nothing to count from.
    let task = json!({ "title": "t", "reminders": [{ "before": "PT5M" }] });
    refused(&user, &task, "reminders[0].before")
}

fn a_reminder_has_to_fire_while_the_task_lies_ahead(world: &World) -> Result<()> {
    let user = world.user()?;
    let day = json!({ "date": "2030-01-01", "time_zone": "Europe/Berlin" });
    let time = json!({ "at": "2030-01-01T09:00", "time_zone": "Europe/Berlin" });
    let at = |due: &Value, at: &str| json!({ "title": "t", "due": due, "reminders": [{ "before": "PT5M" }, { "at": at }] });
    refused(&user, &at(&day, "2030-01-02T00:00:00+01:00"), "reminders[1].at")?;
    refused(&user, &at(&time, "2030-01-01T09:00:01+01:00"), "reminders[1].at")?;
    refused(&user, &at(&time, "1969-12-31T23:59:59Z"), "reminders[1].at")?;
    refused(&user, &at(&time, "10000-01-01T00:00:00Z"), "reminders[1].at")?;
    let old = json!({ "date": "1970-01-02" });
    let task = json!({ "title": "t", "due": old, "reminders": [{ "before": "P1W" }] });
    refused(&user, &task, "reminders[0].before")?;
    user.create(&at(&day, "2030-01-01T23:59:59+01:00"))?;
    user.create(&at(&time, "2030-01-01T09:00:00+01:00"))?;
    Ok(())
}

fn fifty_reminders_are_the_most(world: &World) -> Result<()> {
    let user = world.user()?;
    let with = |count: u32| {
        let reminders: Vec<_> =
            (0..count).map(|n| json!({ "before": format!("PT{n}M") })).collect();
        json!({ "title": "t", "due": { "date": "2030-01-01" }, "reminders": reminders })
    };
    refused(&user, &with(51), "reminders")?;
    let reply = user.client.post("/api/v1/tasks", &with(200))?;
    let reply = reply.problem(400, INVALID, Some("reminders"))?;
    let detail = reply["detail"].as_str().unwrap_or_default();
    ensure!(detail.contains("50"), "the sentence does not name the limit: {detail}");
    let task = user.create(&with(50))?;
    same("reminders", task["reminders"].as_array().map(Vec::len), Some(50))
}

fn values_of_the_wrong_kind_are_refused(world: &World) -> Result<()> {
    let user = world.user()?;
    refused(&user, &json!({ "title": 7 }), "title")?;
    refused(&user, &json!({ "title": "t", "tags": "home" }), "tags")?;
    refused(&user, &json!({ "title": "t", "tags": [7] }), "tags[0]")?;
    refused(&user, &json!({ "title": "t", "reminders": {} }), "reminders")?;
    refused(&user, &json!({ "title": "t", "parent_id": "no-id" }), "parent_id")?;
    refused(&user, &json!({ "title": "t", "repeat": "FREQ=DAILY" }), "repeat")
}

fn a_body_has_to_be_one_json_object(world: &World) -> Result<()> {
    let user = world.user()?;
    let send = |body: &str| {
        user.client.request("POST", "/api/v1/tasks").body("application/json", body).send()
    };
    for body in ["{", "{\"title\":\"t\"} trailing", "", "title=t", "{'title': 't'}"] {
        let reply = send(body)?;
        ensure!(reply["code"] == "TASKLOOM-0001", "`{body}` was answered with {reply}");
        reply.problem(400, "TASKLOOM-0001", None)?;
    }
    for body in ["[]", "null", "\"t\"", "[{\"title\":\"t\"}]"] {
        send(body)?.problem(400, INVALID, None)?;
    }
    let deep = format!("{}{}", "[".repeat(20_000), "]".repeat(20_000));
    let status = send(&format!("{{\"title\":\"t\",\"tags\":{deep}}}"))?.status;
    same("status of 20,000 nested lists", status, 400)?;
    send(r#"{"title":"t","title":"u"}"#)?.problem(400, INVALID, Some("title"))?;
    Ok(())
}

fn a_body_has_to_be_utf8(world: &World) -> Result<()> {
    let user = world.user()?;
    for bytes in [&b"{\"title\":\"\xff\"}"[..], b"{\"title\":\"\xc3\x28\"}", b"\xfe\xff\0{"] {
        let request = user.client.request("POST", "/api/v1/tasks");
        let reply = request.body("application/json", bytes).send()?;
        reply.problem(400, "TASKLOOM-0002", None)?;
    }
    // Half a surrogate pair is UTF-8, but no text.
    let request = user.client.request("POST", "/api/v1/tasks");
    let status = request.body("application/json", r#"{"title":"\ud800"}"#).send()?.status;
    same("status of half a pair", status, 400)
}

fn a_body_of_65_kib_is_refused(world: &World) -> Result<()> {
    let user = world.user()?;
    let body = |bytes: usize| {
        let frame = r#"{"title":"t"}"#;
        format!("{}{frame}", " ".repeat(bytes - frame.len()))
    };
    let send = |bytes: usize| {
        let request = user.client.request("POST", "/api/v1/tasks");
        request.body("application/json", body(bytes)).send()
    };
    send(64 << 10)?.expect(201)?;
    send((64 << 10) + 1)?.problem(413, "TASKLOOM-0003", None)?;
    send(65 << 10)?.problem(413, "TASKLOOM-0003", None)?;
    Ok(())
}

fn a_body_has_to_say_what_it_is(world: &World) -> Result<()> {
    let user = world.user()?;
    let send = |kind: &str| {
        user.client.request("POST", "/api/v1/tasks").body(kind, r#"{"title":"t"}"#).send()
    };
    for kind in ["text/plain", "application/x-www-form-urlencoded", "application/xml", "json"] {
        send(kind)?.problem(415, "TASKLOOM-0004", Some("content-type"))?;
    }
    send("application/json; charset=latin1")?.problem(
        415,
        "TASKLOOM-0004",
        Some("content-type"),
    )?;
    send("application/json; charset=utf-8")?.expect(201)?;
    send("Application/JSON")?.expect(201)?;
    Ok(())
}

fn a_bad_patch_changes_nothing(world: &World) -> Result<()> {
    let user = world.user()?;
    let task = user.create(&json!({ "title": "t", "due": { "date": "2030-01-01" } }))?;
    let path = format!("/api/v1/tasks/{}", task["id"].as_str().unwrap_or_default());
    for (patch, field) in [
        (json!({ "title": null }), "title"),
        (json!({ "title": "" }), "title"),
        (json!({ "status": "done" }), "status"),
        (json!({ "version": 7 }), "version"),
        (json!({ "title": "new", "due": { "date": "2030-02-30" } }), "due.date"),
        (json!({ "priority": "highest" }), "priority"),
        (json!({ "repeat": { "rule": "x" } }), "repeat.rule"),
        (json!({ "parent_id": task["id"] }), "parent_id"),
    ] {
        let reply = user.client.patch(&path, &patch)?;
        let code = reply["code"].as_str().unwrap_or_default().to_owned();
        let status = if field == "parent_id" { reply.status } else { 400 };
        ensure!(reply.status == status && (400..500).contains(&status), "{patch}: {reply}");
        reply.problem(status, &code, Some(field)).with_context(|| patch.to_string())?;
    }
    same("the task", user.task(&task["id"])?, task)
}

fn a_command_takes_no_body(world: &World) -> Result<()> {
    let user = world.user()?;
    let task = user.create(&json!({ "title": "t" }))?;
    let path = format!("/api/v1/tasks/{}:complete", task["id"].as_str().unwrap_or_default());
    user.client.post(&path, &json!({ "at": "yesterday" }))?.problem(400, INVALID, None)?;
    same("the task", user.task(&task["id"])?, task)?;
    user.client.post(&path, &json!({}))?.expect(200)?;
    Ok(())
}

fn nothing_of_a_refused_task_is_stored(world: &World) -> Result<()> {
    let user = world.user()?;
    refused(&user, &json!({ "title": "t", "tags": ["x"], "due": {} }), "due")?;
    same("tasks", user.titles("")?, Vec::<String>::new())?;
    let tags = user.client.get("/api/v1/tags")?.expect(200)?;
    same("tags", &tags["items"], &json!([]))
}
