//! A client of the live stream that always comes back with the last id that it has.

use std::{
    sync::atomic::{AtomicU64, Ordering},
    thread,
    time::{Duration, Instant},
};

use conformance::{Event, Stream, schema::Faults};

const COME_BACK: Duration = Duration::from_millis(10);
const LOOK_UP: Duration = Duration::from_millis(50);
/// Longer than what is behind may take, from the moment that the end is known.
const CATCH_UP_WITHIN: Duration = Duration::from_secs(60);

/// Where the work of a follower ends. Nobody knows at first.
#[derive(Debug, Default)]
pub(crate) struct End(AtomicU64);

impl End {
    const UNKNOWN: u64 = 0;
    const AT_ONCE: u64 = u64::MAX;

    /// The follower ends when it has seen the event `last`; 0 when there is none.
    pub(crate) fn at(&self, last: u64) {
        let end = if last == 0 { Self::AT_ONCE } else { last };
        self.0.store(end, Ordering::Relaxed);
    }

    /// Ends the follower at once when this is dropped and no end has become known by then: what the
    /// harness waits for must not depend on how far it came.
    pub(crate) fn or_at_once(&self) -> impl Drop {
        struct OrAtOnce<'a>(&'a AtomicU64);
        impl Drop for OrAtOnce<'_> {
            fn drop(&mut self) {
                let (unknown, at_once) = (End::UNKNOWN, End::AT_ONCE);
                let order = Ordering::Relaxed;
                // A known end stays.
                let _ = self.0.compare_exchange(unknown, at_once, order, order);
            }
        }
        OrAtOnce(&self.0)
    }
}

/// Hands over events in the order in which they come, and returns the id of the last one. It ends
/// where `end` says, or when it cannot get there in time.
pub(crate) fn follow(base: &str, token: &str, end: &End, mut take: impl FnMut(Event)) -> u64 {
    let (mut stream, mut last, mut deadline) = (None, 0, None);
    loop {
        match end.0.load(Ordering::Relaxed) {
            End::UNKNOWN => {}
            End::AT_ONCE => return last,
            end => {
                let deadline = *deadline.get_or_insert_with(|| Instant::now() + CATCH_UP_WITHIN);
                if last >= end || Instant::now() > deadline {
                    return last;
                }
            }
        }
        stream = match stream.take() {
            None => {
                let opened = Stream::open(base, token, Some(last)).ok();
                if opened.is_none() {
                    thread::sleep(COME_BACK);
                }
                opened
            }
            Some(open) => next(open, |event| {
                last = event.id;
                take(event);
            }),
        };
    }
}

/// The stream, unless it has ended, as it does when its server is killed.
///
/// # Panics
/// When an event is not what was promised: coming back would bring it again.
fn next(stream: Stream, take: impl FnMut(Event)) -> Option<Stream> {
    match stream.next_before(Instant::now() + LOOK_UP) {
        Ok(event) => {
            event.into_iter().for_each(take);
            Some(stream)
        }
        Err(error) => {
            assert!(!error.is::<Faults>(), "{error}");
            None
        }
    }
}
