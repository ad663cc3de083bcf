//! Order, retries, parking, outages, and death at every statement.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Mutex,
    time::Duration,
};

use domain::task::Task;
use events::{Envelope, effect::Effect};
use serde_json::json;
use store::Value;
use testkit::{Ids, a_task, change, task::done};
use tokio::time::Instant;
use uuid::Uuid;

use super::*;
use crate::{
    alarm::Alarms,
    bus::{Inlet, embedded::EmbeddedBus},
    dispatcher::{Dispatcher, Subscription},
    fakes::{self, Death, FakeComponents, FakeDatabase, Reply},
    stream::Hub,
};

/// Runs a relay over the embedded bus; `recurrence` listens to completions and makes tasks.
struct Rig {
    database: FakeDatabase,
    components: Arc<FakeComponents>,
    shutdown: CancellationToken,
    relay: tokio::task::JoinHandle<()>,
}

fn start(database: &FakeDatabase, components: FakeComponents) -> Rig {
    let (clock, components) = (fakes::clock(), Arc::new(components));
    let names = |name: &str| [name.to_owned()];
    let path = "/internal/handlers/recurrence";
    let listens = names("task.completed");
    let recurrence =
        Subscription::new("recurrence", path, &listens, &names("create-task")).unwrap();
    let shutdown = CancellationToken::new();
    let dispatcher = Dispatcher {
        subscriptions: vec![recurrence],
        components: Arc::clone(&components) as _,
        alarms: Arc::new(Alarms::new(Arc::clone(&clock))),
        storage: database.storage(),
        clock: Arc::clone(&clock),
    };
    let hub = Arc::new(Hub::new(database.storage(), shutdown.clone()));
    let bus = Arc::new(EmbeddedBus::new(Arc::new(Inlet::new(dispatcher)), hub));
    let relay = Relay::new(database.storage(), bus, clock, database.committed(), Pace::default());
    let relay = tokio::spawn(relay.run(shutdown.clone()));
    Rig { database: database.clone(), components, shutdown, relay }
}

impl Rig {
    async fn stop(self) {
        self.shutdown.cancel();
        self.relay.await.unwrap();
    }

    async fn kill(self) {
        self.database.kill();
        self.relay.abort();
        let _ = self.relay.await; // It says that it was aborted.
    }
}

/// Completes a new task of `user`; returns the id of the `task.completed`.
fn complete_one(database: &FakeDatabase, user: &str, ids: &mut Ids) -> Uuid {
    let task = Task { id: ids.next_id(), user_id: user.to_owned(), ..a_task() };
    database.create(&task, ids);
    let completed = change::changed(&task, &done(&task), ids);
    database.apply(&completed);
    completed.events[0].id
}

fn next_of(_: &str, event: &Envelope) -> Reply {
    let task = json!({"title": format!("after {}", event.event_id)});
    let effect = json!({"effect": "create-task", "task": task});
    Reply::Effects(vec![serde_json::from_value::<Effect>(effect).unwrap()])
}

fn nothing(_: &str, _: &Envelope) -> Reply {
    Reply::Effects(Vec::new())
}

/// For each user the events, in the order in which they were first delivered.
fn first_deliveries(events: &[Envelope]) -> BTreeMap<String, Vec<Uuid>> {
    let (mut seen, mut users) = (BTreeSet::new(), BTreeMap::<String, Vec<Uuid>>::new());
    for event in events {
        if seen.insert(event.event_id) {
            users.entry(event.user_id.clone()).or_default().push(event.event_id);
        }
    }
    users
}

fn envelopes(components: &FakeComponents) -> Vec<Envelope> {
    components.calls().into_iter().map(|call| call.event).collect()
}

#[tokio::test(start_paused = true)]
async fn events_reach_the_handlers_in_order_for_each_user() {
    let (database, mut ids) = (FakeDatabase::new(), Ids::new());
    let rig = start(&database, FakeComponents::new(&database, nothing));
    let mut expect = BTreeMap::<String, Vec<Uuid>>::new();
    for n in 0..300 {
        let user = format!("user-{}", n % 50);
        expect.entry(user.clone()).or_default().push(complete_one(&database, &user, &mut ids));
        if n % 7 == 0 {
            tokio::task::yield_now().await;
        }
    }
    database.until_published().await;
    assert_eq!(rig.components.calls().len(), 300, "nothing is delivered twice");
    assert_eq!(first_deliveries(&envelopes(&rig.components)), expect);
    rig.stop().await;
}

#[tokio::test(start_paused = true)]
async fn a_commit_wakes_the_relay_at_once_and_the_poll_covers_a_lost_signal() {
    let (database, mut ids) = (FakeDatabase::new(), Ids::new());
    let rig = start(&database, FakeComponents::new(&database, nothing));
    tokio::time::sleep(Duration::from_millis(10)).await;
    let start = Instant::now();
    complete_one(&database, "ada", &mut ids);
    database.until_published().await;
    assert!(start.elapsed() < Duration::from_millis(5), "{:?}", start.elapsed());

    // Another process writes: nobody counts its commits here.
    let task = Task { id: ids.next_id(), user_id: "bob".to_owned(), ..a_task() };
    tokio::time::sleep(Duration::from_millis(10)).await;
    database.store().apply(&change::created(&task, &mut ids)).unwrap();
    let start = Instant::now();
    database.until_published().await;
    assert!(start.elapsed() <= Duration::from_millis(251), "{:?}", start.elapsed());
    rig.stop().await;
}

#[tokio::test(start_paused = true)]
async fn a_poison_event_parks_its_own_user_only() {
    let (database, mut ids) = (FakeDatabase::new(), Ids::new());
    let poison = complete_one(&database, "ada", &mut ids);
    let behind = complete_one(&database, "ada", &mut ids);
    let other = complete_one(&database, "bob", &mut ids);
    let healed = Arc::new(Mutex::new(false));
    let components = FakeComponents::new(&database, {
        let healed = Arc::clone(&healed);
        move |path, event| match event.event_id == poison && !*healed.lock().unwrap() {
            true => Reply::Status(500),
            false => nothing(path, event),
        }
    });
    let began = Instant::now();
    let rig = start(&database, components);
    database.until(|store| store.lag().unwrap().parked_users == 1).await;
    let took = began.elapsed();

    let delivered = rig.components.delivered();
    assert_eq!(delivered.iter().filter(|id| **id == poison).count(), 8);
    assert!(took > Duration::from_secs(31) && took < Duration::from_secs(64), "{took:?}");
    assert!(delivered.contains(&other) && !delivered.contains(&behind));
    let error = database.event_column("last_error", poison);
    let text = "the answer for `recurrence` was 500 Internal Server Error TASKLOOM-0028";
    assert_eq!(error, Value::Text(text.to_owned()));

    // The operator puts it right and releases the user: the rest follows in order.
    *healed.lock().unwrap() = true;
    database.store().release("ada").unwrap();
    database.until_published().await;
    assert_eq!(rig.components.delivered().last(), Some(&behind));
    rig.stop().await;
}

#[tokio::test(start_paused = true)]
async fn what_can_never_be_handled_lets_the_events_behind_it_pass() {
    let (database, mut ids) = (FakeDatabase::new(), Ids::new());
    let bad = complete_one(&database, "ada", &mut ids);
    let behind = complete_one(&database, "ada", &mut ids);
    let components =
        FakeComponents::new(&database, move |path, event| match event.event_id == bad {
            true => Reply::Status(422),
            false => next_of(path, event),
        });
    let rig = start(&database, components);
    database.until_published().await;
    assert_eq!(rig.components.delivered(), [bad, behind]);
    let letters = database.store().dead_letters(10).unwrap();
    assert_eq!(letters.len(), 1);
    assert_eq!((letters[0].consumer.as_str(), letters[0].event_id), ("recurrence", bad));
    rig.stop().await;
}

#[tokio::test(start_paused = true)]
async fn an_outage_is_nobodys_fault_and_parks_nobody() {
    let (database, mut ids) = (FakeDatabase::new(), Ids::new());
    let event = complete_one(&database, "ada", &mut ids);
    let since = Instant::now();
    let components = FakeComponents::new(&database, move |path, event| {
        match since.elapsed() < Duration::from_secs(600) {
            true => Reply::Unreachable,
            false => next_of(path, event),
        }
    });
    let rig = start(&database, components);
    database.until_published().await;
    assert!(since.elapsed() < Duration::from_secs(611), "{:?}", since.elapsed());
    let calls = rig.components.calls().len();
    assert!((50..200).contains(&calls), "{calls} calls in ten minutes");
    assert_eq!(database.event_column("attempts", event), Value::Integer(0));
    rig.stop().await;
}

#[tokio::test(start_paused = true)]
async fn an_event_for_which_there_is_no_room_waits_as_long_as_it_takes_and_alone() {
    let (database, mut ids) = (FakeDatabase::new(), Ids::new());
    let waits = complete_one(&database, "ada", &mut ids);
    let other = complete_one(&database, "bob", &mut ids);
    let began = Instant::now();
    let components = FakeComponents::new(&database, move |path, event| {
        match event.event_id == waits && began.elapsed() < Duration::from_secs(120) {
            true => Reply::Busy,
            false => next_of(path, event),
        }
    });
    let rig = start(&database, components);
    database.until_published().await;
    let delivered = rig.components.delivered();
    assert!(delivered[..3].contains(&other), "others do not wait");
    assert!(delivered.len() > 100, "{} deliveries", delivered.len());
    assert_eq!(database.event_column("attempts", waits), Value::Integer(0));
    rig.stop().await;
}

#[tokio::test(start_paused = true)]
async fn an_outage_is_not_hammered_however_many_users_wait() {
    let (database, mut ids) = (FakeDatabase::new(), Ids::new());
    for n in 0..300 {
        complete_one(&database, &format!("user-{n}"), &mut ids);
    }
    let rig = start(&database, FakeComponents::new(&database, |_, _| Reply::Unreachable));
    tokio::time::sleep(Duration::from_secs(60)).await;
    let calls = rig.components.calls().len();
    assert!(calls < 16 * 32, "{calls} calls in a minute");
    rig.stop().await;
}

#[tokio::test(start_paused = true)]
async fn marks_of_many_users_share_a_statement() {
    let (database, mut ids) = (FakeDatabase::new(), Ids::new());
    for n in 0..300 {
        complete_one(&database, &format!("user-{n}"), &mut ids);
    }
    let rig = start(&database, FakeComponents::new(&database, nothing));
    database.until_published().await;
    let statements = database.statements();
    assert!(statements < 100, "{statements} statements for 300 users");
    rig.stop().await;
}

#[tokio::test(start_paused = true)]
async fn a_bug_met_by_one_event_is_a_failure_of_that_event() {
    let (database, mut ids) = (FakeDatabase::new(), Ids::new());
    let bad = complete_one(&database, "ada", &mut ids);
    let other = complete_one(&database, "bob", &mut ids);
    let components =
        FakeComponents::new(&database, move |path, event| match event.event_id == bad {
            true => Reply::Panic,
            false => next_of(path, event),
        });
    let rig = start(&database, components);
    database.until(|store| store.lag().unwrap().parked_users == 1).await;
    assert!(rig.components.delivered().contains(&other));
    rig.stop().await;
}

#[tokio::test(start_paused = true)]
async fn a_stop_finishes_what_is_on_its_way_and_a_drained_event_is_not_delivered_again() {
    let (database, mut ids) = (FakeDatabase::new(), Ids::new());
    let rig = start(&database, FakeComponents::new(&database, next_of));
    tokio::task::yield_now().await;
    let event = complete_one(&database, "ada", &mut ids);
    while rig.components.calls().is_empty() {
        tokio::task::yield_now().await;
    }
    rig.stop().await;
    assert_ne!(database.event_column("published_at", event), Value::Null);
    let next = database.reborn(None);
    let rig = start(&next, FakeComponents::new(&next, next_of));
    next.until_published().await;
    assert!(rig.components.delivered().is_empty());
    rig.stop().await;
}

/// What has to hold after any number of lives.
fn check_ledger(
    database: &FakeDatabase,
    completions: &BTreeMap<String, Vec<Uuid>>,
    lives: &[Vec<Envelope>],
) -> Result<(), String> {
    for id in completions.values().flatten() {
        let sql = format!("select count(*) from tasks where title = 'after {id}'");
        let count = database.store().sql().rows(&sql).remove(0).remove(0);
        if count != Value::Integer(1) {
            return Err(format!("{id} led to {count:?} tasks"));
        }
    }
    if first_deliveries(&lives.concat()) != *completions {
        return Err("the first deliveries are out of order".to_owned());
    }
    for life in lives {
        for (user, delivered) in first_deliveries(life) {
            // A life may begin anywhere in the log, and goes on from there in order.
            let all = &completions[&user];
            if !all.windows(delivered.len()).any(|window| window == delivered) {
                return Err(format!("one life of {user} is out of order"));
            }
        }
    }
    Ok(())
}

/// One life that dies as `death` says, then one that does not. How many statements a life without
/// death needs is returned too.
async fn die_and_go_on(death: Option<Death>, inbox: bool) -> (Result<(), String>, usize) {
    let (database, mut ids) = (FakeDatabase::new(), Ids::new());
    let mut completions = BTreeMap::<String, Vec<Uuid>>::new();
    for user in ["ada", "bob", "ada", "ada", "bob"] {
        let id = complete_one(&database, user, &mut ids);
        completions.entry(user.to_owned()).or_default().push(id);
    }
    let mut lives = Vec::new();
    let mut statements = 0;
    for death in [death, None] {
        let life = database.reborn(death);
        let components = FakeComponents::new(&life, next_of);
        let components = if inbox { components } else { components.without_inbox() };
        let rig = start(&life, components);
        tokio::select! {
            () = life.until_published() => {}
            () = life.until_dead() => {}
        }
        lives.push(envelopes(&rig.components));
        statements = statements.max(life.statements());
        rig.kill().await;
    }
    (check_ledger(&database, &completions, &lives), statements)
}

async fn die_everywhere(inbox: bool) -> Result<(), String> {
    let (sound, statements) = die_and_go_on(None, inbox).await;
    sound?;
    assert!(statements > 10, "{statements} statements");
    for number in 0..=statements {
        for death in [Death::Before(number), Death::After(number)] {
            let (ledger, _) = die_and_go_on(Some(death), inbox).await;
            ledger.map_err(|found| format!("{death:?}: {found}"))?;
        }
    }
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn death_at_any_statement_loses_doubles_and_reorders_nothing() {
    assert_eq!(die_everywhere(true).await, Ok(()));
}

#[tokio::test(start_paused = true)]
async fn the_same_deaths_without_the_inbox_are_seen_to_double() {
    let found = die_everywhere(false).await.unwrap_err();
    assert!(found.contains("led to Integer(2) tasks"), "{found}");
}

/// Drops the relay after so many polls of its task, wherever it is then.
async fn drop_after(polls: usize) -> Result<(), String> {
    let (database, mut ids) = (FakeDatabase::new(), Ids::new());
    let mut completions = BTreeMap::<String, Vec<Uuid>>::new();
    for user in ["ada", "bob", "ada"] {
        let id = complete_one(&database, user, &mut ids);
        completions.entry(user.to_owned()).or_default().push(id);
    }
    let first = database.reborn(None);
    let rig = start(&first, FakeComponents::new(&first, next_of));
    for _ in 0..polls {
        tokio::task::yield_now().await;
    }
    let mut lives = vec![envelopes(&rig.components)];
    rig.kill().await;
    let life = database.reborn(None);
    let rig = start(&life, FakeComponents::new(&life, next_of));
    life.until_published().await;
    lives.push(envelopes(&rig.components));
    rig.kill().await;
    check_ledger(&database, &completions, &lives)
}

#[tokio::test(start_paused = true)]
async fn a_relay_dropped_at_any_await_loses_doubles_and_reorders_nothing() {
    for polls in 0..120 {
        assert_eq!(drop_after(polls).await, Ok(()), "dropped after {polls} polls");
    }
}
