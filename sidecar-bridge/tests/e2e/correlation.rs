//! One id leads through the log, from the request to the handler and to its effects.

use anyhow::Result;
use serde_json::{Value, json};

use super::support::{settle, started};

const ID: &str = "follow-me_2030";

/// Whether the id stands anywhere in a line: in a field of it or of the span around it.
fn speaks_of(line: &Value, id: &str) -> bool {
    match line {
        Value::String(text) => text == id,
        Value::Object(fields) => fields.values().any(|value| speaks_of(value, id)),
        Value::Array(items) => items.iter().any(|value| speaks_of(value, id)),
        _ => false,
    }
}

#[test]
fn a_correlation_id_leads_from_the_request_to_the_effects() -> Result<()> {
    let server = started()?;
    let user = server.world()?.user()?;
    let task = user.create(&json!({
        "title": "t", "due": { "date": "2030-01-01" }, "repeat": { "rule": "FREQ=DAILY" },
    }))?;
    let path = format!("/api/v1/tasks/{}:complete", task["id"].as_str().unwrap_or_default());
    let complete = user.client.request("POST", &path).header("x-correlation-id", ID);
    complete.send()?.expect(200)?;
    user.next_instance(&task)?;
    settle(&server)?;

    let log = server.log()?;
    let lines: Vec<Value> =
        log.lines().filter_map(|line| serde_json::from_str(line).ok()).collect();
    let of_it: Vec<&Value> = lines.iter().filter(|line| speaks_of(line, ID)).collect();
    let says = |words: [&str; 2]| {
        of_it.iter().any(|line| words.iter().all(|word| line.to_string().contains(word)))
    };
    // The request; the handler that it led to; what became of the effect.
    for words in [
        ["POST", ":complete 200"],
        ["`recurrence` took task.completed", "\"effects\":1"],
        ["`reminders` took task.created", "\"effects\":0"],
    ] {
        assert!(says(words), "no line about {words:?} with the id; with it are {of_it:#?}");
    }
    Ok(())
}
