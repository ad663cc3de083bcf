//! Events for live streams where a broker brings them: each comes to every process.
//!
//! Streams want the events of a user in order, and those of several topics come in any. So what
//! arrives only says that there is something, and the log says what, in order and without a gap.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use store::LogRow;
use tracing::warn;

use crate::{
    database::{Storage, operator_text},
    stream::Hub,
};

/// Rows that one read returns at most; who is further behind reads the log by himself.
const READ_ROWS: u32 = 100;
/// How far back the first look at a user goes: as much as may have been overtaken.
const BACK: u64 = 32;
/// Users whose place is remembered.
const USERS_MAX: usize = 10_000;

/// Tells the streams of this process.
pub struct Live {
    storage: Storage,
    streams: Arc<Hub>,
    told: Mutex<HashMap<String, u64>>,
}

impl Live {
    /// Tells `streams` what the log in `storage` has.
    pub fn new(storage: Storage, streams: Arc<Hub>) -> Self {
        Self { storage, streams, told: Mutex::default() }
    }

    /// Tells the streams of the row's user everything up to it that they were not told yet.
    pub async fn tell(&self, row: &LogRow) {
        let live = [events::topic::TASK_UPDATES, events::topic::REMINDERS];
        if !live.contains(&row.topic.as_str()) {
            return;
        }
        let told = self.told().get(&row.user_id).copied();
        if told.is_some_and(|told| told >= row.seq) {
            return;
        }
        let since = told.unwrap_or_else(|| row.seq.saturating_sub(BACK));
        let user_id = row.user_id.clone();
        let read = self.storage.read(move |store| store.stream_since(&user_id, since, READ_ROWS));
        match read.await {
            Ok(rows) => {
                self.streams.tell(&rows);
                if let Some(last) = rows.last() {
                    self.remember(&row.user_id, last.seq);
                }
            }
            Err(failure) => {
                warn!(error = operator_text(&failure), "live streams wait for the next event");
            }
        }
    }

    fn remember(&self, user_id: &str, seq: u64) {
        let mut told = self.told();
        if told.len() >= USERS_MAX {
            told.clear();
        }
        let last = told.entry(user_id.to_owned()).or_default();
        *last = seq.max(*last);
    }

    /// It is whole after every operation, so a panic elsewhere does not make it useless.
    fn told(&self) -> MutexGuard<'_, HashMap<String, u64>> {
        self.told.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
