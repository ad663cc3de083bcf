//! One `ChangeSet`, one statement.

use domain::change::ChangeSet;

use crate::{
    ApplyError, Sql, SqlError, SqlErrorKind, Store, document::Document, sqlite::statements,
};

/// A `ChangeSet` that was applied.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Applied {
    /// `seq` of its first event; of the user's next event when it has none.
    pub first_seq: u64,
}

impl<S: Sql> Store<S> {
    /// Applies all of it, or nothing when a condition does not hold. One statement, so atomic on
    /// every host and durable when this returns.
    pub fn apply(&self, change: &ChangeSet) -> Result<Applied, ApplyError> {
        let document = serde_json::to_string(&Document::from(change))
            .map_err(|error| SqlError::of(SqlErrorKind::Other, error.to_string()))?;
        let rows = self.sql.run(statements::APPLY, &[document.into()])?;
        let last_seq: Option<u64> = rows.read_one(|row| row.take())?.flatten();
        let next_seq = last_seq.unwrap_or_default() + 1;
        Ok(Applied { first_seq: next_seq.saturating_sub(change.events.len() as u64) })
    }
}
