//! The bus of a sidecar: events of many users go out in one call, each with its
//! own id, and come back by callbacks.
//!
//! Each event comes to one process of all for its handlers ([`Arrivals`]), and to every process for
//! its live streams ([`Broadcast`]).

mod arrivals;
mod broadcast;
mod outlet;

use std::collections::BTreeMap;

use async_trait::async_trait;
use dapr_sidecar::{Event, Sidecar, SidecarErrorKind};
use events::{
    EventType, FieldError,
    cloud_event::{self, Attributes},
};
use futures_util::future::join_all;
use http::HeaderMap;
use store::LogRow;

use super::{PublishError, PublishErrorKind, Publisher};

pub use arrivals::Arrivals;
pub use broadcast::Broadcast;
use outlet::Outlet;

/// Publishes to a pub/sub component of the sidecar.
pub struct SidecarBus {
    outlet: Outlet,
}

impl SidecarBus {
    /// Publishes to the component `pubsub`.
    ///
    /// # Panics
    /// Outside of a runtime.
    pub fn new(sidecar: Sidecar, pubsub: &str) -> Self {
        Self { outlet: Outlet::open(sidecar, pubsub.to_owned()) }
    }

    /// Publishes rows of one topic, each when the one before it is in safe hands; says which of the
    /// batch was the first that was not.
    async fn publish_to(
        &self,
        topic: &str,
        rows: &[(usize, &LogRow)],
    ) -> Result<(), (usize, PublishError)> {
        for (place, row) in rows {
            self.outlet.send(topic, event(row)).await.map_err(|cause| {
                let error = match cause {
                    Some(cause) => PublishError::new(row, kind(cause.kind), cause),
                    None => PublishError::new(row, PublishErrorKind::Unreachable, "it was closed"),
                };
                (*place, error)
            })?;
        }
        Ok(())
    }
}

#[async_trait]
impl Publisher for SidecarBus {
    async fn publish(&self, batch: &[LogRow]) -> Result<(), PublishError> {
        let mut topics = BTreeMap::<&str, Vec<(usize, &LogRow)>>::new();
        for (place, row) in batch.iter().enumerate() {
            topics.entry(&row.topic).or_default().push((place, row));
        }
        // Those of a topic stay in order, which is all that there is an order of: nobody reads two
        // topics as one.
        let topics = topics.iter().map(|(topic, rows)| self.publish_to(topic, rows));
        let failed = join_all(topics).await.into_iter().filter_map(Result::err);
        failed.min_by_key(|(place, _)| *place).map_or(Ok(()), |(_, error)| Err(error))
    }
}

fn event(row: &LogRow) -> Event {
    let attributes = Attributes {
        sequence: Some(row.seq),
        correlation_id: Some(row.correlation_id.clone()),
        traceparent: None,
    };
    Event {
        id: row.event_id.to_string(),
        key: row.user_id.clone(),
        data: cloud_event::structured(&row.envelope(), &attributes).to_string().into_bytes(),
        content_type: cloud_event::STRUCTURED_CONTENT_TYPE.to_owned(),
    }
}

/// Only what the event itself is to blame for is held against it.
fn kind(kind: SidecarErrorKind) -> PublishErrorKind {
    match kind {
        SidecarErrorKind::Rejected => PublishErrorKind::Rejected,
        SidecarErrorKind::Failed => PublishErrorKind::Failed,
        SidecarErrorKind::Unreachable
        | SidecarErrorKind::Misconfigured
        | SidecarErrorKind::Conflict
        | SidecarErrorKind::Missing
        | SidecarErrorKind::Unsupported => PublishErrorKind::Unreachable,
    }
}

/// The header by which the sidecar hands over the key of the record.
const KEY: &str = "__key";

/// The row that an event was, out of what arrived. It is not trusted: anybody who may write to the topic
/// can have written it.
fn row(topic: &str, headers: &HeaderMap, body: &[u8]) -> Result<LogRow, FieldError> {
    let key = headers.get(KEY).map(|key| key.as_bytes().to_vec());
    let headers = headers.iter().map(|(name, value)| (name.as_str(), value.as_bytes()));
    let (envelope, attributes) = cloud_event::read(headers, body)?;
    // Order holds by key, and what a user gets hangs on who the event says it belongs to.
    if key.is_some_and(|key| key != envelope.user_id.as_bytes()) {
        return Err(FieldError::new("user_id", "is not the key of the record"));
    }
    let known = envelope.event_type.parse::<EventType>();
    if known.is_ok_and(|event_type| event_type.topic() != topic) {
        return Err(FieldError::new("event_type", "does not belong in this topic"));
    }
    if !envelope.payload.is_object() {
        return Err(FieldError::new("payload", "is no JSON object"));
    }
    Ok(LogRow {
        user_id: envelope.user_id,
        seq: attributes.sequence.unwrap_or_default(),
        event_id: envelope.event_id,
        topic: topic.to_owned(),
        event_type: envelope.event_type,
        timestamp: envelope.timestamp,
        payload: envelope.payload,
        correlation_id: attributes.correlation_id.unwrap_or_else(|| envelope.event_id.to_string()),
        attempts: 0,
    })
}

#[cfg(test)]
mod tests;
