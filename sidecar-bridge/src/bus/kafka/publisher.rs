//! From the log to the topics.

use ::kafka::{Producer, SendError, SendErrorKind};
use async_trait::async_trait;
use store::LogRow;

use super::record;
use crate::bus::{PublishError, PublishErrorKind, Publisher};

/// Publishes to Kafka, and returns when all replicas that are in step have it.
pub struct KafkaPublisher {
    producer: Producer,
    record_bytes_max: usize,
}

/// An event that no broker would take.
#[derive(Debug, thiserror::Error)]
#[error("it has {bytes} bytes as a record, more than {bytes_max}")]
struct TooLarge {
    bytes: usize,
    bytes_max: usize,
}

impl KafkaPublisher {
    /// Publishes by `producer`, which sends records of up to `record_bytes_max`.
    pub fn new(producer: Producer, record_bytes_max: usize) -> Self {
        Self { producer, record_bytes_max }
    }
}

#[async_trait]
impl Publisher for KafkaPublisher {
    async fn publish(&self, batch: &[LogRow]) -> Result<(), PublishError> {
        let mut records = Vec::with_capacity(batch.len());
        let mut refused = None;
        // What comes behind one that is refused waits for what becomes of it.
        for row in batch {
            let rejected = |cause: Box<dyn std::error::Error + Send + Sync>| {
                PublishError::new(row, PublishErrorKind::Rejected, cause)
            };
            match record::write(row) {
                Ok(record) if record.size_bytes() <= self.record_bytes_max => records.push(record),
                Ok(record) => {
                    let bytes = record.size_bytes();
                    let bytes_max = self.record_bytes_max;
                    refused = Some(rejected(Box::new(TooLarge { bytes, bytes_max })));
                    break;
                }
                Err(error) => {
                    refused = Some(rejected(Box::new(error)));
                    break;
                }
            }
        }
        let sent = self.producer.send(records).await;
        for (row, result) in batch.iter().zip(sent) {
            result.map_err(|error| PublishError::new(row, kind(&error), error))?;
        }
        refused.map_or(Ok(()), Err)
    }
}

fn kind(error: &SendError) -> PublishErrorKind {
    match error.kind {
        SendErrorKind::Unreachable => PublishErrorKind::Unreachable,
        SendErrorKind::Failed => PublishErrorKind::Failed,
        SendErrorKind::Rejected => PublishErrorKind::Rejected,
    }
}
