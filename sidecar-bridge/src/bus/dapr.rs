//! The bus of a sidecar: events go out in bulk, each with its own id, and come back by callbacks.
//!
//! Each event comes to one process of all for its handlers ([`Arrivals`]), and to every process for
//! its live streams ([`Broadcast`]).

mod arrivals;
mod broadcast;

use std::collections::BTreeMap;

use async_trait::async_trait;
use dapr_sidecar::{Event, Sidecar, SidecarErrorKind, Unpublished};
use events::{
    FieldError,
    cloud_event::{self, Attributes},
};
use futures_util::future::join_all;
use http::HeaderMap;
use store::LogRow;

use super::{PublishError, PublishErrorKind, Publisher};

pub use arrivals::Arrivals;
pub use broadcast::Broadcast;

/// Publishes to a pub/sub component of the sidecar.
pub struct SidecarBus {
    sidecar: Sidecar,
    pubsub: String,
}

impl SidecarBus {
    /// Publishes to the component `pubsub`.
    pub fn new(sidecar: Sidecar, pubsub: &str) -> Self {
        Self { sidecar, pubsub: pubsub.to_owned() }
    }

    /// Publishes the rows of one topic; says which of the batch was the first that was not.
    async fn publish_to(
        &self,
        topic: &str,
        rows: &[(usize, &LogRow)],
    ) -> Result<(), (usize, Unpublished)> {
        let events: Vec<_> = rows.iter().map(|(_, row)| event(row)).collect();
        let outcome = self.sidecar.publish_bulk(&self.pubsub, topic, &events).await;
        outcome.map_err(|failure| {
            let place = rows.get(failure.done).map_or(0, |(place, _)| *place);
            (place, failure)
        })
    }
}

#[async_trait]
impl Publisher for SidecarBus {
    async fn publish(&self, batch: &[LogRow]) -> Result<(), PublishError> {
        let mut topics = BTreeMap::<&str, Vec<(usize, &LogRow)>>::new();
        for (place, row) in batch.iter().enumerate() {
            topics.entry(&row.topic).or_default().push((place, row));
        }
        // A call is for one topic. Those of a topic stay in order, which is all that there is an
        // order of: nobody reads two topics as one.
        let calls = topics.iter().map(|(topic, rows)| self.publish_to(topic, rows));
        let failed = join_all(calls).await.into_iter().filter_map(Result::err);
        let first = failed.min_by_key(|(place, _)| *place);
        match first.and_then(|(place, failure)| Some((batch.get(place)?, failure.cause))) {
            None => Ok(()),
            Some((row, cause)) => Err(PublishError::new(row, kind(cause.kind), cause)),
        }
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

/// The row that an event was, out of what arrived.
fn row(topic: &str, headers: &HeaderMap, body: &[u8]) -> Result<LogRow, FieldError> {
    let headers = headers.iter().map(|(name, value)| (name.as_str(), value.as_bytes()));
    let (envelope, attributes) = cloud_event::read(headers, body)?;
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
