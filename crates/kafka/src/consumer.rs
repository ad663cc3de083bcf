//! Receives records as a member of a group: at least once, in order for each key.
//!
//! One thread speaks with Kafka; handlers run as tasks. What is committed is the place up to which
//! everything is done, without a gap, so that a death at any instant loses nothing. Before a
//! partition is given away, what is being handled is finished and committed, so that a rebalance
//! repeats nothing either, as long as handlers end within [`Pace::drain`].

mod context;
mod dead_letter;
mod lanes;
mod session;
mod slot;
mod window;
mod work;

use std::{sync::Arc, time::Duration};

use async_trait::async_trait;
use tokio::{runtime::Handle, sync::oneshot, time::timeout};
use tokio_util::sync::CancellationToken;
use tracing::warn;

use crate::{error::ClientError, producer::Producer, record::Received, settings::Settings};

pub(crate) use session::received;
use session::{End, Session};
use work::Work;

/// Pause before a new session, after one that ended by itself.
const AGAIN: Duration = Duration::from_secs(1);
/// How long leaving the group may take: as long as a session, when the coordinator is away.
const LEAVE: Duration = Duration::from_secs(4);

/// Takes records.
#[async_trait]
pub trait Handler: Send + Sync {
    /// Returns when all that the record leads to is stored. It may come again, and `attempt` counts
    /// from 1 how often this process has tried. It may be dropped at any await, when its partition
    /// is taken away and it does not end in time.
    async fn handle(&self, received: &Received, attempt: u32) -> Outcome;
}

/// What became of a record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// All of it is stored.
    Done,
    /// Not now. It is tried again for as long as it takes, and the later ones of its key wait.
    Retry(String),
    /// Nobody will ever take it: it goes to the dead letters.
    SetAside(String),
}

/// How a consumer paces itself.
#[derive(Debug, Clone)]
pub struct Pace {
    /// Keys that are handled at the same time.
    pub keys_in_flight: usize,
    /// Records of one partition that are taken in and not done; at half of it more are taken in.
    pub backlog_max: usize,
    /// How often what is done is committed.
    pub commit_every: Duration,
    /// How long a partition that is to be given away waits for its handlers.
    pub drain: Duration,
    /// The first pause before another attempt; each next one is twice as long.
    pub retry_first: Duration,
    /// The longest pause.
    pub retry_max: Duration,
}

impl Default for Pace {
    fn default() -> Self {
        Self {
            keys_in_flight: 64,
            backlog_max: 2000,
            commit_every: Duration::from_millis(500),
            drain: Duration::from_secs(10),
            retry_first: Duration::from_millis(200),
            retry_max: Duration::from_secs(30),
        }
    }
}

/// A member of a group.
pub struct Consumer {
    settings: Settings,
    topics: Vec<String>,
    work: Arc<Work>,
}

impl Consumer {
    /// A member of `settings.group` that listens to `topics`. What `handler` sets aside goes to the
    /// topic `dead_letters`.
    pub fn new(
        settings: &Settings,
        topics: &[&str],
        dead_letters: &str,
        handler: Arc<dyn Handler>,
        pace: Pace,
    ) -> Result<Self, ClientError> {
        let producer = Producer::new(settings)?;
        let work = Work::new(handler, producer, dead_letters.to_owned(), settings, pace);
        Ok(Self {
            settings: settings.clone(),
            topics: topics.iter().map(|topic| (*topic).to_owned()).collect(),
            work: Arc::new(work),
        })
    }

    /// Runs until `stop`, then finishes what is being handled, commits and leaves the group.
    pub async fn run(self, stop: CancellationToken) -> Result<(), ClientError> {
        // A dropped future has to end the thread too.
        let ending = stop.child_token();
        let _end_on_drop = ending.clone().drop_guard();
        loop {
            let session = Session::open(
                &self.settings,
                &self.topics,
                Arc::clone(&self.work),
                Handle::current(),
            )?;
            match on_a_thread(session, ending.clone()).await {
                Some(End::Stopped) => return Ok(()),
                Some(End::Fatal(error)) => warn!(
                    error = &error as &dyn std::error::Error,
                    "the kafka consumer has to begin again"
                ),
                None => warn!("the kafka consumer's thread ended, and has to begin again"),
            }
            tokio::select! {
                () = stop.cancelled() => return Ok(()),
                () = tokio::time::sleep(AGAIN) => {}
            }
        }
    }
}

/// `None` when the thread could not start, or met a bug.
async fn on_a_thread(session: Session, stop: CancellationToken) -> Option<End> {
    let (ended, end) = oneshot::channel();
    let (left, leave) = oneshot::channel::<()>();
    let thread = std::thread::Builder::new().name("kafka-consumer".to_owned());
    thread
        .spawn(move || {
            let _ = ended.send(session.run(&stop));
            drop(session);
            drop(left);
        })
        .ok()?;
    let end = end.await.ok();
    if timeout(LEAVE, leave).await.is_err() {
        warn!("the kafka group was not left in time");
    }
    end
}
