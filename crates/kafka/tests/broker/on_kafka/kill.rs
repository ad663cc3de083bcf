//! Processes that are killed, at any instant.

use std::{
    fs::{File, OpenOptions},
    io::Write as _,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::{Arc, Mutex},
    time::Duration,
};

use async_trait::async_trait;
use kafka::{Consumer, Handler, Outcome, Received};
use rdkafka::{
    ClientConfig, Message as _,
    consumer::{BaseConsumer, Consumer as _},
};
use tokio::time::sleep;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use super::{Place, brokers, keys};
use crate::support::{Ledger, quick, settings};

/// What a worker process is told: which kind of consumer, topic, group, file.
const ORDERS: &str = "TASKLOOM_TEST_WORKER";
const COUNT: u64 = 60;

/// Notes each record in a file when it is done: what is written there survives the process.
struct Writing(Arc<Mutex<File>>);

impl Writing {
    fn note(&self, key: &str, payload: &str, offset: i64) {
        let line = format!("{key} {payload} {offset}\n");
        self.0.lock().unwrap().write_all(line.as_bytes()).unwrap();
    }
}

#[async_trait]
impl Handler for Writing {
    async fn handle(&self, received: &Received, _: u32) -> Outcome {
        sleep(Duration::from_millis(2)).await;
        let payload = String::from_utf8_lossy(&received.payload);
        self.note(&received.key, &payload, received.offset);
        Outcome::Done
    }
}

/// The process that is killed. Without orders, which is when all tests run, it has nothing to do.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[expect(clippy::disallowed_methods, reason = "the other process is told by its environment")]
async fn a_worker_does_what_it_is_told() {
    let Ok(orders) = std::env::var(ORDERS) else { return };
    let [kind, topic, group, file] = orders.split(' ').collect::<Vec<_>>().try_into().unwrap();
    let file = OpenOptions::new().append(true).create(true).open(file).unwrap();
    let writing = Writing(Arc::new(Mutex::new(file)));
    if kind == "careless" {
        tokio::task::block_in_place(|| careless(topic, group, &writing));
    }
    let settings = settings(&brokers(), group);
    let consumer = Consumer::new(&settings, &[topic], "none", Arc::new(writing), quick()).unwrap();
    consumer.run(CancellationToken::new()).await.unwrap();
}

/// Offsets are stored when records are read, as librdkafka does unless it is told otherwise.
fn careless(topic: &str, group: &str, writing: &Writing) {
    let consumer: BaseConsumer = ClientConfig::new()
        .set("bootstrap.servers", brokers())
        .set("group.id", group)
        .set("session.timeout.ms", "6000")
        .set("auto.offset.reset", "earliest")
        .set("auto.commit.interval.ms", "20")
        .create()
        .unwrap();
    consumer.subscribe(&[topic]).unwrap();
    let mut waiting = Vec::new();
    loop {
        if let Some(message) = consumer.poll(Duration::from_millis(10)) {
            waiting.push(message.unwrap().detach());
        }
        // Handled together, as soon as there are some: each takes as long as for the other kind.
        if waiting.len() >= 20 {
            for message in waiting.drain(..) {
                std::thread::sleep(Duration::from_millis(2));
                let text =
                    |bytes: Option<&[u8]>| String::from_utf8_lossy(bytes.unwrap()).into_owned();
                writing.note(&text(message.key()), &text(message.payload()), message.offset());
            }
        }
    }
}

fn start(kind: &str, place: &Place, file: &Path) -> Child {
    let orders = format!("{kind} {} {} {}", place.topic, place.settings.group, file.display());
    Command::new(std::env::current_exe().unwrap())
        .args(["on_kafka::kill::a_worker_does_what_it_is_told", "--exact"])
        .env(ORDERS, orders)
        .stdout(Stdio::null())
        .spawn()
        .unwrap()
}

fn ledger(file: &Path) -> Ledger {
    let ledger = Ledger::default();
    for line in std::fs::read_to_string(file).unwrap_or_default().lines() {
        let [key, n, offset] = line.split(' ').collect::<Vec<_>>().try_into().unwrap();
        ledger.note(&Received {
            topic: String::new(),
            partition: 0,
            offset: offset.parse().unwrap(),
            key: key.to_owned(),
            payload: n.as_bytes().to_vec(),
            headers: Vec::new(),
            timestamp_ms: None,
        });
    }
    ledger
}

/// Kills workers in the middle of their work until all is seen, or two have seen nothing new.
async fn kill_and_go_on(kind: &str) -> (Result<(), String>, usize, usize) {
    let (place, keys) = (Place::new(3).await, keys(12));
    place.fill(&keys, COUNT).await;
    let file = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("{}.log", Uuid::now_v7()));
    let all = keys.len() * usize::try_from(COUNT).unwrap();
    let (mut kills, mut in_vain) = (0, 0);
    while ledger(&file).distinct() < all && in_vain < 2 {
        let before = ledger(&file).distinct();
        let mut worker = start(kind, &place, &file);
        // It needs up to the session timeout until it gets what the one before it had.
        for _ in 0..1500 {
            sleep(Duration::from_millis(10)).await;
            let seen = ledger(&file).distinct();
            if seen >= before + all / 5 || seen == all {
                break;
            }
        }
        worker.kill().unwrap();
        worker.wait().unwrap();
        kills += 1;
        in_vain = if ledger(&file).distinct() == before { in_vain + 1 } else { 0 };
    }
    let seen = ledger(&file);
    let _ = std::fs::remove_file(&file);
    (seen.check(&keys, COUNT), kills, seen.repetitions())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_process_killed_between_handling_and_committing_loses_and_reorders_nothing() {
    let (checked, kills, repetitions) = kill_and_go_on("careful").await;
    assert_eq!(checked, Ok(()), "after {kills} kills");
    assert!(kills >= 4, "{kills} kills");
    assert!(repetitions > 0, "it was never killed before a commit");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_same_kills_with_offsets_stored_too_early_are_seen_to_lose() {
    let (checked, kills, _) = kill_and_go_on("careless").await;
    let found = checked.unwrap_err();
    assert!(found.contains("lost"), "{found} after {kills} kills");
}
