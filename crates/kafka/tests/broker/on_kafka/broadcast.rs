//! Those who hear everything.

use std::{
    sync::{Arc, Mutex},
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use kafka::{Broadcast, Listener, Received};
use tokio::{task::JoinHandle, time::sleep};
use tokio_util::sync::CancellationToken;

use super::{Place, keys};
use crate::support::until;

#[derive(Default)]
struct Heard(Mutex<Vec<String>>);

impl Listener for Heard {
    fn hear(&self, received: Received) {
        let text = String::from_utf8(received.payload).unwrap();
        self.0.lock().unwrap().push(format!("{} {text}", received.key));
    }
}

fn now_ms() -> i64 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_millis().try_into().unwrap()
}

async fn listen(
    place: &Place,
    since: i64,
    stop: &CancellationToken,
) -> (Arc<Heard>, JoinHandle<()>) {
    let heard = Arc::new(Heard::default());
    let listener = Arc::clone(&heard) as Arc<dyn Listener>;
    let broadcast = Broadcast::new(&place.settings, &[&place.topic], since, listener).unwrap();
    let mut listening = broadcast.listening();
    let running = tokio::spawn(broadcast.run(stop.clone()));
    listening.wait_for(|listening| *listening).await.unwrap();
    (heard, running)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn everybody_hears_what_comes_after_the_moment_even_who_begins_late() {
    let (place, keys, stop) = (Place::new(3).await, keys(5), CancellationToken::new());
    place.fill(&keys, 1).await;
    sleep(Duration::from_millis(20)).await;
    let since = now_ms();
    let (early, first) = listen(&place, since, &stop).await;
    place.fill(&keys, 3).await;
    let (late, second) = listen(&place, since, &stop).await;
    place.fill(&keys, 1).await;
    for heard in [early, late] {
        until("all is heard", || heard.0.lock().unwrap().len() >= 20).await;
        let ada: Vec<_> = heard
            .0
            .lock()
            .unwrap()
            .iter()
            .filter(|one| one.starts_with("user-0 "))
            .cloned()
            .collect();
        assert_eq!(ada, ["user-0 1", "user-0 2", "user-0 3", "user-0 1"]);
    }
    stop.cancel();
    first.await.unwrap();
    second.await.unwrap();
}
