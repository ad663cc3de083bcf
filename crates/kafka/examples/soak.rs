//! Sends and receives for some time and then says what was lost, doubled or out of order: for as long
//! as it runs, the broker may be stopped, killed and started again. Say `soak BROKERS SECONDS`.

#![expect(clippy::unwrap_used, clippy::print_stdout, reason = "run by hand")]

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex},
    time::{Duration, Instant, SystemTime},
};

use async_trait::async_trait;
use kafka::{Consumer, Handler, Outcome, Pace, Producer, Received, Record, Settings, topics};
use tokio_util::sync::CancellationToken;

const KEYS: u64 = 24;

/// What each key has seen, in order.
#[derive(Default)]
struct Seen(Mutex<BTreeMap<String, Vec<u64>>>);

#[async_trait]
impl Handler for Seen {
    async fn handle(&self, received: &Received, _: u32) -> Outcome {
        let n = String::from_utf8_lossy(&received.payload).parse().unwrap();
        self.0.lock().unwrap().entry(received.key.clone()).or_default().push(n);
        Outcome::Done
    }
}

#[tokio::main]
async fn main() {
    let mut args = std::env::args().skip(1);
    let brokers = args.next().unwrap();
    let seconds = args.next().unwrap().parse().unwrap();
    let since_epoch = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap();
    let topic = format!("soak-{}", since_epoch.as_millis());
    let mut settings = Settings::new(&brokers, &topic);
    settings.send_within = Duration::from_secs(3);
    let spec = topics::TopicSpec {
        name: topic.clone(),
        partitions: 6,
        replication: 1,
        configs: Vec::new(),
    };
    topics::create_missing(&settings, &[spec]).await.unwrap();

    let seen = Arc::new(Seen::default());
    let handler = Arc::clone(&seen) as Arc<dyn Handler>;
    let consumer = Consumer::new(&settings, &[&topic], "none", handler, Pace::default()).unwrap();
    let stop = CancellationToken::new();
    let running = tokio::spawn(consumer.run(stop.clone()));

    let producer = Producer::new(&settings).unwrap();
    let until = Instant::now() + Duration::from_secs(seconds);
    let mut sending = Vec::new();
    for key in 0..KEYS {
        let (producer, topic) = (producer.clone(), topic.clone());
        sending.push(tokio::spawn(async move {
            let (mut next, mut failures, mut slowest) = (1_u64, 0, Duration::ZERO);
            while Instant::now() < until {
                let records = (next..next + 10).map(|n| Record {
                    topic: topic.clone(),
                    key: format!("user-{key}"),
                    payload: n.to_string().into_bytes(),
                    headers: Vec::new(),
                });
                let asked_at = Instant::now();
                for sent in producer.send(records.collect()).await {
                    if sent.is_err() {
                        failures += 1;
                        break;
                    }
                    next += 1;
                }
                slowest = slowest.max(asked_at.elapsed());
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
            (next - 1, failures, slowest)
        }));
    }
    let mut sent = Vec::new();
    for one in sending {
        sent.push(one.await.unwrap());
    }
    tokio::time::sleep(Duration::from_secs(5)).await;
    stop.cancel();
    running.await.unwrap().unwrap();

    let (mut lost, mut reordered, mut doubled) = (0, 0, 0);
    let seen = seen.0.lock().unwrap();
    for (key, (count, ..)) in sent.iter().enumerate() {
        let mut highest = 0;
        let all = seen.get(&format!("user-{key}")).cloned().unwrap_or_default();
        for n in &all {
            match *n {
                n if n == highest + 1 => highest = n,
                n if n <= highest => doubled += 1,
                _ => reordered += 1,
            }
        }
        lost += count.saturating_sub(highest);
    }
    let total: u64 = sent.iter().map(|(count, ..)| count).sum();
    let failures: u64 = sent.iter().map(|(_, failures, _)| failures).sum();
    let slowest = sent.iter().map(|(.., slowest)| *slowest).max().unwrap();
    println!("{total} sent, {failures} batches given back, slowest answer {slowest:?}");
    println!("{lost} lost, {reordered} out of order, {doubled} came again");
}
