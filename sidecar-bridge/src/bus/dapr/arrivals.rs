//! Events for handlers.

use std::sync::Arc;

use async_trait::async_trait;
use bytes::Bytes;
use dapr_sidecar::{Answer, Events};
use http::HeaderMap;
use store::LogRow;
use tracing::{error, warn};

use super::row;
use crate::{
    bus::{Ground, Live, PublishError, failures::Failures},
    chain::chain,
    dead_letters::{self, may_be_kept_later},
    task_cache::TaskCache,
};

/// Hands over what the sidecar brings. The sidecar makes the pauses between the attempts at an event.
pub struct Arrivals {
    ground: Ground,
    live: Arc<Live>,
    cache: Option<TaskCache>,
    failures: Failures,
}

impl Arrivals {
    /// Hands over to the `ground`, and shows what it has seen to `live` and `cache`.
    pub fn new(ground: Ground, live: Arc<Live>, cache: Option<TaskCache>) -> Self {
        Self { ground, live, cache, failures: Failures::default() }
    }

    async fn failed(&self, row: &LogRow, failure: PublishError) -> Answer {
        let reason = chain(&failure);
        if !self.failures.gives_up(row.event_id, failure.kind) {
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
                self.failures.forget(row.event_id);
                Answer::Success
            }
            Err(error) if may_be_kept_later(&error) => Answer::Retry,
            // To the dead letter topic, where all of it is.
            Err(_) => Answer::Drop,
        }
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
                self.failures.forget(row.event_id);
                if let Some(cache) = &self.cache {
                    cache.take(&row);
                }
                Answer::Success
            }
            Err(failure) => self.failed(&row, failure).await,
        }
    }
}
