//! The bus over the topics of a Kafka cluster: events leave with the user's id as key and come back to
//! one process of the group, which hands them to the [`super::Inlet`]. Live streams are told of every
//! event in every process, by a consumer of its own that commits nothing.
//!
//! An event that comes again has no effect, because each handler keeps the ids of those it has taken.
//! So another event under an id that has been taken has none either: the first one counts.

mod arrivals;
mod publisher;
mod record;
mod topics;

#[cfg(test)]
mod tests;

use std::{sync::Arc, time::Duration};

use ::kafka::{Broadcast, ClientError, Consumer, Pace, Producer, Received};
use events::topic;
use store::LogRow;
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;
use tracing::warn;

use super::{Ground, Live, Parts};
use crate::{
    config::Config,
    service::{Service, SetupError, SetupErrorKind},
};

pub use publisher::KafkaPublisher;
pub use topics::{differences, specs};

use arrivals::Arrivals;
use record::Arrived;

/// How far the clocks of those who write may be behind ours, so that live streams miss nothing.
const SKEW: Duration = Duration::from_secs(60);
/// Events that were heard and not told yet.
const HEARD_MAX: usize = 1000;

/// Puts the bus together. The cluster may be away: what needs it waits.
pub async fn open(config: &Config, ground: Ground) -> Result<Parts, SetupError> {
    let kafka = config.kafka.clone();
    let settings = &kafka.settings;
    let producer = Producer::new(settings).map_err(unusable)?;
    let publisher = KafkaPublisher::new(producer, settings.record_bytes_max);

    let since = ground.clock.now().timestamp_millis() - ms(SKEW);
    let live = [topic::TASK_UPDATES, topic::REMINDERS];
    let streams = Live::new(ground.storage.clone(), Arc::clone(&ground.streams));
    let (heard, hearing) = mpsc::channel(HEARD_MAX);
    // Called by a thread of its own, which may wait: Kafka keeps what comes behind.
    let listener = Arc::new(move |received: Received| {
        if let Some(row) = live_row(&received) {
            // Nobody tells streams any more when the process ends.
            let _ = heard.blocking_send(row);
        }
    });
    let broadcast = Broadcast::new(settings, &live, since, listener).map_err(unusable)?;

    let arrivals = Arc::new(Arrivals::new(ground));
    let pace = Pace {
        retry_first: Duration::from_millis(500),
        retry_max: Duration::from_secs(60),
        ..Pace::default()
    };
    let consumer = Consumer::new(settings, &topic::ALL, topic::DEAD_LETTERS, arrivals, pace)
        .map_err(unusable)?;

    let made = kafka.clone();
    let consume = move |stop: CancellationToken| async move {
        topics::wait(&kafka, true, &stop).await;
        if let Err(error) = consumer.run(stop).await {
            warn!(error = &error as &dyn std::error::Error, "the kafka consumer cannot be made");
        }
    };
    let hear = move |stop: CancellationToken| async move {
        topics::wait(&made, false, &stop).await;
        // The channel ends with the broadcast.
        tokio::join!(broadcast.run(stop), tell(&streams, hearing));
    };
    let arrivals = vec![
        Service::new("the kafka consumer", consume),
        Service::new("the kafka broadcast", hear),
    ];
    Ok(Parts { publisher: Arc::new(publisher), arrivals })
}

/// What cannot be read is set aside by the one that consumes it; here nobody waits for it.
fn live_row(received: &Received) -> Option<Box<LogRow>> {
    match record::read(received) {
        Arrived::Event(row) if row.seq > 0 => Some(row),
        _ => None,
    }
}

async fn tell(streams: &Live, mut hearing: mpsc::Receiver<Box<LogRow>>) {
    while let Some(row) = hearing.recv().await {
        streams.tell(&row).await;
    }
}

fn unusable(error: ClientError) -> SetupError {
    let kind = match error.is_retryable() {
        true => SetupErrorKind::Unavailable,
        false => SetupErrorKind::Configuration,
    };
    SetupError::new("the bus `kafka`", kind, error)
}

fn ms(duration: Duration) -> i64 {
    i64::try_from(duration.as_millis()).unwrap_or(i64::MAX)
}
