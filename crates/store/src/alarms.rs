//! What the bridge needs to wake up in time: reminders that wait.

use uuid::Uuid;

use crate::{Sql, SqlError, Store, row};

/// A reminder that waits. What it says is read again when it fires.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DueReminder {
    /// Whose.
    pub user_id: String,
    /// Of which task.
    pub task_id: Uuid,
    /// Which.
    pub reminder_id: Uuid,
    /// In which generation; firing names it.
    pub generation: u32,
    /// When, in milliseconds since the epoch.
    pub fire_at_ms: i64,
}

impl<S: Sql> Store<S> {
    /// Reminders of all users that wait and fire at `until_ms` or before, earliest first.
    pub fn due_reminders(&self, until_ms: i64, limit: u32) -> Result<Vec<DueReminder>, SqlError> {
        let params = [until_ms.into(), limit.into()];
        self.run(text!(self, statements::DUE_REMINDERS), &params)?.read(|row| {
            Ok(DueReminder {
                user_id: row.take()?,
                task_id: row::id(row)?,
                reminder_id: row::id(row)?,
                generation: row.take()?,
                fire_at_ms: row.take()?,
            })
        })
    }
}
