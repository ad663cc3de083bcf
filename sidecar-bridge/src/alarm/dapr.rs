//! Alarms that a sidecar keeps as jobs. A job that comes makes the process look at its rows at that
//! moment, and that is all: who has no sidecar, or whose scheduler is away, is a second late at most.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use async_trait::async_trait;
use bytes::Bytes;
use chrono::DateTime;
use dapr_sidecar::{Job, JobApi, Jobs, SidecarError, callbacks::Again};
use futures_util::{StreamExt as _, stream};
use serde::{Deserialize, Serialize};
use tokio::{sync::Notify, time::sleep};
use tokio_util::sync::CancellationToken;
use tracing::{debug, warn};
use uuid::Uuid;

use super::{Alarm, AlarmClock, AlarmError, Alarms};
use crate::{chain::chain, relay::Backoff, service::Service};

/// Wishes that wait for the sidecar; more are left to the rows.
const WAITING_MAX: usize = 100_000;
/// Wishes that are sent at once.
const AT_ONCE: usize = 16;
const AGAIN: Backoff = Backoff::new(Duration::from_millis(500), Duration::from_secs(30));

/// Sets jobs in the sidecar, behind the back of who asks for them: an event must not wait for a
/// scheduler that is away.
pub struct SidecarAlarms {
    local: Arc<Alarms>,
    waiting: Arc<Waiting>,
}

/// What comes along with a job.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Data {
    reminder_id: Uuid,
    generation: u32,
    /// RFC 3339.
    fire_at: String,
}

/// The newest wish for each reminder: a job, or none.
#[derive(Default)]
struct Waiting {
    wishes: Mutex<HashMap<Uuid, Option<Alarm>>>,
    added: Notify,
}

impl SidecarAlarms {
    /// Jobs by `jobs`, which wake `local`. The service sends what waits.
    pub fn new(jobs: JobApi, local: Arc<Alarms>) -> (Self, Service) {
        let waiting = Arc::new(Waiting::default());
        let worker = Arc::clone(&waiting);
        let service = Service::new("the jobs of the sidecar", |stop| worker.run(jobs, stop));
        (Self { local, waiting }, service)
    }
}

#[async_trait]
impl AlarmClock for SidecarAlarms {
    async fn schedule(&self, alarm: Alarm) -> Result<(), AlarmError> {
        self.local.schedule(alarm).await?;
        self.waiting.add(alarm.reminder_id, Some(alarm));
        Ok(())
    }

    async fn cancel(&self, reminder_id: Uuid) -> Result<(), AlarmError> {
        self.waiting.add(reminder_id, None);
        Ok(())
    }
}

#[async_trait]
impl Jobs for SidecarAlarms {
    /// The rows are stored already, so there is nothing to lose. The moment is that of the reminder,
    /// because the sidecar may be a fraction of a millisecond early, and a look then finds nothing.
    async fn due(&self, name: &str, data: Bytes) -> Result<(), Again> {
        let data = serde_json::from_slice::<Data>(&data).ok();
        let at = data.and_then(|data| data.fire_at.parse().ok()).unwrap_or_else(|| {
            warn!(job.name = name, "a job came that is not ours; looking all the same");
            DateTime::UNIX_EPOCH
        });
        debug!(job.name = name, "a job is due");
        self.local.set([at]);
        Ok(())
    }
}

impl Waiting {
    fn add(&self, reminder_id: Uuid, wish: Option<Alarm>) {
        let mut wishes = self.wishes();
        if wishes.len() >= WAITING_MAX && !wishes.contains_key(&reminder_id) {
            return;
        }
        let newer = |had: &Option<Alarm>| match (had, &wish) {
            (Some(had), Some(wish)) => had.generation <= wish.generation,
            _ => true,
        };
        if wishes.get(&reminder_id).is_none_or(newer) {
            wishes.insert(reminder_id, wish);
        }
        drop(wishes);
        self.added.notify_one();
    }

    /// Sends what waits until `stop`. What is left then is not lost: the rows have it.
    async fn run(self: Arc<Self>, jobs: JobApi, stop: CancellationToken) {
        let mut failures = 0;
        loop {
            let sent = tokio::select! {
                () = stop.cancelled() => return,
                sent = self.send(&jobs) => sent,
            };
            let pause = async {
                match sent {
                    Ok(()) => {
                        failures = 0;
                        self.added.notified().await;
                    }
                    Err(error) => {
                        failures += 1;
                        let pause = AGAIN.pause(failures);
                        warn!(
                            error = chain(&error),
                            "{} jobs wait for the sidecar; again in {pause:.1?}",
                            self.wishes().len()
                        );
                        sleep(pause).await;
                    }
                }
            };
            tokio::select! {
                () = stop.cancelled() => return,
                () = pause => {}
            }
        }
    }

    /// Sends what waits now. Who failed waits again, unless there is a newer wish.
    async fn send(&self, jobs: &JobApi) -> Result<(), SidecarError> {
        loop {
            let some = self.some();
            if some.is_empty() {
                return Ok(());
            }
            let outcomes: Vec<_> = stream::iter(some)
                .map(|(id, wish)| async move { (id, wish, tell(jobs, id, wish).await) })
                .buffer_unordered(AT_ONCE)
                .collect()
                .await;
            let mut failure = None;
            for (id, wish, outcome) in outcomes {
                match outcome {
                    Err(error) if error.is_retryable() => {
                        self.wishes().entry(id).or_insert(wish);
                        failure = Some(error);
                    }
                    Err(error) => {
                        let error = chain(&error);
                        warn!(error, reminder.id = %id, "a job is left to the rows");
                    }
                    Ok(()) => {}
                }
            }
            if let Some(failure) = failure {
                return Err(failure);
            }
        }
    }

    /// Takes some of what waits.
    fn some(&self) -> Vec<(Uuid, Option<Alarm>)> {
        let mut wishes = self.wishes();
        let ids: Vec<Uuid> = wishes.keys().copied().take(AT_ONCE * 4).collect();
        ids.into_iter().filter_map(|id| wishes.remove(&id).map(|wish| (id, wish))).collect()
    }

    /// It is whole after every operation, so a panic elsewhere does not make it useless.
    fn wishes(&self) -> MutexGuard<'_, HashMap<Uuid, Option<Alarm>>> {
        self.wishes.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

async fn tell(jobs: &JobApi, id: Uuid, wish: Option<Alarm>) -> Result<(), SidecarError> {
    let name = format!("reminder-{id}");
    match wish {
        None => jobs.delete(&name).await,
        Some(Alarm { reminder_id, generation, fire_at }) => {
            let data = Data { reminder_id, generation, fire_at: fire_at.to_rfc3339() };
            let data = serde_json::to_value(&data).unwrap_or_default();
            jobs.schedule(&Job { name, due: fire_at, data }).await
        }
    }
}

#[cfg(test)]
mod tests;
