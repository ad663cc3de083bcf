//! Sets an event aside that a consumer can never take, so that it cannot stop the events behind it,
//! and hands it over again when an operator says that the consumer was put right.

mod replay;

use chrono::{DateTime, Utc};
use store::{DeadLetter, LogRow, SqlError, SqlErrorKind};
use tracing::error;

use crate::{clock::Clock, database::Storage, observe::metric};

pub use replay::Replay;

/// Who "could not take" an event that the bus itself refused.
pub(crate) const BUS: &str = "bus";

/// Whether a letter that was not kept may be kept later: not when the letter itself is at fault.
pub(crate) fn may_be_kept_later(error: &SqlError) -> bool {
    !matches!(error.kind(), SqlErrorKind::Other | SqlErrorKind::Unreadable)
}

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
        ..DeadLetter::default()
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

/// What became of a request to hand a letter over again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Requested {
    /// The letter, with the request.
    Taken(Box<DeadLetter>),
    /// There is no such letter.
    Gone,
    /// It is a notification.
    Notification,
}

/// Whether a letter is a message that its receiver did not take.
pub(crate) fn is_notification(consumer: &str) -> bool {
    consumer.starts_with("notify:")
}

/// Why a notification stays where it is.
pub(crate) const NOTIFICATIONS_STAY: &str =
    "a notification is not sent again; the letter is kept for reading until it is dropped";

/// Marks a letter, so that the next look of a [`Replay`] hands it over.
pub(crate) async fn request(
    storage: &Storage,
    id: u64,
    now: DateTime<Utc>,
) -> Result<Requested, SqlError> {
    storage
        .write(move |store| {
            let Some(letter) = store.dead_letter(id)? else { return Ok(Requested::Gone) };
            if is_notification(&letter.consumer) {
                return Ok(Requested::Notification);
            }
            store.request_replay(id, now.timestamp_millis())?;
            Ok(store
                .dead_letter(id)?
                .map_or(Requested::Gone, |letter| Requested::Taken(Box::new(letter))))
        })
        .await
}
