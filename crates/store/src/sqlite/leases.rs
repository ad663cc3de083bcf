//! The text of the statements about leases. SQLite has one relay; tests have more.

use super::statements::{held_back, log_columns};

/// Says that this relay lives.
pub(crate) const SHOW: &str = "insert into relay_owners (owner, expires_at) values (?2, ?1 + ?3)
on conflict (owner) do update set expires_at = excluded.expires_at";

/// Forgets relays that are gone for good.
pub(crate) const FORGET: &str = "delete from relay_owners where expires_at < ?1 - 10 * ?2";

/// Renews those that are mine. Those beyond my share, by number, are left for a moment only: for what
/// is in hand.
pub(crate) const RENEW: &str = "update relay_leases as l set expires_at = case when m.place <= ?4
  then ?1 + ?3 else min(l.expires_at, ?1 + ?3 / 5) end
from (select bucket, row_number() over (order by bucket) as place from relay_leases
  where owner = ?2 and expires_at > ?1) m
where l.bucket = m.bucket
returning bucket, fence";

/// Takes free ones.
pub(crate) const TAKE: &str = "update relay_leases
set owner = ?2, fence = fence + 1, expires_at = ?1 + ?3
where bucket in (select bucket from relay_leases where expires_at <= ?1 order by bucket limit ?4)
returning bucket, fence";

pub(crate) const RELEASE: &str =
    "update relay_leases set owner = '', expires_at = 0 where owner = ?1";

pub(crate) const LEAVE: &str = "delete from relay_owners where owner = ?1";

pub(crate) const HOLDERS: &str = "select count(*) from relay_owners where expires_at > ?1";

/// Whether a lease is still the one that was given.
pub(crate) const HELD: &str =
    "select 1 from relay_leases where bucket = ?1 and fence = ?2 and owner <> ''";

pub(crate) const UNPUBLISHED_IN: &str = concat!(
    "select ",
    log_columns!(),
    " from events e
where e.published_at is null and e.user_id not in (select value from json_each(?3))
  and e.bucket in (select l.bucket from json_each(?4) g
    join relay_leases l on l.bucket = g.value ->> 0 and l.fence = g.value ->> 1 and l.owner <> '')
  and not ",
    held_back!(),
    "
order by e.position limit ?2"
);

macro_rules! fenced {
    ($bucket:literal, $fence:literal) => {
        concat!(
            " and published_at is null and bucket = ",
            $bucket,
            "
  and exists (select 1 from relay_leases l where l.bucket = ",
            $bucket,
            " and l.fence = ",
            $fence,
            "
    and l.owner <> '')
returning 1"
        )
    };
}

pub(crate) const MARK_PUBLISHED_IN: &str = concat!(
    "update events
set published_at = ?2, next_attempt_at = null, parked_at = null, last_error = null
where event_id in (select value from json_each(?1))",
    fenced!("?3", "?4")
);

pub(crate) const RECORD_FAILURE_IN: &str = concat!(
    "update events
set attempts = ?2, next_attempt_at = ?3, last_error = ?4
where event_id = ?1",
    fenced!("?5", "?6")
);

pub(crate) const PARK_IN: &str = concat!(
    "update events
set parked_at = ?2, last_error = ?3, next_attempt_at = null
where event_id = ?1",
    fenced!("?4", "?5")
);
