-- Notifications: the browsers that want them, and each message on its way to each receiver.

create table if not exists push_subscriptions (
  id           text    not null primary key,
  user_id      text    not null,
  -- Belongs to one user: the one who signed in last in that browser.
  endpoint     text    not null unique,
  subscription text    not null,
  created_at   integer not null
) strict;

create index if not exists push_subscriptions_by_user on push_subscriptions (user_id);

create table if not exists deliveries (
  -- The id of the event, or of the digest that it begins.
  message_id      text    not null,
  channel         text    not null,
  -- The browser's subscription; empty for the one receiver of the installation.
  receiver        text    not null,
  user_id         text    not null,
  seq             integer not null,
  event_id        text    not null,
  envelope        text    not null,
  created_at      integer not null,
  attempts        integer not null default 0,
  -- Null when there will be none.
  next_attempt_at integer,
  outcome         text    check (outcome in ('sent', 'dropped', 'gone', 'dead')),
  last_error      text,
  settled_at      integer,
  check ((next_attempt_at is null) = (outcome is not null)),
  primary key (message_id, channel, receiver)
) strict, without rowid;

create index if not exists deliveries_waiting on deliveries (channel, next_attempt_at)
  where next_attempt_at is not null;

create index if not exists deliveries_settled on deliveries (settled_at)
  where settled_at is not null;
