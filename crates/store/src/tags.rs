//! Tags, with how many open tasks each has.

use crate::{Sql, SqlError, Store};

impl<S: Sql> Store<S> {
    /// Every tag of the user's tasks with the number of open tasks that have it, in the order of the
    /// alphabet. Tags that differ by case only are one.
    pub fn tags(&self, user_id: &str) -> Result<Vec<(String, u64)>, SqlError> {
        let rows = self.run(text!(self, statements::TAGS), &[user_id.into()])?;
        rows.read(|row| Ok((row.take()?, row.take()?)))
    }
}
