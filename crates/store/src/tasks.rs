//! Single tasks.

use domain::task::{DEPTH_MAX, PARTS_MAX, Task};
use uuid::Uuid;

use crate::{Sql, SqlError, Store, row};

impl<S: Sql> Store<S> {
    /// The task, unless it is another user's or was deleted.
    pub fn task(&self, user_id: &str, id: Uuid) -> Result<Option<Task>, SqlError> {
        let rows = self.run(text!(self, statements::TASK), &[user_id.into(), id.into()])?;
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
        self.run(text!(self, statements::CHILD_OF), &params)?.read_one(row::task)
    }

    /// The tasks below a task, parents before their parts, deleted ones too. One more than
    /// [`PARTS_MAX`] at most, so that the caller sees that there are more.
    pub fn parts_of(&self, user_id: &str, id: Uuid) -> Result<Vec<Task>, SqlError> {
        let (depth, limit) = (DEPTH_MAX as u64, PARTS_MAX as u64 + 1);
        let params = [user_id.into(), id.into(), depth.into(), limit.into()];
        self.run(text!(self, statements::PARTS), &params)?.read(row::task)
    }
}
