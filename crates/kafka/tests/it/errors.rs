//! What a producer says when something is wrong.

use std::time::{Duration, Instant};

use futures_util::future::join_all;
use kafka::{Producer, SendErrorKind, Settings};
use rdkafka::{
    mocking::MockCluster,
    types::{RDKafkaApiKey, RDKafkaRespErr as Answer},
};
use tokio::time::sleep;

use crate::support::{record, settings};

fn hasty(brokers: &str) -> Settings {
    Settings { send_within: Duration::from_millis(1500), ..settings(brokers, "g") }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nobody_there_is_unreachable_in_time() {
    // A port that nobody listens at.
    let producer = Producer::new(&hasty("127.0.0.1:9")).unwrap();
    let asked_at = Instant::now();
    let results = producer.send((1..=50).map(|n| record("t", "ada", n)).collect()).await;
    assert!(asked_at.elapsed() < Duration::from_secs(3), "{:?}", asked_at.elapsed());
    assert_eq!(results.len(), 50);
    for result in results {
        assert_eq!(result.unwrap_err().kind, SendErrorKind::Unreachable);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_broker_that_comes_back_takes_what_it_missed_in_order() {
    let cluster = MockCluster::new(1).unwrap();
    cluster.create_topic("t", 1, 1).unwrap();
    let producer = Producer::new(&hasty(&cluster.bootstrap_servers())).unwrap();
    producer.send_one(record("t", "ada", 1)).await.unwrap();
    cluster.broker_down(1).unwrap();
    let failed = producer.send_one(record("t", "ada", 2)).await.unwrap_err();
    assert_eq!(failed.kind, SendErrorKind::Unreachable);
    assert!(failed.is_retryable());
    cluster.broker_up(1).unwrap();
    let mut offsets = Vec::new();
    for n in 2..=4 {
        offsets.push(producer.send_one(record("t", "ada", n)).await.unwrap().offset);
    }
    assert!(offsets.is_sorted() && offsets[0] >= 1, "{offsets:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_record_over_the_limit_is_rejected_and_its_neighbours_are_not() {
    let cluster = MockCluster::new(1).unwrap();
    cluster.create_topic("t", 1, 1).unwrap();
    let producer = Producer::new(&hasty(&cluster.bootstrap_servers())).unwrap();
    let mut large = record("t", "ada", 2);
    large.payload = vec![b'x'; 2_000_000];
    let results = producer.send(vec![record("t", "ada", 1), large, record("t", "bob", 1)]).await;
    assert!(results[0].is_ok() && results[2].is_ok(), "{results:?}");
    let refused = results[1].as_ref().unwrap_err();
    assert_eq!(refused.kind, SendErrorKind::Rejected);
    assert!(!refused.is_retryable());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_batch_that_is_refused_for_its_size_is_judged_record_by_record() {
    let cluster = MockCluster::new(1).unwrap();
    cluster.create_topic("t", 1, 1).unwrap();
    let settings =
        Settings { linger: Duration::from_millis(100), ..hasty(&cluster.bootstrap_servers()) };
    let producer = Producer::new(&settings).unwrap();
    let too_large = Answer::RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE;
    cluster.request_errors(RDKafkaApiKey::Produce, &[too_large]);
    let results = producer.send((1..=3).map(|n| record("t", "ada", n)).collect()).await;
    assert!(results.iter().all(Result::is_ok), "{results:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn passing_troubles_are_not_seen_and_do_not_change_the_order() {
    let cluster = MockCluster::new(3).unwrap();
    cluster.create_topic("t", 4, 3).unwrap();
    let brokers = cluster.bootstrap_servers();
    let producer = Producer::new(&settings(&brokers, "g")).unwrap();
    let trouble = [
        Answer::RD_KAFKA_RESP_ERR_NOT_LEADER_FOR_PARTITION,
        Answer::RD_KAFKA_RESP_ERR_REQUEST_TIMED_OUT,
        Answer::RD_KAFKA_RESP_ERR_NOT_ENOUGH_REPLICAS,
        Answer::RD_KAFKA_RESP_ERR__TRANSPORT,
        Answer::RD_KAFKA_RESP_ERR_NO_ERROR,
        Answer::RD_KAFKA_RESP_ERR_NOT_LEADER_FOR_PARTITION,
    ];
    cluster.request_errors(RDKafkaApiKey::Produce, &trouble);
    cluster.broker_round_trip_time(2, Duration::from_millis(50)).unwrap();
    let batch = (1..=200).map(|n| record("t", &format!("user-{}", n % 5), n));
    let results = producer.send(batch.collect()).await;
    let mut last = std::collections::BTreeMap::new();
    for (n, result) in (1..=200).zip(results) {
        let placed = result.unwrap();
        let before = last.insert(n % 5, placed.offset).unwrap_or(-1);
        assert!(placed.offset > before, "{n} is at {} after {before}", placed.offset);
    }
}

/// In how many of `rounds` a record was stored after one before it was given back. The broker comes
/// back about when records are given up. Ends with the first such round when that is looked for.
async fn overtaken(change: impl FnOnce(&mut Settings), rounds: u64, look_for_one: bool) -> usize {
    let cluster = MockCluster::new(1).unwrap();
    cluster.create_topic("t", 1, 1).unwrap();
    let mut settings = hasty(&cluster.bootstrap_servers());
    change(&mut settings);
    let producer = Producer::new(&settings).unwrap();
    producer.send_one(record("t", "ada", 0)).await.unwrap();
    let mut found = 0;
    for round in 0..rounds {
        cluster.broker_down(1).unwrap();
        let sending = (1..=400).map(|n| {
            let producer = &producer;
            async move {
                sleep(Duration::from_micros(n * 300)).await;
                producer.send_one(record("t", "ada", n)).await
            }
        });
        let back = async {
            sleep(Duration::from_millis(1350 + round % 30 * 10)).await;
            cluster.broker_up(1).unwrap();
        };
        let (results, ()) = tokio::join!(join_all(sending), back);
        let failed = results.iter().position(Result::is_err).unwrap_or(results.len());
        found += usize::from(results[failed..].iter().any(Result::is_ok));
        if look_for_one && found > 0 {
            break;
        }
        sleep(Duration::from_millis(300)).await;
    }
    found
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_record_overtakes_one_that_was_given_back() {
    assert_eq!(overtaken(|_| {}, 10, false).await, 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn records_that_time_out_one_by_one_are_seen_to_overtake() {
    let one_by_one = |settings: &mut Settings| {
        settings.send_within = Duration::from_secs(30);
        settings.extra.push(("message.timeout.ms".to_owned(), "1500".to_owned()));
    };
    assert_eq!(overtaken(one_by_one, 60, true).await, 1);
}
