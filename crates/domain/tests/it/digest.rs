//! Late reminders that fire together.

use domain::{
    change::{Digest, Event, EventBody, ReminderFire},
    command::NewTask,
    decide,
    reminder::Trigger,
};
use uuid::Uuid;

use crate::support::{World, new_task};

/// Fires reminders that were due so many milliseconds ago, one of a task each, and groups them.
fn fire(due_ago_ms: &[i64]) -> Vec<Event> {
    let mut world = World::at("2026-09-01T00:00:00Z");
    let now = world.now;
    let mut events = Vec::new();
    for ago_ms in due_ago_ms {
        let at = now - chrono::TimeDelta::milliseconds(*ago_ms);
        world.now = at - chrono::TimeDelta::hours(1);
        let reminders = vec![Trigger::At(at.fixed_offset())];
        let task = world.create(NewTask { reminders, ..new_task("it") }).unwrap();
        world.now = now;
        let fires: Vec<_> = task
            .reminders
            .iter()
            .map(|one| ReminderFire { reminder_id: one.id, generation: one.generation })
            .collect();
        let set = world.decide(|ctx| decide::fire_reminders(&task, &fires, ctx)).unwrap();
        events.extend(set.events);
    }
    decide::group_late(&mut events, &mut || Uuid::from_u128(77));
    events
}

/// `late_by_ms` and place in the digest of each, in order.
#[track_caller]
fn check(due_ago_ms: &[i64], expect: &[(u64, Option<u32>)]) {
    let late = due_ago_ms.iter().filter(|ago_ms| **ago_ms >= 1000).count();
    let found: Vec<_> = fire(due_ago_ms)
        .iter()
        .filter_map(|event| match &event.body {
            EventBody::ReminderTrigger { late_by_ms, digest, .. } => {
                let place = digest.map(|Digest { id, size, position }| {
                    assert_eq!((id, size as usize), (Uuid::from_u128(77), late));
                    position
                });
                Some((*late_by_ms, place))
            }
            _ => None,
        })
        .collect();
    assert_eq!(found, expect);
}

#[test]
fn five_late_ones_come_one_by_one() {
    check(
        &[5000, 4000, 9000, 1000, 2000],
        &[(9000, None), (5000, None), (4000, None), (2000, None), (1000, None)],
    );
}

#[test]
fn six_late_ones_are_numbered_from_the_one_that_is_longest_due() {
    check(
        &[5000, 4000, 9000, 1000, 2000, 3000],
        &[
            (9000, Some(1)),
            (5000, Some(2)),
            (4000, Some(3)),
            (3000, Some(4)),
            (2000, Some(5)),
            (1000, Some(6)),
        ],
    );
}

#[test]
fn what_is_on_time_belongs_to_no_digest_and_comes_after_it() {
    check(
        &[500, 1000, 0, 1001, 1002, 1003, 1004, 999, 1005],
        &[
            (1005, Some(1)),
            (1004, Some(2)),
            (1003, Some(3)),
            (1002, Some(4)),
            (1001, Some(5)),
            (1000, Some(6)),
            (0, None),
            (0, None),
            (0, None),
        ],
    );
    check(
        &[999, 998, 997, 996, 995, 994, 2000],
        &[(2000, None)].iter().copied().chain([(0, None); 6]).collect::<Vec<_>>(),
    );
}
