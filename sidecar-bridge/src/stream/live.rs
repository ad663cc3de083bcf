//! One open stream: what it has sent decides what it sends next.

use std::{collections::VecDeque, sync::Arc};

use tokio::sync::broadcast::{Receiver, error::RecvError};
use tokio_util::sync::CancellationToken;
use tracing::warn;

use super::{Frame, Seat, frame};
use crate::{
    database::{Storage, operator_text},
    observe::metric,
};

/// Rows that one read from the log returns at most.
const PAGE_ROWS: u32 = 100;

/// One open stream.
pub struct Live {
    seat: Seat,
    live: Receiver<Arc<Frame>>,
    storage: Storage,
    closing: CancellationToken,
    /// `seq` of the last event that was sent.
    sent: u64,
    /// Read from the log, not sent yet.
    read: VecDeque<Arc<Frame>>,
    /// Whether the log may hold more than the channel does.
    behind: bool,
}

impl Live {
    pub(super) fn new(
        seat: Seat,
        live: Receiver<Arc<Frame>>,
        storage: Storage,
        closing: CancellationToken,
        sent: u64,
        behind: bool,
    ) -> Self {
        Self { seat, live, storage, closing, sent, read: VecDeque::new(), behind }
    }

    /// The next event; `None` when the stream ends, after which the client comes back with the id of
    /// the last event that it has.
    pub async fn next(&mut self) -> Option<Arc<Frame>> {
        loop {
            if self.closing.is_cancelled() {
                return None;
            }
            if let Some(frame) = self.read.pop_front() {
                self.sent = frame.seq;
                return Some(frame);
            }
            if self.behind {
                self.read_on().await?;
                continue;
            }
            let told = tokio::select! {
                () = self.closing.cancelled() => return None,
                told = self.live.recv() => told,
            };
            match told {
                Ok(frame) if frame.seq > self.sent => {
                    self.sent = frame.seq;
                    return Some(frame);
                }
                Ok(_) => {}
                Err(RecvError::Lagged(_)) => {
                    metrics::counter!(metric::STREAM_REREADS_TOTAL).increment(1);
                    self.behind = true;
                }
                Err(RecvError::Closed) => return None,
            }
        }
    }

    async fn read_on(&mut self) -> Option<()> {
        let (user_id, sent) = (self.seat.user_id().to_owned(), self.sent);
        let rows = self.storage.read(move |store| store.stream_since(&user_id, sent, PAGE_ROWS));
        match rows.await {
            Ok(rows) => {
                self.behind = rows.len() >= PAGE_ROWS as usize;
                self.read.extend(rows.iter().map(|row| Arc::new(frame(row))));
                Some(())
            }
            Err(failure) => {
                warn!(
                    error = operator_text(&failure),
                    "a live stream ends: the log is not readable"
                );
                None
            }
        }
    }
}
