//! Says how far the relay is behind.

use std::{sync::Arc, time::Duration};

use store::SqlErrorKind;
use tokio::time::sleep;
use tokio_util::sync::CancellationToken;
use tracing::warn;

use crate::{
    clock::Clock,
    database::{Storage, operator_text},
    edge::Health,
    observe::metric,
};

const REPORT_EVERY: Duration = Duration::from_secs(5);

/// Keeps the gauges of the outbox up to date until `shutdown`, and says in `health` whether the
/// database can be reached.
pub async fn report_lag(
    storage: Storage,
    clock: Arc<dyn Clock>,
    health: Health,
    shutdown: CancellationToken,
) {
    while !shutdown.is_cancelled() {
        match storage.read(|store| store.lag()).await {
            Ok(lag) => {
                health.set_stored(true);
                let now_ms = clock.now().timestamp_millis();
                let age_ms = lag.oldest_ms.map_or(0, |oldest_ms| (now_ms - oldest_ms).max(0));
                metrics::gauge!(metric::OUTBOX_DEPTH).set(lag.depth as f64);
                metrics::gauge!(metric::OUTBOX_LAG_SECONDS).set(age_ms as f64 / 1000.0);
                metrics::gauge!(metric::OUTBOX_PARKED_USERS).set(lag.parked_users as f64);
            }
            Err(failure) => {
                if failure.kind() == SqlErrorKind::Away {
                    health.set_stored(false);
                }
                warn!(error = operator_text(&failure), "could not measure the outbox");
            }
        }
        tokio::select! {
            () = shutdown.cancelled() => {}
            () = sleep(REPORT_EVERY) => {}
        }
    }
}
