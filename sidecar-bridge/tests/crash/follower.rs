//! A client of the live stream that always comes back with the last id that it has.

use std::{
    sync::atomic::{AtomicU64, Ordering},
    thread,
    time::{Duration, Instant},
};

use conformance::Stream;

const COME_BACK: Duration = Duration::from_millis(10);
const LOOK_UP: Duration = Duration::from_millis(50);
/// Longer than what is behind may take.
const CATCH_UP_WITHIN: Duration = Duration::from_secs(60);

/// Ids in the order in which they came, until the one that is the last of all is there. `last_of_all`
/// is 0 as long as nobody knows it.
pub(crate) fn follow(base: &str, token: &str, last_of_all: &AtomicU64) -> Vec<u64> {
    let mut ids = Vec::new();
    let mut deadline = None;
    loop {
        let last = ids.last().copied().unwrap_or(0);
        let Ok(stream) = Stream::open(base, token, Some(last)) else {
            thread::sleep(COME_BACK);
            continue;
        };
        // Until the stream ends, as it does when its server is killed.
        while let Ok(event) = stream.next_before(Instant::now() + LOOK_UP) {
            ids.extend(event.map(|event| event.id));
            let end = last_of_all.load(Ordering::Relaxed);
            if end == 0 {
                continue;
            }
            let deadline = *deadline.get_or_insert_with(|| Instant::now() + CATCH_UP_WITHIN);
            if ids.last().is_some_and(|id| *id >= end) || Instant::now() > deadline {
                return ids;
            }
        }
    }
}
