//! Our topics: how they have to be, and whether they are.

use std::time::Duration;

use ::kafka::{
    ClientError,
    topics::{self, Difference, TopicSpec},
};
use events::topic;
use tokio::time::sleep;
use tokio_util::sync::CancellationToken;
use tracing::{info, warn};

use crate::config::Kafka;

/// Pause after a cluster that does not answer.
const AGAIN: Duration = Duration::from_secs(2);
/// Events are kept for a week; the log keeps them for good.
const RETENTION_MS: &str = "604800000";
/// Dead letters wait longer for somebody.
const DEAD_RETENTION_MS: &str = "2592000000";

/// The topics that we need.
pub fn specs(kafka: &Kafka) -> Vec<TopicSpec> {
    let spec = |name: &str, partitions, retention_ms: &str| TopicSpec {
        name: name.to_owned(),
        partitions,
        replication: kafka.replication,
        configs: vec![
            ("cleanup.policy".to_owned(), "delete".to_owned()),
            ("retention.ms".to_owned(), retention_ms.to_owned()),
            // A write counts when another copy has it too, where there are any.
            ("min.insync.replicas".to_owned(), kafka.replication.min(2).to_string()),
        ],
    };
    let mut specs: Vec<_> =
        topic::ALL.iter().map(|name| spec(name, kafka.partitions, RETENTION_MS)).collect();
    specs.push(spec(topic::DEAD_LETTERS, 1, DEAD_RETENTION_MS));
    specs
}

/// How the topics of the cluster differ from those that we need. For `doctor`.
pub async fn differences(kafka: &Kafka) -> Result<Vec<Difference>, ClientError> {
    topics::check(&kafka.settings, &specs(kafka)).await
}

/// Returns when the topics are there, or at `stop`. With `creates` those are made that are missing.
pub(super) async fn wait(kafka: &Kafka, creates: bool, stop: &CancellationToken) {
    loop {
        let looked = tokio::select! {
            () = stop.cancelled() => return,
            looked = look(kafka, creates) => looked,
        };
        match looked {
            Ok(true) => return,
            Ok(false) => {}
            Err(error) => {
                warn!(error = &error as &dyn std::error::Error, "kafka topics are not known yet");
            }
        }
        tokio::select! {
            () = stop.cancelled() => return,
            () = sleep(AGAIN) => {}
        }
    }
}

/// Whether all of them are there. The one that creates them says what is not as it should be.
async fn look(kafka: &Kafka, creates: bool) -> Result<bool, ClientError> {
    if creates && kafka.create_topics {
        let created = topics::create_missing(&kafka.settings, &specs(kafka)).await?;
        if !created.is_empty() {
            info!("created the topics {}", created.join(", "));
        }
    }
    let differences = differences(kafka).await?;
    for difference in differences.iter().filter(|_| creates) {
        warn!("{difference}");
    }
    Ok(!differences.iter().any(Difference::stops_us))
}
