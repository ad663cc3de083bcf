//! Keeps the newest state of each task in a state store of the sidecar, for other applications that
//! would have to ask the tasks component otherwise. Never the truth: it may be late, and whoever
//! changes a task asks for it.

use std::{sync::Arc, time::Duration};

use dapr_sidecar::{SidecarError, SidecarErrorKind, StateStore};
use events::EventType;
use serde_json::{Value, json};
use store::LogRow;
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;
use tracing::warn;
use uuid::Uuid;

use crate::{chain::chain, service::Service};

/// A task that nobody changes for so long is forgotten.
const KEPT: Duration = Duration::from_secs(7 * 24 * 3600);
/// Events that wait for the store; more are left out, and the next event of their task makes up for it.
const WAITING_MAX: usize = 1000;
/// Others may write the same task at the same time.
const ATTEMPTS: usize = 3;

/// Takes events into the store, behind the back of who brings them. Cloning is cheap.
#[derive(Clone)]
pub struct TaskCache {
    waiting: mpsc::Sender<Arc<LogRow>>,
}

impl TaskCache {
    /// A cache in `store`. The service writes what waits.
    pub fn new(store: StateStore) -> (Self, Service) {
        let (waiting, rows) = mpsc::channel(WAITING_MAX);
        (Self { waiting }, Service::new("the cache of tasks", |stop| run(store, rows, stop)))
    }

    /// Takes an event of a task; others are none of its business.
    pub fn take(&self, row: &LogRow) {
        if key(row).is_some() {
            // Full: the store is slow or away.
            let _ = self.waiting.try_send(Arc::new(row.clone()));
        }
    }
}

async fn run(store: StateStore, mut rows: mpsc::Receiver<Arc<LogRow>>, stop: CancellationToken) {
    let mut works = true;
    loop {
        let row = tokio::select! {
            () = stop.cancelled() => return,
            row = rows.recv() => row,
        };
        let Some(row) = row else { return stop.cancelled().await };
        let written = tokio::select! {
            () = stop.cancelled() => return,
            written = write(&store, &row) => written,
        };
        // One line when it stops to work, not one a task.
        if let Err(error) = &written
            && works
        {
            warn!(error = chain(error), "the cache of tasks is not kept up to date");
        }
        works = written.is_ok();
    }
}

/// Writes the row unless what is there is newer.
async fn write(store: &StateStore, row: &LogRow) -> Result<(), SidecarError> {
    let Some(key) = key(row) else { return Ok(()) };
    let deleted = row.event_type == EventType::TaskDeleted.as_str();
    for attempt in 1..=ATTEMPTS {
        let found = store.get(&key).await?;
        let seq = found.as_ref().and_then(|entry| seq(&entry.value));
        if seq.is_some_and(|seq| seq >= row.seq) {
            return Ok(());
        }
        // What is deleted stays for a while without its content: a late event must not bring it back.
        let task = if deleted { Value::Null } else { row.payload.clone() };
        let value = json!({ "seq": row.seq, "task": task }).to_string().into_bytes();
        let etag = found.as_ref().map(|entry| entry.etag.as_str());
        match store.save(&key, value, etag, Some(KEPT)).await {
            Err(error) if error.kind == SidecarErrorKind::Conflict && attempt < ATTEMPTS => {}
            outcome => return outcome,
        }
    }
    Ok(())
}

/// `task:id:user`, where the row has the state of a task. The sidecar has `||` for itself; the id has one
/// length, so that no two users have a key in common.
fn key(row: &LogRow) -> Option<String> {
    let task_id = Uuid::parse_str(row.payload.get("task_id")?.as_str()?).ok()?;
    let user = row.user_id.replace('%', "%25").replace('|', "%7C");
    (row.topic == events::topic::TASK_EVENTS).then(|| format!("task:{task_id}:{user}"))
}

fn seq(value: &[u8]) -> Option<u64> {
    serde_json::from_slice::<Value>(value).ok()?.get("seq")?.as_u64()
}
