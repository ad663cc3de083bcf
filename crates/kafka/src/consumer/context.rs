//! What Kafka tells a member of a group: which partitions it gets, and which it has to give away.

use std::{
    sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError, Weak, mpsc},
    thread,
    time::{Duration, Instant},
};

use rdkafka::{
    ClientConfig, ClientContext, Offset, TopicPartitionList,
    config::RDKafkaLogLevel,
    consumer::{BaseConsumer, CommitMode, Consumer as _, ConsumerContext, Rebalance},
    error::{KafkaError, KafkaResult},
    statistics::Statistics,
    types::RDKafkaErrorCode,
};
use tracing::{debug, info, warn};

use super::slot::Slot;
use crate::client;

/// How long the answer to a commit is waited for before partitions are given away.
const COMMIT_WITHIN: Duration = Duration::from_secs(3);

/// The partitions that we own.
pub(super) struct Owned {
    slots: Mutex<Vec<Arc<Slot>>>,
    drain: Duration,
}

impl Owned {
    pub(super) fn new(drain: Duration) -> Self {
        Self { slots: Mutex::default(), drain }
    }

    pub(super) fn all(&self) -> Vec<Arc<Slot>> {
        self.slots().clone()
    }

    /// The slot of a partition; a new one when it is new to us.
    pub(super) fn slot(&self, topic: &str, partition: i32) -> Arc<Slot> {
        let mut slots = self.slots();
        if let Some(slot) = slots.iter().find(|slot| is(slot, topic, partition)) {
            return Arc::clone(slot);
        }
        let slot = Arc::new(Slot::new(topic, partition));
        slots.push(Arc::clone(&slot));
        slot
    }

    /// Finishes what is being handled in those partitions, commits it, and forgets them.
    pub(super) fn give_away(
        &self,
        consumer: &Arc<BaseConsumer<Context>>,
        is_leaving: impl Fn(&Slot) -> bool,
    ) {
        let leaving: Vec<_> = self.slots().extract_if(.., |slot| is_leaving(slot)).collect();
        // All at once, else the last would go on while the first is waited for.
        for slot in &leaving {
            slot.close();
        }
        let deadline = Instant::now() + self.drain;
        for slot in &leaving {
            if !slot.drain(deadline) {
                warn!(
                    messaging.destination.name = slot.topic,
                    messaging.destination.partition.id = slot.partition,
                    "a handler did not end before its partition was given away; its record comes again"
                );
            }
        }
        // Who has lost them may not commit: another one may be further already.
        if consumer.assignment_lost() {
            info!("partitions were lost; what was done since the last commit comes again");
        } else {
            commit_and_wait(consumer, &leaving);
        }
    }

    fn slots(&self) -> MutexGuard<'_, Vec<Arc<Slot>>> {
        self.slots.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn is(slot: &Slot, topic: &str, partition: i32) -> bool {
    slot.partition == partition && slot.topic == topic
}

/// Tells Kafka how far each of them is, where that is new, and does not wait for the answer.
pub(super) fn commit(consumer: &BaseConsumer<Context>, slots: &[Arc<Slot>]) {
    let Some((list, told)) = places(slots) else { return };
    if let Err(error) = consumer.commit(&list, CommitMode::Async) {
        not_committed(&told, &error);
    }
}

/// The same with the answer, so that whoever gets the partitions begins behind it.
fn commit_and_wait(consumer: &Arc<BaseConsumer<Context>>, slots: &[Arc<Slot>]) {
    let Some((list, told)) = places(slots) else { return };
    let (answer, answered) = mpsc::channel();
    let consumer = Arc::clone(consumer);
    // On a thread that may stay behind: librdkafka waits without an end when the coordinator is away.
    let thread = thread::Builder::new().name("kafka-commit".to_owned());
    let waiting = thread.spawn(move || answer.send(consumer.commit(&list, CommitMode::Sync)));
    match waiting.map(|_| answered.recv_timeout(COMMIT_WITHIN)) {
        Ok(Ok(Ok(()))) => {}
        Ok(Ok(Err(error))) => not_committed(&told, &error),
        Ok(Err(error)) => not_committed(&told, &error),
        Err(error) => not_committed(&told, &error),
    }
}

/// The new places of those that have one.
fn places(slots: &[Arc<Slot>]) -> Option<(TopicPartitionList, Vec<Arc<Slot>>)> {
    let mut list = TopicPartitionList::new();
    let mut told = Vec::new();
    for slot in slots {
        let Some(position) = slot.to_commit() else { continue };
        let offset = Offset::Offset(position);
        if list.add_partition_offset(&slot.topic, slot.partition, offset).is_ok() {
            told.push(Arc::clone(slot));
        }
    }
    (!told.is_empty()).then_some((list, told))
}

fn not_committed(told: &[Arc<Slot>], error: &(dyn std::error::Error + 'static)) {
    told.iter().for_each(|slot| slot.not_committed());
    warn!(error, "offsets were not committed; what they cover comes again");
}

/// The context of the consumer.
pub(super) struct Context {
    owned: Arc<Owned>,
    /// The consumer that it belongs to, while that is in use.
    consumer: OnceLock<Weak<BaseConsumer<Self>>>,
}

impl Context {
    /// A consumer that gives away what it owns.
    pub(super) fn consumer(
        config: &ClientConfig,
        owned: Arc<Owned>,
    ) -> KafkaResult<Arc<BaseConsumer<Self>>> {
        let context = Self { owned, consumer: OnceLock::new() };
        let consumer = Arc::new(config.create_with_context::<_, BaseConsumer<_>>(context)?);
        // It is set once, here.
        let _ = consumer.context().consumer.set(Arc::downgrade(&consumer));
        Ok(consumer)
    }
}

impl ClientContext for Context {
    fn log(&self, level: RDKafkaLogLevel, facility: &str, message: &str) {
        client::log(level, facility, message);
    }

    fn stats(&self, _: Statistics) {}

    fn error(&self, error: KafkaError, reason: &str) {
        client::report(&error, reason);
    }
}

impl ConsumerContext for Context {
    fn pre_rebalance(&self, _: &BaseConsumer<Self>, rebalance: &Rebalance<'_>) {
        match rebalance {
            Rebalance::Revoke(leaving) => {
                debug!("{} kafka partitions are to be given away", leaving.count());
                let has =
                    |slot: &Slot| leaving.find_partition(&slot.topic, slot.partition).is_some();
                // When it is being dropped, nothing is owned any more.
                if let Some(consumer) = self.consumer.get().and_then(Weak::upgrade) {
                    self.owned.give_away(&consumer, has);
                }
            }
            Rebalance::Assign(coming) => debug!("{} kafka partitions are ours", coming.count()),
            Rebalance::Error(error) => {
                warn!(
                    error = error as &dyn std::error::Error,
                    "kafka did not share partitions out"
                );
            }
        }
    }

    fn post_rebalance(&self, consumer: &BaseConsumer<Self>, rebalance: &Rebalance<'_>) {
        // librdkafka keeps a pause while a partition is away, and a new slot knows of none.
        if let Rebalance::Assign(coming) = rebalance
            && let Err(error) = consumer.resume(coming)
        {
            warn!(error = &error as &dyn std::error::Error, "new partitions were not resumed");
        }
    }

    fn commit_callback(&self, result: KafkaResult<()>, offsets: &TopicPartitionList) {
        let Err(error) = result else { return };
        if error.rdkafka_error_code() == Some(RDKafkaErrorCode::NoOffset) {
            return;
        }
        for slot in self.owned.all() {
            if offsets.find_partition(&slot.topic, slot.partition).is_some() {
                slot.not_committed();
            }
        }
        warn!(error = &error as &dyn std::error::Error, "offsets were not committed yet");
    }
}
