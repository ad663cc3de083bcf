//! Deliveries that can never succeed, kept with the reason for the operator, who may have them
//! delivered again.

use uuid::Uuid;

use crate::{Sql, SqlError, Store, Value, relay::as_many_as_fit, row, sql::Row};

/// A delivery that was given up.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct DeadLetter {
    /// Given by the database when it is kept; it does not matter before.
    pub id: u64,
    /// Who could not take it: a component id.
    pub consumer: String,
    /// The event.
    pub event_id: Uuid,
    /// Whose event it is.
    pub user_id: String,
    /// Where it was published.
    pub topic: String,
    /// The envelope as it was delivered, JSON.
    pub envelope: String,
    /// Why it can never succeed.
    pub reason: String,
    /// Its place in the log of its user.
    pub source_seq: u64,
    /// The topic of the broker that it came from, if one brought it.
    pub source_topic: Option<String>,
    /// The partition of that topic.
    pub source_partition: Option<i64>,
    /// The offset in that partition.
    pub source_offset: Option<i64>,
    /// When it was given up, in milliseconds since the epoch.
    pub at_ms: i64,
    /// Since when it waits to be delivered again, in milliseconds since the epoch.
    pub replay_at_ms: Option<i64>,
}

impl<S: Sql> Store<S> {
    /// Keeps a delivery that was given up. The same delivery again replaces the reason and whether it
    /// waits to be delivered again.
    pub fn put_dead_letter(&self, letter: &DeadLetter) -> Result<(), SqlError> {
        let params = [
            letter.consumer.as_str().into(),
            letter.event_id.into(),
            letter.user_id.as_str().into(),
            letter.topic.as_str().into(),
            letter.envelope.as_str().into(),
            letter.reason.as_str().into(),
            letter.source_seq.into(),
            letter.source_topic.as_deref().into(),
            letter.source_partition.into(),
            letter.source_offset.into(),
            letter.at_ms.into(),
            letter.replay_at_ms.into(),
        ];
        self.run(text!(self, statements::PUT_DEAD_LETTER), &params)?;
        Ok(())
    }

    /// The deliveries that were given up, latest first.
    pub fn dead_letters(&self, limit: u32) -> Result<Vec<DeadLetter>, SqlError> {
        as_many_as_fit(limit, |limit| {
            self.run(text!(self, statements::DEAD_LETTERS), &[limit.into()])?.read(letter)
        })
    }

    /// One of them.
    pub fn dead_letter(&self, id: u64) -> Result<Option<DeadLetter>, SqlError> {
        self.run(text!(self, statements::DEAD_LETTER), &[id.into()])?.read_one(letter)
    }

    /// Asks for one to be delivered again; whether it is there. Asked again, it waits behind those that
    /// were asked for meanwhile.
    pub fn request_replay(&self, id: u64, now_ms: i64) -> Result<bool, SqlError> {
        let params: [Value; 2] = [id.into(), now_ms.into()];
        Ok(!self.run(text!(self, statements::REQUEST_REPLAY), &params)?.rows.is_empty())
    }

    /// Those that wait to be delivered again, first come, first served.
    pub fn replays_due(&self, limit: u32) -> Result<Vec<DeadLetter>, SqlError> {
        as_many_as_fit(limit, |limit| {
            self.run(text!(self, statements::REPLAYS_DUE), &[limit.into()])?.read(letter)
        })
    }

    /// Forgets one; whether it was there.
    pub fn drop_dead_letter(&self, id: u64) -> Result<bool, SqlError> {
        Ok(!self.run(text!(self, statements::DROP_DEAD_LETTER), &[id.into()])?.rows.is_empty())
    }
}

fn letter(row: &mut Row) -> Result<DeadLetter, SqlError> {
    Ok(DeadLetter {
        id: row.take()?,
        consumer: row.take()?,
        event_id: row::id(row)?,
        user_id: row.take()?,
        topic: row.take()?,
        envelope: row.take()?,
        reason: row.take()?,
        source_seq: row.take()?,
        source_topic: row.take()?,
        source_partition: row.take()?,
        source_offset: row.take()?,
        at_ms: row.take()?,
        replay_at_ms: row.take()?,
    })
}
