-- What is kept. Instants are milliseconds since the epoch, UTC; ids are UUIDs in lower case.
-- Only what SQLite 3.38 knows, so that the operator's own tools can open the file.

create table if not exists tasks (
  user_id      text    not null,
  id           text    not null,
  version      integer not null,
  title        text    not null collate nocase,
  description  text    not null,
  status       text    not null check (status in ('open', 'done')),
  priority     integer not null check (priority between 0 and 3), -- low .. urgent
  due_date     text,    -- the day on the wall clock of time_zone
  due_time     text,    -- the time on that clock; null: the day as a whole
  time_zone    text,
  due_at       integer, -- follows from the three above; the end of the day when there is no time
  rule         text,    -- RRULE
  mode         text    check (mode in ('next-future', 'every', 'after-completion')),
  month_end    text    check (month_end in ('clamp', 'skip')),
  series_id    text,
  occurrence   integer,
  series_start text,    -- wall clock
  series_slot  text,    -- wall clock
  parent_id    text,
  completed_at integer,
  created_at   integer not null,
  updated_at   integer not null,
  deleted_at   integer,
  primary key (user_id, id),
  check ((status = 'done') = (completed_at is not null))
) strict;

-- One instance per place in a series. A deleted instance keeps its place.
create unique index if not exists tasks_by_series on tasks (user_id, series_id, occurrence)
  where series_id is not null;

-- One index a sort key, so that a page is read from its first row to its last and no further.
create index if not exists tasks_by_created on tasks (user_id, created_at, id)
  where deleted_at is null;
create index if not exists tasks_by_updated on tasks (user_id, updated_at, id)
  where deleted_at is null;
create index if not exists tasks_by_due on tasks (user_id, due_at, id)
  where deleted_at is null;
create index if not exists tasks_by_completion on tasks (user_id, completed_at, id)
  where deleted_at is null;
create index if not exists tasks_by_status on tasks (user_id, status, id)
  where deleted_at is null;
create index if not exists tasks_by_priority on tasks (user_id, priority, id)
  where deleted_at is null;
create index if not exists tasks_by_title on tasks (user_id, title, id)
  where deleted_at is null;

create table if not exists task_tags (
  user_id  text    not null,
  task_id  text    not null,
  tag      text    not null, -- in lower case: what is compared
  label    text    not null, -- as typed: what is shown
  position integer not null,
  primary key (user_id, task_id, tag)
) strict, without rowid;

create index if not exists task_tags_by_tag on task_tags (user_id, tag, task_id);

create table if not exists reminders (
  user_id        text    not null,
  id             text    not null,
  task_id        text    not null,
  position       integer not null,
  generation     integer not null,
  before_days    integer, -- relative to the due time ...
  before_seconds integer,
  at             text,    -- ... or a moment, RFC 3339 with the offset that was given
  fire_at        integer not null,
  state          text    not null check (state in ('scheduled', 'fired', 'cancelled')),
  primary key (user_id, id),
  check ((at is null) = (before_days is not null) and (at is null) = (before_seconds is not null))
) strict;

create index if not exists reminders_by_task on reminders (user_id, task_id);
create index if not exists reminders_scheduled on reminders (fire_at) where state = 'scheduled';

-- Outbox, live log, history and audit trail at once. Rows are never changed but for their progress.
create table if not exists events (
  position        integer primary key, -- the order of all commits
  user_id         text    not null,
  seq             integer not null,    -- the order of this user's events, from 1, without gaps
  event_id        text    not null unique,
  topic           text    not null,
  event_type      text    not null,
  timestamp_ms    integer not null,
  actor           text    not null,
  correlation_id  text    not null,
  task_id         text    not null,
  payload         text    not null,
  published_at    integer,
  attempts        integer not null default 0,
  next_attempt_at integer,
  parked_at       integer,
  last_error      text,
  unique (user_id, seq)
) strict;

create index if not exists events_by_task on events (user_id, task_id, seq);
create index if not exists events_unpublished on events (position) where published_at is null;
-- Rows that hold back the later events of their user.
create index if not exists events_held on events (user_id, seq)
  where published_at is null and (parked_at is not null or next_attempt_at is not null);

create table if not exists user_seq (
  user_id text    not null primary key,
  seq     integer not null
) strict, without rowid;

create table if not exists inbox (
  consumer  text    not null,
  event_id  text    not null,
  stored_at integer not null default (1000 * strftime('%s', 'now')), -- for pruning only
  primary key (consumer, event_id)
) strict, without rowid;

create table if not exists idempotency (
  user_id      text    not null,
  key          text    not null,
  request_hash text    not null,
  status       integer not null,
  etag         text,
  location     text,
  body         text    not null,
  stored_at    integer not null default (1000 * strftime('%s', 'now')), -- for pruning only
  primary key (user_id, key)
) strict;

create table if not exists dead_letters (
  id         integer primary key,
  consumer   text    not null,
  event_id   text    not null,
  user_id    text    not null,
  topic      text    not null,
  envelope   text    not null,
  reason     text    not null,
  source_seq integer not null,
  at_ms      integer not null,
  unique (consumer, event_id)
) strict;
