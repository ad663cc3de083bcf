//! Members of a group that come and go.

use std::time::Duration;

use kafka::{Consumer, Producer};
use tokio::{task::JoinHandle, time::sleep};
use tokio_util::sync::CancellationToken;

use super::{Place, keys};
use crate::support::{Ledger, Noting, quick, record};

/// A member that runs until its token says so.
fn member(place: &Place, ledger: &Ledger, work: Duration) -> (CancellationToken, JoinHandle<()>) {
    let handler = Noting::new(ledger, work);
    let consumer =
        Consumer::new(&place.settings, &[&place.topic], &place.dead, handler, quick()).unwrap();
    let stop = CancellationToken::new();
    let running = consumer.run(stop.clone());
    (stop, tokio::spawn(async move { running.await.unwrap() }))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn members_that_join_and_leave_under_load_lose_double_and_reorder_nothing() {
    let (place, keys, ledger) = (Place::new(6).await, keys(40), Ledger::default());
    let work = Duration::from_millis(3);
    let (stop, running) = member(&place, &ledger, work);
    let count = 150;
    let settings = place.settings.clone();
    let (topic, sent_keys) = (place.topic.clone(), keys.clone());
    let sending = tokio::spawn(async move {
        let producer = Producer::new(&settings).unwrap();
        for n in 1..=count {
            let batch = sent_keys.iter().map(|key| record(&topic, key, n)).collect();
            assert!(producer.send(batch).await.iter().all(Result::is_ok));
            sleep(Duration::from_millis(30)).await;
        }
    });
    for _ in 0..4 {
        let (stop_other, other) = member(&place, &ledger, work);
        sleep(Duration::from_millis(1500)).await;
        stop_other.cancel();
        other.await.unwrap();
    }
    sending.await.unwrap();
    ledger.until(keys.len() * usize::try_from(count).unwrap()).await;
    stop.cancel();
    running.await.unwrap();
    assert_eq!(ledger.check(&keys, count), Ok(()));
    assert_eq!(ledger.repetitions(), 0, "a drained partition repeats nothing");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn after_a_stop_nothing_comes_again() {
    let (place, keys, ledger) = (Place::new(4).await, keys(20), Ledger::default());
    place.fill(&keys, 100).await;
    let (stop, running) = member(&place, &ledger, Duration::from_millis(1));
    // In the middle of it.
    ledger.until(500).await;
    stop.cancel();
    running.await.unwrap();
    let before = ledger.all().len();
    assert!(before < 2000, "it was not in the middle");
    let (stop, running) = member(&place, &ledger, Duration::ZERO);
    ledger.until(2000).await;
    stop.cancel();
    running.await.unwrap();
    assert_eq!(ledger.repetitions(), 0);
    assert_eq!(ledger.check(&keys, 100), Ok(()));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_backlog_that_is_full_pauses_and_goes_on() {
    let (place, keys, ledger) = (Place::new(2).await, keys(10), Ledger::default());
    place.fill(&keys, 300).await;
    let handler = Noting::new(&ledger, Duration::from_micros(200));
    let pace = kafka::Pace { backlog_max: 50, ..quick() };
    let consumer =
        Consumer::new(&place.settings, &[&place.topic], &place.dead, handler, pace).unwrap();
    let stop = CancellationToken::new();
    let running = tokio::spawn(consumer.run(stop.clone()));
    ledger.until(3000).await;
    stop.cancel();
    running.await.unwrap().unwrap();
    assert_eq!((ledger.check(&keys, 300), ledger.repetitions()), (Ok(()), 0));
}
