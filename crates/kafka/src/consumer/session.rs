//! One stay in the group: the thread that speaks with Kafka.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use rdkafka::{
    TopicPartitionList,
    consumer::{BaseConsumer, Consumer as _},
    error::KafkaError,
    message::{BorrowedMessage, Headers as _, Message as _},
};
use tokio::runtime::Handle;
use tokio_util::sync::CancellationToken;
use tracing::warn;

use super::{
    context::{Context, Owned, commit},
    slot::{Flow, Slot},
    work::Work,
};
use crate::{error::ClientError, record::Received, settings::Settings};

/// Longest wait for a record: also how soon a stop is seen.
const WAIT: Duration = Duration::from_millis(100);
/// The same while partitions are paused and may go on at any moment.
const WAIT_PAUSED: Duration = Duration::from_millis(5);
/// How often paused partitions are looked after while records keep coming.
const LOOK_EVERY: Duration = Duration::from_millis(5);

/// Why a session ended.
pub(super) enum End {
    Stopped,
    Fatal(KafkaError),
}

pub(super) struct Session {
    consumer: Arc<BaseConsumer<Context>>,
    owned: Arc<Owned>,
    work: Arc<Work>,
    tasks: Handle,
}

impl Session {
    pub(super) fn open(
        settings: &Settings,
        topics: &[String],
        work: Arc<Work>,
        tasks: Handle,
    ) -> Result<Self, ClientError> {
        let mut config = settings.client();
        config
            .set("group.id", &settings.group)
            .set("enable.auto.commit", "false")
            .set("enable.auto.offset.store", "false")
            .set("auto.offset.reset", "earliest")
            .set("partition.assignment.strategy", "cooperative-sticky")
            // As long as that the partitions of a process that was killed wait for another.
            .set("session.timeout.ms", "10000")
            .set("heartbeat.interval.ms", "2000")
            .set("isolation.level", "read_committed")
            .set("queued.max.messages.kbytes", "16384")
            .set("fetch.wait.max.ms", "100")
            .set("fetch.error.backoff.ms", "100");
        if let Some(instance) = &settings.instance {
            config.set("group.instance.id", instance);
        }
        settings.finish(&mut config);
        let owned = Arc::new(Owned::new(work.pace.drain));
        let consumer =
            Context::consumer(&config, Arc::clone(&owned)).map_err(ClientError::settings)?;
        let topics: Vec<_> = topics.iter().map(String::as_str).collect();
        consumer.subscribe(&topics).map_err(ClientError::settings)?;
        Ok(Self { consumer, owned, work, tasks })
    }

    /// Runs until `stop`, and leaves nothing behind that is not committed. Dropping the session leaves
    /// the group.
    pub(super) fn run(&self, stop: &CancellationToken) -> End {
        let end = self.receive(stop);
        // Drained here, so that the closing in `drop` finds nothing to wait for.
        self.owned.give_away(&self.consumer, |_| true);
        end
    }

    fn receive(&self, stop: &CancellationToken) -> End {
        let (mut looked_at, mut committed_at) = (Instant::now(), Instant::now());
        let mut wait = WAIT;
        while !stop.is_cancelled() {
            match self.consumer.poll(wait) {
                Some(Ok(message)) => self.take(&message),
                Some(Err(error @ KafkaError::MessageConsumptionFatal(_))) => {
                    return End::Fatal(error);
                }
                Some(Err(error)) => {
                    warn!(error = &error as &dyn std::error::Error, "kafka could not be read");
                }
                None => {}
            }
            if looked_at.elapsed() >= LOOK_EVERY {
                looked_at = Instant::now();
                let slots = self.owned.all();
                wait = if self.resume(&slots) { WAIT_PAUSED } else { WAIT };
                if committed_at.elapsed() >= self.work.pace.commit_every {
                    committed_at = Instant::now();
                    commit(&self.consumer, &slots);
                }
            }
        }
        End::Stopped
    }

    fn take(&self, message: &BorrowedMessage<'_>) {
        let slot = self.owned.slot(message.topic(), message.partition());
        if let Some(first) = slot.take(received(message)) {
            let lane = Arc::clone(&self.work).run_lane(Arc::clone(&slot), first);
            self.tasks.spawn(lane);
        }
        self.steer(&slot);
    }

    /// Lets those go on that were paused and may. Returns whether some still may not.
    fn resume(&self, slots: &[Arc<Slot>]) -> bool {
        let paused = slots.iter().filter(|slot| slot.is_paused());
        paused.fold(false, |any, slot| {
            self.steer(slot);
            any | slot.is_paused()
        })
    }

    fn steer(&self, slot: &Slot) {
        let Some(flow) = slot.flow(self.work.pace.backlog_max) else { return };
        let mut list = TopicPartitionList::new();
        list.add_partition(&slot.topic, slot.partition);
        let steered = match flow {
            Flow::Pause => self.consumer.pause(&list),
            Flow::Resume => self.consumer.resume(&list),
        };
        if let Err(error) = steered {
            warn!(
                error = &error as &dyn std::error::Error,
                "a partition was not paused or resumed"
            );
        }
    }
}

/// A copy of the message, which lives in memory of librdkafka.
pub(crate) fn received(message: &BorrowedMessage<'_>) -> Received {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let headers = message.headers().into_iter().flat_map(|headers| headers.iter());
    let headers = headers.filter_map(|header| {
        let value = std::str::from_utf8(header.value.unwrap_or_default()).ok()?;
        Some((header.key.to_owned(), value.to_owned()))
    });
    Received {
        topic: message.topic().to_owned(),
        partition: message.partition(),
        offset: message.offset(),
        key: message.key().map(text).unwrap_or_default(),
        payload: message.payload().unwrap_or_default().to_vec(),
        headers: headers.collect(),
        timestamp_ms: message.timestamp().to_millis(),
    }
}
