//! A real server with reminders that are put into its database while it is away.

use std::{
    thread::sleep,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, bail};
use rusqlite::{Connection, params};

use super::{COUNT, Fired, LEAD_MS, Schedule};
use crate::{
    Setup,
    clock::now_ms,
    load::{Shot, send_once},
    server::{Server, resident_mb},
};

const USERS: u32 = 1_000;
/// A time that does not come.
const NEVER_MS: i64 = 4_000_000_000_000;
/// How long a process may settle before it is weighed.
const SETTLE: Duration = Duration::from_secs(3);
/// Longer than anything may take.
const DRAINED_WITHIN: Duration = Duration::from_secs(60);

/// A server with a task and a reminder for each, none of which fires yet.
pub(super) struct Armed {
    server: Server,
}

impl Armed {
    pub(super) fn new(setup: &Setup) -> Result<Self> {
        let mut server = Server::start(setup)?;
        send_once(&Shot {
            address: server.address.clone(),
            method: "POST",
            path: "/api/v1/tasks".into(),
            token: Some(server.token("template")?),
            body: r#"{"title":"Water the plants","tags":["home"],
                "reminders":[{"at":"2099-01-01T00:00:00Z"}]}"#
                .into(),
            expect: 201,
        })?;
        server.stop();
        fill(&mut open(&server)?)?;
        Ok(Self { server })
    }

    /// What the process weighs when nothing is due soon.
    pub(super) fn idle_mb(&mut self) -> Result<f64> {
        self.server.stop();
        open(&self.server)?.execute("update reminders set fire_at = ?1", [NEVER_MS])?;
        self.server.start_again()?;
        sleep(SETTLE);
        resident_mb(self.server.pid())
    }

    /// Lets a schedule take place.
    pub(super) fn fire(&mut self, schedule: Schedule) -> Result<Fired> {
        self.server.stop();
        let mut database = open(&self.server)?;
        let last: i64 =
            database.query_row("select max(position) from events", [], |row| row.get(0))?;
        let start_ms = arm(&mut database, schedule)?;
        self.server.start_again()?;
        sleep(SETTLE);
        let resident_mb = resident_mb(self.server.pid())?;
        let (watched, within_ms) = schedule.watched();
        let begin_ms = start_ms + i64::from(LEAD_MS);
        let begins_in = u64::try_from(begin_ms - now_ms()?).context("too slow to arm them")?;
        sleep(Duration::from_millis(begins_in + u64::from(within_ms)));
        until_published(&database, last, watched)?;

        let mut late = database.prepare(
            "select e.published_at - r.fire_at, e.published_at from events e
             join reminders r on r.user_id = e.user_id and r.id = e.payload ->> '$.reminder_id'
             where e.position > ?1 and e.event_type = 'reminder.trigger'
             order by r.fire_at limit ?2",
        )?;
        let rows = late.query_map((last, watched), |row| Ok((row.get(0)?, row.get(1)?)))?;
        let rows = rows.collect::<Result<Vec<(f64, i64)>, _>>()?;
        let end_ms = rows.iter().map(|(_, published_ms)| *published_ms).max().unwrap_or(begin_ms);
        let late_ms = rows.iter().map(|(late_ms, _)| *late_ms).collect();
        Ok(Fired { resident_mb, late_ms, drained_ms: (end_ms - begin_ms) as f64 })
    }
}

fn open(server: &Server) -> Result<Connection> {
    let database = Connection::open(server.data_dir().join("taskloom.db"))?;
    database.busy_timeout(Duration::from_secs(5))?;
    Ok(database)
}

/// Copies the one task with its reminder.
fn fill(database: &mut Connection) -> Result<()> {
    let task = "printf('00000001-0000-7000-8000-%012x', i)";
    let reminder = "printf('00000002-0000-7000-8000-%012x', i)";
    let user = format!("printf('user-%04d', i % {USERS})");
    let numbers = format!(
        "with recursive n (i) as (select 0 union all select i + 1 from n where i < {COUNT} - 1)"
    );
    let tasks = columns(database, "tasks", &["user_id", "id"])?;
    let reminders = columns(database, "reminders", &["user_id", "id", "task_id", "fire_at"])?;
    let change = database.transaction()?;
    change.execute_batch(&format!(
        "insert into reminders (user_id, id, task_id, fire_at, {reminders})
           {numbers} select {user}, {reminder}, {task}, {NEVER_MS}, {reminders}
           from n, (select * from reminders limit 1);
         insert into tasks (user_id, id, {tasks})
           {numbers} select {user}, {task}, {tasks} from n, (select * from tasks limit 1);"
    ))?;
    Ok(change.commit()?)
}

/// The columns of a table but for these.
fn columns(database: &Connection, table: &str, but: &[&str]) -> Result<String> {
    let mut names = database.prepare("select name from pragma_table_info(?1)")?;
    let names = names.query_map([table], |row| row.get::<_, String>(0))?;
    let names = names.collect::<Result<Vec<_>, _>>()?;
    Ok(names.into_iter().filter(|name| !but.contains(&&**name)).collect::<Vec<_>>().join(", "))
}

/// Gives each reminder its time and returns when the schedule begins.
fn arm(database: &mut Connection, schedule: Schedule) -> Result<i64> {
    /// What arming and a start take at most.
    const AHEAD_MS: i64 = 8_000;
    let start_ms = now_ms()? + AHEAD_MS;
    let change = database.transaction()?;
    change.execute("update reminders set state = 'cancelled' where state = 'scheduled'", [])?;
    {
        let mut update = change.prepare(
            "update reminders set state = 'scheduled', fire_at = ?1 where user_id = ?2 and id = ?3",
        )?;
        for (number, offset_ms) in (0_u32..).zip(schedule.offsets_ms()) {
            let user = format!("user-{:04}", number % USERS);
            let id = format!("00000002-0000-7000-8000-{number:012x}");
            update.execute(params![start_ms + i64::from(offset_ms), user, id])?;
        }
    }
    change.commit()?;
    Ok(start_ms)
}

/// Waits until so many reminders after `last` have been published.
fn until_published(database: &Connection, last: i64, count: u32) -> Result<()> {
    let published = "select count(*) from events
        where position > ?1 and event_type = 'reminder.trigger' and published_at is not null";
    let deadline = Instant::now() + DRAINED_WITHIN;
    while database.query_row(published, [last], |row| row.get::<_, u32>(0))? < count {
        if Instant::now() > deadline {
            bail!("not all were published within {DRAINED_WITHIN:?}");
        }
        sleep(Duration::from_millis(100));
    }
    Ok(())
}
