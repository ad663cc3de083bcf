//! What librdkafka says about itself goes into our log.

use rdkafka::{
    ClientContext, config::RDKafkaLogLevel, consumer::ConsumerContext, error::KafkaError,
    statistics::Statistics,
};
use tracing::{debug, info, warn};

/// The context of producers, administrators and broadcast consumers.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Logged;

impl ClientContext for Logged {
    fn log(&self, level: RDKafkaLogLevel, facility: &str, message: &str) {
        log(level, facility, message);
    }

    fn stats(&self, _: Statistics) {}

    fn error(&self, error: KafkaError, reason: &str) {
        report(&error, reason);
    }
}

/// librdkafka tries again by itself, so nothing of this is more than a warning.
pub(crate) fn log(level: RDKafkaLogLevel, facility: &str, message: &str) {
    match level {
        RDKafkaLogLevel::Debug => debug!(kafka.facility = facility, "kafka client: {message}"),
        RDKafkaLogLevel::Info | RDKafkaLogLevel::Notice => {
            info!(kafka.facility = facility, "kafka client: {message}");
        }
        _ => warn!(kafka.facility = facility, "kafka client: {message}"),
    }
}

pub(crate) fn report(error: &KafkaError, reason: &str) {
    warn!(error = error as &dyn std::error::Error, "kafka client: {reason}");
}

impl ConsumerContext for Logged {}
