//! The text of the statements that are always the same. Every parameter is cast from the type that it
//! is bound as, every column to one that a driver hands back.

/// Columns of a task `t`, in the order that [`crate::row::task`] reads them.
macro_rules! task_columns {
    () => {
        "t.user_id, t.id::text, t.version, t.title, t.description, t.status, t.priority, t.due_date,
  t.due_time, t.time_zone, t.rule, t.mode, t.month_end, t.series_id::text, t.occurrence,
  t.series_start, t.series_slot, t.following, t.parent_id::text, t.completed_at, t.created_at,
  t.updated_at, t.deleted_at,
  (select coalesce(json_agg(g.label order by g.position), '[]')::text from task_tags g
    where g.user_id = t.user_id and g.task_id = t.id),
  (select coalesce(json_agg(json_build_array(r.id, r.generation, r.before_days, r.before_seconds,
      r.at, r.fire_at, r.snoozed::int, r.state) order by r.position), '[]')::text
    from reminders r where r.user_id = t.user_id and r.task_id = t.id)"
    };
}

/// Columns of an event `e`, in the order that [`crate::row::log_row`] reads them.
macro_rules! log_columns {
    () => {
        "e.user_id, e.seq, e.event_id::text, e.topic, e.event_type, e.timestamp_ms, e.payload::text,
  e.correlation_id, e.attempts"
    };
}

pub(crate) use log_columns;

pub(crate) const TASK_COLUMNS: &str = task_columns!();

/// Returns the `seq` of the last event of the user, as the whole change left it.
pub(crate) const APPLY: &str = "select apply_changeset($1::text::jsonb)";

pub(crate) const TASK: &str = concat!(
    "select ",
    task_columns!(),
    " from tasks t where t.user_id = $1::text and t.id = $2::text::uuid and t.deleted_at is null"
);

pub(crate) const CHILD_OF: &str = concat!(
    "select ",
    task_columns!(),
    " from tasks t where t.user_id = $1::text and t.series_id = $2::text::uuid
  and t.occurrence = $3::int8"
);

/// Deleted ones too: whoever asks looks whether anybody touched one. `offset 0` makes Postgres go from
/// the parts to the tasks, whatever it believes to know about them.
pub(crate) const PARTS: &str = concat!(
    "with recursive part (id, depth) as (
  select p.id, 1 from tasks p where p.user_id = $1::text and p.parent_id = $2::text::uuid
  union
  select p.id, part.depth + 1 from part cross join lateral
    (select c.id from tasks c where c.user_id = $1::text and c.parent_id = part.id offset 0) p
    where part.depth < $3::int8)
select ",
    task_columns!(),
    " from part cross join lateral
  (select * from tasks c where c.user_id = $1::text and c.id = part.id offset 0) t
order by part.depth, t.created_at, t.id limit $4::int8"
);

pub(crate) const SEARCH: &str = concat!(
    "select ",
    task_columns!(),
    " from tasks t cross join
  (select $2::text::tsquery || plainto_tsquery('simple', $4::text)) q (query)
where t.user_id = $1::text and t.deleted_at is null and t.search @@ q.query
order by ts_rank(t.search, q.query) desc, t.updated_at desc, t.id limit $3::int8"
);

pub(crate) const HAS_TRIGRAMS: &str = "select 1 from pg_extension where extname = 'pg_trgm'";

/// Titles with words that are written almost like each of these; `$4` is one of them, for the index. The
/// threshold, which holds for this statement only, lets one wrong letter in a word of six through; the
/// usual one, 0.6, does not.
pub(crate) const SIMILAR: &str = concat!(
    "select ",
    task_columns!(),
    " from (select set_config('pg_trgm.word_similarity_threshold', '0.5', true)) strictness
  cross join tasks t
where t.user_id = $1::text and t.deleted_at is null and $4::text <% t.title
  and t.title %> all (array(select jsonb_array_elements_text($2::text::jsonb)))
order by word_similarity($4::text, t.title) desc, t.updated_at desc, t.id limit $3::int8"
);

pub(crate) const TAGS: &str = "select min(g.label), count(case when t.status = 'open' then 1 end)
from task_tags g join tasks t on t.user_id = g.user_id and t.id = g.task_id
where g.user_id = $1::text and t.deleted_at is null group by g.tag order by g.tag";

pub(crate) const HISTORY: &str = "select e.seq, e.timestamp_ms, e.event_type, e.actor,
  e.correlation_id, (e.payload -> 'changes')::text from events e
where e.user_id = $1::text and e.task_id = $2::text::uuid and e.seq > $3::int8
  and e.topic = $4::text order by e.seq limit $5::int8";

pub(crate) const IDEMPOTENT_ANSWER: &str = "select key, request_hash, status, etag, location, body
from idempotency where user_id = $1::text and key = $2::text";

pub(crate) const STREAM_SINCE: &str = concat!(
    "select ",
    log_columns!(),
    " from events e
where e.user_id = $1::text and e.seq > $2::int8 and e.topic in ($3::text, $4::text)
order by e.seq limit $5::int8"
);

pub(crate) const LAST_SEQ: &str = "select seq from user_seq where user_id = $1::text";

/// Whether a row `e` does not wait behind a row that is held back at `$1`. No pause is as long as ten
/// minutes: a time further away was written before the clock was put back. The held rows are looked up
/// in a map that is made once, not joined: Postgres may not know yet how many they are, and would compare
/// all with all.
macro_rules! not_held_back {
    () => {
        "coalesce(e.seq < ((select jsonb_object_agg(h.user_id, h.seq) from (
    select user_id, min(seq) seq from events
    where published_at is null and (parked_at is not null or next_attempt_at is not null)
      and (parked_at is not null
        or (next_attempt_at > $1::int8 and next_attempt_at - 600000 < $1::int8))
    group by user_id) h) ->> e.user_id)::int8, true)"
    };
}

pub(crate) use not_held_back;

pub(crate) const UNPUBLISHED: &str = concat!(
    "select ",
    log_columns!(),
    " from events e
where e.published_at is null
  and e.user_id <> all (array(select jsonb_array_elements_text($3::text::jsonb)))
  and ",
    not_held_back!(),
    "
order by e.position limit $2::int8"
);

pub(crate) const MARK_PUBLISHED: &str = "update events
set published_at = $2::int8, next_attempt_at = null, parked_at = null, last_error = null
where event_id = any (array(select jsonb_array_elements_text($1::text::jsonb)::uuid))
  and published_at is null";

pub(crate) const RECORD_FAILURE: &str = "update events
set attempts = $2::int8, next_attempt_at = $3::int8, last_error = $4::text
where event_id = $1::text::uuid and published_at is null";

pub(crate) const PARK: &str = "update events
set parked_at = $2::int8, last_error = $3::text, next_attempt_at = null
where event_id = $1::text::uuid and published_at is null";

pub(crate) const RELEASE: &str = "update events
set parked_at = null, attempts = 0
where user_id = $1::text and published_at is null and parked_at is not null";

pub(crate) const RELEASE_ALL: &str = "update events
set parked_at = null, attempts = 0
where published_at is null and parked_at is not null returning event_id::text";

pub(crate) const LAG: &str = "select
  (select count(*) from events where published_at is null),
  (select timestamp_ms from events where published_at is null order by position limit 1),
  (select count(distinct user_id) from events where published_at is null
    and parked_at is not null)";

macro_rules! letter_columns {
    () => {
        "id, consumer, event_id::text, user_id, topic, envelope, reason, source_seq, source_topic,
  source_partition, source_offset, at_ms, replay_at"
    };
}

pub(crate) const PUT_DEAD_LETTER: &str = "insert into dead_letters
  (consumer, event_id, user_id, topic, envelope, reason, source_seq, source_topic,
  source_partition, source_offset, at_ms, replay_at)
values ($1::text, $2::text::uuid, $3::text, $4::text, $5::text, $6::text, $7::int8, $8::text,
  $9::int8, $10::int8, $11::int8, $12::int8)
on conflict (consumer, event_id) do update set reason = excluded.reason, at_ms = excluded.at_ms,
  replay_at = excluded.replay_at";

pub(crate) const DEAD_LETTERS: &str =
    concat!("select ", letter_columns!(), " from dead_letters order by id desc limit $1::int8");

pub(crate) const DEAD_LETTER: &str =
    concat!("select ", letter_columns!(), " from dead_letters where id = $1::int8");

pub(crate) const REPLAYS_DUE: &str = concat!(
    "select ",
    letter_columns!(),
    " from dead_letters where replay_at is not null order by replay_at, id limit $1::int8"
);

pub(crate) const REQUEST_REPLAY: &str =
    "update dead_letters set replay_at = $2::int8 where id = $1::int8 returning 1";

pub(crate) const DROP_DEAD_LETTER: &str =
    "delete from dead_letters where id = $1::int8 returning 1";

pub(crate) const DUE_REMINDERS: &str =
    "select user_id, task_id::text, id::text, generation, fire_at
from reminders where state = 'scheduled' and fire_at <= $1::int8
order by fire_at, user_id, id limit $2::int8";

pub(crate) const HAS_MIGRATIONS: &str =
    "select 1 where to_regclass('schema_migrations') is not null";

pub(crate) const SCHEMA_VERSION: &str = "select max(number) from schema_migrations";
