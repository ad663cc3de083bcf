//! The peer that only sends: the records that the program has sent, from memory.

use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use futures_util::future::{try_join, try_join_all};
use rdkafka::{
    ClientConfig, Message as _, Offset, TopicPartitionList,
    consumer::{BaseConsumer, Consumer as _},
    message::{OwnedHeaders, OwnedMessage},
    producer::{FutureProducer, FutureRecord},
};
use tokio::runtime::Runtime;

use super::steady::{EVERY, HOW_LONG};

/// What the program has sent.
const SENT: &str = "task-updates";
const PARTITIONS: i32 = 12;
/// Where nobody reads.
const UNREAD: &str = "bench";
const PATIENCE: Duration = Duration::from_secs(30);

pub(super) struct Bare {
    brokers: String,
    pub(super) producer: FutureProducer,
    runtime: Runtime,
}

/// A record as it was sent.
pub(super) struct Record {
    key: Vec<u8>,
    payload: Vec<u8>,
    headers: Option<OwnedHeaders>,
}

impl Bare {
    /// With what matters of the program's own settings.
    pub(super) fn new(brokers: &str) -> Result<Self> {
        let producer = ClientConfig::new()
            .set("bootstrap.servers", brokers)
            .set("enable.idempotence", "true")
            .set("acks", "all")
            .set("compression.type", "lz4")
            .set("linger.ms", "2")
            .create()?;
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        Ok(Self { brokers: brokers.to_owned(), producer, runtime })
    }

    /// The records of a backlog that the program has published.
    pub(super) fn read(&self, count: u32) -> Result<Vec<Record>> {
        let consumer: BaseConsumer = ClientConfig::new()
            .set("bootstrap.servers", &self.brokers)
            .set("group.id", "bench")
            .create()?;
        let mut from = TopicPartitionList::new();
        from.add_partition_range(SENT, 0, PARTITIONS - 1);
        from.set_all_offsets(Offset::Beginning)?;
        consumer.assign(&from)?;
        let mut records = Vec::new();
        let deadline = Instant::now() + PATIENCE;
        while records.len() < count as usize {
            if Instant::now() > deadline {
                bail!("{} of {count} records were found", records.len());
            }
            if let Some(message) = consumer.poll(Duration::from_millis(100)) {
                records.extend(Record::of_backlog(message?.detach()));
            }
        }
        Ok(records)
    }

    /// Sends all of them at once and gives how many a second are acknowledged.
    pub(super) fn send(&self, records: &[Record]) -> Result<f64> {
        let begun = Instant::now();
        let all = records.iter().map(|record| self.send_one(record));
        self.runtime.block_on(try_join_all(all))?;
        Ok(records.len() as f64 / begun.elapsed().as_secs_f64())
    }

    /// Two at a time, as often as tasks are created: milliseconds until each is acknowledged.
    pub(super) fn trickle(&self, records: &[Record]) -> Result<Vec<f64>> {
        self.runtime.block_on(async {
            let mut ticks = tokio::time::interval(EVERY);
            let begun = Instant::now();
            let mut took_ms = Vec::new();
            for two in records.chunks_exact(2) {
                if begun.elapsed() >= HOW_LONG {
                    break;
                }
                ticks.tick().await;
                let (one, other) = try_join(self.timed(&two[0]), self.timed(&two[1])).await?;
                took_ms.extend([one, other]);
            }
            Ok(took_ms)
        })
    }

    async fn timed(&self, record: &Record) -> Result<f64> {
        let sent = Instant::now();
        self.send_one(record).await?;
        Ok(sent.elapsed().as_secs_f64() * 1000.0)
    }

    async fn send_one(&self, record: &Record) -> Result<()> {
        let mut next = FutureRecord::to(UNREAD).key(&record.key).payload(&record.payload);
        next.headers.clone_from(&record.headers);
        let queued = self.producer.send_result(next).map_err(|(error, _)| error)?;
        queued.await.context("the producer went away")?.map_err(|(error, _)| error)?;
        Ok(())
    }
}

impl Record {
    fn of_backlog(mut message: OwnedMessage) -> Option<Self> {
        let key = message.key()?.to_vec();
        let payload = message.payload()?.to_vec();
        let headers = message.detach_headers();
        key.starts_with(b"backlog-").then_some(Self { key, payload, headers })
    }
}
