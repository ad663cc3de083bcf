//! What happened to a task, from the event log.

use chrono::{DateTime, Utc};
use events::topic;
use uuid::Uuid;

use crate::{Sql, SqlError, Store, row};

/// One change of a task.
#[derive(Debug, Clone, PartialEq)]
pub struct HistoryEntry {
    /// Its place in the log of the user.
    pub seq: u64,
    /// When.
    pub timestamp: DateTime<Utc>,
    /// `task.created`, `task.updated`, …
    pub event_type: String,
    /// Who: `person`, `clock`, or a handler's component id after `handler:`.
    pub actor: String,
    /// What ties it to the request that it came from.
    pub correlation_id: String,
    /// `{field: {"from", "to"}}`; null for the creation.
    pub changes: serde_json::Value,
}

impl<S: Sql> Store<S> {
    /// The changes of a task with a `seq` greater than `after_seq`, oldest first. Also of a task that
    /// was deleted since: the caller decides whether it may still be seen.
    pub fn history(
        &self,
        user_id: &str,
        task_id: Uuid,
        after_seq: u64,
        limit: u32,
    ) -> Result<Vec<HistoryEntry>, SqlError> {
        let params = [
            user_id.into(),
            task_id.into(),
            after_seq.into(),
            topic::TASK_EVENTS.into(),
            limit.into(),
        ];
        self.run(text!(self, statements::HISTORY), &params)?.read(|row| {
            Ok(HistoryEntry {
                seq: row.take()?,
                timestamp: row::instant(row)?,
                event_type: row.take()?,
                actor: row.take()?,
                correlation_id: row.take()?,
                changes: row.parse_opt(|text| serde_json::from_str(text).ok())?.unwrap_or_default(),
            })
        })
    }
}
