//! From the bus into the rows: what each event has to tell, and to whom.

use std::sync::Arc;

use events::{EventType, payload::ReminderTrigger};
use futures_util::future::try_join_all;
use store::{LogRow, NewDelivery, SqlError};
use tokio::sync::watch;
use uuid::Uuid;

use super::{
    Channels,
    channels::{WEB_PUSH, WEBHOOK},
};
use crate::{clock::Clock, database::Storage};

/// Keeps what is to be told. Cloning is cheap.
#[derive(Clone)]
pub struct Intake {
    storage: Storage,
    clock: Arc<dyn Clock>,
    /// Channels for programs, which get every event.
    programs: Arc<[&'static str]>,
    /// Channels for people, which get one message for a digest.
    people: Arc<[&'static str]>,
    browsers: Option<&'static str>,
    added: watch::Sender<()>,
}

impl Intake {
    /// Keeps rows for `channels` and changes `added` when there are new ones.
    pub fn new(
        storage: Storage,
        clock: Arc<dyn Clock>,
        channels: &Channels,
        added: watch::Sender<()>,
    ) -> Self {
        let names = channels.fixed().iter().map(|channel| channel.name());
        let (programs, people): (Vec<_>, Vec<_>) = names.partition(|name| *name == WEBHOOK);
        let browsers = channels.names().contains(&WEB_PUSH).then_some(WEB_PUSH);
        Self { storage, clock, programs: programs.into(), people: people.into(), browsers, added }
    }

    /// Returns when there is a row for each receiver of each event. May be repeated.
    pub async fn take(&self, batch: &[LogRow]) -> Result<(), SqlError> {
        if self.programs.is_empty() && self.people.is_empty() && self.browsers.is_none() {
            return Ok(());
        }
        let tells = |row: &&LogRow| row.event_type == EventType::ReminderTrigger.as_str();
        // Together they share a sync to disk.
        let added = try_join_all(batch.iter().filter(tells).map(|row| self.keep(row))).await?;
        if added.iter().sum::<usize>() > 0 {
            self.added.send_replace(());
        }
        Ok(())
    }

    async fn keep(&self, row: &LogRow) -> Result<usize, SqlError> {
        // Read whole later, where what cannot be read becomes a dead letter.
        let trigger = serde_json::from_value::<ReminderTrigger>(row.payload.clone()).ok();
        let messages = match trigger.and_then(|trigger| trigger.digest) {
            None => vec![(row.event_id, true, true)],
            Some(digest) if digest.position == 1 => {
                vec![(row.event_id, true, false), (digest.id, false, true)]
            }
            Some(_) => vec![(row.event_id, true, false)],
        };
        let mut added = 0;
        for (message_id, programs, people) in messages {
            added += self.add(row, message_id, programs, people).await?;
        }
        Ok(added)
    }

    async fn add(
        &self,
        row: &LogRow,
        message_id: Uuid,
        programs: bool,
        people: bool,
    ) -> Result<usize, SqlError> {
        let mut channels = Vec::new();
        channels.extend(self.programs.iter().filter(|_| programs));
        channels.extend(self.people.iter().filter(|_| people));
        let browsers = self.browsers.filter(|_| people);
        if channels.is_empty() && browsers.is_none() {
            return Ok(0);
        }
        let (row, now_ms) = (row.clone(), self.clock.now().timestamp_millis());
        self.storage
            .write(move |store| {
                let new = NewDelivery { message_id, channels: &channels, browsers };
                store.add_deliveries(&row, new, now_ms)
            })
            .await
    }
}
