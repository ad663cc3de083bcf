//! Deliveries that can never succeed, kept with the reason for the operator.

use uuid::Uuid;

use crate::{Sql, SqlError, Store, row, sqlite::statements};

/// A delivery that was given up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeadLetter {
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
    /// Its place in the log of its user, or the offset in the partition that it came from.
    pub source_seq: u64,
    /// When it was given up, in milliseconds since the epoch.
    pub at_ms: i64,
}

impl<S: Sql> Store<S> {
    /// Keeps a delivery that was given up. The same delivery again replaces the reason.
    pub fn put_dead_letter(&self, letter: &DeadLetter) -> Result<(), SqlError> {
        let params = [
            letter.consumer.as_str().into(),
            letter.event_id.into(),
            letter.user_id.as_str().into(),
            letter.topic.as_str().into(),
            letter.envelope.as_str().into(),
            letter.reason.as_str().into(),
            letter.source_seq.into(),
            letter.at_ms.into(),
        ];
        self.sql.run(statements::PUT_DEAD_LETTER, &params)?;
        Ok(())
    }

    /// The deliveries that were given up, latest first.
    pub fn dead_letters(&self, limit: u32) -> Result<Vec<DeadLetter>, SqlError> {
        self.sql.run(statements::DEAD_LETTERS, &[limit.into()])?.read(|row| {
            Ok(DeadLetter {
                consumer: row.take()?,
                event_id: row::id(row)?,
                user_id: row.take()?,
                topic: row.take()?,
                envelope: row.take()?,
                reason: row.take()?,
                source_seq: row.take()?,
                at_ms: row.take()?,
            })
        })
    }
}
