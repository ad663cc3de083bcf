//! A letter goes away when its consumer has taken it, and only then; and taking it twice has one effect.

use std::sync::Mutex;

use async_trait::async_trait;
use domain::task::Task;
use serde_json::json;
use store::Value;
use testkit::{Ids, a_task, change, task::done};

use super::*;
use crate::{
    bus::PublishError,
    dead_letters::{Requested, request, set_aside},
    dispatcher::{Dispatcher, Subscription},
    fakes::{self, FakeComponents, FakeDatabase, Reply, ToldAlarms},
};

/// A database with an event that `recurrence` listens to, and who hands letters over.
struct Rig {
    database: FakeDatabase,
    components: Arc<FakeComponents>,
    published: Arc<Mutex<Vec<LogRow>>>,
    completed: LogRow,
    inlet: Arc<Inlet>,
    asked: Arc<Notify>,
    stop: CancellationToken,
}

struct Kept(Arc<Mutex<Vec<LogRow>>>);

#[async_trait]
impl Publisher for Kept {
    async fn publish(&self, batch: &[LogRow]) -> Result<(), PublishError> {
        self.0.lock().unwrap().extend_from_slice(batch);
        Ok(())
    }
}

impl Rig {
    /// `replies` are what the handler answers, one after the other; the last one for ever.
    fn start(replies: Vec<Reply>, inbox: bool) -> Self {
        let (database, mut ids) = (FakeDatabase::new(), Ids::new());
        let task = Task { id: ids.next_id(), user_id: "ada".to_owned(), ..a_task() };
        database.create(&task, &mut ids);
        database.apply(&change::changed(&task, &done(&task), &mut ids));
        let rows = database.store().unpublished(0, 100, &[]).unwrap();
        let completed = rows.into_iter().find(|row| row.event_type == "task.completed").unwrap();

        let replies = Mutex::new(replies);
        let components = FakeComponents::new(&database, move |_, _| {
            let mut replies = replies.lock().unwrap();
            if replies.len() > 1 { replies.remove(0) } else { replies[0].clone() }
        });
        let components = Arc::new(if inbox { components } else { components.without_inbox() });
        let names = |name: &str| [name.to_owned()];
        let (listens, grants) = (names("task.completed"), names("create-task"));
        let dispatcher = Dispatcher {
            subscriptions: vec![Subscription::new("recurrence", "/x", &listens, &grants).unwrap()],
            components: Arc::clone(&components) as _,
            alarms: Arc::new(ToldAlarms::default()),
            storage: database.storage(),
            clock: fakes::clock(),
        };
        let (inlet, published) = (Arc::new(Inlet::new(dispatcher)), Arc::default());
        let (asked, stop) = (Arc::new(Notify::new()), CancellationToken::new());
        let replay = Replay {
            storage: database.storage(),
            inlet: Arc::clone(&inlet),
            publisher: Arc::new(Kept(Arc::clone(&published))),
            clock: fakes::clock(),
            asked: Arc::clone(&asked),
        };
        tokio::spawn(replay.run(stop.clone()));
        Self { database, components, published, completed, inlet, asked, stop }
    }

    /// Sets the event aside for `consumer` and returns the number of the letter.
    async fn letter(&self, consumer: &str) -> u64 {
        let (storage, clock) = (self.database.storage(), fakes::clock());
        let reason = "the first reason".to_owned();
        set_aside(&storage, &*clock, &self.completed, consumer, reason).await.unwrap();
        let letters = self.database.store().dead_letters(10).unwrap();
        letters.iter().find(|letter| letter.consumer == consumer).unwrap().id
    }

    async fn ask(&self, id: u64) -> Requested {
        let requested = request(&self.database.storage(), id, testkit::now()).await.unwrap();
        self.asked.notify_one();
        requested
    }

    fn letters(&self) -> Vec<(String, String, bool)> {
        let letters = self.database.store().dead_letters(10).unwrap().into_iter();
        letters.map(|one| (one.consumer, one.reason, one.replay_at_ms.is_some())).collect()
    }

    fn children(&self) -> Vec<Vec<Value>> {
        self.database.store().sql().rows("select count(*) from tasks where title = 'next'")
    }
}

fn next() -> Reply {
    let effect = json!({"effect": "create-task", "task": {"title": "next"}});
    Reply::Effects(vec![serde_json::from_value(effect).unwrap()])
}

async fn seconds(seconds: u64) {
    sleep(Duration::from_secs(seconds)).await;
}

#[tokio::test(start_paused = true)]
async fn a_letter_whose_consumer_was_put_right_takes_effect_and_goes_away() {
    let rig = Rig::start(vec![Reply::Status(422), next()], true);
    rig.inlet.take(&rig.completed).await.unwrap();
    assert_eq!(rig.letters().len(), 1, "it was set aside");
    let id = rig.database.store().dead_letters(1).unwrap()[0].id;
    assert!(matches!(rig.ask(id).await, Requested::Taken(letter) if letter.id == id));
    seconds(1).await;
    assert_eq!((rig.letters(), rig.children()), (vec![], vec![vec![Value::Integer(1)]]));
    let call = rig.components.calls().pop().unwrap();
    assert_eq!(call.event, rig.completed.envelope(), "it is the event as it was");
}

/// The event took effect; a letter about it is there all the same, and is replayed twice.
async fn replay_what_took_effect(inbox: bool) -> Vec<Vec<Value>> {
    let rig = Rig::start(vec![next()], inbox);
    rig.inlet.take(&rig.completed).await.unwrap();
    for _ in 0..2 {
        let id = rig.letter("recurrence").await;
        rig.ask(id).await;
        seconds(1).await;
        assert_eq!(rig.letters(), []);
    }
    rig.children()
}

#[tokio::test(start_paused = true)]
async fn a_replay_of_what_took_effect_doubles_nothing() {
    assert_eq!(replay_what_took_effect(true).await, [[Value::Integer(1)]]);
}

#[tokio::test(start_paused = true)]
async fn the_same_replays_without_the_inbox_are_seen_to_double() {
    assert_eq!(replay_what_took_effect(false).await, [[Value::Integer(3)]]);
}

#[tokio::test(start_paused = true)]
async fn what_is_refused_again_stays_with_the_new_reason_and_waits_for_the_next_request() {
    let rig = Rig::start(vec![Reply::Status(422)], true);
    let id = rig.letter("recurrence").await;
    rig.ask(id).await;
    seconds(60).await;
    let letters = rig.letters();
    assert!(letters[0].1.contains("422"), "{letters:?}");
    assert!(!letters[0].2, "nobody asks for it any more");
    assert_eq!(rig.components.calls().len(), 1, "it is tried once for each request");
}

#[tokio::test(start_paused = true)]
async fn one_that_does_not_get_through_is_tried_again_and_keeps_no_other_waiting() {
    let rig = Rig::start(vec![Reply::Unreachable, Reply::Status(503), next()], true);
    let (one, bus) = (rig.letter("recurrence").await, rig.letter("bus").await);
    rig.ask(one).await;
    rig.ask(bus).await;
    seconds(1).await;
    assert_eq!(
        *rig.published.lock().unwrap(),
        [LogRow { correlation_id: rig.completed.event_id.to_string(), ..rig.completed.clone() }]
    );
    assert_eq!(rig.letters().len(), 1);
    seconds(20).await;
    assert_eq!((rig.letters(), rig.children()), (vec![], vec![vec![Value::Integer(1)]]));
}

#[tokio::test(start_paused = true)]
async fn a_request_outlives_the_process_that_took_it() {
    let rig = Rig::start(vec![next()], true);
    rig.stop.cancel();
    seconds(1).await;
    let id = rig.letter("recurrence").await;
    rig.ask(id).await;
    seconds(60).await;
    assert_eq!(rig.letters().len(), 1, "nobody is there");
    let replay = Replay {
        storage: rig.database.reborn(None).storage(),
        inlet: Arc::clone(&rig.inlet),
        publisher: Arc::new(Kept(Arc::default())),
        clock: fakes::clock(),
        asked: Arc::default(),
    };
    tokio::spawn(replay.run(CancellationToken::new()));
    seconds(1).await;
    assert_eq!(rig.letters(), []);
}

#[tokio::test(start_paused = true)]
async fn some_letters_are_for_reading_only() {
    let rig = Rig::start(vec![next()], true);
    let id = rig.letter("notify:webhook").await;
    assert_eq!(rig.ask(id).await, Requested::Notification);
    assert_eq!(rig.ask(id + 1).await, Requested::Gone);
    let unknown = rig.letter("gone").await;
    rig.ask(unknown).await;
    seconds(1).await;
    let letters = rig.letters();
    let reason = "there is no handler `gone`";
    assert!(letters.contains(&("gone".to_owned(), reason.to_owned(), false)), "{letters:?}");
}
