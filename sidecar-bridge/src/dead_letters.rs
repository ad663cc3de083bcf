//! Sets an event aside that a consumer can never take, so that it cannot stop the events behind it.

use store::{DeadLetter, LogRow, SqlError};
use tracing::error;

use crate::{clock::Clock, database::Storage, observe::metric};

/// Keeps `row` with the reason why `consumer` can never take it. May be repeated.
pub(crate) async fn set_aside(
    storage: &Storage,
    clock: &dyn Clock,
    row: &LogRow,
    consumer: &str,
    reason: String,
) -> Result<(), SqlError> {
    let letter = DeadLetter {
        consumer: consumer.to_owned(),
        event_id: row.event_id,
        user_id: row.user_id.clone(),
        topic: row.topic.clone(),
        // Strings and JSON always serialise.
        envelope: serde_json::to_string(&row.envelope()).unwrap_or_default(),
        reason,
        source_seq: row.seq,
        at_ms: clock.now().timestamp_millis(),
    };
    storage.write(move |store| store.put_dead_letter(&letter)).await?;
    // The reason may quote what people wrote, so it stays in the database.
    error!(
        event.id = %row.event_id,
        event.name = row.event_type,
        correlation_id = row.correlation_id,
        "`{consumer}` can never take event {}; it is with the dead letters", row.event_id,
    );
    metrics::counter!(metric::DEAD_LETTERS_TOTAL, "component" => consumer.to_owned()).increment(1);
    Ok(())
}
