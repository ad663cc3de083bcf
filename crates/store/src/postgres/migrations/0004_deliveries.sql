-- Notifications: the browsers that want them, and each message on its way to each receiver.

create table push_subscriptions (
  id           uuid   not null primary key,
  user_id      text   collate "C" not null,
  -- Belongs to one user: the one who signed in last in that browser.
  endpoint     text   collate "C" not null unique,
  subscription text   not null,
  created_at   bigint not null
);

create index push_subscriptions_by_user on push_subscriptions (user_id);

create table deliveries (
  -- The id of the event, or of the digest that it begins.
  message_id      uuid   not null,
  channel         text   collate "C" not null,
  -- The browser's subscription; empty for the one receiver of the installation.
  receiver        text   collate "C" not null,
  user_id         text   collate "C" not null,
  seq             bigint not null,
  event_id        uuid   not null,
  envelope        text   not null,
  created_at      bigint not null,
  attempts        bigint not null default 0,
  -- Null when there will be none.
  next_attempt_at bigint,
  outcome         text   check (outcome in ('sent', 'dropped', 'gone', 'dead')),
  last_error      text,
  settled_at      bigint,
  check ((next_attempt_at is null) = (outcome is not null)),
  primary key (message_id, channel, receiver)
);

create index deliveries_waiting on deliveries (channel, next_attempt_at)
  where next_attempt_at is not null;
create index deliveries_settled on deliveries (settled_at) where settled_at is not null;

alter table push_subscriptions enable row level security;
alter table deliveries enable row level security;
create policy own_rows on push_subscriptions
  using (user_id = current_setting('taskloom.user_id', true));
create policy own_rows on deliveries using (user_id = current_setting('taskloom.user_id', true));
