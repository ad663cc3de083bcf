//! Publishing: many events of one topic in one call.

use std::{collections::HashMap, ops::Range, time::Duration};

use dapr::dapr::proto::runtime::v1::{
    BulkPublishRequest, BulkPublishRequestEntry, PublishEventRequest,
};

use crate::{
    Sidecar, SidecarError, SidecarErrorKind,
    calls::{call, either},
};

/// Longer than the sidecar's own attempts at a broker that is away for a moment.
const WITHIN: Duration = Duration::from_secs(30);
/// The sidecar takes 4 MiB by default.
const CALL_MAX_BYTES: usize = 2 * 1024 * 1024;
const CALL_MAX_EVENTS: usize = 200;
/// The metadata by which a broker keeps events in order.
const PARTITION_KEY: &str = "partitionKey";

/// An event on its way out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    /// Different from that of every other event; what the receiver tells repetitions by.
    pub id: String,
    /// Events with the same key stay in order.
    pub key: String,
    /// The body.
    pub data: Vec<u8>,
    /// Such as `application/cloudevents+json` for one that is wrapped already.
    pub content_type: String,
}

/// Which event was not published, and why. Those before it were; those after it perhaps.
#[derive(Debug, thiserror::Error)]
#[error("{done} events were published, the next was not")]
pub struct Unpublished {
    /// How many of the events, from the first, were published.
    pub done: usize,
    /// Why the next one was not.
    #[source]
    pub cause: SidecarError,
}

impl Sidecar {
    /// Publishes one event.
    pub async fn publish(
        &self,
        pubsub: &str,
        topic: &str,
        event: &Event,
    ) -> Result<(), SidecarError> {
        let request = PublishEventRequest {
            pubsub_name: pubsub.to_owned(),
            topic: topic.to_owned(),
            data: event.data.clone(),
            data_content_type: event.content_type.clone(),
            metadata: metadata(event),
        };
        let operation = format!("publish to `{topic}`");
        call(&operation, WITHIN, self.client().publish_event(request)).await
    }

    /// Publishes events of a topic, those of a key in order, in as few calls as it takes.
    pub async fn publish_bulk(
        &self,
        pubsub: &str,
        topic: &str,
        events: &[Event],
    ) -> Result<(), Unpublished> {
        for range in ranges(events) {
            let (done, part) = (range.start, &events[range]);
            let Err(cause) = self.publish_call(pubsub, topic, part).await else { continue };
            if !is_about_one(cause.kind) {
                return Err(Unpublished { done, cause });
            }
            // The sidecar does not say which of them it was: one by one, it does.
            for (place, event) in part.iter().enumerate() {
                if let Err(cause) = self.publish(pubsub, topic, event).await {
                    return Err(Unpublished { done: done + place, cause });
                }
            }
        }
        Ok(())
    }

    #[expect(deprecated, reason = "sidecars before 1.17 know it by this name only")]
    async fn publish_call(
        &self,
        pubsub: &str,
        topic: &str,
        events: &[Event],
    ) -> Result<(), SidecarError> {
        let entry = |event: &Event| BulkPublishRequestEntry {
            entry_id: event.id.clone(),
            event: event.data.clone(),
            content_type: event.content_type.clone(),
            // Not for the whole request: that would go over what an entry says.
            metadata: metadata(event),
        };
        let request = BulkPublishRequest {
            pubsub_name: pubsub.to_owned(),
            topic: topic.to_owned(),
            entries: events.iter().map(entry).collect(),
            metadata: HashMap::new(),
        };
        let operation = format!("publish to `{topic}`");
        let (mut today, mut formerly) = (self.client(), self.client());
        let today = today.bulk_publish_event(request.clone());
        let formerly = formerly.bulk_publish_event_alpha1(request);
        let answer = either(&operation, WITHIN, today, formerly).await?;
        match answer.failed_entries.into_iter().next() {
            None => Ok(()),
            Some(failed) => {
                Err(SidecarError::new(operation, SidecarErrorKind::Failed, failed.error))
            }
        }
    }
}

/// Whether it may be the fault of a single event.
fn is_about_one(kind: SidecarErrorKind) -> bool {
    matches!(kind, SidecarErrorKind::Failed | SidecarErrorKind::Rejected)
}

fn metadata(event: &Event) -> HashMap<String, String> {
    HashMap::from([(PARTITION_KEY.to_owned(), event.key.clone())])
}

/// What goes in one call: as much as it takes, and an event at least.
fn ranges(events: &[Event]) -> Vec<Range<usize>> {
    let mut ranges: Vec<Range<usize>> = Vec::new();
    let mut bytes = 0;
    for (place, event) in events.iter().enumerate() {
        bytes += event.data.len();
        match ranges.last_mut() {
            Some(last) if bytes <= CALL_MAX_BYTES && last.len() < CALL_MAX_EVENTS => {
                last.end = place + 1;
            }
            _ => {
                bytes = event.data.len();
                ranges.push(place..place + 1);
            }
        }
    }
    ranges
}

#[cfg(test)]
mod tests {
    use super::*;

    /// How many events of these sizes go in each call.
    #[track_caller]
    fn check(sizes: &[usize], expect: &[usize]) {
        let event = |bytes: &usize| Event {
            id: "i".to_owned(),
            key: "k".to_owned(),
            data: vec![b'x'; *bytes],
            content_type: "text/plain".to_owned(),
        };
        let events: Vec<_> = sizes.iter().map(event).collect();
        let ranges = ranges(&events);
        assert_eq!(ranges.iter().map(ExactSizeIterator::len).collect::<Vec<_>>(), expect);
        assert_eq!(
            ranges.into_iter().flatten().collect::<Vec<_>>(),
            Vec::from_iter(0..sizes.len())
        );
    }

    #[test]
    fn a_call_takes_what_it_can_and_one_event_at_least() {
        const MIB: usize = 1024 * 1024;
        check(&[], &[]);
        check(&[10, 10], &[2]);
        check(&[MIB, MIB, 1], &[2, 1]);
        check(&[3 * MIB, 1, 3 * MIB], &[1, 1, 1]);
        check(&[1; 450], &[200, 200, 50]);
    }
}
