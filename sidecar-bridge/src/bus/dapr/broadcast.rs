//! Events for the live streams of this process.

use std::sync::Arc;

use async_trait::async_trait;
use bytes::Bytes;
use dapr_sidecar::{Answer, Events};
use http::HeaderMap;

use super::row;
use crate::bus::Live;

/// Tells live streams what the sidecar brings to every process.
pub struct Broadcast(pub Arc<Live>);

#[async_trait]
impl Events for Broadcast {
    /// Never asks for it again: the next event makes up for one that was missed.
    async fn arrived(&self, topic: &str, headers: &HeaderMap, body: Bytes) -> Answer {
        if let Ok(row) = row(topic, headers, &body) {
            self.0.tell(&row).await;
        }
        Answer::Success
    }
}
