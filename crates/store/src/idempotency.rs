//! Stored answers to requests that may come again.

use domain::change::IdempotencyRecord;

use crate::{Sql, SqlError, Store};

impl<S: Sql> Store<S> {
    /// The answer that was given under this key, if there was one.
    pub fn idempotent_answer(
        &self,
        user_id: &str,
        key: &str,
    ) -> Result<Option<IdempotencyRecord>, SqlError> {
        let rows =
            self.run(text!(self, statements::IDEMPOTENT_ANSWER), &[user_id.into(), key.into()])?;
        rows.read_one(|row| {
            Ok(IdempotencyRecord {
                key: row.take()?,
                request_hash: row.take()?,
                status: row.take()?,
                etag: row.take()?,
                location: row.take()?,
                body: row.take()?,
            })
        })
    }
}
