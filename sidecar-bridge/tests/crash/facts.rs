//! What the database holds, and what has to be true of it whoever was told what.

use anyhow::Result;
use rusqlite::Connection;

use crate::findings::Findings;

/// Which list of findings a broken invariant goes to.
#[derive(Debug, Clone, Copy)]
enum Kind {
    Lost,
    Doubled,
    Odd,
}

/// Queries that find nothing when all is well; a row says where it is not.
const INVARIANTS: &[(Kind, &str, &str)] = &[
    (
        Kind::Doubled,
        "a place in a series is taken twice",
        "select series_id || ' ' || occurrence from tasks where series_id is not null
         group by user_id, series_id, occurrence having count(*) > 1",
    ),
    (
        Kind::Lost,
        "a completed instance has no next one",
        "select t.title from tasks t where t.status = 'done' and t.rule is not null
           and not exists (select 1 from tasks n where n.user_id = t.user_id
             and n.series_id = t.series_id and n.occurrence = t.occurrence + 1)",
    ),
    (
        Kind::Doubled,
        "an open instance has a next one",
        "select t.title from tasks t where t.status = 'open' and exists (select 1 from tasks n
           where n.user_id = t.user_id and n.series_id = t.series_id
             and n.occurrence = t.occurrence + 1)",
    ),
    (
        Kind::Odd,
        "the numbers of a user's events have a gap",
        "select user_id from events group by user_id having min(seq) <> 1 or max(seq) <> count(*)",
    ),
    (
        Kind::Odd,
        "the next number of a user is not the one after the last",
        "select user_id from user_seq s
         where seq <> (select max(seq) from events e where e.user_id = s.user_id)",
    ),
    (
        Kind::Odd,
        "a task is not what its last event says",
        "select t.title from tasks t where t.version is not (select e.payload ->> '$.version'
           from events e where e.user_id = t.user_id and e.task_id = t.id
             and e.event_type = 'task.state_changed' order by e.seq desc limit 1)",
    ),
    (
        Kind::Lost,
        "an event was not delivered",
        "select coalesce(last_error, event_id) from events where published_at is null",
    ),
    (Kind::Lost, "an event could not be handled", "select reason from dead_letters"),
    (
        Kind::Lost,
        "a reminder that fired has no trigger, or one that is due did not fire",
        "select r.id from reminders r where r.state <> 'cancelled' and not exists (select 1
           from events e where e.user_id = r.user_id and e.task_id = r.task_id
             and e.payload ->> '$.reminder_id' = r.id)",
    ),
    (
        Kind::Doubled,
        "a reminder fired twice",
        "select payload ->> '$.reminder_id' from events where event_type = 'reminder.trigger'
         group by 1 having count(*) > 1",
    ),
    (
        Kind::Odd,
        "a reminder fired early",
        "select r.id from events e join reminders r on r.id = e.payload ->> '$.reminder_id'
         where e.event_type = 'reminder.trigger' and e.timestamp_ms < r.fire_at",
    ),
];

/// A task as it is stored.
#[derive(Debug, Clone)]
pub(crate) struct Row {
    pub(crate) user: String,
    pub(crate) title: String,
    pub(crate) description: String,
    pub(crate) version: i64,
    pub(crate) done: bool,
    pub(crate) deleted: bool,
    pub(crate) series: Option<String>,
    pub(crate) occurrence: Option<u32>,
    /// How many changes the log tells of.
    pub(crate) changes: i64,
    /// How many reminders fired.
    pub(crate) triggers: i64,
}

/// Every task there is, and there was.
pub(crate) fn rows(database: &Connection) -> Result<Vec<Row>> {
    let of_task = "from events e where e.user_id = t.user_id and e.task_id = t.id and e.topic =";
    let query = format!(
        "select user_id, title, description, version, status = 'done', deleted_at is not null,
           series_id, occurrence, (select count(*) {of_task} 'task-events'),
           (select count(*) {of_task} 'reminders') from tasks t"
    );
    let row = |row: &rusqlite::Row<'_>| {
        Ok(Row {
            user: row.get(0)?,
            title: row.get(1)?,
            description: row.get(2)?,
            version: row.get(3)?,
            done: row.get(4)?,
            deleted: row.get(5)?,
            series: row.get(6)?,
            occurrence: row.get(7)?,
            changes: row.get(8)?,
            triggers: row.get(9)?,
        })
    };
    Ok(database.prepare(&query)?.query_map([], row)?.collect::<Result<_, _>>()?)
}

/// Ids of what a user's streams show, in order.
pub(crate) fn streamed(database: &Connection, user: &str) -> Result<Vec<u64>> {
    let query = "select seq from events where user_id = ?1
        and topic in ('task-updates', 'reminders') order by seq";
    let mut query = database.prepare(query)?;
    let ids = query.query_map([user], |row| row.get::<_, i64>(0))?;
    ids.map(|id| Ok(u64::try_from(id?)?)).collect()
}

/// Adds what is not as it has to be.
pub(crate) fn check_invariants(database: &Connection, findings: &mut Findings) -> Result<()> {
    for (kind, what, query) in INVARIANTS {
        let list = match kind {
            Kind::Lost => &mut findings.lost,
            Kind::Doubled => &mut findings.doubled,
            Kind::Odd => &mut findings.odd,
        };
        let mut query = database.prepare(query)?;
        for place in query.query_map([], |row| row.get::<_, String>(0))? {
            list.push(format!("{what}: {}", place?));
        }
    }
    Ok(())
}
