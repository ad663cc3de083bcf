//! One attempt at one message, and what is written down about it.

use std::sync::Arc;

use ::notify::{Channel, SendError, SendErrorKind};
use store::{DeadLetter, Delivery, DeliveryOutcome, SqlError};
use tracing::{debug, error, warn};
use uuid::Uuid;

use super::{
    Channels, Pace,
    channels::WEB_PUSH,
    compose::{Composed, compose},
};
use crate::{clock::Clock, database::Storage, observe::metric};

/// Makes attempts. Cloning is cheap.
#[derive(Clone)]
pub(super) struct Sender {
    pub(super) storage: Storage,
    pub(super) channels: Channels,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) pace: Pace,
}

/// How an attempt ended.
enum Attempt {
    Ended(DeliveryOutcome, Option<String>),
    Failed(SendError),
}

impl Sender {
    /// Makes one attempt and writes down how it went. An error is the database's: then nothing is
    /// written, and the attempt is made again.
    pub(super) async fn attempt(&self, delivery: Delivery) -> Result<(), SqlError> {
        match self.send(&delivery).await? {
            Attempt::Ended(DeliveryOutcome::Dead, reason) => {
                self.give_up(&delivery, reason.unwrap_or_default()).await
            }
            Attempt::Ended(outcome, reason) => self.settle(&delivery, outcome, reason).await,
            Attempt::Failed(failure) => self.failed(&delivery, &failure).await,
        }
    }

    async fn send(&self, delivery: &Delivery) -> Result<Attempt, SqlError> {
        let asked = delivery.clone();
        let composed = self.storage.read(move |store| compose(store, &asked)).await?;
        let message = match composed {
            Composed::Message(message) => message,
            Composed::Nothing => {
                return Ok(Attempt::Ended(DeliveryOutcome::Dropped, None));
            }
            Composed::Unreadable(reason) => {
                return Ok(Attempt::Ended(DeliveryOutcome::Dead, Some(reason)));
            }
        };
        let Some(channel) = self.channel(delivery).await? else {
            let reason = "the browser is not subscribed any more".to_owned();
            return Ok(Attempt::Ended(DeliveryOutcome::Gone, Some(reason)));
        };
        Ok(match channel.send(&message).await {
            Ok(()) => Attempt::Ended(DeliveryOutcome::Sent, None),
            Err(failure) => Attempt::Failed(failure),
        })
    }

    /// The way to the receiver, if there is one.
    async fn channel(&self, delivery: &Delivery) -> Result<Option<Arc<dyn Channel>>, SqlError> {
        let name = delivery.key.channel.as_str();
        if name != WEB_PUSH {
            let mut fixed = self.channels.fixed().iter();
            return Ok(fixed.find(|channel| channel.name() == name).cloned());
        }
        let Ok(id) = Uuid::parse_str(&delivery.key.receiver) else { return Ok(None) };
        let user_id = delivery.user_id.clone();
        let browser = self.storage.read(move |store| store.push_subscription(&user_id, id)).await?;
        // It was read once before it was stored.
        Ok(browser.and_then(|browser| self.channels.browser(&browser.subscription).ok().flatten()))
    }

    async fn failed(&self, delivery: &Delivery, failure: &SendError) -> Result<(), SqlError> {
        let attempts = delivery.attempts + 1;
        match failure.kind {
            SendErrorKind::Gone if delivery.key.channel == WEB_PUSH => {
                self.forget_browser(delivery).await?;
                self.settle(delivery, DeliveryOutcome::Gone, Some(failure.to_string())).await
            }
            SendErrorKind::Transient { retry_after } if attempts < self.pace.attempts_max => {
                let pause = self.pace.retry.pause(attempts).max(retry_after.unwrap_or_default());
                let again_ms = self.now_ms().saturating_add(pause.as_millis() as i64);
                let key = delivery.key.clone();
                warn!(
                    event.id = %delivery.event_id,
                    channel = key.channel,
                    error = %failure,
                    "a notification did not get through, {attempts} failures so far; again in {pause:.1?}",
                );
                count(&key.channel, "retried");
                let reason = failure.to_string();
                self.storage
                    .write(move |store| store.put_delivery_off(&key, attempts, again_ms, &reason))
                    .await
            }
            _ => self.give_up(delivery, failure.to_string()).await,
        }
    }

    async fn forget_browser(&self, delivery: &Delivery) -> Result<(), SqlError> {
        let Ok(id) = Uuid::parse_str(&delivery.key.receiver) else { return Ok(()) };
        let user_id = delivery.user_id.clone();
        self.storage.write(move |store| store.remove_push_subscription(&user_id, id)).await?;
        Ok(())
    }

    /// Keeps the message with the reason, then ends it. May be repeated.
    async fn give_up(&self, delivery: &Delivery, reason: String) -> Result<(), SqlError> {
        let channel = &delivery.key.channel;
        error!(
            event.id = %delivery.event_id,
            channel,
            error = reason,
            "gave up on a notification; it is with the dead letters",
        );
        let letter = DeadLetter {
            consumer: format!("notify:{channel}"),
            event_id: delivery.event_id,
            user_id: delivery.user_id.clone(),
            topic: events::topic::REMINDERS.to_owned(),
            envelope: delivery.envelope.clone(),
            reason: reason.clone(),
            source_seq: delivery.seq,
            at_ms: self.now_ms(),
            ..DeadLetter::default()
        };
        self.storage.write(move |store| store.put_dead_letter(&letter)).await?;
        self.settle(delivery, DeliveryOutcome::Dead, Some(reason)).await
    }

    async fn settle(
        &self,
        delivery: &Delivery,
        outcome: DeliveryOutcome,
        reason: Option<String>,
    ) -> Result<(), SqlError> {
        let (key, now_ms) = (delivery.key.clone(), self.now_ms());
        let settled = self
            .storage
            .write(move |store| store.settle_delivery(&key, outcome, now_ms, reason.as_deref()))
            .await;
        if settled.is_ok() {
            let (channel, outcome) = (&delivery.key.channel, outcome.as_str());
            debug!(event.id = %delivery.event_id, channel, outcome, "a notification is {outcome}");
            count(channel, outcome);
        }
        settled
    }

    fn now_ms(&self) -> i64 {
        self.clock.now().timestamp_millis()
    }
}

fn count(channel: &str, outcome: &'static str) {
    let channel = channel.to_owned();
    metrics::counter!(metric::NOTIFICATIONS_TOTAL, "channel" => channel, "outcome" => outcome)
        .increment(1);
}
