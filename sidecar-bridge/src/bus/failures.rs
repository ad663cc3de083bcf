//! How often an event has failed by its own fault, for buses that bring it again.

use std::{
    collections::HashMap,
    sync::{Mutex, MutexGuard, PoisonError},
};

use uuid::Uuid;

use super::PublishErrorKind;

/// Failures of one event before it is set aside: those behind it wait all the while.
const ATTEMPTS_MAX: u32 = 8;
/// Events whose failures are counted at the same time; they are as many as there are partitions.
const COUNTED_MAX: usize = 10_000;

/// Counts.
#[derive(Default)]
pub(super) struct Failures(Mutex<HashMap<Uuid, u32>>);

impl Failures {
    /// Takes a failure into account; whether the event is to be set aside. Somebody who is away or
    /// busy is no fault of any event, however long it takes.
    pub(super) fn gives_up(&self, event_id: Uuid, kind: PublishErrorKind) -> bool {
        match kind {
            PublishErrorKind::Unreachable | PublishErrorKind::Busy => false,
            PublishErrorKind::Rejected => true,
            PublishErrorKind::Failed => {
                let mut counts = self.counts();
                if counts.len() >= COUNTED_MAX {
                    counts.clear();
                }
                let count = counts.entry(event_id).or_default();
                *count += 1;
                *count >= ATTEMPTS_MAX
            }
        }
    }

    /// It was taken, or set aside.
    pub(super) fn forget(&self, event_id: Uuid) {
        self.counts().remove(&event_id);
    }

    /// It is whole after every operation, so a panic elsewhere does not make it useless.
    fn counts(&self) -> MutexGuard<'_, HashMap<Uuid, u32>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_its_own_faults_count() {
        let (failures, event_id) = (Failures::default(), Uuid::from_u128(1));
        for _ in 0..100 {
            assert!(!failures.gives_up(event_id, PublishErrorKind::Unreachable));
            assert!(!failures.gives_up(event_id, PublishErrorKind::Busy));
        }
        for _ in 1..ATTEMPTS_MAX {
            assert!(!failures.gives_up(event_id, PublishErrorKind::Failed));
        }
        assert!(!failures.gives_up(event_id, PublishErrorKind::Busy));
        assert!(failures.gives_up(event_id, PublishErrorKind::Failed));
        failures.forget(event_id);
        assert!(!failures.gives_up(event_id, PublishErrorKind::Failed));
        assert!(failures.gives_up(event_id, PublishErrorKind::Rejected));
    }
}
