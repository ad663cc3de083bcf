//! The text of the statements about leases. The time is the database's, so that relays need not agree
//! on one: `$1`, which gives SQLite the time, is null here.

use super::statements::{log_columns, not_held_back};

macro_rules! now {
    () => {
        "coalesce($1::int8, (1000 * extract(epoch from clock_timestamp()))::int8)"
    };
}

/// Says that this relay lives.
pub(crate) const SHOW: &str = concat!(
    "insert into relay_owners (owner, expires_at) values ($2::text, ",
    now!(),
    " + $3::int8)
on conflict (owner) do update set expires_at = excluded.expires_at"
);

/// Forgets relays that are gone for good.
pub(crate) const FORGET: &str =
    concat!("delete from relay_owners where expires_at < ", now!(), " - 10 * $2::int8");

/// Renews those that are mine. Those beyond my share, by number, are left for a moment only: for what
/// is in hand.
pub(crate) const RENEW: &str = concat!(
    "update relay_leases l set expires_at = case when m.place <= $4::int8
  then ",
    now!(),
    " + $3::int8 else least(l.expires_at, ",
    now!(),
    " + $3::int8 / 5) end
from (select bucket, row_number() over (order by bucket) place from relay_leases
  where owner = $2::text and expires_at > ",
    now!(),
    ") m
where l.bucket = m.bucket and l.owner = $2::text
returning l.bucket, l.fence"
);

/// Takes free ones.
pub(crate) const TAKE: &str = concat!(
    "update relay_leases set owner = $2::text, fence = fence + 1, expires_at = ",
    now!(),
    " + $3::int8
where bucket in (select bucket from relay_leases
  where expires_at <= ",
    now!(),
    "
  order by bucket limit $4::int8 for update skip locked)
returning bucket, fence"
);

pub(crate) const RELEASE: &str =
    "update relay_leases set owner = '', expires_at = 0 where owner = $1::text";

pub(crate) const LEAVE: &str = "delete from relay_owners where owner = $1::text";

pub(crate) const HOLDERS: &str =
    concat!("select count(*) from relay_owners where expires_at > ", now!());

/// Whether a lease is still the one that was given.
pub(crate) const HELD: &str =
    "select 1 from relay_leases where bucket = $1::int8 and fence = $2::int8 and owner <> ''";

pub(crate) const UNPUBLISHED_IN: &str = concat!(
    "select ",
    log_columns!(),
    " from events e
where e.published_at is null
  and e.user_id <> all (array(select jsonb_array_elements_text($3::text::jsonb)))
  and e.bucket = any (array(select l.bucket from relay_leases l
    join jsonb_array_elements($4::text::jsonb) g on l.bucket = (g ->> 0)::int8
      and l.fence = (g ->> 1)::int8 and l.owner <> ''))
  and ",
    not_held_back!(),
    "
order by e.position limit $2::int8"
);

/// Makes whoever takes the lease over wait until this was written.
macro_rules! fenced {
    ($bucket:literal, $fence:literal) => {
        concat!(
            " and published_at is null and bucket = ",
            $bucket,
            "::int8
  and exists (select from relay_leases l where l.bucket = ",
            $bucket,
            "::int8 and l.fence = ",
            $fence,
            "::int8
    and l.owner <> '' for share)
returning 1"
        )
    };
}

pub(crate) const MARK_PUBLISHED_IN: &str = concat!(
    "update events
set published_at = $2::int8, next_attempt_at = null, parked_at = null, last_error = null
where event_id = any (array(select jsonb_array_elements_text($1::text::jsonb)::uuid))",
    fenced!("$3", "$4")
);

pub(crate) const RECORD_FAILURE_IN: &str = concat!(
    "update events
set attempts = $2::int8, next_attempt_at = $3::int8, last_error = $4::text
where event_id = $1::text::uuid",
    fenced!("$5", "$6")
);

pub(crate) const PARK_IN: &str = concat!(
    "update events
set parked_at = $2::int8, last_error = $3::text, next_attempt_at = null
where event_id = $1::text::uuid",
    fenced!("$4", "$5")
);
