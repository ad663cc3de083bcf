//! Events that wait in the log.

use anyhow::Result;

use super::USERS;
use crate::{clock::now_ms, database::Database, site::UNPUBLISHED};

/// Stores so many events and gives how many a second the program publishes.
pub(super) fn drain(database: &Database, name: &str, count: u32) -> Result<f64> {
    let begun_ms = fill(database, name, count)?;
    database.until_none("unpublished events", UNPUBLISHED)?;
    let last = format!(
        "select max(published_at)::float8 from events where user_id like 'backlog-{name}-%'"
    );
    Ok(f64::from(count) * 1000.0 / (database.number(&last)? - begun_ms))
}

/// Stores so many events of many users in turn, and gives the moment when all could be seen.
pub(super) fn fill(database: &Database, name: &str, count: u32) -> Result<f64> {
    database.run(&format!(
        "begin;
         insert into events (user_id, seq, event_id, topic, event_type, timestamp_ms, actor,
             correlation_id, task_id, payload)
           select 'backlog-{name}-' || n % {USERS}, n / {USERS} + 1, gen_random_uuid(), t.topic,
             t.event_type, t.timestamp_ms, t.actor, t.correlation_id, t.task_id, t.payload
           from generate_series(0, {count} - 1) n, (select * from events
             where user_id = 'template' and event_type = 'task.state_changed' limit 1) t
           order by n;
         select pg_notify('taskloom_events', '');
         commit;"
    ))?;
    Ok(now_ms()? as f64)
}

/// Takes every lease away from the program, for good.
pub(super) fn hold(database: &Database) -> Result<()> {
    database.run(
        "update relay_leases
         set owner = 'bench', fence = fence + 1, expires_at = 9000000000000000;",
    )
}
