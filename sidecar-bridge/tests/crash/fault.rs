//! Faults that are planted, so that a harness which sees nothing is caught; and what happens to the
//! files while the process is dead.

use std::path::Path;

use anyhow::{Context, Result, ensure};
use rand::{Rng, rngs::StdRng};
use rusqlite::{Connection, OptionalExtension, Row, params};

/// What is wrong with a run on purpose.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fault {
    /// Nothing.
    None,
    /// Clients are answered before anything is stored.
    AnswerBeforeCommit,
    /// A change set is applied whether or not its event was before.
    InboxOff,
    /// Nothing keeps two instances from the same place in a series.
    NoUniqueKey,
    /// The server ends though nobody killed it.
    EndsByItself,
}

impl Fault {
    /// Alters the database of a server that is away.
    pub(crate) fn plant(self, database: &Path) -> Result<()> {
        match self {
            Self::None | Self::AnswerBeforeCommit | Self::EndsByItself => Ok(()),
            Self::InboxOff => inbox_off(&Connection::open(database)?),
            Self::NoUniqueKey => {
                let database = Connection::open(database)?;
                Ok(database.execute_batch("drop index tasks_by_series")?)
            }
        }
    }
}

/// The trigger as it is, but for its two statements about the inbox.
fn inbox_off(database: &Connection) -> Result<()> {
    let query =
        "select sql from sqlite_schema where type = 'trigger' and name = 'apply_changeset_3'";
    let trigger: String = database.query_row(query, [], |row| row.get(0))?;
    let refusal = "select raise(abort, 'conflict:duplicate')";
    let begin = trigger.find(refusal).context("the trigger does not look into the inbox")?;
    let end = begin + trigger[begin..].find(';').context("no end of the statement")? + 1;
    let without = format!("{}{}", &trigger[..begin], &trigger[end..])
        .replace("insert into inbox", "insert or ignore into inbox");
    ensure!(without.contains("or ignore into inbox"), "the trigger writes no inbox");
    Ok(database.execute_batch(&format!("drop trigger apply_changeset_3; {without};"))?)
}

/// What happened to the files while the process was dead.
#[derive(Debug, Default)]
pub(crate) struct Disturbance {
    /// Deliveries that will be made again.
    pub(crate) redelivered: usize,
    /// Second effects that were refused.
    pub(crate) refused_twins: usize,
}

/// Has some completions delivered again, and tries to have two effects a second time.
pub(crate) fn disturb(database: &Path, rng: &mut StdRng) -> Result<Disturbance> {
    const REDELIVERED_MAX: i64 = 20;
    let database = Connection::open(database)?;
    let redelivered = database.execute(
        "update events set published_at = null where event_id in (select event_id from events
           where event_type = 'task.completed' and published_at is not null
           order by position * ?1 % 104729 limit ?2)",
        [rng.random_range(1..104_729), rng.random_range(1..=REDELIVERED_MAX)],
    )?;
    let refused = [twin_instance(&database, rng)?, twin_effect(&database, rng)?];
    let refused_twins = refused.into_iter().flatten().filter(|refused| *refused).count();
    Ok(Disturbance { redelivered, refused_twins })
}

/// Has everything delivered again that had an effect before; how many deliveries that will be.
pub(crate) fn deliver_all_again(database: &Path) -> Result<usize> {
    let again =
        "update events set published_at = null where event_id in (select event_id from inbox)";
    Ok(Connection::open(database)?.execute(again, [])?)
}

/// Whether the unique key refuses a second instance in the same place: what a handler would make that
/// gives ids of its own.
fn twin_instance(database: &Connection, rng: &mut StdRng) -> Result<Option<bool>> {
    let place = "select rowid from tasks where occurrence > 1 order by rowid * ?1 % 104729 limit 1";
    let pick: u32 = rng.random_range(1..104_729);
    let found: Option<i64> = database.query_row(place, [pick], |row| row.get(0)).optional()?;
    let Some(row) = found else { return Ok(None) };
    let columns: Vec<String> = database
        .prepare("select name from pragma_table_info('tasks') where name <> 'id'")?
        .query_map([], |row| row.get(0))?
        .collect::<Result<_, _>>()?;
    let columns = columns.join(", ");
    let insert = format!(
        "insert into tasks (id, {columns}) select ?1, {columns} from tasks where rowid = ?2"
    );
    refused(database.execute(&insert, params![uuid::Uuid::now_v7().to_string(), row]), "UNIQUE")
}

/// Whether the inbox refuses an effect of an event that had its effect before: what a delivery would
/// do whose effect has no natural key.
fn twin_effect(database: &Connection, rng: &mut StdRng) -> Result<Option<bool>> {
    let taken =
        "select i.consumer, i.event_id, e.user_id from inbox i join events e using (event_id)
        order by e.position * ?1 % 104729 limit 1";
    let pick: u32 = rng.random_range(1..104_729);
    let texts = |row: &Row<'_>| Ok([row.get(0)?, row.get(1)?, row.get(2)?]);
    let found: Option<[String; 3]> = database.query_row(taken, [pick], texts).optional()?;
    let Some([consumer, event_id, user]) = found else { return Ok(None) };
    let change = serde_json::json!({
        "user_id": user,
        "inbox": { "consumer": consumer, "event_id": event_id },
        "tasks": [{
            "id": uuid::Uuid::now_v7(), "version": 1, "title": format!("twin of {event_id}"),
            "description": "", "status": "open", "priority": 1, "created_at": 0, "updated_at": 0,
        }],
    });
    let insert = "insert into changesets_3 (doc) values (?1)";
    refused(database.execute(insert, [change.to_string()]), "conflict:duplicate")
}

fn refused(outcome: rusqlite::Result<usize>, why: &str) -> Result<Option<bool>> {
    match outcome {
        Ok(_) => Ok(Some(false)),
        Err(error) if error.to_string().contains(why) => Ok(Some(true)),
        Err(error) => Err(error.into()),
    }
}
