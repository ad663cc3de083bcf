-- One ChangeSet, one statement: `select apply_changeset($1)`. The document is made by `document.rs`.
-- What `raise` says after `conflict:` is read by `error.rs`. Returns the `seq` of the user's last
-- event. A later version gets a name of its own: components of both versions may run at once.

create function apply_changeset(doc jsonb) returns bigint language plpgsql as $apply$
declare
  who text := doc ->> 'user_id';
  written bigint := jsonb_array_length(doc -> 'events');
  last bigint;
begin
  -- One change of a user at a time: conditions hold until the commit, and events of a user get
  -- `seq` and `position` in the order of their commits. Readers do not wait.
  perform pg_catalog.pg_advisory_xact_lock(pg_catalog.hashtextextended(who, 0::bigint));

  -- Conditions. The repetitions come first: a repeated request must not look like a stale one.
  if jsonb_typeof(doc -> 'inbox') = 'object' then
    insert into inbox (consumer, event_id)
      values (doc #>> '{inbox,consumer}', (doc #>> '{inbox,event_id}')::uuid)
      on conflict do nothing;
    if not found then raise exception 'conflict:duplicate'; end if;
  end if;
  if jsonb_typeof(doc -> 'idempotency') = 'object' then
    insert into idempotency (user_id, key, request_hash, status, etag, location, body)
      values (who, doc #>> '{idempotency,key}', doc #>> '{idempotency,request_hash}',
        (doc #>> '{idempotency,status}')::bigint, doc #>> '{idempotency,etag}',
        doc #>> '{idempotency,location}', doc #>> '{idempotency,body}')
      on conflict do nothing;
    if not found then raise exception 'conflict:idempotency'; end if;
  end if;
  perform from jsonb_to_recordset(doc -> 'expect') e (id uuid, version bigint)
    where e.version is distinct from
      (select t.version from tasks t where t.user_id = who and t.id = e.id);
  if found then raise exception 'conflict:version'; end if;
  if jsonb_array_length(doc -> 'fire') > 0 then
    perform from jsonb_to_recordset(doc -> 'fire') f (id uuid, generation bigint)
      where (select r.state from reminders r where r.user_id = who and r.id = f.id
        and r.generation = f.generation) is distinct from 'scheduled';
    if found then raise exception 'conflict:reminder'; end if;
    update reminders set state = 'fired' where user_id = who
      and id = any (array(select (f ->> 'id')::uuid from jsonb_array_elements(doc -> 'fire') f));
  end if;

  -- Tasks. What is taken back goes first: its place in the series becomes free.
  if jsonb_array_length(doc -> 'removed') > 0 then
    delete from tasks where user_id = who
      and id = any (array(select r::uuid from jsonb_array_elements_text(doc -> 'removed') r));
  end if;
  if jsonb_array_length(doc -> 'cleared') > 0 then
    insert into tasks (user_id, id, version, title, description, status, priority, due_date,
        due_time, time_zone, due_at, rule, mode, month_end, series_id, occurrence, series_start,
        series_slot, following, parent_id, completed_at, created_at, updated_at, deleted_at)
      select who, t.* from jsonb_to_recordset(doc -> 'tasks') t (id uuid, version bigint,
        title text, description text, status text, priority smallint, due_date text, due_time text,
        time_zone text, due_at bigint, rule text, mode text, month_end text, series_id uuid,
        occurrence bigint, series_start text, series_slot text, following text, parent_id uuid,
        completed_at bigint, created_at bigint, updated_at bigint, deleted_at bigint)
      on conflict (user_id, id) do update set version = excluded.version, title = excluded.title,
        description = excluded.description, status = excluded.status,
        priority = excluded.priority, due_date = excluded.due_date, due_time = excluded.due_time,
        time_zone = excluded.time_zone, due_at = excluded.due_at, rule = excluded.rule,
        mode = excluded.mode, month_end = excluded.month_end, series_id = excluded.series_id,
        occurrence = excluded.occurrence, series_start = excluded.series_start,
        series_slot = excluded.series_slot, following = excluded.following,
        parent_id = excluded.parent_id, completed_at = excluded.completed_at,
        created_at = excluded.created_at, updated_at = excluded.updated_at,
        deleted_at = excluded.deleted_at;

    delete from task_tags where user_id = who
      and task_id = any (array(select c::uuid from jsonb_array_elements_text(doc -> 'cleared') c));
    insert into task_tags (user_id, task_id, tag, label, position)
      select who, (g.one ->> 'task_id')::uuid, g.one ->> 'tag', g.one ->> 'label', g.place
      from jsonb_array_elements(doc -> 'tags') with ordinality g (one, place)
      on conflict do nothing;

    -- Reminders. A decision may have been made before another one fired: what is final in a
    -- generation stays so.
    delete from reminders where user_id = who
      and task_id = any (array(select c::uuid from jsonb_array_elements_text(doc -> 'cleared') c))
      and id <> all (array(select (r ->> 'id')::uuid
        from jsonb_array_elements(doc -> 'reminders') r));
    insert into reminders (user_id, id, task_id, position, generation, before_days,
        before_seconds, at, fire_at, snoozed, state)
      select who, (r.one ->> 'id')::uuid, (r.one ->> 'task_id')::uuid, r.place,
        (r.one ->> 'generation')::bigint, (r.one ->> 'before_days')::bigint,
        (r.one ->> 'before_seconds')::bigint, r.one ->> 'at', (r.one ->> 'fire_at')::bigint,
        (r.one ->> 'snoozed')::boolean, r.one ->> 'state'
      from jsonb_array_elements(doc -> 'reminders') with ordinality r (one, place)
      on conflict (user_id, id) do update set task_id = excluded.task_id,
        position = excluded.position, generation = excluded.generation,
        before_days = excluded.before_days, before_seconds = excluded.before_seconds,
        at = excluded.at, fire_at = excluded.fire_at, snoozed = excluded.snoozed,
        state = case
          when excluded.generation = reminders.generation and reminders.state <> 'scheduled'
          then reminders.state else excluded.state end
        where excluded.generation >= reminders.generation;
  end if;

  -- Events, numbered per user without gaps.
  if written = 0 then
    return (select seq from user_seq where user_id = who);
  end if;
  insert into user_seq (user_id, seq) values (who, written)
    on conflict (user_id) do update set seq = user_seq.seq + excluded.seq returning seq into last;
  insert into events (user_id, seq, event_id, topic, event_type, timestamp_ms, actor,
      correlation_id, task_id, payload)
    select who, last - written + e.place, (e.one ->> 'event_id')::uuid, e.one ->> 'topic',
      e.one ->> 'event_type', (e.one ->> 'timestamp_ms')::bigint, e.one ->> 'actor',
      e.one ->> 'correlation_id', (e.one ->> 'task_id')::uuid, e.one -> 'payload'
    from jsonb_array_elements(doc -> 'events') with ordinality e (one, place) order by e.place;
  -- A hint for relays that sleep; they look from time to time anyway. One commit at a time: whoever
  -- notifies holds a lock of the whole cluster until its commit is on disk.
  if pg_catalog.pg_try_advisory_xact_lock(pg_catalog.hashtextextended('taskloom_events', 1::bigint))
  then
    perform pg_catalog.pg_notify('taskloom_events', '');
  end if;
  return last;
end
$apply$;
