//! A guest that goes on while its answer is read. Whoever reads slowly, or not at all, must not keep
//! its place: it is watched from aside.

use std::{
    pin::Pin,
    sync::{Arc, Mutex, MutexGuard, PoisonError, TryLockError, Weak},
    task::{Context, Poll},
    time::Duration,
};

use tokio::{
    task::AbortHandle,
    time::{Instant, sleep, sleep_until},
};

use super::Guest;
use crate::failure::Failure;

/// Pause before another look at a guest that is just being polled; its poll sees the clock too.
const LOOK_AGAIN: Duration = Duration::from_millis(5);

/// A guest under watch.
pub(crate) struct Watched {
    guest: Arc<Mutex<Guest>>,
    watch: AbortHandle,
}

/// How a watched guest ended before its answer was complete.
pub(crate) enum Ended {
    /// It failed just now.
    Now(Failure),
    /// Its time was over while nobody read, and the log says so already.
    Before(Failure),
}

impl Watched {
    /// Watches the guest; `None` when there is nothing left to watch.
    pub(crate) fn new(guest: Guest) -> Option<Self> {
        let deadline = guest.deadline()?;
        let guest = Arc::new(Mutex::new(guest));
        let watch = tokio::spawn(watch(Arc::downgrade(&guest), deadline)).abort_handle();
        Some(Self { guest, watch })
    }

    /// Lets the guest go on. Ready when it is done.
    pub(crate) fn poll(&self, context: &mut Context<'_>) -> Poll<Result<(), Ended>> {
        let mut guest = lock(&self.guest);
        if let Some(failure) = &guest.late {
            return Poll::Ready(Err(Ended::Before(failure.clone())));
        }
        Pin::new(&mut *guest).poll(context).map_err(Ended::Now)
    }

    /// Why nothing more of its answer may be passed on.
    pub(crate) fn late(&self) -> Option<Failure> {
        lock(&self.guest).late.clone()
    }

    /// Ends it here and now.
    pub(crate) fn stop(&self) {
        lock(&self.guest).stop();
    }
}

impl Drop for Watched {
    fn drop(&mut self) {
        self.watch.abort();
    }
}

/// A guest that panicked the host is gone with its store; there is nothing left to protect.
fn lock(guest: &Mutex<Guest>) -> MutexGuard<'_, Guest> {
    guest.lock().unwrap_or_else(PoisonError::into_inner)
}

async fn watch(guest: Weak<Mutex<Guest>>, deadline: Instant) {
    sleep_until(deadline).await;
    while let Some(guest) = guest.upgrade() {
        match guest.try_lock() {
            Ok(mut guest) => return guest.expire(),
            Err(TryLockError::Poisoned(guest)) => return guest.into_inner().expire(),
            Err(TryLockError::WouldBlock) => {}
        }
        drop(guest);
        sleep(LOOK_AGAIN).await;
    }
}
