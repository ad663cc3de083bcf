-- Changes of one instance of a series only, reminders that were put off, and the way from a task to
-- its parts. The trigger writes the new columns; the one before it stays for components that run the
-- version before and know nothing of them.

-- JSON: what the next instance has instead.
alter table tasks add column following text;
alter table reminders add column snoozed integer not null default 0 check (snoozed in (0, 1));

create index if not exists tasks_by_parent on tasks (user_id, parent_id)
  where parent_id is not null;

create view if not exists changesets_3 (doc) as select null;

create trigger if not exists apply_changeset_3 instead of insert on changesets_3 begin
  -- Conditions. The repetitions come first: a repeated request must not look like a stale one.
  select raise(abort, 'conflict:duplicate') from inbox
    where consumer = new.doc ->> '$.inbox.consumer' and event_id = new.doc ->> '$.inbox.event_id';
  select raise(abort, 'conflict:idempotency') from idempotency
    where user_id = new.doc ->> '$.user_id' and key = new.doc ->> '$.idempotency.key';
  select raise(abort, 'conflict:version') from json_each(new.doc, '$.expect') e
    left join tasks t on t.user_id = new.doc ->> '$.user_id' and t.id = e.value ->> '$.id'
    where t.version is not (e.value ->> '$.version');
  select raise(abort, 'conflict:reminder') from json_each(new.doc, '$.fire') f
    left join reminders r on r.user_id = new.doc ->> '$.user_id' and r.id = f.value ->> '$.id'
      and r.generation = f.value ->> '$.generation' and r.state = 'scheduled'
    where r.id is null;

  -- What may happen once only.
  insert into inbox (consumer, event_id)
    select new.doc ->> '$.inbox.consumer', new.doc ->> '$.inbox.event_id'
    where new.doc ->> '$.inbox.event_id' is not null;
  insert into idempotency (user_id, key, request_hash, status, etag, location, body)
    select new.doc ->> '$.user_id', new.doc ->> '$.idempotency.key',
      new.doc ->> '$.idempotency.request_hash', new.doc ->> '$.idempotency.status',
      new.doc ->> '$.idempotency.etag', new.doc ->> '$.idempotency.location',
      new.doc ->> '$.idempotency.body'
    where new.doc ->> '$.idempotency.key' is not null;
  update reminders set state = 'fired' where user_id = new.doc ->> '$.user_id'
    and id in (select f.value ->> '$.id' from json_each(new.doc, '$.fire') f);

  -- Tasks. What is taken back goes first: its place in the series becomes free.
  -- `fullkey` is the path of a task in the document; its `value` would be a copy of the whole task,
  -- made anew for every column.
  delete from tasks where user_id = new.doc ->> '$.user_id'
    and id in (select r.value from json_each(new.doc, '$.removed') r);
  insert into tasks (user_id, id, version, title, description, status, priority, due_date, due_time,
      time_zone, due_at, rule, mode, month_end, series_id, occurrence, series_start, series_slot,
      following, parent_id, completed_at, created_at, updated_at, deleted_at)
    select new.doc ->> '$.user_id', new.doc ->> (t.fullkey || '.id'),
      new.doc ->> (t.fullkey || '.version'), new.doc ->> (t.fullkey || '.title'),
      new.doc ->> (t.fullkey || '.description'), new.doc ->> (t.fullkey || '.status'),
      new.doc ->> (t.fullkey || '.priority'), new.doc ->> (t.fullkey || '.due_date'),
      new.doc ->> (t.fullkey || '.due_time'), new.doc ->> (t.fullkey || '.time_zone'),
      new.doc ->> (t.fullkey || '.due_at'), new.doc ->> (t.fullkey || '.rule'),
      new.doc ->> (t.fullkey || '.mode'), new.doc ->> (t.fullkey || '.month_end'),
      new.doc ->> (t.fullkey || '.series_id'), new.doc ->> (t.fullkey || '.occurrence'),
      new.doc ->> (t.fullkey || '.series_start'), new.doc ->> (t.fullkey || '.series_slot'),
      new.doc ->> (t.fullkey || '.following'), new.doc ->> (t.fullkey || '.parent_id'),
      new.doc ->> (t.fullkey || '.completed_at'), new.doc ->> (t.fullkey || '.created_at'),
      new.doc ->> (t.fullkey || '.updated_at'), new.doc ->> (t.fullkey || '.deleted_at')
    from json_each(new.doc, '$.tasks') t where true
    on conflict (user_id, id) do update set version = excluded.version, title = excluded.title,
      description = excluded.description, status = excluded.status, priority = excluded.priority,
      due_date = excluded.due_date, due_time = excluded.due_time, time_zone = excluded.time_zone,
      due_at = excluded.due_at, rule = excluded.rule, mode = excluded.mode,
      month_end = excluded.month_end, series_id = excluded.series_id,
      occurrence = excluded.occurrence, series_start = excluded.series_start,
      following = excluded.following, series_slot = excluded.series_slot, parent_id = excluded.parent_id,
      completed_at = excluded.completed_at, created_at = excluded.created_at,
      updated_at = excluded.updated_at, deleted_at = excluded.deleted_at;

  delete from task_tags where user_id = new.doc ->> '$.user_id'
    and task_id in (select c.value from json_each(new.doc, '$.cleared') c);
  insert into task_tags (user_id, task_id, tag, label, position)
    select new.doc ->> '$.user_id', g.value ->> '$.task_id', g.value ->> '$.tag',
      g.value ->> '$.label', g.key
    from json_each(new.doc, '$.tags') g where true on conflict do nothing;

  -- Reminders. A decision may have been made before another one fired: what is final in a
  -- generation stays so.
  delete from reminders where user_id = new.doc ->> '$.user_id'
    and task_id in (select c.value from json_each(new.doc, '$.cleared') c)
    and id not in (select r.value ->> '$.id' from json_each(new.doc, '$.reminders') r);
  insert into reminders (user_id, id, task_id, position, generation, before_days, before_seconds,
      at, fire_at, snoozed, state)
    select new.doc ->> '$.user_id', r.value ->> '$.id', r.value ->> '$.task_id', r.key,
      r.value ->> '$.generation', r.value ->> '$.before_days', r.value ->> '$.before_seconds',
      r.value ->> '$.at', r.value ->> '$.fire_at', r.value ->> '$.snoozed',
      r.value ->> '$.state'
    from json_each(new.doc, '$.reminders') r where true
    on conflict (user_id, id) do update set task_id = excluded.task_id,
      position = excluded.position, generation = excluded.generation,
      before_days = excluded.before_days, before_seconds = excluded.before_seconds,
      at = excluded.at, fire_at = excluded.fire_at, snoozed = excluded.snoozed,
      state = case
        when excluded.generation = reminders.generation and reminders.state <> 'scheduled'
        then reminders.state else excluded.state end
      where excluded.generation >= reminders.generation;

  -- Events, numbered per user without gaps.
  insert into user_seq (user_id, seq)
    select new.doc ->> '$.user_id', 0 where json_array_length(new.doc, '$.events') > 0
    on conflict do nothing;
  insert into events (user_id, seq, event_id, topic, event_type, timestamp_ms, actor,
      correlation_id, task_id, payload)
    select s.user_id, s.seq + 1 + e.key, new.doc ->> (e.fullkey || '.event_id'),
      new.doc ->> (e.fullkey || '.topic'), new.doc ->> (e.fullkey || '.event_type'),
      new.doc ->> (e.fullkey || '.timestamp_ms'), new.doc ->> (e.fullkey || '.actor'),
      new.doc ->> (e.fullkey || '.correlation_id'), new.doc ->> (e.fullkey || '.task_id'),
      new.doc -> (e.fullkey || '.payload')
    from json_each(new.doc, '$.events') e
    join user_seq s on s.user_id = new.doc ->> '$.user_id';
  update user_seq set seq = seq + json_array_length(new.doc, '$.events')
    where user_id = new.doc ->> '$.user_id' and json_array_length(new.doc, '$.events') > 0;
end;
