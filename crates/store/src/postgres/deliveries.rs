//! The text of the statements about notifications.

pub(crate) const ADD: &str = "insert into deliveries (message_id, channel, receiver, user_id, seq,
  event_id, envelope, created_at, next_attempt_at)
select $1::text::uuid, c.channel, c.receiver, $2::text, $3::int8, $4::text::uuid, $5::text, $6::int8,
  $6::int8
from (
  select channel, '' from jsonb_array_elements_text($7::text::jsonb) channel
  union all
  select $8::text, s.id::text from push_subscriptions s
    where s.user_id = $2::text and $8::text <> '') c (channel, receiver)
on conflict do nothing returning 1";

pub(crate) const WAITING: &str = "select message_id::text, channel, receiver, user_id, seq,
  event_id::text, envelope, attempts
from deliveries where channel = $1::text and next_attempt_at <= $2::int8
order by next_attempt_at limit $3::int8";

pub(crate) const NEXT_AT: &str = "select min(next_attempt_at) from deliveries
where channel = $1::text and next_attempt_at is not null";

pub(crate) const PUT_OFF: &str = "update deliveries
set attempts = $4::int8, next_attempt_at = $5::int8, last_error = $6::text
where message_id = $1::text::uuid and channel = $2::text and receiver = $3::text
  and outcome is null";

pub(crate) const SETTLE: &str = "update deliveries
set outcome = $4::text, settled_at = $5::int8, last_error = $6::text, next_attempt_at = null,
  attempts = attempts + 1
where message_id = $1::text::uuid and channel = $2::text and receiver = $3::text
  and outcome is null";

pub(crate) const FORGET: &str = "delete from deliveries where settled_at < $1::int8";

/// Refused when the user has as many as one may have, unless it is one of them already.
pub(crate) const PUT_SUBSCRIPTION: &str = "insert into push_subscriptions
  (id, user_id, endpoint, subscription, created_at)
select $1::text::uuid, $2::text, $3::text, $4::text, $5::int8
where (select count(*) from push_subscriptions s
  where s.user_id = $2::text and s.endpoint <> $3::text) < $6::int8
on conflict (endpoint) do update set subscription = excluded.subscription,
  id = case when push_subscriptions.user_id = excluded.user_id
    then push_subscriptions.id else excluded.id end,
  created_at = case when push_subscriptions.user_id = excluded.user_id
    then push_subscriptions.created_at else excluded.created_at end,
  user_id = excluded.user_id
returning id::text, created_at";

pub(crate) const SUBSCRIPTIONS: &str = "select id::text, subscription, created_at
from push_subscriptions where user_id = $1::text order by created_at, id";

pub(crate) const SUBSCRIPTION: &str = "select id::text, subscription, created_at
from push_subscriptions where id = $1::text::uuid and user_id = $2::text";

pub(crate) const REMOVE_SUBSCRIPTION: &str = "delete from push_subscriptions
where id = $1::text::uuid and user_id = $2::text returning 1";
