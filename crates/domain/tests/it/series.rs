//! Exactly one next instance, whatever happens in which order.

use domain::{
    change::{ChangeSet, EventBody, Expect},
    command::{NewTask, TaskPatch},
    decide::{self, Refusal},
    recurrence::{series_instance_id, successor},
    task::{Status, Task},
};

use crate::{
    support::{World, due, every, kinds, new_task, trigger, zone},
    vectors::row_says,
};

fn rent(world: &mut World) -> Task {
    let due = due("2026-01-31 09:00 Europe/Berlin");
    let repeat = every("FREQ=MONTHLY;BYMONTHDAY=31");
    world.create(NewTask { due: Some(due), repeat: Some(repeat), ..new_task("Pay rent") }).unwrap()
}

/// What the handler wishes for and the platform decides about it.
fn follow(world: &mut World, event: &Task, current: &Task, child_exists: bool) -> ChangeSet {
    let wish = successor(event, event.completed_at.unwrap(), &zone("UTC")).unwrap();
    world.decide(|ctx| decide::next_instance(wish, current, &[], child_exists, ctx)).unwrap()
}

#[test]
fn the_first_instance_starts_the_series() {
    let mut world = World::at("2026-01-01T08:00:00Z");
    let first = rent(&mut world);
    let series = first.series.unwrap();
    assert_eq!((series.id, series.occurrence), (first.id, 1));
    assert_eq!(series.start.to_string(), "2026-01-31 09:00:00");
    assert_eq!(series.slot, series.start);
}

#[test]
fn the_next_instance_has_an_id_that_follows_from_its_place() {
    let mut world = World::at("2026-01-31T08:00:00Z");
    let first = rent(&mut world);
    let done = world.complete(&first);
    let set = follow(&mut world, &done, &done, false);
    let id = series_instance_id(first.id, 2);
    let child = set.task(id).unwrap();
    assert_eq!(child.due, Some(due("2026-02-28 09:00 Europe/Berlin")));
    assert_eq!(child.series.as_ref().unwrap().occurrence, 2);
    assert_eq!((child.status, child.version), (Status::Open, 1));
    assert_eq!(kinds(&set), ["created", "state_changed"]);
    assert_eq!(
        set.expect,
        [Expect { task_id: id, version: None }, Expect { task_id: done.id, version: Some(2) }]
    );
}

#[test]
fn i1_i2_a_second_delivery_creates_nothing() {
    let mut world = World::at("2026-01-31T08:00:00Z");
    let first = rent(&mut world);
    let done = world.complete(&first);
    let (one, other) =
        (follow(&mut world, &done, &done, false), follow(&mut world, &done, &done, false));
    assert_eq!(one.tasks[0].id, other.tasks[0].id);
    row_says("I2", "one task (id = f(series, occurrence");
    assert!(follow(&mut world, &done, &done, true).is_empty());
    row_says("I1", "exactly one next instance, same id");
}

#[test]
fn i3_the_event_is_stored_with_the_completion_and_leads_to_one_instance_however_late() {
    let mut world = World::at("2026-01-31T08:00:00Z");
    let first = rent(&mut world);
    let set = world.decide(|ctx| decide::complete(&first, ctx)).unwrap();
    // One change set: after a crash there are both, the row and the event that was not yet published.
    let done = set.task(first.id).unwrap().clone();
    let EventBody::TaskCompleted(event) = &set.events[0].body else { panic!("{:?}", kinds(&set)) };
    assert_eq!(event.after, done);

    world.move_to("2026-02-03T08:00:00Z");
    let replayed = follow(&mut world, &event.after, &done, false);
    assert_eq!(replayed.tasks[0].id, series_instance_id(first.id, 2));
    assert_eq!(replayed.tasks[0].due, Some(due("2026-02-28 09:00 Europe/Berlin")));
    assert!(follow(&mut world, &event.after, &done, true).is_empty());
    row_says("I3", "next instance still appears once (outbox replay)");
}

#[test]
fn ending_the_series_leaves_this_instance_alone_and_leads_to_no_other() {
    let mut world = World::at("2026-01-31T08:00:00Z");
    let first = rent(&mut world);
    let patch = TaskPatch { repeat: Some(None), ..TaskPatch::default() };
    let set = world.decide(|ctx| decide::update(&first, patch, ctx)).unwrap();
    let last = set.tasks[0].clone();
    assert_eq!((&last.due, &last.series), (&first.due, &first.series));
    let done = world.complete(&last);
    assert_eq!(successor(&done, done.completed_at.unwrap(), &zone("UTC")), None);
}

#[test]
fn a_moment_that_the_due_date_has_passed_does_not_stop_the_series() {
    let mut world = World::at("2026-01-30T08:00:00Z");
    let moment = vec![trigger("2026-01-31T08:00:00+01:00")];
    let reminded = NewTask { reminders: moment, due: rent(&mut world).due, ..new_task("it") };
    let repeat = Some(every("FREQ=MONTHLY;BYMONTHDAY=31"));
    let task = world.create(NewTask { repeat, ..reminded }).unwrap();
    let earlier = TaskPatch {
        due: Some(Some(due("2026-01-30 09:00 Europe/Berlin"))),
        ..TaskPatch::default()
    };
    let set = world.decide(|ctx| decide::update(&task, earlier, ctx)).unwrap();
    let done = world.complete(&set.tasks[0]);
    let next = follow(&mut world, &done, &done, false).tasks[0].clone();
    assert_eq!(next.due, Some(due("2026-02-28 09:00 Europe/Berlin")));
    assert_eq!(next.reminders[0].fire_at.to_rfc3339(), "2026-03-01T07:00:00+00:00");
}

#[test]
fn i4_editing_a_done_task_only_updates_it() {
    let mut world = World::at("2026-01-31T08:00:00Z");
    let first = rent(&mut world);
    let done = world.complete(&first);
    let patch = TaskPatch { title: Some("Paid".to_owned()), ..TaskPatch::default() };
    let set = world.decide(|ctx| decide::update(&done, patch, ctx)).unwrap();
    assert_eq!(kinds(&set), ["updated", "state_changed"]);
    assert_eq!(set.tasks[0].completed_at, done.completed_at);
    row_says("I4", "no new instance");
}

#[test]
fn i5_undo_takes_an_untouched_child_back_and_completing_again_makes_it_again() {
    let mut world = World::at("2026-01-31T08:00:00Z");
    let first = rent(&mut world);
    let done = world.complete(&first);
    let child = follow(&mut world, &done, &done, false).tasks[0].clone();

    let undo = world.decide(|ctx| decide::reopen(&done, Some(&child), &[], ctx)).unwrap();
    let open = undo.task(first.id).unwrap().clone();
    assert_eq!((open.status, open.completed_at, open.version), (Status::Open, None, 3));
    assert_eq!(undo.removed, [child.id]);
    assert!(undo.task(child.id).is_none());
    assert_eq!(kinds(&undo), ["updated", "state_changed", "deleted", "state_changed"]);
    assert_eq!(
        undo.expect,
        [
            Expect { task_id: first.id, version: Some(2) },
            Expect { task_id: child.id, version: Some(1) }
        ]
    );

    // The old event arrives once more: the task is open, so nothing comes of it.
    assert!(follow(&mut world, &done, &open, false).is_empty());
    let again = world.complete(&open);
    assert_eq!(follow(&mut world, &again, &again, false).tasks[0].id, child.id);
    row_says("I5", "one next instance; undo removes the child only if it was not edited");
}

#[test]
fn a_child_that_was_touched_stays() {
    let mut world = World::at("2026-01-31T08:00:00Z");
    let first = rent(&mut world);
    let done = world.complete(&first);
    let child = follow(&mut world, &done, &done, false).tasks[0].clone();
    let edited = Task { version: 2, ..child.clone() };
    let completed = world.complete(&child);
    let deleted = Task { deleted_at: Some(world.now), ..child.clone() };
    let foreign = Task { series: None, ..child };
    for child in [edited, completed, deleted, foreign] {
        let undo = world.decide(|ctx| decide::reopen(&done, Some(&child), &[], ctx)).unwrap();
        assert!(undo.removed.is_empty());
        assert_eq!(kinds(&undo), ["updated", "state_changed"]);
    }
}

#[test]
fn undo_before_the_child_exists_expects_that_it_does_not() {
    let mut world = World::at("2026-01-31T08:00:00Z");
    let first = rent(&mut world);
    let done = world.complete(&first);
    let undo = world.decide(|ctx| decide::reopen(&done, None, &[], ctx)).unwrap();
    let child = series_instance_id(first.id, 2);
    assert!(undo.expect.contains(&Expect { task_id: child, version: None }));
}

#[test]
fn an_instance_that_does_not_follow_is_refused() {
    let mut world = World::at("2026-01-31T08:00:00Z");
    let first = rent(&mut world);
    let done = world.complete(&first);
    let wish = successor(&done, world.now, &zone("UTC")).unwrap();

    let mut later = wish.clone();
    later.series.occurrence = 3;
    let mut other_series = wish.clone();
    other_series.series.id = uuid::Uuid::nil();
    let mut other_task = wish.clone();
    other_task.predecessor = uuid::Uuid::nil();
    for wish in [later, other_series, other_task] {
        let refusal =
            world.decide(|ctx| decide::next_instance(wish, &done, &[], false, ctx)).unwrap_err();
        assert_eq!(refusal.field().as_deref(), Some("series"));
    }
    let foreign = Task { user_id: "eve".to_owned(), ..done };
    let refusal = world.decide(|ctx| decide::next_instance(wish, &foreign, &[], false, ctx));
    assert!(matches!(refusal, Err(Refusal::NotASuccessor { .. })));
}

#[test]
fn a_series_that_was_ended_meanwhile_has_no_next_instance() {
    let mut world = World::at("2026-01-31T08:00:00Z");
    let first = rent(&mut world);
    let done = world.complete(&first);
    let ended = Task { repeat: None, ..done.clone() };
    let deleted = Task { deleted_at: Some(world.now), ..done.clone() };
    assert!(follow(&mut world, &done, &ended, false).is_empty());
    assert!(follow(&mut world, &done, &deleted, false).is_empty());
}

#[test]
fn completing_and_reopening_twice_changes_nothing_the_second_time() {
    let mut world = World::at("2026-01-31T08:00:00Z");
    let open = rent(&mut world);
    assert!(world.decide(|ctx| decide::reopen(&open, None, &[], ctx)).unwrap().is_empty());
    let done = world.complete(&open);
    assert_eq!(done.completed_at, Some(world.now));
    assert!(world.decide(|ctx| decide::complete(&done, ctx)).unwrap().is_empty());
}
