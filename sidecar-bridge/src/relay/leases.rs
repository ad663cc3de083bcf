//! Which users are this process's to serve, where several processes share one database.
//!
//! Users fall into buckets, and a lease on a bucket has to be renewed in time. Whoever does not know
//! that it was, by the clock that nobody can step, behaves as if it was not; and every write names
//! the fence of its lease, so that a process that was asleep meanwhile can write nothing.

use std::{sync::Arc, time::Duration};

use store::{BUCKETS, Lease, SqlError, bucket_of};
use tokio::{
    sync::watch,
    time::{Instant, sleep, sleep_until},
};
use tokio_util::sync::CancellationToken;
use tracing::{info, warn};

use crate::{
    clock::Clock,
    database::{Storage, operator_text},
    observe::metric,
};

/// How long a lease is good that nobody renews.
const TTL: Duration = Duration::from_secs(15);
/// Renewals that fit into that time.
const RENEWALS: u32 = 3;
/// The pause after a renewal that failed.
const TRY_AGAIN: Duration = Duration::from_secs(1);
/// What goes to somebody else is left to us for this part of the time, for what is in hand.
const LEAVING: u32 = 5;

/// Keeps the leases of this process.
pub struct Keeper {
    storage: Storage,
    clock: Arc<dyn Clock>,
    owner: String,
    held: watch::Sender<Held>,
}

/// The leases of this process as they stand. Cloning is cheap.
#[derive(Debug, Clone)]
pub struct Tenure {
    held: watch::Receiver<Held>,
    /// Switched off, writes do not name the lease: the planted fault of the tests.
    #[cfg(test)]
    fenced: bool,
}

/// What was said last, and until when it holds.
#[derive(Debug, Clone)]
struct Held {
    leases: Arc<[Lease]>,
    until: Instant,
    /// Given up for others: nothing is begun any more.
    leaving: Arc<[Lease]>,
    leaving_until: Instant,
}

impl Held {
    fn nothing() -> Self {
        let (leases, now) = (Arc::from([]), Instant::now());
        Self { leases: Arc::clone(&leases), until: now, leaving: leases, leaving_until: now }
    }

    /// Until when a lease holds, if it does at all.
    fn until(&self, lease: Lease) -> Option<Instant> {
        let among = |leases: &[Lease]| leases.contains(&lease);
        let kept = among(&self.leases).then_some(self.until);
        kept.or_else(|| among(&self.leaving).then_some(self.leaving_until))
    }
}

impl Keeper {
    /// A process called `owner`, a name that no other has and none had before, without leases yet.
    pub fn new(storage: Storage, clock: Arc<dyn Clock>, owner: String) -> (Self, Tenure) {
        let held = watch::Sender::new(Held::nothing());
        let tenure = Tenure {
            held: held.subscribe(),
            #[cfg(test)]
            fenced: true,
        };
        (Self { storage, clock, owner, held }, tenure)
    }

    /// Renews until `stop`, then gives everything back. To be stopped after what works on leases.
    pub async fn run(self, stop: CancellationToken) {
        let mut is_known = false;
        while !stop.is_cancelled() {
            let asked_at = Instant::now();
            let pause = match self.renew(is_known).await {
                Ok(leases) => {
                    is_known = true;
                    self.hold(leases, asked_at);
                    TTL / RENEWALS
                }
                Err(failure) => {
                    let error = operator_text(&failure);
                    warn!(
                        error,
                        "the leases could not be renewed; they run out unless they soon are"
                    );
                    TRY_AGAIN
                }
            };
            tokio::select! {
                () = stop.cancelled() => {}
                () = sleep(pause) => {}
            }
        }
        self.held.send_replace(Held::nothing());
        metrics::gauge!(metric::LEASES).set(0.0);
        let owner = self.owner;
        let released = self.storage.write(move |store| store.release_leases(&owner)).await;
        if let Err(failure) = released {
            let error = operator_text(&failure);
            warn!(error, "the leases could not be given back; others have to wait for their end");
        }
    }

    /// As many as are our share among those who live.
    async fn renew(&self, is_known: bool) -> Result<Vec<Lease>, SqlError> {
        let (owner, now_ms) = (self.owner.clone(), self.clock.now().timestamp_millis());
        let ttl_ms = TTL.as_millis() as i64;
        self.storage
            .write(move |store| {
                // Until the first request nobody counts us.
                let others = store.lease_holders(now_ms)? + u64::from(!is_known);
                let share = u64::from(BUCKETS).div_ceil(others.max(1));
                let share = u16::try_from(share).unwrap_or(BUCKETS);
                store.acquire_leases(&owner, now_ms, ttl_ms, share)
            })
            .await
    }

    fn hold(&self, leases: Vec<Lease>, asked_at: Instant) {
        let before = self.held.borrow().clone();
        let still = Instant::now() < before.until;
        let gone = before.leases.iter().filter(|lease| !leases.contains(lease)).copied();
        let mut leaving: Arc<[Lease]> = gone.collect();
        if !still {
            // Nobody gave them up: they ran out.
            metrics::counter!(metric::LEASES_LOST_TOTAL).increment(leaving.len() as u64);
            leaving = Arc::from([]);
        }
        if before.leases[..] != leases[..] {
            info!(leases = leases.len(), "serves {} of {BUCKETS} buckets of users", leases.len());
        }
        metrics::gauge!(metric::LEASES).set(leases.len() as f64);
        self.held.send_replace(Held {
            leases: leases.into(),
            until: asked_at + TTL,
            leaving,
            leaving_until: asked_at + TTL / LEAVING,
        });
    }
}

impl Tenure {
    /// The leases that hold now.
    pub(super) fn leases(&self) -> Arc<[Lease]> {
        let held = self.held.borrow();
        if Instant::now() < held.until { Arc::clone(&held.leases) } else { Arc::from([]) }
    }

    /// The lease under which this user is ours to serve, if one holds now.
    pub fn of(&self, user_id: &str) -> Option<Lease> {
        let bucket = bucket_of(user_id);
        self.leases().iter().find(|lease| lease.bucket == bucket).copied()
    }

    /// Whether writes name their lease. They always do.
    pub(super) fn is_fenced(&self) -> bool {
        #[cfg(test)]
        return self.fenced;
        #[cfg(not(test))]
        true
    }

    /// Returns as soon as nobody may count on this lease any more.
    pub(super) async fn lost(mut self, lease: Lease) {
        loop {
            let until = self.held.borrow_and_update().until(lease);
            let Some(until) = until.filter(|until| Instant::now() < *until) else { return };
            tokio::select! {
                () = sleep_until(until) => {}
                changed = self.held.changed() => if changed.is_err() {
                    // Nobody renews any more: it runs out.
                    sleep_until(until).await;
                    return;
                }
            }
        }
    }

    /// Returns when there are others than before; never when nobody renews them any more.
    pub(crate) async fn changed(&mut self) {
        if self.held.changed().await.is_err() {
            std::future::pending::<()>().await;
        }
    }
}

#[cfg(test)]
mod tests;
