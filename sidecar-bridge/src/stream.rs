//! Live streams (server-sent events): what a user's log gains, without a gap and without a double.
//!
//! A stream first registers, then replays from the log, then passes on what it is told live and has
//! not sent yet. One that falls behind goes back to the log. So the log decides what is sent, and the
//! channel only makes it fast.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use axum::response::sse::Event;
use store::{LogRow, SqlError};
use tokio::sync::broadcast;
use tokio_util::sync::CancellationToken;

use crate::{database::Storage, observe::metric};

mod answer;
mod live;

pub use answer::{SinceError, answer, since};
pub use live::Live;

/// Streams that one user may have open.
pub const STREAMS_PER_USER: usize = 16;
/// Events that a slow stream may be behind before it goes back to the log.
const BEHIND_MAX: usize = 32;

/// An event as all streams of its user send it.
#[derive(Debug)]
pub struct Frame {
    /// Its place in the user's log.
    pub seq: u64,
    /// As it goes over the wire.
    pub event: Event,
}

/// Why there is no stream.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The user has enough of them.
    #[error("{STREAMS_PER_USER} streams are open already")]
    TooMany,
    /// The log cannot be read.
    #[error("the event log could not be read")]
    Unavailable(#[from] SqlError),
}

/// All live streams of this process.
pub struct Hub {
    storage: Storage,
    closing: CancellationToken,
    users: Mutex<HashMap<String, Channel>>,
}

struct Channel {
    live: broadcast::Sender<Arc<Frame>>,
    streams: usize,
}

impl Hub {
    /// No streams yet. All end when `closing` is cancelled.
    pub fn new(storage: Storage, closing: CancellationToken) -> Self {
        // After a restart all clients come back at once.
        Self { storage: storage.apart(), closing, users: Mutex::default() }
    }

    /// Tells the streams of each row's user. Rows come in order for each user, some more than once.
    pub fn tell(&self, rows: &[LogRow]) {
        for row in rows.iter().filter(|row| is_live(row)) {
            // Made without the lock, and only where somebody listens.
            let live = self.users().get(&row.user_id).map(|channel| channel.live.clone());
            if let Some(live) = live {
                // It fails when the last stream is just going away, which is as well.
                let _ = live.send(Arc::new(frame(row)));
            }
        }
    }

    /// Opens a stream of what comes after `since`, or from now on.
    pub async fn open(
        self: &Arc<Self>,
        user_id: &str,
        since: Option<u64>,
    ) -> Result<Live, OpenError> {
        // Registered before the log is read: what is written in between comes both ways.
        let (seat, live) = self.register(user_id)?;
        let user = user_id.to_owned();
        let last_seq = self.storage.read(move |store| store.last_seq(&user)).await?;
        let closing = self.closing.clone();
        // An id beyond the log is from another life of it; what comes next must not wait for that.
        let sent = since.map_or(last_seq, |seq| seq.min(last_seq));
        Ok(Live::new(seat, live, self.storage.clone(), closing, sent, sent < last_seq))
    }

    fn register(
        self: &Arc<Self>,
        user_id: &str,
    ) -> Result<(Seat, broadcast::Receiver<Arc<Frame>>), OpenError> {
        let mut users = self.users();
        let channel = users
            .entry(user_id.to_owned())
            .or_insert_with(|| Channel { live: broadcast::Sender::new(BEHIND_MAX), streams: 0 });
        if channel.streams >= STREAMS_PER_USER {
            return Err(OpenError::TooMany);
        }
        channel.streams += 1;
        metrics::gauge!(metric::STREAMS).increment(1);
        let seat = Seat { hub: Arc::clone(self), user_id: user_id.to_owned() };
        Ok((seat, channel.live.subscribe()))
    }

    /// The map is whole after every operation, so a panic elsewhere does not make it useless.
    fn users(&self) -> MutexGuard<'_, HashMap<String, Channel>> {
        self.users.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A place among the streams of a user, given back when dropped.
pub(crate) struct Seat {
    hub: Arc<Hub>,
    user_id: String,
}

impl Seat {
    pub(crate) fn user_id(&self) -> &str {
        &self.user_id
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        metrics::gauge!(metric::STREAMS).decrement(1);
        let mut users = self.hub.users();
        if let Some(channel) = users.get_mut(&self.user_id) {
            channel.streams -= 1;
            if channel.streams == 0 {
                users.remove(&self.user_id);
            }
        }
    }
}

fn is_live(row: &LogRow) -> bool {
    [events::topic::TASK_UPDATES, events::topic::REMINDERS].contains(&row.topic.as_str())
}

/// Event types come from a closed set and JSON has no line breaks, so no field can break the frame.
fn frame(row: &LogRow) -> Frame {
    let envelope = serde_json::to_string(&row.envelope()).unwrap_or_default();
    let event = Event::default().id(row.seq.to_string()).event(&row.event_type).data(envelope);
    Frame { seq: row.seq, event }
}

#[cfg(test)]
mod tests;
