//! What the bridge's relay needs: events that were not published yet.

use uuid::Uuid;

use crate::{LogRow, Sql, SqlError, SqlErrorKind, Store, Value, row};

/// How far the relay is behind.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Lag {
    /// Events that were not published yet, parked ones included.
    pub depth: u64,
    /// Time of the oldest of them, in milliseconds since the epoch.
    pub oldest_ms: Option<i64>,
    /// Users whose events wait for an operator.
    pub parked_users: u64,
}

impl<S: Sql> Store<S> {
    /// Events that were not published yet, oldest first and so in order for each user. None of a user
    /// whose turn is parked, waits for its next attempt, or who is one of `skip_users`.
    pub fn unpublished(
        &self,
        now_ms: i64,
        limit: u32,
        skip_users: &[String],
    ) -> Result<Vec<LogRow>, SqlError> {
        as_many_as_fit(limit, |limit| {
            let params = [now_ms.into(), limit.into(), json_array(skip_users)];
            self.run(text!(self, statements::UNPUBLISHED), &params)?.read(row::log_row)
        })
    }

    /// Marks events as published. Those that were marked before stay as they are.
    pub fn mark_published(&self, event_ids: &[Uuid], now_ms: i64) -> Result<(), SqlError> {
        self.run(text!(self, statements::MARK_PUBLISHED), &[json_array(event_ids), now_ms.into()])?;
        Ok(())
    }

    /// Puts the next attempt off. The later events of the same user wait with it.
    pub fn record_failure(
        &self,
        event_id: Uuid,
        attempts: u32,
        next_attempt_at_ms: i64,
        last_error: &str,
    ) -> Result<(), SqlError> {
        let params =
            [event_id.into(), attempts.into(), next_attempt_at_ms.into(), last_error.into()];
        self.run(text!(self, statements::RECORD_FAILURE), &params)?;
        Ok(())
    }

    /// Gives up until an operator releases it. The later events of the same user wait with it.
    pub fn park(&self, event_id: Uuid, now_ms: i64, last_error: &str) -> Result<(), SqlError> {
        self.run(
            text!(self, statements::PARK),
            &[event_id.into(), now_ms.into(), last_error.into()],
        )?;
        Ok(())
    }

    /// Lets the parked events of a user be tried again, from the first attempt.
    pub fn release(&self, user_id: &str) -> Result<(), SqlError> {
        self.run(text!(self, statements::RELEASE), &[user_id.into()])?;
        Ok(())
    }

    /// The same for all users; says how many events were parked.
    pub fn release_all(&self) -> Result<usize, SqlError> {
        Ok(self.run(text!(self, statements::RELEASE_ALL), &[])?.rows.len())
    }

    /// How far the relay is behind.
    pub fn lag(&self) -> Result<Lag, SqlError> {
        let lag = self.run(text!(self, statements::LAG), &[])?.read_one(|row| {
            Ok(Lag { depth: row.take()?, oldest_ms: row.take()?, parked_users: row.take()? })
        })?;
        Ok(lag.unwrap_or_default())
    }
}

/// Reads the first `limit` rows, or fewer when they are too long for one answer: a few large rows must
/// not stop those behind them.
pub(crate) fn as_many_as_fit<T>(
    limit: u32,
    read: impl Fn(u32) -> Result<T, SqlError>,
) -> Result<T, SqlError> {
    let mut rows = limit;
    loop {
        match read(rows) {
            Err(error) if error.kind() == SqlErrorKind::TooLong && rows > 1 => {
                rows = (rows / 8).max(1);
            }
            done => return done,
        }
    }
}

/// A list as one parameter.
pub(crate) fn json_array(items: &[impl ToString]) -> Value {
    let items: Vec<String> = items.iter().map(ToString::to_string).collect();
    Value::Text(serde_json::Value::from(items).to_string())
}
