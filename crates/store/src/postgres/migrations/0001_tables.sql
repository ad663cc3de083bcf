-- What is kept. Instants are milliseconds since the epoch, UTC. Texts are compared byte by byte, as
-- SQLite does, whatever the database's own collation is.

create table tasks (
  user_id      text     collate "C" not null,
  id           uuid     not null,
  version      bigint   not null,
  title        text     collate "C" not null,
  description  text     not null,
  status       text     collate "C" not null check (status in ('open', 'done')),
  priority     smallint not null check (priority between 0 and 3), -- low .. urgent
  due_date     text     collate "C", -- the day on the wall clock of time_zone
  due_time     text,    -- the time on that clock; null: the day as a whole
  time_zone    text,
  due_at       bigint,  -- follows from the three above; the end of the day when there is no time
  rule         text,    -- RRULE
  mode         text     check (mode in ('next-future', 'every', 'after-completion')),
  month_end    text     check (month_end in ('clamp', 'skip')),
  series_id    uuid,
  occurrence   bigint,
  series_start text,    -- wall clock
  series_slot  text,    -- wall clock
  following    text,    -- JSON: what the next instance has instead
  parent_id    uuid,
  completed_at bigint,
  created_at   bigint   not null,
  updated_at   bigint   not null,
  deleted_at   bigint,
  -- What titles are sorted by. A column, not an expression of the index: row level security lets
  -- conditions on columns only use an index.
  title_key    text     collate "C" not null generated always as (lower(title)) stored,
  -- Full text: the title weighs more than the description.
  search       tsvector not null generated always as (
    setweight(to_tsvector('simple', title), 'A')
      || setweight(to_tsvector('simple', description), 'B')) stored,
  primary key (user_id, id),
  check ((status = 'done') = (completed_at is not null))
);

-- One instance per place in a series. A deleted instance keeps its place.
create unique index tasks_by_series on tasks (user_id, series_id, occurrence)
  where series_id is not null;
create index tasks_by_parent on tasks (user_id, parent_id) where parent_id is not null;

-- One index a sort key, so that a page is read from its first row to its last and no further. What
-- has no value comes last in both directions, so keys that may have none need one for each.
create index tasks_by_created on tasks (user_id, created_at, id) where deleted_at is null;
create index tasks_by_updated on tasks (user_id, updated_at, id) where deleted_at is null;
create index tasks_by_due on tasks (user_id, due_at, id) where deleted_at is null;
create index tasks_by_due_last on tasks (user_id, due_at desc nulls last, id desc)
  where deleted_at is null;
create index tasks_by_completion on tasks (user_id, completed_at, id) where deleted_at is null;
create index tasks_by_completion_last on tasks (user_id, completed_at desc nulls last, id desc)
  where deleted_at is null;
create index tasks_by_status on tasks (user_id, status, id) where deleted_at is null;
create index tasks_by_priority on tasks (user_id, priority, id) where deleted_at is null;
create index tasks_by_title on tasks (user_id, title_key, id) where deleted_at is null;

create index tasks_by_words on tasks using gin (search);
-- Titles with a typing error. Without the extension, searches find what is typed right.
begin
  create extension if not exists pg_trgm;
  create index tasks_by_trigrams on tasks using gin (title gin_trgm_ops);
exception when others then
  raise notice 'pg_trgm is not available: %', sqlerrm;
end;

create table task_tags (
  user_id  text   collate "C" not null,
  task_id  uuid   not null,
  tag      text   collate "C" not null, -- in lower case: what is compared
  label    text   collate "C" not null, -- as typed: what is shown
  position bigint not null,
  primary key (user_id, task_id, tag)
);

create index task_tags_by_tag on task_tags (user_id, tag, task_id);

create table reminders (
  user_id        text    collate "C" not null,
  id             uuid    not null,
  task_id        uuid    not null,
  position       bigint  not null,
  generation     bigint  not null,
  before_days    bigint, -- relative to the due time ...
  before_seconds bigint,
  at             text,   -- ... or a moment, RFC 3339 with the offset that was given
  fire_at        bigint  not null,
  snoozed        boolean not null default false,
  state          text    not null check (state in ('scheduled', 'fired', 'cancelled')),
  primary key (user_id, id),
  check ((at is null) = (before_days is not null) and (at is null) = (before_seconds is not null))
);

create index reminders_by_task on reminders (user_id, task_id);
create index reminders_scheduled on reminders (fire_at, user_id, id) where state = 'scheduled';

-- Outbox, live log, history and audit trail at once. Rows are never changed but for their progress.
create table events (
  -- Of one user in the order of the commits; of several only about.
  position        bigint generated always as identity primary key,
  user_id         text   collate "C" not null,
  seq             bigint not null, -- the order of this user's events, from 1, without gaps
  event_id        uuid   not null unique,
  topic           text   not null,
  event_type      text   not null,
  timestamp_ms    bigint not null,
  actor           text   not null,
  correlation_id  text   not null,
  task_id         uuid   not null,
  payload         jsonb  not null,
  published_at    bigint,
  attempts        bigint not null default 0,
  next_attempt_at bigint,
  parked_at       bigint,
  last_error      text,
  unique (user_id, seq)
);

create index events_by_task on events (user_id, task_id, seq);
create index events_unpublished on events (position) where published_at is null;
-- Rows that hold back the later events of their user.
create index events_held on events (user_id, seq)
  where published_at is null and (parked_at is not null or next_attempt_at is not null);

create table user_seq (
  user_id text   collate "C" not null primary key,
  seq     bigint not null
);

create table inbox (
  consumer  text   collate "C" not null,
  event_id  uuid   not null,
  stored_at bigint not null default (1000 * extract(epoch from now())), -- for pruning only
  primary key (consumer, event_id)
);

create table idempotency (
  user_id      text   collate "C" not null,
  key          text   collate "C" not null,
  request_hash text   not null,
  status       bigint not null,
  etag         text,
  location     text,
  body         text   not null,
  stored_at    bigint not null default (1000 * extract(epoch from now())), -- for pruning only
  primary key (user_id, key)
);

create table dead_letters (
  id         bigint generated always as identity primary key,
  consumer   text   collate "C" not null,
  event_id   uuid   not null,
  user_id    text   collate "C" not null,
  topic      text   not null,
  envelope   text   not null,
  reason     text   not null,
  source_seq bigint not null,
  at_ms      bigint not null,
  unique (consumer, event_id)
);

-- The second fence: a role that does not own the tables sees the rows of the user that it acts for,
-- and none while it acts for nobody. The owner, who serves all users, is not bound.
alter table tasks enable row level security;
alter table task_tags enable row level security;
alter table reminders enable row level security;
alter table events enable row level security;
alter table user_seq enable row level security;
alter table idempotency enable row level security;
alter table dead_letters enable row level security;
create policy own_rows on tasks using (user_id = current_setting('taskloom.user_id', true));
create policy own_rows on task_tags using (user_id = current_setting('taskloom.user_id', true));
create policy own_rows on reminders using (user_id = current_setting('taskloom.user_id', true));
create policy own_rows on events using (user_id = current_setting('taskloom.user_id', true));
create policy own_rows on user_seq using (user_id = current_setting('taskloom.user_id', true));
create policy own_rows on idempotency using (user_id = current_setting('taskloom.user_id', true));
create policy own_rows on dead_letters using (user_id = current_setting('taskloom.user_id', true));
