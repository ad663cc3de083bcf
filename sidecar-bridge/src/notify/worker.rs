//! Sends what waits: each channel on its own, so that one that hangs keeps no other waiting.

use std::{collections::HashMap, sync::Arc, time::Duration};

use chrono::TimeDelta;
use futures_util::future::join_all;
use store::{Delivery, DeliveryKey, SqlError};
use tokio::{
    sync::watch,
    task::{Id, JoinSet},
    time::sleep,
};
use tokio_util::sync::CancellationToken;
use tracing::{error, warn};

use super::{Channels, sender::Sender};
use crate::{
    clock::Clock,
    database::{Storage, operator_text},
    relay::{Backoff, Tenure},
};

/// How notifications are paced.
#[derive(Debug, Clone)]
pub struct Pace {
    /// Messages of one channel on their way at the same time.
    pub at_once: usize,
    /// Failures of one message before it is given up.
    pub attempts_max: u32,
    /// Pauses between the attempts at one message.
    pub retry: Backoff,
    /// Looks so often even if nobody calls.
    pub look_every: Duration,
    /// How long it is remembered that a message ended, so that a late repetition is known.
    pub remember: TimeDelta,
}

impl Default for Pace {
    fn default() -> Self {
        Self {
            at_once: 8,
            // About two hours: a reminder that is older helps nobody.
            attempts_max: 12,
            retry: Backoff::new(Duration::from_secs(5), Duration::from_secs(30 * 60)),
            look_every: Duration::from_secs(30),
            remember: TimeDelta::days(30),
        }
    }
}

/// After a failure of the database, and while all that is due is on its way.
const SHORT_PAUSE: Duration = Duration::from_secs(1);
/// Rows that one look reads where some of them are for others to send.
const SHARED_ROWS: u32 = 500;
/// What has ended long ago is forgotten so often.
const FORGET_EVERY: Duration = Duration::from_secs(60 * 60);

/// The loops from the rows to the receivers.
pub struct Worker {
    sender: Sender,
    added: watch::Receiver<()>,
    tenure: Option<Tenure>,
}

impl Worker {
    /// Sends through `channels`; looks whenever `added` changes.
    pub fn new(
        storage: Storage,
        channels: Channels,
        clock: Arc<dyn Clock>,
        added: watch::Receiver<()>,
        pace: Pace,
    ) -> Self {
        Self { sender: Sender { storage, channels, clock, pace }, added, tenure: None }
    }

    /// Sends only what is for users that `tenure` says are ours; others who work on the same database
    /// send the rest. What is to be sent may be stored by them, too, so it is looked for more often.
    #[must_use]
    pub fn sharing(mut self, tenure: Tenure) -> Self {
        self.sender.pace.look_every = SHORT_PAUSE;
        Self { tenure: Some(tenure), ..self }
    }

    /// Runs until `shutdown`, then finishes what is on its way.
    pub async fn run(self, shutdown: CancellationToken) {
        let channels = self.sender.channels.names();
        let lines = channels.into_iter().map(|channel| Line {
            channel,
            sender: self.sender.clone(),
            tenure: self.tenure.clone(),
            under_way: JoinSet::new(),
            keys: HashMap::new(),
        });
        let lines = lines.map(|line| line.run(self.added.clone(), shutdown.clone()));
        tokio::join!(join_all(lines), self.forget(&shutdown));
    }

    async fn forget(&self, shutdown: &CancellationToken) {
        loop {
            let before = self.sender.clock.now() - self.sender.pace.remember;
            let before_ms = before.timestamp_millis();
            let forgotten =
                self.sender.storage.write(move |store| store.forget_deliveries(before_ms)).await;
            if let Err(failure) = forgotten {
                let failure: SqlError = failure;
                warn!(error = operator_text(&failure), "could not forget old notifications");
            }
            if shutdown.run_until_cancelled(sleep(FORGET_EVERY)).await.is_none() {
                return;
            }
        }
    }
}

/// One channel's loop.
struct Line {
    channel: &'static str,
    sender: Sender,
    tenure: Option<Tenure>,
    under_way: JoinSet<Result<(), SqlError>>,
    keys: HashMap<Id, DeliveryKey>,
}

impl Line {
    async fn run(mut self, mut added: watch::Receiver<()>, shutdown: CancellationToken) {
        while !shutdown.is_cancelled() {
            let pause = match self.start_what_is_due().await {
                Ok(pause) => pause,
                Err(failure) => {
                    warn!(error = operator_text(&failure), "could not read the notifications");
                    SHORT_PAUSE
                }
            };
            tokio::select! {
                () = shutdown.cancelled() => {}
                Ok(()) = added.changed() => {}
                () = self.ended() => {}
                () = sleep(pause) => {}
            }
        }
        while !self.under_way.is_empty() {
            self.ended().await;
        }
    }

    /// Starts as many attempts as there is room for; returns how long nothing more will be due.
    async fn start_what_is_due(&mut self) -> Result<Duration, SqlError> {
        let at_once = self.sender.pace.at_once;
        let (channel, now_ms) = (self.channel, self.sender.clock.now().timestamp_millis());
        // Those on their way are still among the rows.
        let limit = match self.tenure {
            None => u32::try_from(at_once * 2).unwrap_or(u32::MAX),
            Some(_) => SHARED_ROWS,
        };
        let storage = self.sender.storage.clone();
        let due =
            storage.read(move |store| store.waiting_deliveries(channel, now_ms, limit)).await?;
        let is_ours = |delivery: &Delivery| match &self.tenure {
            None => true,
            Some(tenure) => tenure.of(&delivery.user_id).is_some(),
        };
        for delivery in due.into_iter().filter(is_ours).collect::<Vec<_>>() {
            let known = self.keys.values().any(|key| *key == delivery.key);
            if !known && self.keys.len() < at_once {
                self.start(delivery);
            }
        }
        let next = storage.read(move |store| store.next_delivery_ms(channel)).await?;
        let look_every = self.sender.pace.look_every;
        Ok(match next.map(|next_ms| u64::try_from(next_ms - now_ms).unwrap_or_default()) {
            None => look_every,
            // Due and not started: on its way, or without room until another one ends.
            Some(0) => SHORT_PAUSE,
            Some(ms) => Duration::from_millis(ms).min(look_every),
        })
    }

    fn start(&mut self, delivery: Delivery) {
        let (key, sender) = (delivery.key.clone(), self.sender.clone());
        let task = self.under_way.spawn(async move { sender.attempt(delivery).await });
        self.keys.insert(task.id(), key);
    }

    /// Returns when an attempt has ended; never while there is none.
    async fn ended(&mut self) {
        let Some(ended) = self.under_way.join_next_with_id().await else {
            return std::future::pending().await;
        };
        let id = match &ended {
            Ok((id, _)) => *id,
            Err(lost) => lost.id(),
        };
        self.keys.remove(&id);
        match ended {
            Ok((_, Ok(()))) => {}
            Ok((_, Err(failure))) => {
                // It is due still: without a pause it would be sent again at once.
                warn!(error = operator_text(&failure), "could not write down a notification");
                sleep(SHORT_PAUSE).await;
            }
            Err(lost) => {
                error!(error = %lost, "a notification ended in a bug; it is made again");
                sleep(SHORT_PAUSE).await;
            }
        }
    }
}
