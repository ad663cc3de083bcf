//! What a broker refuses, and how topics differ.

use kafka::{
    Producer, SendErrorKind,
    topics::{self, Difference, TopicSpec},
};

use super::{Place, spec};
use crate::support::record;

/// Text that does not get smaller by compression.
fn noise(bytes: usize) -> Vec<u8> {
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    let mut next = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state.to_le_bytes()[0]
    };
    (0..bytes).map(|_| next()).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_record_of_two_megabytes_is_rejected_by_the_producer_and_by_the_broker() {
    let place = Place::new(1).await;
    let mut large = record(&place.topic, "ada", 2);
    large.payload = noise(2_000_000);
    let mut generous = place.settings.clone();
    generous.record_bytes_max = 10_000_000;
    for settings in [&place.settings, &generous] {
        let producer = Producer::new(settings).unwrap();
        let batch =
            vec![record(&place.topic, "ada", 1), large.clone(), record(&place.topic, "bob", 1)];
        let results = producer.send(batch).await;
        assert!(results[0].is_ok() && results[2].is_ok(), "{results:?}");
        assert_eq!(results[1].as_ref().unwrap_err().kind, SendErrorKind::Rejected);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_topic_that_is_missing_is_no_fault_of_the_record() {
    let mut settings = Place::new(1).await.settings;
    settings.send_within = std::time::Duration::from_secs(2);
    let producer = Producer::new(&settings).unwrap();
    let error = producer.send_one(record("nowhere", "ada", 1)).await.unwrap_err();
    assert_eq!(error.kind, SendErrorKind::Unreachable);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn topics_are_created_once_and_their_differences_are_told() {
    let place = Place::new(3).await;
    let same = spec(&place.topic, 3);
    assert!(
        topics::create_missing(&place.settings, std::slice::from_ref(&same))
            .await
            .unwrap()
            .is_empty()
    );
    assert_eq!(topics::check(&place.settings, &[same]).await.unwrap(), []);
    let other = TopicSpec {
        partitions: 5,
        configs: vec![("retention.ms".to_owned(), "1000".to_owned())],
        ..spec(&place.topic, 5)
    };
    let missing = spec("nowhere", 1);
    let found = topics::check(&place.settings, &[other, missing]).await.unwrap();
    let told: Vec<_> = found.iter().map(ToString::to_string).collect();
    assert_eq!(
        told,
        [
            format!("topic `{}` has 3 partitions, not 5", place.topic),
            format!("topic `{}` has `retention.ms` 604800000, not 1000", place.topic),
            "topic `nowhere` is missing".to_owned(),
        ]
    );
    assert_eq!(found.iter().filter(|one| one.stops_us()).count(), 1);
    assert!(matches!(found[2], Difference::Missing { .. }));
}
