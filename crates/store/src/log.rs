//! The event log: one row an event, in order per user.

use chrono::{DateTime, Utc};
use events::{Envelope, EventType, topic};
use uuid::Uuid;

use crate::{Sql, SqlError, Store, row};

/// An event as it is kept.
#[derive(Debug, Clone, PartialEq)]
pub struct LogRow {
    /// Whose.
    pub user_id: String,
    /// Its place in the log of the user: from 1, without gaps.
    pub seq: u64,
    /// The same on every transport and at every repetition.
    pub event_id: Uuid,
    /// Where it is published.
    pub topic: String,
    /// What happened.
    pub event_type: String,
    /// When.
    pub timestamp: DateTime<Utc>,
    /// As it goes into the envelope, but for `seq`.
    pub payload: serde_json::Value,
    /// What ties it to the request that it came from.
    pub correlation_id: String,
    /// How often publishing it has failed.
    pub attempts: u32,
}

impl LogRow {
    /// The event as it travels. A `task.state_changed` tells its place, so that a live view can go on
    /// from there.
    pub fn envelope(&self) -> Envelope {
        let mut payload = self.payload.clone();
        if self.event_type == EventType::TaskStateChanged.as_str()
            && let Some(fields) = payload.as_object_mut()
        {
            fields.insert("seq".to_owned(), self.seq.into());
        }
        Envelope {
            event_id: self.event_id,
            event_type: self.event_type.clone(),
            user_id: self.user_id.clone(),
            timestamp: self.timestamp,
            payload,
        }
    }
}

impl<S: Sql> Store<S> {
    /// The user's events after `seq` that a live view shows: those of the topics `task-updates` and
    /// `reminders`, oldest first.
    pub fn stream_since(
        &self,
        user_id: &str,
        seq: u64,
        limit: u32,
    ) -> Result<Vec<LogRow>, SqlError> {
        let params = [
            user_id.into(),
            seq.into(),
            topic::TASK_UPDATES.into(),
            topic::REMINDERS.into(),
            limit.into(),
        ];
        self.run(text!(self, statements::STREAM_SINCE), &params)?.read(row::log_row)
    }

    /// `seq` of the user's latest event; 0 when there is none.
    pub fn last_seq(&self, user_id: &str) -> Result<u64, SqlError> {
        let rows = self.run(text!(self, statements::LAST_SEQ), &[user_id.into()])?;
        Ok(rows.read_one(|row| row.take())?.unwrap_or_default())
    }
}
