//! Room for requests: how many run at once, how many may wait, and that no component takes it all.

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering::Relaxed},
    },
    time::Duration,
};

use tokio::{
    sync::{OwnedSemaphorePermit, Semaphore},
    time::timeout,
};

use crate::{Limits, failure::Failure};

/// The places of a whole application. Calls between components have places of their own, so that
/// a full house cannot wait for itself.
pub(crate) struct Places {
    outer: Arc<Semaphore>,
    inner: Arc<Semaphore>,
    count: usize,
    patience: Duration,
}

/// How many of the places one component may have, and its queue. One that answers slowly keeps its
/// own callers waiting, and not those of others.
pub(crate) struct Share {
    places: Arc<Semaphore>,
    waiting: AtomicUsize,
    most_waiting: usize,
}

/// A place that is taken.
pub(crate) struct Place {
    _place: OwnedSemaphorePermit,
    _share: Option<OwnedSemaphorePermit>,
}

impl Places {
    pub(crate) fn new(limits: &Limits) -> Self {
        let count = limits.concurrent_requests;
        Self {
            outer: Arc::new(Semaphore::new(count)),
            inner: Arc::new(Semaphore::new(count)),
            count,
            patience: limits.wall,
        }
    }

    /// A place for a request from outside, at once or after some waiting.
    pub(crate) async fn take(&self, share: &Share) -> Result<Place, Failure> {
        let mine = Arc::clone(&share.places).try_acquire_owned();
        let free = Arc::clone(&self.outer).try_acquire_owned();
        if let (Ok(mine), Ok(free)) = (mine, free) {
            return Ok(Place { _place: free, _share: Some(mine) });
        }
        let _queued = share.queue()?;
        let both = async {
            let mine = Arc::clone(&share.places).acquire_owned().await;
            let free = Arc::clone(&self.outer).acquire_owned().await;
            mine.ok().zip(free.ok())
        };
        match timeout(self.patience, both).await {
            Ok(Some((mine, free))) => Ok(Place { _place: free, _share: Some(mine) }),
            Ok(None) | Err(_) => Err(Failure::Busy),
        }
    }

    /// A place for a call from another component. It never waits: its caller has a place already,
    /// and might be what everyone waits for.
    pub(crate) fn take_inner(&self) -> Result<Place, Failure> {
        let free = Arc::clone(&self.inner).try_acquire_owned().map_err(|_| Failure::Busy)?;
        Ok(Place { _place: free, _share: None })
    }

    /// Waits until all places are free.
    pub(crate) async fn empty(&self) {
        let all = u32::try_from(self.count).unwrap_or(u32::MAX);
        for places in [&self.outer, &self.inner] {
            // Nobody closes the places, so that this cannot fail.
            let _ = places.acquire_many(all).await;
        }
    }
}

impl Share {
    pub(crate) fn new(limits: &Limits) -> Self {
        let places = limits.concurrent_per_component.min(limits.concurrent_requests);
        Self {
            places: Arc::new(Semaphore::new(places)),
            waiting: AtomicUsize::new(0),
            most_waiting: limits.waiting_per_component,
        }
    }

    /// Counts one more that waits, until the answer is dropped.
    fn queue(&self) -> Result<Queued<'_>, Failure> {
        let queued = Queued(&self.waiting);
        if self.waiting.fetch_add(1, Relaxed) < self.most_waiting {
            Ok(queued)
        } else {
            Err(Failure::Busy)
        }
    }
}

struct Queued<'a>(&'a AtomicUsize);

impl Drop for Queued<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Relaxed);
    }
}
