//! A `ChangeSet` that is taken, and what follows from it.

use std::{sync::Barrier, thread};

use domain::{
    change::{ChangeSet, EventBody, IdempotencyRecord, InboxKey, ReminderFire},
    reminder::{Reminder, ReminderState},
    task::{Series, Task},
};
use store::{ApplyError, Conflict, Store};
use testkit::{
    Ids, a_task,
    change::{changed, created, event},
    clock,
    task::{USER, a_reminder, done},
};

use super::database::{self, Connection};

#[test]
fn every_user_counts_from_one_without_gaps() {
    let store = database::store();
    let mut ids = Ids::new();
    let theirs = Task { user_id: "bob".into(), ..a_task() };
    let first = |change: &ChangeSet| store.apply(change).unwrap().first_seq;
    assert_eq!(first(&created(&a_task(), &mut ids)), 1);
    assert_eq!(first(&created(&theirs, &mut ids)), 1);
    assert_eq!(first(&changed(&a_task(), &done(&a_task()), &mut ids)), 3);

    // A change that was refused takes no number.
    store.apply(&created(&a_task(), &mut ids)).unwrap_err();
    assert_eq!(first(&changed(&theirs, &done(&theirs), &mut ids)), 3);
    assert_eq!(store.last_seq(USER), Ok(4));
    assert_eq!(store.last_seq("bob"), Ok(4));
    assert_eq!(store.last_seq("nobody"), Ok(0));
    let seqs = store.sql().rows("select seq from events order by user_id, position");
    assert_eq!(seqs, [1_i64, 2, 3, 4, 1, 2, 3, 4].map(|seq| vec![seq.into()]));
}

#[test]
fn a_delivery_without_effects_is_remembered() {
    let store = database::store();
    let inbox = InboxKey { consumer: "recurrence".into(), event_id: clock::id(7) };
    let change = ChangeSet { inbox: Some(inbox), ..empty() };
    assert_eq!(store.apply(&change).unwrap().first_seq, 1);
    assert_eq!(store.apply(&change), Err(ApplyError::Conflict(Conflict::Duplicate)));

    let inbox = InboxKey { consumer: "reminders".into(), event_id: clock::id(7) };
    store.apply(&ChangeSet { inbox: Some(inbox), ..empty() }).unwrap();
    assert_eq!(store.last_seq(USER), Ok(0));
}

#[test]
fn an_answer_without_effects_is_remembered() {
    let store = database::store();
    let record = record("key-1");
    let change = ChangeSet { idempotency: Some(record.clone()), ..empty() };
    store.apply(&change).unwrap();
    assert_eq!(store.apply(&change), Err(ApplyError::Conflict(Conflict::Idempotency)));
    assert_eq!(store.idempotent_answer(USER, "key-1"), Ok(Some(record)));
    assert_eq!(store.idempotent_answer(USER, "key-2"), Ok(None));
    assert_eq!(store.idempotent_answer("mallory", "key-1"), Ok(None));
}

#[test]
fn an_empty_change_changes_nothing() {
    let store = database::store();
    let before = store.sql().contents();
    store.apply(&empty()).unwrap();
    assert_eq!(store.sql().contents(), before);
}

/// The condition that tells the caller "this was done" must win over "this is stale".
#[test]
fn a_repetition_is_not_taken_for_a_stale_write() {
    let store = database::store();
    let mut ids = Ids::new();
    let inbox = InboxKey { consumer: "recurrence".into(), event_id: clock::id(7) };
    let delivered = ChangeSet { inbox: Some(inbox), ..created(&a_task(), &mut ids) };
    store.apply(&delivered).unwrap();
    assert_eq!(store.apply(&delivered), Err(ApplyError::Conflict(Conflict::Duplicate)));

    let other = Task { id: clock::id(2), ..a_task() };
    let requested = ChangeSet { idempotency: Some(record("key-1")), ..created(&other, &mut ids) };
    store.apply(&requested).unwrap();
    assert_eq!(store.apply(&requested), Err(ApplyError::Conflict(Conflict::Idempotency)));
}

#[test]
fn a_child_that_is_taken_back_leaves_no_trace_but_its_events() {
    let store = database::store();
    let mut ids = Ids::new();
    let slot = clock::now().naive_utc();
    let child = Task {
        id: clock::id(2),
        tags: vec!["home".into()],
        reminders: vec![a_reminder(clock::id(20), clock::now())],
        series: Some(Series { id: clock::id(1), occurrence: 2, start: slot, slot }),
        ..a_task()
    };
    store.apply(&created(&child, &mut ids)).unwrap();
    let back = ChangeSet { removed: vec![child.id], ..empty() };
    store.apply(&back).unwrap();

    for table in ["tasks", "task_tags", "reminders"] {
        assert!(store.sql().rows(&format!("select * from {table}")).is_empty(), "{table}");
    }
    assert_eq!(store.last_seq(USER), Ok(2));
    // Its place is free again, even within the change that takes it back.
    store.apply(&created(&child, &mut ids)).unwrap();
    let twin = Task { id: clock::id(3), reminders: vec![], ..child.clone() };
    let swap = ChangeSet { removed: vec![child.id], ..created(&twin, &mut ids) };
    store.apply(&swap).unwrap();
    assert_eq!(store.child_of(USER, clock::id(1), 2), Ok(Some(twin)));
}

#[test]
fn a_reminder_fires_once() {
    let (store, task, mut ids) = with_reminder();
    let fire = fire(&task, 1, &mut ids);
    store.apply(&fire).unwrap();
    assert_eq!(state(&store), ReminderState::Fired);
    let again = ChangeSet { events: vec![], ..fire };
    assert_eq!(store.apply(&again), Err(ApplyError::Conflict(Conflict::Reminder)));
}

#[test]
fn an_alarm_of_an_older_generation_does_not_fire() {
    let (store, task, mut ids) = with_reminder();
    let later = rescheduled(&task, 2);
    store.apply(&changed(&task, &later, &mut ids)).unwrap();
    let stale = store.apply(&fire(&task, 1, &mut ids));
    assert_eq!(stale, Err(ApplyError::Conflict(Conflict::Reminder)));
    store.apply(&fire(&later, 2, &mut ids)).unwrap();
}

/// The bridge fires without a new version of the task, so an edit may carry an older state.
#[test]
fn an_edit_does_not_bring_a_fired_reminder_back() {
    let (store, task, mut ids) = with_reminder();
    store.apply(&fire(&task, 1, &mut ids)).unwrap();
    let edited = Task { version: 2, title: "Buy bread".into(), ..task.clone() };
    store.apply(&changed(&task, &edited, &mut ids)).unwrap();
    assert_eq!(state(&store), ReminderState::Fired);
    assert_eq!(store.due_reminders(i64::MAX, 10), Ok(vec![]));

    // A new generation is another promise.
    let later = Task { version: 3, ..rescheduled(&edited, 2) };
    store.apply(&changed(&edited, &later, &mut ids)).unwrap();
    assert_eq!(state(&store), ReminderState::Scheduled);
}

#[test]
fn a_reminder_that_left_the_task_is_gone() {
    let (store, task, mut ids) = with_reminder();
    let without = Task { version: 2, reminders: vec![], ..task.clone() };
    store.apply(&changed(&task, &without, &mut ids)).unwrap();
    assert!(store.sql().rows("select * from reminders").is_empty());
}

#[test]
fn reminders_come_up_earliest_first_until_they_fire() {
    let store = database::store();
    let mut ids = Ids::new();
    let at = |ms| clock::at_ms(clock::now().timestamp_millis() + ms);
    for (n, ms) in [(1, 300), (2, 100), (3, 200)] {
        let reminders = vec![a_reminder(clock::id(10 * n), at(ms))];
        let task = Task { id: clock::id(n), reminders, ..a_task() };
        store.apply(&created(&task, &mut ids)).unwrap();
    }
    let due = |until, limit| {
        let due = store.due_reminders(at(until).timestamp_millis(), limit).unwrap();
        due.into_iter()
            .map(|due| (due.task_id, due.reminder_id, due.generation))
            .collect::<Vec<_>>()
    };
    let nth = |n| (clock::id(n), clock::id(10 * n), 1);
    assert_eq!(due(99, 10), []);
    assert_eq!(due(200, 10), [nth(2), nth(3)]);
    assert_eq!(due(300, 2), [nth(2), nth(3)]);
    assert_eq!(due(300, 10), [nth(2), nth(3), nth(1)]);
}

#[test]
fn writers_at_once_leave_no_gap_and_only_one_of_them_wins() {
    const WRITERS: u64 = 4;
    let store = Store::new(database::shared());
    store::migrate(store.sql()).unwrap();
    store.apply(&created(&a_task(), &mut Ids::after(1_000))).unwrap();

    let start = Barrier::new(WRITERS as usize);
    let write = |writer: u64| {
        let store = Store::new(store.sql().another());
        let mut ids = Ids::after(10_000 * writer);
        start.wait();
        let won = store.apply(&changed(&a_task(), &done(&a_task()), &mut ids)).is_ok();
        for n in 0..20 {
            let task = Task { id: clock::id(100 * writer + n), ..a_task() };
            store.apply(&created(&task, &mut ids)).unwrap();
        }
        won
    };
    let winners = thread::scope(|scope| {
        let write = &write;
        let all: Vec<_> = (1..=WRITERS).map(|n| scope.spawn(move || write(n))).collect();
        all.into_iter().map(|one| one.join().unwrap()).filter(|won| *won).count()
    });
    assert_eq!(winners, 1);
    let events = 2 + 2 + 2 * 20 * WRITERS;
    assert_eq!(store.last_seq(USER), Ok(events));
    let seqs = store.sql().rows("select count(*), count(distinct seq), max(seq) from events");
    assert_eq!(seqs, vec![vec![events.into(); 3]]);
}

fn empty() -> ChangeSet {
    ChangeSet { user_id: USER.to_owned(), ..ChangeSet::default() }
}

fn record(key: &str) -> IdempotencyRecord {
    IdempotencyRecord {
        key: key.to_owned(),
        request_hash: "hash".to_owned(),
        status: 201,
        etag: Some("\"1\"".to_owned()),
        location: None,
        body: r#"{"title":"a \"quoted\" title\n"}"#.to_owned(),
    }
}

fn with_reminder() -> (Store<Connection>, Task, Ids) {
    let store = database::store();
    let mut ids = Ids::new();
    let reminders = vec![a_reminder(clock::id(20), clock::now())];
    let task = Task { reminders, ..a_task() };
    store.apply(&created(&task, &mut ids)).unwrap();
    (store, task, ids)
}

fn rescheduled(task: &Task, generation: u32) -> Task {
    let fire_at = clock::at_ms(clock::now().timestamp_millis() + 60_000);
    let reminder = Reminder { generation, ..a_reminder(clock::id(20), fire_at) };
    Task { version: task.version + 1, reminders: vec![reminder], ..task.clone() }
}

fn fire(task: &Task, generation: u32, ids: &mut Ids) -> ChangeSet {
    let reminder = Reminder { state: ReminderState::Fired, ..task.reminders[0].clone() };
    let task = Box::new(task.clone());
    let body = EventBody::ReminderTrigger { reminder, task, late_by_ms: 0, digest: None };
    ChangeSet {
        fire: vec![ReminderFire { reminder_id: clock::id(20), generation }],
        events: vec![event(body, ids)],
        ..empty()
    }
}

fn state(store: &Store<Connection>) -> ReminderState {
    store.task(USER, a_task().id).unwrap().unwrap().reminders[0].state
}
