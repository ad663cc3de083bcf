//! Events go out with their id and key, and one that is refused is found.

use std::error::Error as _;

use dapr_sidecar::{Event, SidecarErrorKind};
use serde_json::json;
use tonic::Status;

use crate::fake::{Fake, sidecar};

fn event(id: &str, key: &str) -> Event {
    Event {
        id: id.to_owned(),
        key: key.to_owned(),
        data: json!({"specversion": "1.0", "id": id}).to_string().into_bytes(),
        content_type: "application/cloudevents+json".to_owned(),
    }
}

#[tokio::test]
async fn events_go_out_in_order_with_their_id_and_key() {
    let fake = Fake::default();
    let running = fake.start().await;
    let events: Vec<_> = (0..450).map(|n| event(&format!("e{n}"), "ada")).collect();
    let sidecar = sidecar(running.address, Some("t0ken"));
    sidecar.publish_bulk("pubsub", "task-events", &events).await.unwrap();
    let script = fake.script();
    let expect = (0..450).map(|n| ("task-events".to_owned(), format!("e{n}"), "ada".to_owned()));
    assert_eq!(script.published, expect.collect::<Vec<_>>());
    let call = ("BulkPublishEvent".to_owned(), Some("t0ken".to_owned()));
    assert_eq!(script.calls, vec![call; 3]);
}

#[tokio::test]
async fn the_event_that_is_refused_is_found_among_the_others() {
    let fake = Fake::default();
    fake.script().poison = Some("e2".to_owned());
    let running = fake.start().await;
    let events: Vec<_> = (0..5).map(|n| event(&format!("e{n}"), "ada")).collect();
    let sidecar = sidecar(running.address, None);
    let error = sidecar.publish_bulk("pubsub", "t", &events).await.unwrap_err();
    assert_eq!((error.done, error.cause.kind), (2, SidecarErrorKind::Rejected));
    assert_eq!(fake.script().published.len(), 2, "those after it wait");
    assert_eq!(error.to_string(), "2 events were published, the next was not");
    assert_eq!(error.source().unwrap().to_string(), "the sidecar did not publish to `t`");
}

#[tokio::test]
async fn an_older_sidecar_is_asked_by_the_name_it_knows() {
    let fake = Fake::default();
    fake.script().unknown.insert("BulkPublishEvent");
    let running = fake.start().await;
    let sidecar = sidecar(running.address, None);
    sidecar.publish_bulk("pubsub", "t", &[event("e", "ada")]).await.unwrap();
    assert_eq!(fake.script().published.len(), 1);
}

#[tokio::test]
async fn a_broker_that_is_away_is_nobodys_fault() {
    let fake = Fake::default();
    let running = fake.start().await;
    let sidecar = sidecar(running.address, None);
    for status in [
        Status::internal("kafka: client has run out of available brokers to talk to"),
        Status::unavailable("shutting down"),
    ] {
        fake.script().failure = Some(status);
        let error = sidecar.publish_bulk("pubsub", "t", &[event("e", "ada")]).await.unwrap_err();
        assert_eq!((error.done, error.cause.kind), (0, SidecarErrorKind::Unreachable));
    }
    assert_eq!(fake.script().calls.len(), 2, "no event is tried alone");
}

#[tokio::test]
async fn a_sidecar_that_comes_late_or_again_is_found() {
    let fake = Fake::default();
    let address = fake.start().await.address;
    let sidecar = sidecar(address, None);
    let events = [event("e", "ada")];
    for _ in 0..2 {
        // Until the listener is closed, too.
        loop {
            match sidecar.publish_bulk("pubsub", "t", &events).await {
                Ok(()) => tokio::task::yield_now().await,
                Err(error) => {
                    assert_eq!(error.cause.kind, SidecarErrorKind::Unreachable, "{error:?}");
                    break;
                }
            }
        }
        let before = fake.script().published.len();
        let _running = fake.start_on(address).await;
        sidecar.publish_bulk("pubsub", "t", &events).await.unwrap();
        assert_eq!(fake.script().published.len(), before + 1);
    }
}
