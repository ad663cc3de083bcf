//! Tasks created at a modest rate, and how soon their events are acknowledged.

use std::time::{Duration, Instant};

use anyhow::Result;
use tokio::{
    runtime::Runtime,
    time::{interval, sleep},
};

use super::poller::Poller;
use crate::{
    database::connect,
    load::{Connection, Shot},
    site::{Site, UNPUBLISHED},
};

pub(super) const EVERY: Duration = Duration::from_millis(50);
pub(super) const HOW_LONG: Duration = Duration::from_secs(15);
/// In the middle of the poller's pauses.
const LOOK_AGAIN: Duration = Duration::from_millis(250);

/// Milliseconds from the making of each event to its ack by the relay of the program.
pub(super) fn relay(shot: &Shot, site: &Site) -> Result<Vec<f64>> {
    runtime()?.block_on(creates(shot))?;
    site.settle()?;
    late(site, "steady")
}

/// The same by the poller, while the program publishes nothing.
pub(super) fn poller(shot: &Shot, site: &Site, poller: &Poller) -> Result<Vec<f64>> {
    let url = site.database_url();
    runtime()?.block_on(async {
        let work = async {
            creates(shot).await?;
            let client = connect(&url).await?;
            while client.query_one(UNPUBLISHED, &[]).await?.try_get::<_, f64>(0)? > 0.0 {
                sleep(LOOK_AGAIN).await;
            }
            anyhow::Ok(())
        };
        tokio::select! {
            done = work => done,
            // It ends by a failure only.
            ended = poller.run() => ended,
        }
    })?;
    late(site, "poller")
}

async fn creates(shot: &Shot) -> Result<()> {
    let mut connection = Connection::open(&shot.address).await?;
    let mut ticks = interval(EVERY);
    let begun = Instant::now();
    while begun.elapsed() < HOW_LONG {
        ticks.tick().await;
        connection.send(shot).await?;
    }
    Ok(())
}

fn late(site: &Site, user: &str) -> Result<Vec<f64>> {
    site.database()?.numbers(&format!(
        "select (published_at - timestamp_ms)::float8 from events where user_id = '{user}'"
    ))
}

fn runtime() -> Result<Runtime> {
    Ok(tokio::runtime::Builder::new_current_thread().enable_all().build()?)
}
