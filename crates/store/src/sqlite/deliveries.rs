//! The text of the statements about notifications.

/// One row for each channel of the installation and each browser of the user. What is there already,
/// settled or not, stays as it is.
pub(crate) const ADD: &str = "insert into deliveries (message_id, channel, receiver, user_id, seq,
  event_id, envelope, created_at, next_attempt_at)
select ?1, c.value, '', ?2, ?3, ?4, ?5, ?6, ?6 from json_each(?7) c
union all
select ?1, ?8, s.id, ?2, ?3, ?4, ?5, ?6, ?6 from push_subscriptions s where s.user_id = ?2 and ?8 <> ''
on conflict do nothing returning 1";

pub(crate) const WAITING: &str = "select message_id, channel, receiver, user_id, seq, event_id,
  envelope, attempts
from deliveries where channel = ?1 and next_attempt_at <= ?2
order by next_attempt_at limit ?3";

pub(crate) const NEXT_AT: &str = "select min(next_attempt_at) from deliveries
where channel = ?1 and next_attempt_at is not null";

pub(crate) const PUT_OFF: &str = "update deliveries
set attempts = ?4, next_attempt_at = ?5, last_error = ?6
where message_id = ?1 and channel = ?2 and receiver = ?3 and outcome is null";

pub(crate) const SETTLE: &str = "update deliveries
set outcome = ?4, settled_at = ?5, last_error = ?6, next_attempt_at = null, attempts = attempts + 1
where message_id = ?1 and channel = ?2 and receiver = ?3 and outcome is null";

pub(crate) const FORGET: &str = "delete from deliveries where settled_at < ?1";

/// Refused when the user has as many as one may have, unless it is one of them already.
pub(crate) const PUT_SUBSCRIPTION: &str = "insert into push_subscriptions
  (id, user_id, endpoint, subscription, created_at)
select ?1, ?2, ?3, ?4, ?5 where (select count(*) from push_subscriptions s
  where s.user_id = ?2 and s.endpoint <> ?3) < ?6
on conflict (endpoint) do update set subscription = excluded.subscription,
  id = case when push_subscriptions.user_id = excluded.user_id
    then push_subscriptions.id else excluded.id end,
  created_at = case when push_subscriptions.user_id = excluded.user_id
    then push_subscriptions.created_at else excluded.created_at end,
  user_id = excluded.user_id
returning id, created_at";

pub(crate) const SUBSCRIPTIONS: &str = "select id, subscription, created_at
from push_subscriptions where user_id = ?1 order by created_at, id";

pub(crate) const SUBSCRIPTION: &str = "select id, subscription, created_at
from push_subscriptions where id = ?1 and user_id = ?2";

pub(crate) const REMOVE_SUBSCRIPTION: &str = "delete from push_subscriptions
where id = ?1 and user_id = ?2 returning 1";
