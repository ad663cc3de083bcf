//! A partition that we own: from the first record of it to the moment that it is given away.

use std::{
    sync::{Condvar, Mutex, MutexGuard, PoisonError},
    time::Instant,
};

use tokio_util::sync::CancellationToken;

use super::{lanes::Lanes, window::Window};
use crate::record::Received;

pub(super) struct Slot {
    pub(super) topic: String,
    pub(super) partition: i32,
    /// It is to be given away: nothing begins but what is needed so that no gap is left.
    pub(super) closing: CancellationToken,
    /// What is being handled is given up.
    pub(super) abandoned: CancellationToken,
    state: Mutex<State>,
    idle: Condvar,
}

#[derive(Default)]
struct State {
    window: Window,
    lanes: Lanes,
    /// The furthest record that a handler was called with.
    begun: Option<i64>,
    /// What Kafka was last told.
    committed: Option<i64>,
    paused: bool,
}

/// What a slot with many or few records asks for.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Flow {
    Pause,
    Resume,
}

impl Slot {
    pub(super) fn new(topic: &str, partition: i32) -> Self {
        Self {
            topic: topic.to_owned(),
            partition,
            closing: CancellationToken::new(),
            abandoned: CancellationToken::new(),
            state: Mutex::default(),
            idle: Condvar::new(),
        }
    }

    /// Takes a record in. It comes back when its lane begins with it.
    pub(super) fn take(&self, received: Received) -> Option<Received> {
        let mut state = self.state();
        if !state.window.take(received.offset) {
            return None;
        }
        state.lanes.offer(received)
    }

    /// Whether a handler may be called with the record at `offset`. Once the partition is to be given
    /// away, only with those before the furthest: what is done behind a gap would come again.
    pub(super) fn begin(&self, offset: i64) -> bool {
        let mut state = self.state();
        if self.closing.is_cancelled() {
            return state.begun.is_some_and(|begun| offset <= begun);
        }
        state.begun = state.begun.max(Some(offset));
        true
    }

    /// Ends one record of a lane, and gives the next one, if there is one.
    pub(super) fn next(&self, received: &Received, done: bool) -> Option<Received> {
        let mut state = self.state();
        if done {
            state.window.done(received.offset);
        }
        let next = if done {
            state.lanes.next(&received.key)
        } else {
            state.lanes.end(&received.key);
            None
        };
        if state.lanes.is_idle() {
            self.idle.notify_all();
        }
        next
    }

    /// Nothing begins any more, but what fills gaps.
    pub(super) fn close(&self) {
        let _state = self.state();
        self.closing.cancel();
    }

    /// Waits until `deadline` for what is being handled, and then gives it up. Returns whether all of
    /// it was done.
    pub(super) fn drain(&self, deadline: Instant) -> bool {
        let drained = self.wait(deadline);
        self.abandoned.cancel();
        drained
    }

    fn wait(&self, deadline: Instant) -> bool {
        let mut state = self.state();
        while !state.lanes.is_idle() {
            let left = deadline.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return false;
            }
            let waited = self.idle.wait_timeout(state, left);
            state = waited.unwrap_or_else(PoisonError::into_inner).0;
        }
        true
    }

    /// The place to commit, when it is another than the last one.
    pub(super) fn to_commit(&self) -> Option<i64> {
        let mut state = self.state();
        let position = state.window.position();
        if position == state.committed {
            return None;
        }
        state.committed = position;
        position
    }

    /// A commit did not arrive: the place is still to be told.
    pub(super) fn not_committed(&self) {
        self.state().committed = None;
    }

    /// What has to change so that the backlog stays within `backlog_max`.
    pub(super) fn flow(&self, backlog_max: usize) -> Option<Flow> {
        let mut state = self.state();
        let backlog = state.window.len();
        let flow = match state.paused {
            false if backlog >= backlog_max => Flow::Pause,
            true if backlog <= backlog_max / 2 => Flow::Resume,
            _ => return None,
        };
        state.paused = flow == Flow::Pause;
        Some(flow)
    }

    pub(super) fn is_paused(&self) -> bool {
        self.state().paused
    }

    /// The state is whole after every operation, so a panic elsewhere does not make it useless.
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
