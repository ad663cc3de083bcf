//! Single tasks.

use domain::task::Task;
use uuid::Uuid;

use crate::{Sql, SqlError, Store, row, sqlite::statements};

impl<S: Sql> Store<S> {
    /// The task, unless it is another user's or was deleted.
    pub fn task(&self, user_id: &str, id: Uuid) -> Result<Option<Task>, SqlError> {
        let rows = self.sql.run(statements::TASK, &[user_id.into(), id.into()])?;
        rows.read_one(row::task)
    }

    /// The instance of a series, also one that was deleted (see [`Task::deleted_at`]).
    pub fn child_of(
        &self,
        user_id: &str,
        series_id: Uuid,
        occurrence: u32,
    ) -> Result<Option<Task>, SqlError> {
        let params = [user_id.into(), series_id.into(), occurrence.into()];
        self.sql.run(statements::CHILD_OF, &params)?.read_one(row::task)
    }
}
