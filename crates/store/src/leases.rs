//! Leases on parts of the outbox, so that several relays share the users and never work on the same one
//! at once.
//!
//! A user belongs to a bucket, and a bucket is leased to one relay at a time. Each change of hands raises
//! the lease's fence, and what a relay writes about events of a bucket names the fence that it knows: a
//! relay that slept through its lease writes nothing. What it published meanwhile comes again, which is
//! what consumers are made for.

use uuid::Uuid;

use crate::{
    Conflict, Dialect, LogRow, Sql, SqlError, SqlErrorKind, Store, Value,
    relay::{as_many_as_fit, json_array},
    row,
};

/// Parts that the users are divided into.
pub const BUCKETS: u16 = 32;

/// The right to publish the events of a bucket.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Lease {
    /// Which part of the users, 0 up to [`BUCKETS`].
    pub bucket: u16,
    /// Greater than that of every lease on this bucket before.
    pub fence: u64,
}

/// The bucket of a user. Databases work out the same number for their column `bucket`.
pub fn bucket_of(user_id: &str) -> u16 {
    let length = user_id.chars().count() as u64;
    let first = user_id.chars().zip([1, 131, 17_161]);
    let last = user_id.chars().rev().zip([61, 7_919, 977]);
    let sum: u64 = first.chain(last).map(|(c, weight)| u64::from(c) * weight).sum();
    // The remainder by 32 fits.
    u16::try_from((sum + 31 * length) % 8_191 % u64::from(BUCKETS)).unwrap_or_default()
}

impl<S: Sql> Store<S> {
    /// Renews the leases of `owner`, takes free ones, up to `at_most` in all, and returns those that it
    /// holds from now on, for `ttl_ms`. What it held beyond that it must not use any more; others can
    /// take it after a fifth of that time, which is for what is in hand. On Postgres the time is the
    /// database's and `now_ms` plays no part.
    pub fn acquire_leases(
        &self,
        owner: &str,
        now_ms: i64,
        ttl_ms: i64,
        at_most: u16,
    ) -> Result<Vec<Lease>, SqlError> {
        let now = self.now(now_ms);
        let limited =
            |limit: usize| [now.clone(), owner.into(), ttl_ms.into(), Value::from(limit as u64)];
        let at_most = usize::from(at_most);
        self.run(text!(self, leases::SHOW), &limited(0)[..3])?;
        let mut held = self.leases(text!(self, leases::RENEW), &limited(at_most))?;
        held.sort_by_key(|lease| lease.bucket);
        held.truncate(at_most);
        if held.len() < at_most {
            let more = limited(at_most - held.len());
            held.extend(self.leases(text!(self, leases::TAKE), &more)?);
            held.sort_by_key(|lease| lease.bucket);
        }
        self.run(text!(self, leases::FORGET), &[now.clone(), ttl_ms.into()])?;
        Ok(held)
    }

    /// Gives back every lease of `owner`, who is not counted among the relays any more.
    pub fn release_leases(&self, owner: &str) -> Result<(), SqlError> {
        self.run(text!(self, leases::RELEASE), &[owner.into()])?;
        self.run(text!(self, leases::LEAVE), &[owner.into()])?;
        Ok(())
    }

    /// How many relays live: those that asked for leases not longer ago than they asked them for,
    /// whether they got one or not.
    pub fn lease_holders(&self, now_ms: i64) -> Result<u64, SqlError> {
        let rows = self.run(text!(self, leases::HOLDERS), &[self.now(now_ms)])?;
        Ok(rows.read_one(|row| row.take())?.unwrap_or_default())
    }

    /// As [`Store::unpublished`], of the users in these buckets only. Nothing for a lease that was lost.
    pub fn unpublished_in(
        &self,
        leases: &[Lease],
        now_ms: i64,
        limit: u32,
        skip_users: &[String],
    ) -> Result<Vec<LogRow>, SqlError> {
        let leases: Vec<_> = leases.iter().map(|lease| (lease.bucket, lease.fence)).collect();
        let leases = serde_json::json!(leases).to_string();
        as_many_as_fit(limit, |limit| {
            let leases = leases.as_str().into();
            let params = [now_ms.into(), limit.into(), json_array(skip_users), leases];
            self.run(text!(self, leases::UNPUBLISHED_IN), &params)?.read(row::log_row)
        })
    }

    /// As [`Store::mark_published`], of events of this bucket only.
    ///
    /// # Errors
    /// [`Conflict::Fence`] when the lease was lost; then nothing was written.
    pub fn mark_published_in(
        &self,
        event_ids: &[Uuid],
        now_ms: i64,
        lease: Lease,
    ) -> Result<(), SqlError> {
        let [bucket, fence] = columns(lease);
        let params = [json_array(event_ids), now_ms.into(), bucket, fence];
        self.fenced(text!(self, leases::MARK_PUBLISHED_IN), &params, lease)
    }

    /// As [`Store::record_failure`], of an event of this bucket only.
    ///
    /// # Errors
    /// [`Conflict::Fence`] when the lease was lost; then nothing was written.
    pub fn record_failure_in(
        &self,
        event_id: Uuid,
        attempts: u32,
        next_attempt_at_ms: i64,
        last_error: &str,
        lease: Lease,
    ) -> Result<(), SqlError> {
        let [bucket, fence] = columns(lease);
        let (attempts, next) = (attempts.into(), next_attempt_at_ms.into());
        let params = [event_id.into(), attempts, next, last_error.into(), bucket, fence];
        self.fenced(text!(self, leases::RECORD_FAILURE_IN), &params, lease)
    }

    /// As [`Store::park`], of an event of this bucket only.
    ///
    /// # Errors
    /// [`Conflict::Fence`] when the lease was lost; then nothing was written.
    pub fn park_in(
        &self,
        event_id: Uuid,
        now_ms: i64,
        last_error: &str,
        lease: Lease,
    ) -> Result<(), SqlError> {
        let [bucket, fence] = columns(lease);
        let params = [event_id.into(), now_ms.into(), last_error.into(), bucket, fence];
        self.fenced(text!(self, leases::PARK_IN), &params, lease)
    }

    /// A statement that writes only under the lease. One that wrote nothing had either nothing to do or
    /// no lease, and then it is asked which.
    fn fenced(&self, sql: &str, params: &[Value], lease: Lease) -> Result<(), SqlError> {
        if !self.run(sql, params)?.rows.is_empty()
            || !self.run(text!(self, leases::HELD), &columns(lease))?.rows.is_empty()
        {
            return Ok(());
        }
        let lost = format!("the lease {} on bucket {} was lost", lease.fence, lease.bucket);
        Err(SqlError::of(SqlErrorKind::Conflict(Conflict::Fence), lost))
    }

    fn leases(&self, sql: &str, params: &[Value]) -> Result<Vec<Lease>, SqlError> {
        self.run(sql, params)?.read(|row| Ok(Lease { bucket: row.take()?, fence: row.take()? }))
    }

    fn now(&self, now_ms: i64) -> Value {
        match self.sql.dialect() {
            Dialect::Sqlite => now_ms.into(),
            Dialect::Postgres => Value::Null,
        }
    }
}

fn columns(lease: Lease) -> [Value; 2] {
    [Value::Integer(lease.bucket.into()), lease.fence.into()]
}
