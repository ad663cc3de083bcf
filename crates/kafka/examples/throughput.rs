//! How many records a second: a bare `FutureProducer`, our producer, a bare consumer, our consumer,
//! one after another in one run. Say `throughput BROKERS [RECORDS]`.

#![expect(clippy::unwrap_used, clippy::print_stdout, reason = "a measurement, run by hand")]

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, Instant, SystemTime},
};

use async_trait::async_trait;
use futures_util::future::join_all;
use kafka::{Consumer, Handler, Outcome, Pace, Producer, Received, Record, Settings, topics};
use rdkafka::{
    ClientConfig,
    consumer::{BaseConsumer, Consumer as _},
    producer::{FutureProducer, FutureRecord},
};
use tokio_util::sync::CancellationToken;

const BATCH: usize = 100;
const USERS: usize = 32;

#[tokio::main]
async fn main() {
    let mut args = std::env::args().skip(1);
    let brokers = args.next().unwrap();
    let records: usize = args.next().map_or(100_000, |text| text.parse().unwrap());
    let since_epoch = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap();
    let topic = format!("throughput-{}", since_epoch.as_millis());
    let settings = Settings::new(&brokers, &topic);
    let spec = topics::TopicSpec {
        name: topic.clone(),
        partitions: 12,
        replication: 1,
        configs: Vec::new(),
    };
    topics::create_missing(&settings, &[spec]).await.unwrap();

    let bare: FutureProducer = ClientConfig::new()
        .set("bootstrap.servers", &brokers)
        .set("enable.idempotence", "true")
        .set("linger.ms", "2")
        .set("compression.type", "lz4")
        .create()
        .unwrap();
    let ours = Producer::new(&settings).unwrap();
    for round in 0..2 {
        let lanes = (0..USERS).map(|user| bare_lane(&bare, &topic, user, records / USERS));
        show(round, "bare producer", records, join_all(lanes)).await;
        let lanes = (0..USERS).map(|user| our_lane(&ours, &topic, user, records / USERS));
        show(round, "our producer", records, join_all(lanes)).await;
    }

    let all = records / USERS / BATCH * BATCH * USERS * 4;
    let consumer: BaseConsumer = ClientConfig::new()
        .set("bootstrap.servers", &brokers)
        .set("group.id", format!("{topic}-bare"))
        .set("auto.offset.reset", "earliest")
        .create()
        .unwrap();
    consumer.subscribe(&[&topic]).unwrap();
    let read = tokio::task::spawn_blocking(move || {
        let mut count = 0;
        let mut began = None;
        while count < all {
            if let Some(Ok(_)) = consumer.poll(Duration::from_millis(100)) {
                began.get_or_insert_with(Instant::now);
                count += 1;
            }
        }
        began.unwrap().elapsed()
    });
    rate("bare consumer", all, read.await.unwrap());

    let counting = Arc::new(Counting::default());
    let handler = Arc::clone(&counting) as Arc<dyn Handler>;
    let consumer = Consumer::new(&settings, &[&topic], "none", handler, Pace::default()).unwrap();
    let stop = CancellationToken::new();
    let running = tokio::spawn(consumer.run(stop.clone()));
    let mut began = None;
    while counting.0.load(Ordering::Relaxed) < all {
        if counting.0.load(Ordering::Relaxed) > 0 {
            began.get_or_insert_with(Instant::now);
        }
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    rate("our consumer", all, began.unwrap().elapsed());
    stop.cancel();
    running.await.unwrap().unwrap();
}

#[derive(Default)]
struct Counting(AtomicUsize);

#[async_trait]
impl Handler for Counting {
    async fn handle(&self, _: &Received, _: u32) -> Outcome {
        self.0.fetch_add(1, Ordering::Relaxed);
        Outcome::Done
    }
}

/// As an event of ours: 600 bytes of JSON.
fn payload(n: usize) -> Vec<u8> {
    let text = "the quick brown fox jumps over the lazy dog ".repeat(12);
    format!(r#"{{"event_id":"{n:032}","payload":{{"title":"{text}"}}}}"#).into_bytes()
}

async fn bare_lane(producer: &FutureProducer, topic: &str, user: usize, count: usize) {
    let key = format!("user-{user}");
    for batch in 0..count / BATCH {
        let payloads: Vec<_> = (0..BATCH).map(|n| payload(batch * BATCH + n)).collect();
        let sent = payloads.iter().map(|payload| {
            producer.send_result(FutureRecord::to(topic).key(&key).payload(payload)).ok().unwrap()
        });
        for delivered in join_all(sent).await {
            delivered.unwrap().unwrap();
        }
    }
}

async fn our_lane(producer: &Producer, topic: &str, user: usize, count: usize) {
    for batch in 0..count / BATCH {
        let records = (0..BATCH).map(|n| Record {
            topic: topic.to_owned(),
            key: format!("user-{user}"),
            payload: payload(batch * BATCH + n),
            headers: Vec::new(),
        });
        for placed in producer.send(records.collect()).await {
            placed.unwrap();
        }
    }
}

async fn show<T>(round: usize, what: &str, records: usize, work: impl Future<Output = T>) {
    let began = Instant::now();
    work.await;
    // The first round warms up.
    if round > 0 {
        rate(what, records, began.elapsed());
    }
}

fn rate(what: &str, records: usize, took: Duration) {
    println!("{what:>14}: {:>8.0} records/s", records as f64 / took.as_secs_f64());
}
