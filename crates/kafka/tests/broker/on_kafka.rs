//! Proofs on a real broker.

mod broadcast;
mod group;
mod kill;
mod limits;

use kafka::{
    Producer, Settings,
    topics::{self, TopicSpec},
};
use uuid::Uuid;

use crate::support::{record, settings};

/// The broker that the tests use.
#[expect(clippy::disallowed_methods, reason = "tests are told by the environment where it is")]
fn brokers() -> String {
    std::env::var("TASKLOOM_TEST_KAFKA")
        .expect("set TASKLOOM_TEST_KAFKA to the address of a Kafka, or run `cargo xtask test`")
}

/// A topic with a dead-letter topic and a group, all of them new.
struct Place {
    settings: Settings,
    topic: String,
    dead: String,
}

impl Place {
    async fn new(partitions: i32) -> Self {
        let id = Uuid::now_v7();
        let place = Self {
            settings: settings(&brokers(), &format!("group-{id}")),
            topic: format!("topic-{id}"),
            dead: format!("dead-{id}"),
        };
        let specs = [spec(&place.topic, partitions), spec(&place.dead, 1)];
        let created = topics::create_missing(&place.settings, &specs).await.unwrap();
        assert_eq!(created.len(), 2);
        place
    }

    /// Sends 1 to `count` of each key, in rounds.
    async fn fill(&self, keys: &[String], count: u64) {
        let producer = Producer::new(&self.settings).unwrap();
        for n in 1..=count {
            let batch = keys.iter().map(|key| record(&self.topic, key, n)).collect();
            for result in producer.send(batch).await {
                result.unwrap();
            }
        }
    }
}

fn spec(name: &str, partitions: i32) -> TopicSpec {
    TopicSpec { name: name.to_owned(), partitions, replication: 1, configs: Vec::new() }
}

fn keys(count: usize) -> Vec<String> {
    (0..count).map(|n| format!("user-{n}")).collect()
}
