//! What the tests have in common: a ledger that sees what is lost, doubled or out of order.

#![allow(dead_code, reason = "each test binary uses its part")]

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Arc, Mutex},
    time::Duration,
};

use async_trait::async_trait;
use kafka::{Handler, Outcome, Pace, Received, Record, Settings};
use tokio::time::{Instant, sleep};

/// A record number `n` of `key`.
pub(crate) fn record(topic: &str, key: &str, n: u64) -> Record {
    Record {
        topic: topic.to_owned(),
        key: key.to_owned(),
        payload: n.to_string().into_bytes(),
        headers: vec![("n".to_owned(), n.to_string())],
    }
}

/// A pace for tests: nothing waits long.
pub(crate) fn quick() -> Pace {
    Pace {
        commit_every: Duration::from_millis(50),
        drain: Duration::from_secs(5),
        retry_first: Duration::from_millis(5),
        retry_max: Duration::from_millis(50),
        ..Pace::default()
    }
}

/// Settings for tests, with a group of their own.
pub(crate) fn settings(brokers: &str, group: &str) -> Settings {
    let mut settings = Settings::new(brokers, group);
    settings.client_id = group.to_owned();
    settings.extra.push(("session.timeout.ms".to_owned(), "6000".to_owned()));
    settings
}

/// Where a record was seen: by whom, and at which place.
pub(crate) type Seen = (String, u64, i32, i64);

/// Everything that any handler has taken, in the order in which it was done.
#[derive(Clone, Default)]
pub(crate) struct Ledger(Arc<Mutex<Vec<Seen>>>);

impl Ledger {
    pub(crate) fn note(&self, received: &Received) {
        let n = String::from_utf8_lossy(&received.payload).parse().unwrap_or(u64::MAX);
        let seen = (received.key.clone(), n, received.partition, received.offset);
        self.0.lock().unwrap().push(seen);
    }

    pub(crate) fn all(&self) -> Vec<Seen> {
        self.0.lock().unwrap().clone()
    }

    /// How many different records have been seen.
    pub(crate) fn distinct(&self) -> usize {
        self.all().into_iter().map(|(key, n, ..)| (key, n)).collect::<BTreeSet<_>>().len()
    }

    pub(crate) fn repetitions(&self) -> usize {
        self.all().len() - self.distinct()
    }

    /// Each key has seen 1 to `count`, first sight in this order.
    pub(crate) fn check(&self, keys: &[String], count: u64) -> Result<(), String> {
        let mut first = BTreeMap::<String, Vec<u64>>::new();
        for (key, n, ..) in self.all() {
            let seen = first.entry(key).or_default();
            if !seen.contains(&n) {
                seen.push(n);
            }
        }
        for key in keys {
            let seen = first.remove(key).unwrap_or_default();
            if let Some(lost) = (1..=count).find(|n| !seen.contains(n)) {
                return Err(format!("{key} lost {lost}"));
            }
            if !seen.is_sorted() {
                return Err(format!("{key} is out of order"));
            }
        }
        Ok(())
    }

    pub(crate) async fn until(&self, distinct: usize) {
        until("records are seen", || self.distinct() >= distinct).await;
    }
}

/// Waits for something that comes, or fails.
pub(crate) async fn until(what: &str, mut is_so: impl FnMut() -> bool) {
    let deadline = Instant::now() + Duration::from_secs(60);
    while !is_so() {
        assert!(Instant::now() < deadline, "after a minute it is not so that {what}");
        sleep(Duration::from_millis(5)).await;
    }
}

/// Takes everything and notes it, after a little work.
pub(crate) struct Noting {
    pub(crate) ledger: Ledger,
    pub(crate) work: Duration,
}

impl Noting {
    pub(crate) fn new(ledger: &Ledger, work: Duration) -> Arc<Self> {
        Arc::new(Self { ledger: ledger.clone(), work })
    }
}

#[async_trait]
impl Handler for Noting {
    async fn handle(&self, received: &Received, _: u32) -> Outcome {
        sleep(self.work).await;
        self.ledger.note(received);
        Outcome::Done
    }
}
