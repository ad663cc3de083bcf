//! Writers at once: one wins, nobody waits for ever, and a user's events stay in order.

use std::{collections::BTreeMap, sync::Barrier, thread};

use domain::{
    change::{ChangeSet, IdempotencyRecord, InboxKey, ReminderFire},
    task::{Series, Task},
};
use store::{ApplyError, Conflict, Store, Value};
use testkit::{
    Ids, a_task,
    change::created,
    clock,
    task::{USER, a_reminder},
};

use super::database;

const WRITERS: u64 = 6;

fn migrated() -> Store<database::Connection> {
    let store = Store::new(database::shared());
    store::migrate(store.sql()).unwrap();
    store
}

/// The same thing done by everybody at once.
fn at_once<T: Send>(
    store: &Store<database::Connection>,
    work: impl Fn(&Store<database::Connection>, u64) -> T + Sync,
) -> Vec<T> {
    let start = Barrier::new(WRITERS as usize);
    let run = |writer| {
        let own = Store::new(store.sql().another());
        start.wait();
        work(&own, writer)
    };
    let run = &run;
    thread::scope(|scope| {
        let all: Vec<_> = (0..WRITERS).map(|n| scope.spawn(move || run(n))).collect();
        all.into_iter().map(|one| one.join().unwrap()).collect()
    })
}

#[track_caller]
fn check(change: impl Fn(u64, u64) -> ChangeSet + Sync, conflict: Conflict) {
    let store = migrated();
    let reminders = vec![a_reminder(clock::id(20), clock::now())];
    let task = Task { id: clock::id(4_000), reminders, ..a_task() };
    store.apply(&created(&task, &mut Ids::after(900_000))).unwrap();
    for round in 1..=8 {
        let done = at_once(&store, |store, writer| store.apply(&change(round, writer)));
        let won = done.iter().filter(|done| done.is_ok()).count();
        let lost = Err(ApplyError::Conflict(conflict));
        assert_eq!(won, usize::from(conflict != Conflict::Reminder || round == 1), "{done:?}");
        assert_eq!(done.iter().filter(|done| **done == lost).count(), done.len() - won, "{done:?}");
    }
}

fn empty() -> ChangeSet {
    ChangeSet { user_id: USER.to_owned(), ..ChangeSet::default() }
}

#[test]
fn a_delivery_is_taken_by_one() {
    let inbox = |round| InboxKey { consumer: "recurrence".into(), event_id: clock::id(round) };
    check(|round, _| ChangeSet { inbox: Some(inbox(round)), ..empty() }, Conflict::Duplicate);
}

#[test]
fn a_request_is_answered_by_one() {
    let record = |round: u64| IdempotencyRecord {
        key: round.to_string(),
        request_hash: "hash".into(),
        status: 200,
        etag: None,
        location: None,
        body: "{}".into(),
    };
    let change = |round, _| ChangeSet { idempotency: Some(record(round)), ..empty() };
    check(change, Conflict::Idempotency);
}

#[test]
fn a_task_is_created_by_one() {
    let task = |round| Task { id: clock::id(round), ..a_task() };
    let ids = |round, writer| Ids::after(1_000 * (100 * round + writer));
    check(|round, writer| created(&task(round), &mut ids(round, writer)), Conflict::Version);
}

#[test]
fn a_place_in_a_series_is_taken_by_one() {
    let slot = clock::now().naive_utc();
    let series =
        |round: u64| Series { id: clock::id(5_000 + round), occurrence: 2, start: slot, slot };
    let change = |round: u64, writer: u64| {
        let id = clock::id(10_000 * round + writer);
        let task = Task { id, series: Some(series(round)), ..a_task() };
        created(&task, &mut Ids::after(1_000 * (100 * round + writer)))
    };
    check(change, Conflict::Series);
}

#[test]
fn a_reminder_is_fired_by_one() {
    let fire = ReminderFire { reminder_id: clock::id(20), generation: 1 };
    check(|_, _| ChangeSet { fire: vec![fire.clone()], ..empty() }, Conflict::Reminder);
}

/// Two users, written by everybody in turns: each log without a gap, and the relay's order is that of
/// each log.
#[test]
fn the_log_of_each_user_is_without_gaps_and_in_order() {
    const TASKS: u64 = 20;
    let store = migrated();
    at_once(&store, |store, writer| {
        let mut ids = Ids::after(10_000 * (writer + 1));
        for n in 0..TASKS {
            let user_id = ["ada", "bob"][((n + writer) % 2) as usize].to_owned();
            let task = Task { id: clock::id(1_000 * writer + n), user_id, ..a_task() };
            store.apply(&created(&task, &mut ids)).unwrap();
        }
    });
    let mut next = BTreeMap::from([("ada".to_owned(), 1), ("bob".to_owned(), 1)]);
    for row in store.sql().rows("select user_id, seq from events order by position") {
        let [Value::Text(user), Value::Integer(seq)] = &row[..] else { unreachable!("{row:?}") };
        let next = next.get_mut(user).unwrap();
        assert_eq!(seq, next, "{user}");
        *next += 1;
    }
    assert!(next.values().all(|next| *next == (WRITERS * TASKS + 1) as i64), "{next:?}");
}
