//! A `ChangeSet` with one condition that does not hold changes nothing at all.

use domain::{
    change::{ChangeSet, EventBody, Expect, IdempotencyRecord, InboxKey, ReminderFire},
    reminder::ReminderState,
    task::{Series, Task},
};
use proptest::prelude::*;
use store::{ApplyError, Conflict, SqlErrorKind};
use testkit::{
    Ids,
    change::{changed, created, event},
    clock,
    task::{USER, a_reminder},
};

use super::database;
use crate::arbitrary;

/// What is wrong with an otherwise good change.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Flaw {
    Stale,
    Missing,
    Exists,
    Delivered,
    Answered,
    OtherGeneration,
    FiredBefore,
    UnknownReminder,
    PlaceTaken,
    /// No condition of ours: the last event of the change has the id of an earlier one.
    EventTwice,
}

const FLAWS: [Flaw; 10] = [
    Flaw::Stale,
    Flaw::Missing,
    Flaw::Exists,
    Flaw::Delivered,
    Flaw::Answered,
    Flaw::OtherGeneration,
    Flaw::FiredBefore,
    Flaw::UnknownReminder,
    Flaw::PlaceTaken,
    Flaw::EventTwice,
];

/// Ids of what the database holds before the change.
const STORED: u64 = 1;
const WAITING: u64 = 90_001;
const FIRED: u64 = 90_002;
const DELIVERY: u64 = 90_003;
const SERIES: u64 = 90_004;

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn a_refused_change_changes_nothing(
        (stored, edited, new) in (arbitrary::task(1), arbitrary::task(1), arbitrary::task(2)),
        flaw in prop::sample::select(FLAWS.to_vec()),
    ) {
        let store = database::store();
        let mut ids = Ids::new();
        let stored = with_anchors(stored);
        store.apply(&before(&stored, &mut ids)).unwrap();
        let good = good_change(&stored, edited, new, &mut ids);

        let contents = store.sql().contents();
        let refused = store.apply(&with_flaw(good.clone(), flaw)).unwrap_err();
        prop_assert_eq!(expected(&refused), flaw_class(flaw), "{:?}", refused);
        prop_assert_eq!(&store.sql().contents(), &contents);

        // Negative control: without the flaw it is taken and leaves its trace, once.
        store.apply(&good).unwrap();
        prop_assert_ne!(&store.sql().contents(), &contents);
        prop_assert_eq!(store.apply(&good).is_err(), true);
    }
}

/// What is there before: a task with a reminder that waits and one that fired, the second place of a
/// series, a delivery and an answer.
fn before(stored: &Task, ids: &mut Ids) -> ChangeSet {
    ChangeSet { inbox: Some(delivery(0)), idempotency: Some(answer("old")), ..created(stored, ids) }
}

fn with_anchors(stored: Task) -> Task {
    let mut fired = a_reminder(clock::id(FIRED), clock::now());
    fired.state = ReminderState::Fired;
    let slot = clock::now().naive_utc();
    let series = Series { id: clock::id(SERIES), occurrence: 2, start: slot, slot };
    let reminders = vec![a_reminder(clock::id(WAITING), clock::now()), fired];
    Task { version: 1, reminders, series: Some(series), ..stored }
}

/// A change with something of everything.
fn good_change(stored: &Task, edited: Task, new: Task, ids: &mut Ids) -> ChangeSet {
    let edited = Task { version: 2, series: stored.series.clone(), ..edited };
    let mut change = changed(stored, &edited, ids);
    let more = created(&new, ids);
    change.tasks.extend(more.tasks);
    change.expect.extend(more.expect);
    change.events.extend(more.events);
    change.removed = vec![clock::id(77)];
    change.fire = vec![ReminderFire { reminder_id: clock::id(WAITING), generation: 1 }];
    change.inbox = Some(delivery(1));
    change.idempotency = Some(answer("new"));
    change
}

fn with_flaw(mut change: ChangeSet, flaw: Flaw) -> ChangeSet {
    let expect = |id, version| Expect { task_id: clock::id(id), version };
    match flaw {
        Flaw::Stale => change.expect.push(expect(STORED, Some(7))),
        Flaw::Missing => change.expect.push(expect(4711, Some(1))),
        Flaw::Exists => change.expect.push(expect(STORED, None)),
        Flaw::Delivered => change.inbox = Some(delivery(0)),
        Flaw::Answered => change.idempotency = Some(answer("old")),
        Flaw::OtherGeneration => change.fire.push(fire(WAITING, 2)),
        Flaw::FiredBefore => change.fire.push(fire(FIRED, 1)),
        Flaw::UnknownReminder => change.fire.push(fire(4711, 1)),
        Flaw::PlaceTaken => {
            let twin = Task { id: clock::id(3), ..change.tasks[0].clone() };
            change.tasks.push(Task { reminders: vec![], ..twin });
        }
        Flaw::EventTwice => {
            let body = EventBody::TaskCreated(Box::new(change.tasks[0].clone()));
            change.events.push(event(body, &mut Ids::new()));
        }
    }
    change
}

fn flaw_class(flaw: Flaw) -> Result<Conflict, SqlErrorKind> {
    match flaw {
        Flaw::Stale | Flaw::Missing | Flaw::Exists => Ok(Conflict::Version),
        Flaw::Delivered => Ok(Conflict::Duplicate),
        Flaw::Answered => Ok(Conflict::Idempotency),
        Flaw::OtherGeneration | Flaw::FiredBefore | Flaw::UnknownReminder => Ok(Conflict::Reminder),
        Flaw::PlaceTaken => Ok(Conflict::Series),
        Flaw::EventTwice => Err(SqlErrorKind::Other),
    }
}

fn expected(error: &ApplyError) -> Result<Conflict, SqlErrorKind> {
    match error {
        ApplyError::Conflict(conflict) => Ok(*conflict),
        ApplyError::Unavailable(error) => Err(error.kind()),
    }
}

fn fire(id: u64, generation: u32) -> ReminderFire {
    ReminderFire { reminder_id: clock::id(id), generation }
}

fn delivery(n: u64) -> InboxKey {
    InboxKey { consumer: "recurrence".to_owned(), event_id: clock::id(DELIVERY + n * 1000) }
}

fn answer(key: &str) -> IdempotencyRecord {
    IdempotencyRecord {
        key: key.to_owned(),
        request_hash: USER.to_owned(),
        status: 200,
        etag: None,
        location: None,
        body: "{}".to_owned(),
    }
}
