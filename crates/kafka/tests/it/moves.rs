//! A group on a cluster that moves under it.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
    time::Duration,
};

use async_trait::async_trait;
use kafka::{Consumer, Handler, Outcome, Producer, Received, header};
use rdkafka::{
    mocking::{MockCluster, MockCoordinator},
    types::{RDKafkaApiKey, RDKafkaRespErr as Answer},
};
use tokio_util::sync::CancellationToken;

use crate::support::{Ledger, Noting, quick, record, settings};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_coordinator_that_moves_and_reads_that_fail_lose_nothing() {
    let cluster = MockCluster::new(3).unwrap();
    cluster.create_topic("t", 3, 3).unwrap();
    cluster.create_topic("dead", 1, 1).unwrap();
    cluster.coordinator(MockCoordinator::Group("g".to_owned()), 1).unwrap();
    let settings = settings(&cluster.bootstrap_servers(), "g");
    let ledger = Ledger::default();
    let handler = Noting::new(&ledger, Duration::from_millis(1));
    let consumer = Consumer::new(&settings, &["t"], "dead", handler, quick()).unwrap();
    let stop = CancellationToken::new();
    let running = tokio::spawn(consumer.run(stop.clone()));

    let keys: Vec<_> = (0..6).map(|n| format!("user-{n}")).collect();
    let producer = Producer::new(&settings).unwrap();
    for n in 1..=60 {
        if n == 20 {
            cluster.coordinator(MockCoordinator::Group("g".to_owned()), 2).unwrap();
        }
        if n == 40 {
            let failures = [
                Answer::RD_KAFKA_RESP_ERR_NOT_LEADER_FOR_PARTITION,
                Answer::RD_KAFKA_RESP_ERR__TRANSPORT,
            ];
            cluster.request_errors(RDKafkaApiKey::Fetch, &failures);
            let moved = [Answer::RD_KAFKA_RESP_ERR_NOT_COORDINATOR; 2];
            cluster.request_errors(RDKafkaApiKey::OffsetCommit, &moved);
        }
        let batch = keys.iter().map(|key| record("t", key, n)).collect();
        assert!(producer.send(batch).await.iter().all(Result::is_ok));
    }
    ledger.until(360).await;
    stop.cancel();
    running.await.unwrap().unwrap();
    assert_eq!(ledger.check(&keys, 60), Ok(()));
}

/// Refuses one, panics at another, and is slow to take a third.
struct Moody {
    ledger: Ledger,
    tries: AtomicU32,
}

#[async_trait]
impl Handler for Moody {
    async fn handle(&self, received: &Received, attempt: u32) -> Outcome {
        match received.payload.as_slice() {
            b"2" => return Outcome::SetAside("it is poison".to_owned()),
            b"3" if attempt < 3 => panic!("a bug"),
            b"4" if attempt < 4 => {
                self.tries.fetch_add(1, Ordering::Relaxed);
                return Outcome::Retry("not yet".to_owned());
            }
            _ => {}
        }
        self.ledger.note(received);
        Outcome::Done
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn poison_is_set_aside_with_its_source_and_what_comes_behind_goes_on_in_order() {
    let cluster = MockCluster::new(1).unwrap();
    cluster.create_topic("t", 1, 1).unwrap();
    cluster.create_topic("dead", 1, 1).unwrap();
    let settings = settings(&cluster.bootstrap_servers(), "g");
    let producer = Producer::new(&settings).unwrap();
    let batch = (1..=6).map(|n| record("t", "ada", n)).collect();
    assert!(producer.send(batch).await.iter().all(Result::is_ok));

    let ledger = Ledger::default();
    let moody = Arc::new(Moody { ledger: ledger.clone(), tries: AtomicU32::new(0) });
    let handler = Arc::clone(&moody) as Arc<dyn Handler>;
    let consumer = Consumer::new(&settings, &["t"], "dead", handler, quick()).unwrap();
    let (stop, letters) = (CancellationToken::new(), Letters::default());
    let running = tokio::spawn(consumer.run(stop.clone()));
    let mut other = settings.clone();
    other.group = "readers".to_owned();
    let reader = Arc::new(letters.clone());
    let reader = Consumer::new(&other, &["dead"], "dead", reader, quick()).unwrap();
    let reading = tokio::spawn(reader.run(stop.clone()));

    ledger.until(5).await;
    crate::support::until("the letter is read", || !letters.0.lock().unwrap().is_empty()).await;
    stop.cancel();
    running.await.unwrap().unwrap();
    reading.await.unwrap().unwrap();
    let order: Vec<_> = ledger.all().into_iter().map(|(_, n, ..)| n).collect();
    assert_eq!(order, [1, 3, 4, 5, 6]);
    assert_eq!(moody.tries.load(Ordering::Relaxed), 3);
    let letters = letters.0.lock().unwrap();
    let letter = letters.first().unwrap();
    assert_eq!((letter.key.as_str(), letter.payload.as_slice()), ("ada", b"2".as_slice()));
    assert_eq!(letter.header(header::REASON), Some("it is poison"));
    assert_eq!(letter.header(header::SOURCE_TOPIC), Some("t"));
    assert_eq!(letter.header(header::SOURCE_PARTITION), Some("0"));
    assert_eq!(letter.header(header::SOURCE_OFFSET), Some("1"));
    assert_eq!(letter.header("n"), Some("2"));
}

/// Keeps what it reads.
#[derive(Clone, Default)]
struct Letters(Arc<std::sync::Mutex<Vec<Received>>>);

#[async_trait]
impl Handler for Letters {
    async fn handle(&self, received: &Received, _: u32) -> Outcome {
        self.0.lock().unwrap().push(received.clone());
        Outcome::Done
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn brokers_that_go_and_come_back_lose_and_reorder_nothing() {
    let cluster = MockCluster::new(1).unwrap();
    cluster.create_topic("t", 3, 1).unwrap();
    cluster.create_topic("dead", 1, 1).unwrap();
    let mut settings = settings(&cluster.bootstrap_servers(), "g");
    settings.send_within = Duration::from_millis(400);
    let ledger = Ledger::default();
    let handler = Noting::new(&ledger, Duration::from_millis(1));
    let consumer = Consumer::new(&settings, &["t"], "dead", handler, quick()).unwrap();
    let stop = CancellationToken::new();
    let running = tokio::spawn(consumer.run(stop.clone()));

    let keys: Vec<_> = (0..6).map(|n| format!("user-{n}")).collect();
    let producer = Producer::new(&settings).unwrap();
    let sending = keys.clone().into_iter().map(|key| {
        let producer = producer.clone();
        tokio::spawn(async move {
            // As the relay does: what is not confirmed is sent again, and what comes behind waits.
            let mut next = 1;
            let mut failures = 0;
            while next <= 200 {
                let batch = (next..=200.min(next + 9)).map(|n| record("t", &key, n)).collect();
                for sent in producer.send(batch).await {
                    if sent.is_err() {
                        failures += 1;
                        break;
                    }
                    next += 1;
                }
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
            failures
        })
    });
    let sending: Vec<_> = sending.collect();
    for _ in 0..3 {
        tokio::time::sleep(Duration::from_millis(200)).await;
        cluster.broker_down(1).unwrap();
        tokio::time::sleep(Duration::from_millis(700)).await;
        cluster.broker_up(1).unwrap();
    }
    let mut failures = 0;
    for one in sending {
        failures += one.await.unwrap();
    }
    assert!(failures > 0, "the broker was never missed");
    ledger.until(1200).await;
    stop.cancel();
    running.await.unwrap().unwrap();
    assert_eq!(ledger.check(&keys, 200), Ok(()));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stop_does_not_wait_for_a_broker_that_is_away() {
    let cluster = MockCluster::new(1).unwrap();
    cluster.create_topic("t", 1, 1).unwrap();
    let settings = settings(&cluster.bootstrap_servers(), "g");
    let ledger = Ledger::default();
    let handler = Noting::new(&ledger, Duration::ZERO);
    // Nothing is committed before the stop.
    let pace = kafka::Pace { commit_every: Duration::from_secs(3600), ..quick() };
    let consumer = Consumer::new(&settings, &["t"], "dead", handler, pace).unwrap();
    let stop = CancellationToken::new();
    let running = tokio::spawn(consumer.run(stop.clone()));
    let producer = Producer::new(&settings).unwrap();
    let batch = (1..=20).map(|n| record("t", "ada", n)).collect();
    assert!(producer.send(batch).await.iter().all(Result::is_ok));
    ledger.until(20).await;
    cluster.broker_down(1).unwrap();
    let stopped_at = std::time::Instant::now();
    stop.cancel();
    running.await.unwrap().unwrap();
    assert!(stopped_at.elapsed() < Duration::from_secs(8), "{:?}", stopped_at.elapsed());
}
