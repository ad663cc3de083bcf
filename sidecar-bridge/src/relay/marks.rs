//! Marks published rows, those of many users in one statement, so that they share its sync to disk.

use std::sync::Arc;

use store::SqlError;
use tokio::sync::{mpsc, oneshot};
use uuid::Uuid;

use crate::{clock::Clock, database::Storage, observe::metric};

/// Requests that one statement takes at most.
const REQUESTS_MAX: usize = 256;

/// A handle for lanes. Cloning is cheap.
#[derive(Clone)]
pub(super) struct Marks {
    requests: mpsc::Sender<Request>,
}

struct Request {
    event_ids: Vec<Uuid>,
    done: oneshot::Sender<Result<(), SqlError>>,
}

impl Marks {
    /// A handle, and the work behind it, which ends when all handles are gone.
    pub(super) fn start(
        storage: Storage,
        clock: Arc<dyn Clock>,
    ) -> (Self, impl Future<Output = ()>) {
        let (requests, queue) = mpsc::channel(REQUESTS_MAX);
        let work = tokio::spawn(work(storage, clock, queue));
        (Self { requests }, async {
            // A panic in there has been reported by its hook, and the rows stay unmarked.
            let _ = work.await;
        })
    }

    /// Returns when the rows are marked, durably.
    pub(super) async fn mark(&self, event_ids: Vec<Uuid>) -> Result<(), SqlError> {
        if event_ids.is_empty() {
            return Ok(());
        }
        let (done, answer) = oneshot::channel();
        let lost = || SqlError::new("nobody marks rows any more");
        self.requests.send(Request { event_ids, done }).await.map_err(|_| lost())?;
        answer.await.map_err(|_| lost())?
    }
}

async fn work(storage: Storage, clock: Arc<dyn Clock>, mut queue: mpsc::Receiver<Request>) {
    let mut requests = Vec::new();
    while queue.recv_many(&mut requests, REQUESTS_MAX).await > 0 {
        let now_ms = clock.now().timestamp_millis();
        let event_ids: Vec<_> =
            requests.iter().flat_map(|request| request.event_ids.iter().copied()).collect();
        let count = event_ids.len() as u64;
        let marked = storage.write(move |store| store.mark_published(&event_ids, now_ms)).await;
        if marked.is_ok() {
            metrics::counter!(metric::OUTBOX_PUBLISHED_TOTAL).increment(count);
        }
        for request in requests.drain(..) {
            // A lane that went away does not wait for the answer.
            let _ = request.done.send(marked.clone());
        }
    }
}
