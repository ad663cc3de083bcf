//! Events for handlers.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use async_trait::async_trait;
use bytes::Bytes;
use dapr_sidecar::{Answer, Events};
use http::HeaderMap;
use store::LogRow;
use tracing::{error, warn};
use uuid::Uuid;

use super::row;
use crate::{
    bus::{Ground, Live, PublishError, PublishErrorKind},
    chain::chain,
    dead_letters,
    task_cache::TaskCache,
};

/// Failures of one event in a row before it is set aside: those behind it wait all the while.
const ATTEMPTS_MAX: u32 = 8;
/// Events whose failures are counted at the same time; they are as many as there are partitions.
const COUNTED_MAX: usize = 10_000;

/// Hands over what the sidecar brings. The sidecar makes the pauses between the attempts at an event.
pub struct Arrivals {
    ground: Ground,
    live: Arc<Live>,
    cache: Option<TaskCache>,
    failures: Mutex<HashMap<Uuid, u32>>,
}

impl Arrivals {
    /// Hands over to the `ground`, and shows what it has seen to `live` and `cache`.
    pub fn new(ground: Ground, live: Arc<Live>, cache: Option<TaskCache>) -> Self {
        Self { ground, live, cache, failures: Mutex::default() }
    }

    async fn failed(&self, row: &LogRow, failure: PublishError) -> Answer {
        let failures = self.count(row.event_id, failure.kind);
        let reason = chain(&failure);
        let give_up = failure.kind == PublishErrorKind::Rejected || failures >= ATTEMPTS_MAX;
        if !give_up {
            warn!(
                event.id = %row.event_id,
                event.name = row.event_type,
                correlation_id = row.correlation_id,
                error = reason,
                "event {} was not taken; it comes again", row.event_id,
            );
            return Answer::Retry;
        }
        let Ground { storage, clock, .. } = &self.ground;
        let bus = dead_letters::BUS;
        match dead_letters::set_aside(storage, &**clock, row, bus, reason).await {
            Ok(()) => {
                self.failures().remove(&row.event_id);
                Answer::Success
            }
            Err(_) => Answer::Retry,
        }
    }

    /// How often in a row it has failed by its own fault.
    fn count(&self, event_id: Uuid, kind: PublishErrorKind) -> u32 {
        let mut failures = self.failures();
        if kind != PublishErrorKind::Failed {
            return failures.get(&event_id).copied().unwrap_or_default();
        }
        if failures.len() >= COUNTED_MAX {
            failures.clear();
        }
        let count = failures.entry(event_id).or_default();
        *count += 1;
        *count
    }

    /// It is whole after every operation, so a panic elsewhere does not make it useless.
    fn failures(&self) -> MutexGuard<'_, HashMap<Uuid, u32>> {
        self.failures.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[async_trait]
impl Events for Arrivals {
    async fn arrived(&self, topic: &str, headers: &HeaderMap, body: Bytes) -> Answer {
        let row = match row(topic, headers, &body) {
            Ok(row) => row,
            Err(error) => {
                // Its bytes go to the dead letter topic; here they would be somebody's text.
                error!(messaging.destination.name = topic, %error, "an event cannot be read");
                return Answer::Drop;
            }
        };
        self.live.tell(&row).await;
        match self.ground.inlet.take(&row).await {
            Ok(()) => {
                self.failures().remove(&row.event_id);
                if let Some(cache) = &self.cache {
                    cache.take(&row);
                }
                Answer::Success
            }
            Err(failure) => self.failed(&row, failure).await,
        }
    }
}
