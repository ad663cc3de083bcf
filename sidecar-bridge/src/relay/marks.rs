//! Marks published rows, those of many users in one statement, so that they share its sync to disk.

use std::{collections::BTreeMap, sync::Arc};

use futures_util::future::join_all;
use store::{Lease, SqlError};
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
    lease: Option<Lease>,
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

    /// Returns when the rows are marked, durably; all of them are of the bucket that `lease` is on.
    pub(super) async fn mark(
        &self,
        event_ids: Vec<Uuid>,
        lease: Option<Lease>,
    ) -> Result<(), SqlError> {
        if event_ids.is_empty() {
            return Ok(());
        }
        let (done, answer) = oneshot::channel();
        let lost = || SqlError::new("nobody marks rows any more");
        self.requests.send(Request { event_ids, lease, done }).await.map_err(|_| lost())?;
        answer.await.map_err(|_| lost())?
    }
}

async fn work(storage: Storage, clock: Arc<dyn Clock>, mut queue: mpsc::Receiver<Request>) {
    let mut requests = Vec::new();
    while queue.recv_many(&mut requests, REQUESTS_MAX).await > 0 {
        let mut leases = BTreeMap::<_, Vec<Request>>::new();
        for request in requests.drain(..) {
            let key = request.lease.map(|lease| (lease.bucket, lease.fence));
            leases.entry(key).or_default().push(request);
        }
        // Each lease is fenced for itself; together they share a sync to disk.
        join_all(leases.into_values().map(|requests| mark(&storage, &*clock, requests))).await;
    }
}

/// Marks the rows of requests under the same lease.
async fn mark(storage: &Storage, clock: &dyn Clock, requests: Vec<Request>) {
    let now_ms = clock.now().timestamp_millis();
    let event_ids: Vec<_> =
        requests.iter().flat_map(|request| request.event_ids.iter().copied()).collect();
    let count = event_ids.len() as u64;
    let lease = requests.first().and_then(|request| request.lease);
    let marked = storage
        .write(move |store| match lease {
            None => store.mark_published(&event_ids, now_ms),
            Some(lease) => store.mark_published_in(&event_ids, now_ms, lease),
        })
        .await;
    if marked.is_ok() {
        metrics::counter!(metric::OUTBOX_PUBLISHED_TOTAL).increment(count);
    }
    for request in requests {
        // A lane that went away does not wait for the answer.
        let _ = request.done.send(marked.clone());
    }
}
