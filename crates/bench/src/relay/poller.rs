//! The naive peer: looks every half second, sends one event, waits for its ack, marks its row, goes on.

use std::time::{Duration, Instant};

use anyhow::Result;
use rdkafka::producer::{FutureProducer, FutureRecord};
use tokio::time::sleep;
use tokio_postgres::Client;

use super::{backlog, bare::Bare};
use crate::database::{Database, connect};

const LOOK_EVERY: Duration = Duration::from_millis(500);
/// Where nobody reads.
const UNREAD: &str = "bench";
const LOOK: &str = "
    select event_id::text, user_id, jsonb_build_object('event_id', event_id,
      'event_type', event_type, 'user_id', user_id, 'timestamp', timestamp_ms,
      'payload', payload)::text
    from events where published_at is null order by position limit 1000";
const MARK: &str = "
    update events set published_at = (1000 * extract(epoch from clock_timestamp()))::int8
    where event_id = $1::text::uuid";

pub(super) struct Poller {
    url: String,
    producer: FutureProducer,
}

impl Poller {
    /// Sends by the same producer as the bare peer.
    pub(super) fn new(url: &str, bare: &Bare) -> Self {
        Self { url: url.to_owned(), producer: bare.producer.clone() }
    }

    /// Stores so many events and gives how many a second it publishes.
    pub(super) fn drain(&self, database: &Database, count: u32) -> Result<f64> {
        backlog::fill(database, "naive", count)?;
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        runtime.block_on(async {
            let client = connect(&self.url).await?;
            let begun = Instant::now();
            let published = self.publish(&client).await?;
            Ok(published as f64 / begun.elapsed().as_secs_f64())
        })
    }

    /// Looks and publishes without an end.
    pub(super) async fn run(&self) -> Result<()> {
        let client = connect(&self.url).await?;
        loop {
            self.publish(&client).await?;
            sleep(LOOK_EVERY).await;
        }
    }

    /// Publishes what one look finds, and gives how many those were.
    async fn publish(&self, client: &Client) -> Result<usize> {
        let rows = client.query(LOOK, &[]).await?;
        for row in &rows {
            let (event_id, user, envelope): (&str, &str, &str) =
                (row.try_get(0)?, row.try_get(1)?, row.try_get(2)?);
            let record = FutureRecord::to(UNREAD).key(user).payload(envelope);
            let sent = self.producer.send(record, LOOK_EVERY).await;
            sent.map_err(|(error, _)| error)?;
            client.execute(MARK, &[&event_id]).await?;
        }
        Ok(rows.len())
    }
}
