//! Sends the events of many users in one call to the sidecar.
//!
//! No two events of a user travel together: the sidecar's client of Kafka has five requests on their way
//! at a time and is not idempotent, so that those of one call may change places when a broker goes.

use std::{
    collections::{BTreeMap, VecDeque},
    sync::Arc,
};

use dapr_sidecar::{Event, Sidecar, SidecarError, SidecarErrorKind, Unpublished};
use futures_util::future::join_all;
use tokio::sync::{mpsc, oneshot};

/// Events that wait for the call before theirs, and that one call takes at most.
const EVENTS_MAX: usize = 200;

/// `None` when there is nobody who sends any more.
pub(super) type Sent = Result<(), Option<Arc<SidecarError>>>;

/// A handle for publishers. The work behind it ends when it is gone.
pub(super) struct Outlet {
    requests: mpsc::Sender<Request>,
}

struct Request {
    topic: String,
    event: Event,
    done: oneshot::Sender<Sent>,
}

impl Outlet {
    pub(super) fn open(sidecar: Sidecar, pubsub: String) -> Self {
        let (requests, queue) = mpsc::channel(EVENTS_MAX);
        tokio::spawn(work(sidecar, pubsub, queue));
        Self { requests }
    }

    /// Returns when the broker has it. Whoever sends one waits before the next one of the same key.
    pub(super) async fn send(&self, topic: &str, event: Event) -> Sent {
        let (done, answer) = oneshot::channel();
        let request = Request { topic: topic.to_owned(), event, done };
        self.requests.send(request).await.map_err(|_| None)?;
        answer.await.map_err(|_| None)?
    }
}

async fn work(sidecar: Sidecar, pubsub: String, mut queue: mpsc::Receiver<Request>) {
    let mut requests = Vec::new();
    while queue.recv_many(&mut requests, EVENTS_MAX).await > 0 {
        let mut topics = BTreeMap::<_, (Vec<Event>, Answers)>::new();
        for Request { topic, event, done } in requests.drain(..) {
            let (events, answers) = topics.entry(topic).or_default();
            events.push(event);
            answers.push_back(done);
        }
        let calls = topics
            .iter_mut()
            .map(|(topic, (events, answers))| call(&sidecar, &pubsub, topic, events, answers));
        join_all(calls).await;
    }
}

type Answers = VecDeque<oneshot::Sender<Sent>>;

/// Sends the events, and answers for each.
async fn call(
    sidecar: &Sidecar,
    pubsub: &str,
    topic: &str,
    mut events: &[Event],
    answers: &mut Answers,
) {
    let answer = |answers: &mut Answers, count: usize, sent: &Sent| {
        for done in answers.drain(..count.min(answers.len())) {
            // Who went away does not wait for the answer.
            let _ = done.send(sent.clone());
        }
    };
    while !events.is_empty() {
        let Err(Unpublished { done, cause }) = sidecar.publish_bulk(pubsub, topic, events).await
        else {
            break;
        };
        answer(answers, done, &Ok(()));
        // Only what an event itself is to blame for is not the fate of those behind it.
        let about_one = matches!(cause.kind, SidecarErrorKind::Rejected | SidecarErrorKind::Failed);
        let failed = if about_one { 1 } else { answers.len() };
        answer(answers, failed, &Err(Some(Arc::new(cause))));
        events = events.get(done + failed..).unwrap_or_default();
    }
    answer(answers, answers.len(), &Ok(()));
}
