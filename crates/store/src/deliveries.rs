//! Messages on their way to the receivers of notifications.

use uuid::Uuid;

use crate::{LogRow, Sql, SqlError, Store, Value, row};

/// What one event has to tell, and through which channels.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NewDelivery<'a> {
    /// What repetitions are known by: the id of the event, or of the digest that it begins.
    pub message_id: Uuid,
    /// Channels with one receiver for the whole installation.
    pub channels: &'a [&'a str],
    /// The channel whose receivers are the browsers of the user, if it is among those asked for.
    pub browsers: Option<&'a str>,
}

/// A message and one receiver of it.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct DeliveryKey {
    /// The same for all receivers.
    pub message_id: Uuid,
    /// The channel.
    pub channel: String,
    /// The subscription of a browser; empty for the one receiver of the installation.
    pub receiver: String,
}

/// A message that waits for its next attempt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Delivery {
    /// What it is known by.
    pub key: DeliveryKey,
    /// Whose.
    pub user_id: String,
    /// Place of the event in the log of the user.
    pub seq: u64,
    /// The event.
    pub event_id: Uuid,
    /// The event as it travels, JSON.
    pub envelope: String,
    /// How often it has failed.
    pub attempts: u32,
}

/// How a message ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DeliveryOutcome {
    /// The receiver has it.
    Sent,
    /// There is nothing to tell any more.
    Dropped,
    /// The receiver is not there any more.
    Gone,
    /// Given up.
    Dead,
}

impl DeliveryOutcome {
    /// Its word in the database and in metrics.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Sent => "sent",
            Self::Dropped => "dropped",
            Self::Gone => "gone",
            Self::Dead => "dead",
        }
    }
}

impl<S: Sql> Store<S> {
    /// Keeps a row for each receiver; what was kept before, settled or not, stays as it is. Returns
    /// how many are new.
    pub fn add_deliveries(
        &self,
        row: &LogRow,
        new: NewDelivery<'_>,
        now_ms: i64,
    ) -> Result<usize, SqlError> {
        // Strings and JSON always serialise.
        let envelope = serde_json::to_string(&row.envelope()).unwrap_or_default();
        let params = [
            new.message_id.into(),
            row.user_id.as_str().into(),
            row.seq.into(),
            row.event_id.into(),
            envelope.into(),
            now_ms.into(),
            Value::Text(serde_json::Value::from(new.channels).to_string()),
            new.browsers.unwrap_or_default().into(),
        ];
        Ok(self.run(text!(self, deliveries::ADD), &params)?.rows.len())
    }

    /// Messages of a channel whose attempt is due at `now_ms`, those first that wait longest.
    pub fn waiting_deliveries(
        &self,
        channel: &str,
        now_ms: i64,
        limit: u32,
    ) -> Result<Vec<Delivery>, SqlError> {
        let params = [channel.into(), now_ms.into(), limit.into()];
        self.run(text!(self, deliveries::WAITING), &params)?.read(|row| {
            Ok(Delivery {
                key: DeliveryKey {
                    message_id: row::id(row)?,
                    channel: row.take()?,
                    receiver: row.take()?,
                },
                user_id: row.take()?,
                seq: row.take()?,
                event_id: row::id(row)?,
                envelope: row.take()?,
                attempts: row.take()?,
            })
        })
    }

    /// When the next attempt of a channel is due, in milliseconds since the epoch.
    pub fn next_delivery_ms(&self, channel: &str) -> Result<Option<i64>, SqlError> {
        let next = self.run(text!(self, deliveries::NEXT_AT), &[channel.into()])?;
        Ok(next.read_one(|row| row.take())?.flatten())
    }

    /// Puts the next attempt off.
    pub fn put_delivery_off(
        &self,
        key: &DeliveryKey,
        attempts: u32,
        next_attempt_at_ms: i64,
        last_error: &str,
    ) -> Result<(), SqlError> {
        let [message, channel, receiver] = columns(key);
        let more = [attempts.into(), next_attempt_at_ms.into(), last_error.into()];
        let [attempts, next, error] = more;
        let params = [message, channel, receiver, attempts, next, error];
        self.run(text!(self, deliveries::PUT_OFF), &params)?;
        Ok(())
    }

    /// Ends a message. One that has ended stays as it is.
    pub fn settle_delivery(
        &self,
        key: &DeliveryKey,
        outcome: DeliveryOutcome,
        now_ms: i64,
        reason: Option<&str>,
    ) -> Result<(), SqlError> {
        let [message, channel, receiver] = columns(key);
        let reason = reason.map_or(Value::Null, Value::from);
        let params = [message, channel, receiver, outcome.as_str().into(), now_ms.into(), reason];
        self.run(text!(self, deliveries::SETTLE), &params)?;
        Ok(())
    }

    /// Forgets messages that ended before `before_ms`.
    pub fn forget_deliveries(&self, before_ms: i64) -> Result<(), SqlError> {
        self.run(text!(self, deliveries::FORGET), &[before_ms.into()])?;
        Ok(())
    }
}

fn columns(key: &DeliveryKey) -> [Value; 3] {
    [key.message_id.into(), key.channel.as_str().into(), key.receiver.as_str().into()]
}
