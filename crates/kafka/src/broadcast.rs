//! Hears every record from a moment on, in every process, and commits nothing: for what is only of
//! use now, to those who listen now.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use rdkafka::{
    Offset, TopicPartitionList,
    consumer::{BaseConsumer, Consumer as _},
    error::KafkaError,
};
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;
use tracing::{debug, warn};

use crate::{
    client::Logged, consumer::received, error::ClientError, record::Received, settings::Settings,
};

/// How long the cluster has to answer one question.
const PATIENCE: Duration = Duration::from_secs(5);
/// Longest wait for a record: also how soon a stop is seen.
const WAIT: Duration = Duration::from_millis(100);
/// Pause after a cluster that did not answer.
const AGAIN: Duration = Duration::from_secs(1);
/// How often new partitions are looked for.
const LOOK_EVERY: Duration = Duration::from_secs(60);

/// Hears records. It must not block for long: others come behind.
pub trait Listener: Send + Sync {
    /// In order for each key; again, what came shortly before the moment asked for.
    fn hear(&self, received: Received);
}

impl<F: Fn(Received) + Send + Sync> Listener for F {
    fn hear(&self, received: Received) {
        self(received);
    }
}

/// Hears what is written to its topics.
pub struct Broadcast {
    consumer: BaseConsumer<Logged>,
    topics: Vec<String>,
    since_ms: i64,
    listener: Arc<dyn Listener>,
    listening: watch::Sender<bool>,
}

impl Broadcast {
    /// Hears what is written to `topics` from `since_ms` on (milliseconds since the epoch, by the
    /// clocks of those who write). So it may be late itself and still miss nothing.
    pub fn new(
        settings: &Settings,
        topics: &[&str],
        since_ms: i64,
        listener: Arc<dyn Listener>,
    ) -> Result<Self, ClientError> {
        let mut config = settings.client();
        config
            // Never joined: it has to be there, and is the one that we may use.
            .set("group.id", &settings.group)
            .set("enable.auto.commit", "false")
            .set("enable.auto.offset.store", "false")
            .set("auto.offset.reset", "latest")
            .set("isolation.level", "read_committed")
            .set("queued.max.messages.kbytes", "16384")
            .set("fetch.wait.max.ms", "100")
            .set("fetch.error.backoff.ms", "100");
        settings.finish(&mut config);
        let consumer = config.create_with_context(Logged).map_err(ClientError::settings)?;
        let topics = topics.iter().map(|topic| (*topic).to_owned()).collect();
        Ok(Self { consumer, topics, since_ms, listener, listening: watch::Sender::new(false) })
    }

    /// Becomes true when it hears.
    pub fn listening(&self) -> watch::Receiver<bool> {
        self.listening.subscribe()
    }

    /// Runs until `stop`.
    pub async fn run(self, stop: CancellationToken) {
        let ending = stop.child_token();
        let _end_on_drop = ending.clone().drop_guard();
        let (ended, end) = tokio::sync::oneshot::channel();
        let thread = std::thread::Builder::new().name("kafka-broadcast".to_owned());
        let started = thread.spawn(move || {
            self.hear(&ending);
            drop(self);
            let _ = ended.send(());
        });
        match started {
            Ok(_) => drop(end.await),
            Err(error) => {
                warn!(error = &error as &dyn std::error::Error, "the broadcast has no thread");
            }
        }
    }

    fn hear(&self, stop: &CancellationToken) {
        let mut known = TopicPartitionList::new();
        let mut look_at = Instant::now();
        while !stop.is_cancelled() {
            if Instant::now() >= look_at {
                look_at = Instant::now() + self.look(&mut known);
            }
            match self.consumer.poll(WAIT) {
                Some(Ok(message)) => self.listener.hear(received(&message)),
                Some(Err(error)) => {
                    warn!(error = &error as &dyn std::error::Error, "kafka could not be read");
                }
                None => {}
            }
        }
    }

    /// Listens to partitions that are new, and says when to look again.
    fn look(&self, known: &mut TopicPartitionList) -> Duration {
        match self.find_new(known) {
            Ok(0) => {}
            Ok(count) => debug!("hears {count} more kafka partitions"),
            Err(error) => {
                warn!(
                    error = &error as &dyn std::error::Error,
                    "kafka partitions are not known yet"
                );
                return AGAIN;
            }
        }
        if known.count() == 0 {
            return AGAIN;
        }
        self.listening.send_if_modified(|listening| !std::mem::replace(listening, true));
        LOOK_EVERY
    }

    fn find_new(&self, known: &mut TopicPartitionList) -> Result<usize, KafkaError> {
        let mut new = TopicPartitionList::new();
        for topic in &self.topics {
            let metadata = self.consumer.fetch_metadata(Some(topic), PATIENCE)?;
            let partitions = metadata.topics().iter().flat_map(|found| found.partitions());
            for partition in partitions.map(|partition| partition.id()) {
                if known.find_partition(topic, partition).is_none() {
                    new.add_partition_offset(topic, partition, Offset::Offset(self.since_ms))?;
                }
            }
        }
        if new.count() == 0 {
            return Ok(0);
        }
        let places = self.consumer.offsets_for_times(new, PATIENCE)?;
        let mut first = TopicPartitionList::new();
        for place in places.elements() {
            place.error()?;
            first.add_partition_offset(place.topic(), place.partition(), place.offset())?;
        }
        self.consumer.incremental_assign(&first)?;
        let count = first.count();
        for place in first.elements() {
            known.add_partition(place.topic(), place.partition());
        }
        Ok(count)
    }
}
