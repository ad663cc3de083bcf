//! The text of the statements that are always the same. Parameters are numbered; no value is ever
//! part of the text.

/// Columns of a task `t`, in the order that [`crate::row::task`] reads them.
macro_rules! task_columns {
    () => {
        "t.user_id, t.id, t.version, t.title, t.description, t.status, t.priority, t.due_date,
  t.due_time, t.time_zone, t.rule, t.mode, t.month_end, t.series_id, t.occurrence, t.series_start,
  t.series_slot, t.following, t.parent_id, t.completed_at, t.created_at, t.updated_at, t.deleted_at,
  (select json_group_array(g.label order by g.position) from task_tags g
    where g.user_id = t.user_id and g.task_id = t.id),
  (select json_group_array(json_array(r.id, r.generation, r.before_days, r.before_seconds, r.at,
      r.fire_at, r.snoozed, r.state) order by r.position) from reminders r
    where r.user_id = t.user_id and r.task_id = t.id)"
    };
}

/// Columns of an event `e`, in the order that [`crate::row::log_row`] reads them.
macro_rules! log_columns {
    () => {
        "e.user_id, e.seq, e.event_id, e.topic, e.event_type, e.timestamp_ms, e.payload,
  e.correlation_id, e.attempts"
    };
}

pub(crate) use log_columns;

pub(crate) const TASK_COLUMNS: &str = task_columns!();

/// Returns the `seq` of the last event of the user, as the whole change left it. In binary form the
/// document is parsed once, not once for each of the trigger's statements.
pub(crate) const APPLY: &str = "insert into changesets_3 (doc) values (jsonb(?1))
returning (select s.seq from user_seq s where s.user_id = doc ->> '$.user_id')";

pub(crate) const TASK: &str = concat!(
    "select ",
    task_columns!(),
    " from tasks t where t.user_id = ?1 and t.id = ?2 and t.deleted_at is null"
);

pub(crate) const CHILD_OF: &str = concat!(
    "select ",
    task_columns!(),
    " from tasks t where t.user_id = ?1 and t.series_id = ?2 and t.occurrence = ?3"
);

/// Deleted ones too: whoever asks looks whether anybody touched one. The joins are crossed so that
/// SQLite goes from the parts to the tasks, not the other way round.
pub(crate) const PARTS: &str = concat!(
    "with recursive part (id, depth) as (
  select p.id, 1 from tasks p where p.user_id = ?1 and p.parent_id = ?2
  union
  select p.id, part.depth + 1
    from part cross join tasks p on p.user_id = ?1 and p.parent_id = part.id
    where part.depth < ?3)
select ",
    task_columns!(),
    " from part cross join tasks t on t.user_id = ?1 and t.id = part.id
order by part.depth, t.created_at, t.id limit ?4"
);

/// `?4` is Postgres's.
pub(crate) const SEARCH: &str = concat!(
    "select ",
    task_columns!(),
    " from tasks t
where t.user_id = ?1 and t.deleted_at is null and ?4 is not null and not exists (
  select 1 from json_each(?2) w
  where instr(lower(t.title), w.value) = 0 and instr(lower(t.description), w.value) = 0)
order by t.updated_at desc, t.id limit ?3"
);

/// There are none.
pub(crate) const HAS_TRIGRAMS: &str = "select 1 where false";

/// Never asked.
pub(crate) const SIMILAR: &str = SEARCH;

pub(crate) const TAGS: &str = "select min(g.label), count(case when t.status = 'open' then 1 end)
from task_tags g join tasks t on t.user_id = g.user_id and t.id = g.task_id
where g.user_id = ?1 and t.deleted_at is null group by g.tag order by g.tag";

pub(crate) const HISTORY: &str = "select e.seq, e.timestamp_ms, e.event_type, e.actor,
  e.correlation_id, e.payload -> '$.changes' from events e
where e.user_id = ?1 and e.task_id = ?2 and e.seq > ?3 and e.topic = ?4 order by e.seq limit ?5";

pub(crate) const IDEMPOTENT_ANSWER: &str = "select key, request_hash, status, etag, location, body
from idempotency where user_id = ?1 and key = ?2";

pub(crate) const STREAM_SINCE: &str = concat!(
    "select ",
    log_columns!(),
    " from events e
where e.user_id = ?1 and e.seq > ?2 and e.topic in (?3, ?4) order by e.seq limit ?5"
);

pub(crate) const LAST_SEQ: &str = "select seq from user_seq where user_id = ?1";

/// Whether a row `e` waits behind a row of the same user that is held back at `?1`, however late it
/// came. No pause is as long as ten minutes: a time further away was written before the clock was put
/// back.
macro_rules! held_back {
    () => {
        "exists (select 1 from events h
    where h.user_id = e.user_id and h.seq <= e.seq and h.published_at is null
      and (h.parked_at is not null or h.next_attempt_at is not null)
      and (h.parked_at is not null
        or (h.next_attempt_at > ?1 and h.next_attempt_at - 600000 < ?1)))"
    };
}

pub(crate) use held_back;

pub(crate) const UNPUBLISHED: &str = concat!(
    "select ",
    log_columns!(),
    " from events e
where e.published_at is null and e.user_id not in (select value from json_each(?3))
  and not ",
    held_back!(),
    "
order by e.position limit ?2"
);

pub(crate) const MARK_PUBLISHED: &str = "update events
set published_at = ?2, next_attempt_at = null, parked_at = null, last_error = null
where event_id in (select value from json_each(?1)) and published_at is null";

pub(crate) const RECORD_FAILURE: &str = "update events
set attempts = ?2, next_attempt_at = ?3, last_error = ?4
where event_id = ?1 and published_at is null";

pub(crate) const PARK: &str = "update events
set parked_at = ?2, last_error = ?3, next_attempt_at = null
where event_id = ?1 and published_at is null";

pub(crate) const RELEASE: &str = "update events
set parked_at = null, attempts = 0
where user_id = ?1 and published_at is null and parked_at is not null";

pub(crate) const RELEASE_ALL: &str = "update events
set parked_at = null, attempts = 0
where published_at is null and (parked_at is not null or next_attempt_at is not null)
  and parked_at is not null
returning event_id";

pub(crate) const LAG: &str = "select
  (select count(*) from events where published_at is null),
  (select timestamp_ms from events where published_at is null order by position limit 1),
  (select count(distinct user_id) from events where published_at is null
    and (parked_at is not null or next_attempt_at is not null) and parked_at is not null)";

macro_rules! letter_columns {
    () => {
        "id, consumer, event_id, user_id, topic, envelope, reason, source_seq, source_topic,
  source_partition, source_offset, at_ms, replay_at"
    };
}

pub(crate) const PUT_DEAD_LETTER: &str = "insert into dead_letters
  (consumer, event_id, user_id, topic, envelope, reason, source_seq, source_topic,
  source_partition, source_offset, at_ms, replay_at)
values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)
on conflict (consumer, event_id) do update set reason = excluded.reason, at_ms = excluded.at_ms,
  replay_at = excluded.replay_at";

pub(crate) const DEAD_LETTERS: &str =
    concat!("select ", letter_columns!(), " from dead_letters order by id desc limit ?1");

pub(crate) const DEAD_LETTER: &str =
    concat!("select ", letter_columns!(), " from dead_letters where id = ?1");

pub(crate) const REPLAYS_DUE: &str = concat!(
    "select ",
    letter_columns!(),
    " from dead_letters where replay_at is not null order by replay_at, id limit ?1"
);

pub(crate) const REQUEST_REPLAY: &str =
    "update dead_letters set replay_at = ?2 where id = ?1 returning 1";

pub(crate) const DROP_DEAD_LETTER: &str = "delete from dead_letters where id = ?1 returning 1";

pub(crate) const DUE_REMINDERS: &str = "select user_id, task_id, id, generation, fire_at
from reminders where state = 'scheduled' and fire_at <= ?1 order by fire_at, user_id, id limit ?2";

pub(crate) const CREATE_MIGRATIONS: &str = "create table if not exists schema_migrations (
  number integer primary key,
  name   text not null
) strict";

pub(crate) const HAS_MIGRATIONS: &str =
    "select 1 from sqlite_schema where type = 'table' and name = 'schema_migrations'";

pub(crate) const SCHEMA_VERSION: &str = "select max(number) from schema_migrations";

pub(crate) const RECORD_MIGRATION: &str =
    "insert into schema_migrations (number, name) values (?1, ?2) on conflict do nothing";
