//! Sends records: in order for each key, confirmed by all replicas that are in step.
//!
//! Order holds over retries because the producer is idempotent, and over failures because records
//! never time out one by one: when the first of them is late, everything that waits is taken back, so
//! that none overtakes one before it. What was on its way then may be stored all the same; whoever
//! sends it again makes a repetition, not a gap.

use std::{
    sync::{Arc, OnceLock},
    time::Duration,
};

use futures_util::future::join_all;
use rdkafka::{
    ClientConfig,
    error::KafkaError,
    message::{Header, OwnedHeaders},
    producer::{DeliveryFuture, FutureProducer, FutureRecord, Producer as _, PurgeConfig},
    types::RDKafkaErrorCode,
};
use tokio::time::{Instant, sleep, timeout_at};

use crate::{
    client::Logged,
    error::{Cause, ClientError, SendError},
    record::{Placed, Record},
    settings::Settings,
};

/// How long to wait for a place when the client's queue is full.
const FULL: Duration = Duration::from_millis(20);

/// Sends records. Cloning is cheap.
#[derive(Clone)]
pub struct Producer {
    inner: Arc<Inner>,
}

struct Inner {
    config: ClientConfig,
    send_within: Duration,
    together: FutureProducer<Logged>,
    /// Made when a broker first refuses a batch for its size.
    alone: OnceLock<FutureProducer<Logged>>,
}

impl Producer {
    /// A producer. It connects by itself, now and whenever it has to.
    pub fn new(settings: &Settings) -> Result<Self, ClientError> {
        let mut config = settings.client();
        let linger_ms = settings.linger.as_secs_f64() * 1000.0;
        config
            .set("enable.idempotence", "true")
            .set("acks", "all")
            .set("compression.type", "lz4")
            .set("linger.ms", linger_ms.to_string())
            .set("message.max.bytes", settings.record_bytes_max.to_string())
            // The one that other clients have, so that a key has the same partition for all.
            .set("partitioner", "murmur2_random")
            // Only for senders that went away: the others take their records back much sooner.
            .set("message.timeout.ms", (settings.send_within * 5).as_millis().to_string())
            .set("request.timeout.ms", "5000")
            .set("retry.backoff.ms", "100")
            .set("retry.backoff.max.ms", "1000");
        settings.finish(&mut config);
        let together = config.create_with_context(Logged).map_err(ClientError::settings)?;
        let send_within = settings.send_within;
        let inner = Inner { config, send_within, together, alone: OnceLock::new() };
        Ok(Self { inner: Arc::new(inner) })
    }

    /// Sends all of them and says what became of each, in the same order. Records of one key are
    /// stored in this order, and none of them after one before it has failed with
    /// [`crate::SendErrorKind::Unreachable`].
    pub async fn send(&self, records: Vec<Record>) -> Vec<Result<Placed, SendError>> {
        let mut results = self.inner.send(&self.inner.together, &records).await;
        for at in 0..records.len() {
            // A broker refuses the whole batch, in which others may be; each is judged by itself.
            let too_large = results[at].as_ref().is_err_and(SendError::is_too_large);
            if too_large && let Some(alone) = self.inner.alone() {
                let one = self.inner.send(alone, &records[at..=at]).await.pop();
                results[at] = one.unwrap_or_else(|| results[at].clone());
            }
        }
        results
    }

    /// Sends one.
    pub async fn send_one(&self, record: Record) -> Result<Placed, SendError> {
        let topic = record.topic.clone();
        let gone = || Err(SendError::unreachable(&topic, Cause::Gone));
        self.send(vec![record]).await.pop().unwrap_or_else(gone)
    }

    /// Takes back what is on its way: at the end of a process that will not wait.
    pub fn abandon(&self) {
        self.inner.together.purge(PurgeConfig::default().queue().inflight());
    }
}

impl Inner {
    /// `None` when it cannot be made; then the first answer stands.
    fn alone(&self) -> Option<&FutureProducer<Logged>> {
        if self.alone.get().is_none() {
            let mut config = self.config.clone();
            config.set("batch.num.messages", "1").set("linger.ms", "0");
            let made = config.create_with_context(Logged).ok()?;
            // Another one may have been quicker.
            let _ = self.alone.set(made);
        }
        self.alone.get()
    }

    async fn send(
        &self,
        producer: &FutureProducer<Logged>,
        records: &[Record],
    ) -> Vec<Result<Placed, SendError>> {
        let deadline = Instant::now() + self.send_within;
        let mut sent = Vec::with_capacity(records.len());
        let mut late = false;
        for record in records {
            let queued =
                if late { Err(self.late(record)) } else { queue(producer, record, deadline).await };
            // None may overtake one that found no place.
            late |= queued.is_err() && Instant::now() >= deadline;
            sent.push(queued);
        }
        let all = join_all(sent.into_iter().zip(records).map(|(queued, record)| async move {
            match queued?.await {
                Ok(Ok(delivery)) => {
                    Ok(Placed { partition: delivery.partition, offset: delivery.offset })
                }
                Ok(Err((error, _))) if is_purge(&error) => Err(self.late(record)),
                Ok(Err((error, _))) => Err(SendError::new(&record.topic, error)),
                Err(_) => Err(SendError::unreachable(&record.topic, Cause::Gone)),
            }
        }));
        tokio::pin!(all);
        match timeout_at(deadline, &mut all).await {
            Ok(results) => results,
            Err(_) => {
                producer.purge(PurgeConfig::default().queue().inflight());
                all.await
            }
        }
    }

    fn late(&self, record: &Record) -> SendError {
        SendError::unreachable(&record.topic, Cause::Late(self.send_within))
    }
}

async fn queue(
    producer: &FutureProducer<Logged>,
    record: &Record,
    deadline: Instant,
) -> Result<DeliveryFuture, SendError> {
    let headers =
        record.headers.iter().fold(
            OwnedHeaders::new_with_capacity(record.headers.len()),
            |headers, (key, value)| headers.insert(Header { key, value: Some(value.as_str()) }),
        );
    loop {
        let mut next =
            FutureRecord::to(&record.topic).payload(&record.payload).headers(headers.clone());
        if !record.key.is_empty() {
            next = next.key(&record.key);
        }
        match producer.send_result(next) {
            Ok(delivery) => return Ok(delivery),
            Err((error, _)) if is_full(&error) && Instant::now() < deadline => sleep(FULL).await,
            Err((error, _)) => return Err(SendError::new(&record.topic, error)),
        }
    }
}

fn is_full(error: &KafkaError) -> bool {
    error.rdkafka_error_code() == Some(RDKafkaErrorCode::QueueFull)
}

fn is_purge(error: &KafkaError) -> bool {
    let code = error.rdkafka_error_code();
    matches!(code, Some(RDKafkaErrorCode::PurgeQueue | RDKafkaErrorCode::PurgeInflight))
}
