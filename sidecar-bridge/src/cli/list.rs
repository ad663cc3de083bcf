//! `taskloom list`: tasks as a table, and the short ids by which other commands know them.

use std::io::Write;

use clap::ValueEnum;
use events::api::TaskSnapshot;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde::Deserialize;
use serde_json::Value;

use crate::{
    cli::{Failure, add::PriorityFlag, client, client::Api, table, task},
    config::Config,
};

/// Most tasks that one answer of the API holds.
const PAGE: usize = 200;
/// Shortest id that is shown.
const SHORT_ID: usize = 8;

#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Which tasks.
    #[arg(long, default_value = "open")]
    status: StatusFlag,
    /// Only with this tag; several must all be there.
    #[arg(long, value_name = "TAG")]
    tag: Vec<String>,
    /// Only with one of these priorities.
    #[arg(long, value_delimiter = ',')]
    priority: Vec<PriorityFlag>,
    /// Only due after this day or time.
    #[arg(long, value_name = "WHEN")]
    due_after: Option<String>,
    /// Only due before this day or time.
    #[arg(long, value_name = "WHEN")]
    due_before: Option<String>,
    /// created, due, priority, status, completion, updated, title; `-` before one turns it round.
    #[arg(long, default_value = "due,-priority", allow_hyphen_values = true, value_name = "KEYS")]
    sort: String,
    /// Most tasks that are shown.
    #[arg(long, default_value_t = 50, value_name = "NUMBER")]
    limit: usize,
    /// Print JSON.
    #[arg(long)]
    json: bool,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum StatusFlag {
    /// Still to be done.
    Open,
    /// Done.
    Done,
    /// Both.
    All,
}

/// A page of the API's list.
#[derive(Deserialize)]
struct Page {
    items: Vec<Value>,
    next_cursor: Option<String>,
}

pub(super) fn run(config: Config, args: &Args, out: &mut dyn Write) -> Result<(), Failure> {
    let query = query(args);
    let found = client::with_api(config, async |api| tasks(api, &query, args.limit).await)?;
    if args.json {
        return table::json(out, &found.tasks);
    }
    let tasks: Vec<TaskSnapshot> =
        found.tasks.into_iter().map(snapshot).collect::<Result<_, _>>()?;
    let ids: Vec<String> = tasks.iter().map(|task| task.id.to_string()).collect();
    let shown = short(&ids);
    let rows = tasks.iter().zip(&ids).map(|(task, id)| {
        vec![
            id[..shown].to_owned(),
            table::word(&task.status),
            table::word(&task.priority),
            task.due.as_ref().map(task::due).unwrap_or_default(),
            task.title.clone(),
            task.tags.join(", "),
        ]
    });
    table::print(out, &["id", "status", "priority", "due", "title", "tags"], rows)?;
    if found.more {
        writeln!(out, "there are more; `--limit` shows them")?;
    }
    Ok(())
}

/// Tasks that a query found.
pub(super) struct Found {
    /// As the API shows them.
    pub(super) tasks: Vec<Value>,
    /// Whether there are more than were asked for.
    pub(super) more: bool,
}

/// Reads pages until there are `limit` tasks or no more.
pub(super) async fn tasks(api: &Api, query: &str, limit: usize) -> Result<Found, Failure> {
    let mut tasks = Vec::new();
    let mut cursor = None::<String>;
    loop {
        let cursor_part = cursor.as_deref().map(|at| pair("cursor", at)).unwrap_or_default();
        let size = limit.saturating_sub(tasks.len()).clamp(1, PAGE);
        let page: Page =
            api.get(&format!("/api/v1/tasks?limit={size}{query}{cursor_part}")).await?;
        tasks.extend(page.items);
        cursor = page.next_cursor;
        if cursor.is_none() || tasks.len() >= limit {
            let more = cursor.is_some() || tasks.len() > limit;
            tasks.truncate(limit);
            return Ok(Found { tasks, more });
        }
    }
}

pub(super) fn snapshot(task: Value) -> Result<TaskSnapshot, Failure> {
    serde_json::from_value(task).map_err(Failure::failed)
}

/// The parameters of the API, each behind a `&`.
fn query(args: &Args) -> String {
    let mut query = pair("sort", &args.sort);
    match args.status {
        StatusFlag::Open => query += "&status=open",
        StatusFlag::Done => query += "&status=done",
        StatusFlag::All => {}
    }
    if !args.priority.is_empty() {
        let words: Vec<&str> = args.priority.iter().map(|priority| priority.word()).collect();
        query += &pair("priority", &words.join(","));
    }
    query.extend(args.tag.iter().map(|tag| pair("tag", tag)));
    query.extend(args.due_after.iter().map(|when| pair("due_after", when)));
    query.extend(args.due_before.iter().map(|when| pair("due_before", when)));
    query
}

fn pair(name: &str, value: &str) -> String {
    format!("&{name}={}", utf8_percent_encode(value, NON_ALPHANUMERIC))
}

/// How much of each id has to be shown so that no two look alike: ids of one moment begin alike.
fn short(ids: &[String]) -> usize {
    let mut sorted: Vec<&str> = ids.iter().map(String::as_str).collect();
    sorted.sort_unstable();
    let shared = sorted.windows(2).map(|two| {
        two[0].bytes().zip(two[1].bytes()).take_while(|(left, right)| left == right).count()
    });
    let needed = shared.max().unwrap_or(0) + 1;
    // Not in the middle of a group of digits, which reads badly and saves little.
    [SHORT_ID, 13, 18, 23, 36].into_iter().find(|length| *length >= needed).unwrap_or(36)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn short_ids_are_as_long_as_they_must_be() {
        let short =
            |ids: &[&str]| super::short(&ids.iter().map(|id| (*id).to_owned()).collect::<Vec<_>>());
        assert_eq!(short(&[]), 8);
        assert_eq!(short(&["019ab000-0000-7000-8000-000000000000"]), 8);
        let other_second = "019ab001-0000-7000-8000-000000000000";
        assert_eq!(short(&["019ab000-0000-7000-8000-000000000000", other_second]), 8);
        let same_minute = "019ab000-1000-7000-8000-000000000000";
        assert_eq!(short(&["019ab000-0000-7000-8000-000000000000", same_minute]), 13);
        let same_moment = "019ab000-0000-7000-8000-000000000001";
        assert_eq!(short(&["019ab000-0000-7000-8000-000000000000", same_moment]), 36);
    }

    #[test]
    fn values_cannot_leave_their_parameter() {
        assert_eq!(pair("tag", "a&b=c #d"), "&tag=a%26b%3Dc%20%23d");
    }
}
