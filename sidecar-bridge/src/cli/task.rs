//! `taskloom show`, `done` and `reopen`: one task, named by its id or the beginning of it.

use std::{io::Write, time::Duration};

use events::api::{Due, TaskSnapshot};
use serde::Deserialize;
use serde_json::Value;
use uuid::Uuid;

use crate::{
    cli::{
        Failure,
        client::{self, Api},
        list, table,
    },
    config::Config,
};

/// Shortest beginning of an id that is looked up.
const PREFIX_MIN: usize = 6;
/// Newest tasks among which a beginning is looked up.
const LOOK_AMONG: usize = 10_000;
/// How long the next instance is waited for before the answer goes without it.
const NEXT_WITHIN: Duration = Duration::from_secs(1);
const LOOK_AGAIN: Duration = Duration::from_millis(10);

#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The task's id, or at least its first 6 characters.
    id: String,
    /// Print JSON.
    #[arg(long)]
    json: bool,
}

/// The part of an answer that is not the task itself.
#[derive(Deserialize)]
struct WithNext {
    next_id: Option<Uuid>,
}

pub(super) fn show(config: Config, args: &Args, out: &mut dyn Write) -> Result<(), Failure> {
    let task: Value = client::with_api(config, async |api| {
        let id = resolve(api, &args.id).await?;
        api.get(&format!("/api/v1/tasks/{id}")).await
    })?;
    if args.json {
        return table::json(out, &task);
    }
    let task: TaskSnapshot = list::snapshot(task)?;
    table::print(out, &[], rows(&task))
}

/// Completes or reopens; for a task that repeats, says when it is next.
pub(super) fn act(
    config: Config,
    args: &Args,
    verb: &str,
    out: &mut dyn Write,
) -> Result<(), Failure> {
    let (task, next) = client::with_api(config, async |api| {
        let id = resolve(api, &args.id).await?;
        let task: Value = api.post(&format!("/api/v1/tasks/{id}:{verb}"), None).await?;
        let next = next(api, &task).await?;
        Ok((task, next))
    })?;
    if args.json {
        return table::json(out, &task);
    }
    let task: TaskSnapshot = list::snapshot(task)?;
    writeln!(out, "{}", line(&task))?;
    if let Some(next) = next {
        writeln!(out, "{}", line(&next))?;
    }
    Ok(())
}

/// The instance that followed from a completion, once it is there.
async fn next(api: &Api, task: &Value) -> Result<Option<TaskSnapshot>, Failure> {
    let snapshot = list::snapshot(task.clone())?;
    if snapshot.repeat.is_none() || snapshot.completed_at.is_none() {
        return Ok(None);
    }
    let path = format!("/api/v1/tasks/{}", snapshot.id);
    let poll = async {
        loop {
            let with_next: WithNext = api.get(&path).await?;
            if let Some(next) = with_next.next_id {
                return api.get(&format!("/api/v1/tasks/{next}")).await.map(Some);
            }
            tokio::time::sleep(LOOK_AGAIN).await;
        }
    };
    // A rule may have come to its end, and a relay may be busy: neither is a failure of this command.
    tokio::time::timeout(NEXT_WITHIN, poll).await.unwrap_or(Ok(None))
}

/// The id that begins with `text`, if there is exactly one.
async fn resolve(api: &Api, text: &str) -> Result<Uuid, Failure> {
    if let Ok(id) = Uuid::try_parse(text) {
        return Ok(id);
    }
    let prefix = text.to_ascii_lowercase();
    let is_prefix = prefix.bytes().all(|byte| byte.is_ascii_hexdigit() || byte == b'-');
    if prefix.len() < PREFIX_MIN || !is_prefix {
        let shown = table::plain(text);
        return Err(Failure::Usage(format!(
            "`{shown}` is no id; give at least the first {PREFIX_MIN} characters of one"
        )));
    }
    let found = list::tasks(api, "&sort=-created", LOOK_AMONG).await?;
    let tasks: Vec<TaskSnapshot> =
        found.tasks.into_iter().map(list::snapshot).collect::<Result<_, _>>()?;
    let matches: Vec<&TaskSnapshot> =
        tasks.iter().filter(|task| task.id.to_string().starts_with(&prefix)).collect();
    match matches.as_slice() {
        [only] => Ok(only.id),
        [] if found.more => Err(Failure::failed(format!(
            "no task among the newest {LOOK_AMONG} has an id that begins with `{prefix}`"
        ))),
        [] => Err(Failure::failed(format!("no task has an id that begins with `{prefix}`"))),
        several => {
            let lines: Vec<String> = several.iter().take(5).map(|task| line(task)).collect();
            let (count, lines) = (several.len(), lines.join("\n  "));
            Err(Failure::failed(format!("{count} tasks have such an id:\n  {lines}")))
        }
    }
}

/// A task in one line.
pub(super) fn line(task: &TaskSnapshot) -> String {
    let due = task.due.as_ref().map(|at| format!("  due {}", due(at))).unwrap_or_default();
    format!("{}  {}  {}{due}", task.id, table::word(&task.status), table::plain(&task.title))
}

/// When, on the wall clock of the task's zone.
pub(super) fn due(due: &Due) -> String {
    let Some(at) = &due.at else { return due.date.clone().unwrap_or_default() };
    let minutes = at.get(..16).unwrap_or(at).replacen('T', " ", 1);
    format!("{minutes} {}", due.time_zone.as_deref().unwrap_or_default())
}

fn rows(task: &TaskSnapshot) -> Vec<Vec<String>> {
    let mut rows = Vec::new();
    let mut row = |name: &str, value: String| {
        if !value.is_empty() {
            rows.push(vec![name.to_owned(), value]);
        }
    };
    row("id", task.id.to_string());
    row("title", task.title.clone());
    row("status", table::word(&task.status));
    row("priority", table::word(&task.priority));
    row("due", task.due.as_ref().map(due).unwrap_or_default());
    if let Some(repeat) = &task.repeat {
        let (mode, month_end) = (table::word(&repeat.mode), table::word(&repeat.month_end));
        row("repeat", format!("{} ({mode}, {month_end})", repeat.rule));
    }
    row("tags", task.tags.join(", "));
    for reminder in &task.reminders {
        let (at, state) = (reminder.fire_at.to_rfc3339(), table::word(&reminder.state));
        row("reminder", format!("{at} ({state})"));
    }
    row("occurrence", task.occurrence.map(|number| number.to_string()).unwrap_or_default());
    row("completed", task.completed_at.map(|at| at.to_rfc3339()).unwrap_or_default());
    row("created", task.created_at.to_rfc3339());
    row("updated", task.updated_at.to_rfc3339());
    row("description", task.description.clone());
    rows
}
