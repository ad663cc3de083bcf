//! The parts of an instance travel to the next one, and go with it.

use domain::{
    change::{ChangeSet, Expect},
    command::NewTask,
    decide,
    recurrence::{series_instance_id, successor},
    task::{PARTS_MAX, PARTS_TEXT_MAX_BYTES, Status, Task},
};
use uuid::Uuid;

use crate::{
    support::{World, due, every, kinds, new_task, trigger, zone},
    vectors::row_says,
};

const NOW: &str = "2026-09-21T08:00:00Z";

/// A weekly task for Monday at nine that is done.
fn cleaning(world: &mut World) -> Task {
    let due = Some(due("2026-09-21 09:00 Europe/Berlin"));
    let repeat = Some(every("FREQ=WEEKLY"));
    let open = world.create(NewTask { due, repeat, ..new_task("Clean") }).unwrap();
    world.complete(&open)
}

fn part(world: &mut World, parent: &Task, title: &str) -> Task {
    world.create(NewTask { parent_id: Some(parent.id), ..new_task(title) }).unwrap()
}

fn follow(world: &mut World, done: &Task, parts: &[Task]) -> ChangeSet {
    let wish = successor(done, done.completed_at.unwrap(), &zone("UTC")).unwrap();
    world.decide(|ctx| decide::next_instance(wish, done, parts, false, ctx)).unwrap()
}

fn titles(set: &ChangeSet) -> Vec<&str> {
    set.tasks.iter().map(|task| task.title.as_str()).collect()
}

fn titled<'a>(set: &'a ChangeSet, title: &str) -> &'a Task {
    set.tasks.iter().find(|task| task.title == title).unwrap()
}

#[test]
fn c27_parts_come_along_open_again_in_the_same_change() {
    let mut world = World::at(NOW);
    let clean = cleaning(&mut world);
    let kitchen = part(&mut world, &clean, "Kitchen");
    let kitchen = Task { tags: vec!["wet".to_owned()], ..world.complete(&kitchen) };
    let sink = part(&mut world, &kitchen, "Sink");

    let set = follow(&mut world, &clean, &[kitchen.clone(), sink.clone()]);
    assert_eq!(titles(&set), ["Clean", "Kitchen", "Sink"]);
    assert_eq!(kinds(&set), ["created", "state_changed"].repeat(3));
    let (next, copy) = (titled(&set, "Clean"), titled(&set, "Kitchen"));
    assert_eq!(copy.parent_id, Some(next.id));
    assert_eq!((copy.status, copy.completed_at, copy.version), (Status::Open, None, 1));
    assert_eq!(copy.tags, kitchen.tags);
    assert_eq!(titled(&set, "Sink").parent_id, Some(copy.id));
    for task in &set.tasks {
        assert!(set.expect.contains(&Expect { task_id: task.id, version: None }), "{}", task.title);
    }
    row_says("C27", "checklist unchecked");
}

#[test]
fn the_same_delivery_makes_the_same_ids_and_another_completion_others() {
    let mut world = World::at(NOW);
    let clean = cleaning(&mut world);
    let parts = [part(&mut world, &clean, "Kitchen")];
    let ids = |set: ChangeSet| set.tasks.iter().map(|task| task.id).collect::<Vec<_>>();
    let first = ids(follow(&mut world, &clean, &parts));
    assert_eq!(first, ids(follow(&mut world, &clean, &parts)));
    let again = Task { version: clean.version + 2, ..clean };
    let second = ids(follow(&mut world, &again, &parts));
    assert_eq!(first[0], second[0], "the instance follows from its place");
    assert_ne!(first[1], second[1], "the first copy may live on elsewhere");
}

#[test]
fn dates_and_reminders_of_parts_go_on_as_the_series_does() {
    let mut world = World::at(NOW);
    let clean = cleaning(&mut world);
    let mut dated = part(&mut world, &clean, "Buy soap");
    dated.due = Some(due("2026-09-19"));
    let mut timed = part(&mut world, &clean, "Fetch the keys");
    timed.due = Some(due("2026-09-21 02:30 America/New_York"));
    let reminders = vec![trigger("PT1H"), trigger("2026-09-20T18:00:00+02:00")];
    let reminded = NewTask { due: timed.due.clone(), reminders, ..new_task("") };
    let reminded = NewTask { title: "x".to_owned(), ..reminded };
    timed.reminders = world.create(reminded).unwrap().reminders;
    let free = part(&mut world, &clean, "Whenever");

    let set = follow(&mut world, &clean, &[dated, timed, free]);
    assert_eq!(titled(&set, "Buy soap").due, Some(due("2026-09-26")));
    let keys = titled(&set, "Fetch the keys");
    assert_eq!(keys.due, Some(due("2026-09-28 02:30 America/New_York")));
    let times = keys.reminders.iter().map(|reminder| reminder.fire_at.to_rfc3339());
    assert!(times.eq(["2026-09-28T05:30:00+00:00", "2026-09-27T16:00:00+00:00"]));
    assert!(keys.reminders.iter().all(|reminder| reminder.generation == 1));
    assert_eq!(titled(&set, "Whenever").due, None);
}

#[test]
fn what_was_deleted_or_repeats_by_itself_stays_behind() {
    let mut world = World::at(NOW);
    let clean = cleaning(&mut world);
    let deleted = Task { deleted_at: Some(world.now), ..part(&mut world, &clean, "Deleted") };
    let below = part(&mut world, &deleted, "Below it");
    let mut own = part(&mut world, &clean, "Its own series");
    own.series.clone_from(&clean.series);
    let stranger = part(&mut world, &Task { id: Uuid::nil(), ..clean.clone() }, "Of another task");
    let set = follow(&mut world, &clean, &[deleted, own, below, stranger]);
    assert_eq!(titles(&set), ["Clean"]);
}

#[test]
fn no_more_parts_travel_than_the_limit() {
    let mut world = World::at(NOW);
    let clean = cleaning(&mut world);
    let parts: Vec<_> = (0..=PARTS_MAX).map(|_| part(&mut world, &clean, "Part")).collect();
    assert_eq!(follow(&mut world, &clean, &parts).tasks.len(), 1 + PARTS_MAX);
}

#[test]
fn no_more_text_travels_than_one_change_can_hold() {
    let mut world = World::at(NOW);
    let clean = cleaning(&mut world);
    let long = "ä".repeat(20_000);
    let long_part = |_| {
        let description = long.clone();
        Task { description, ..part(&mut world, &clean, "Part") }
    };
    let parts: Vec<_> = (0..PARTS_MAX).map(long_part).collect();
    let carried = follow(&mut world, &clean, &parts).tasks.len() - 1;
    assert_eq!(carried, PARTS_TEXT_MAX_BYTES / (2 * 20_000));
    assert!(carried < PARTS_MAX);
}

/// Completed, followed by the next instance with two parts.
fn followed(world: &mut World) -> (Task, Task, Vec<Task>) {
    let clean = cleaning(world);
    let kitchen = part(world, &clean, "Kitchen");
    let sink = part(world, &kitchen, "Sink");
    let set = follow(world, &clean, &[kitchen, sink]);
    let next = set.task(series_instance_id(clean.id, 2)).unwrap().clone();
    (clean, next, vec![titled(&set, "Kitchen").clone(), titled(&set, "Sink").clone()])
}

#[test]
fn undo_takes_the_next_instance_back_with_its_parts() {
    let mut world = World::at(NOW);
    let (clean, next, parts) = followed(&mut world);
    let undo = world.decide(|ctx| decide::reopen(&clean, Some(&next), &parts, ctx)).unwrap();
    assert_eq!(undo.removed, [next.id, parts[0].id, parts[1].id]);
    assert_eq!(undo.tasks.len(), 1);
    assert_eq!(kinds(&undo).iter().filter(|kind| **kind == "deleted").count(), 3);
    for part in &parts {
        assert!(undo.expect.contains(&Expect { task_id: part.id, version: Some(1) }));
    }
}

#[test]
fn a_part_that_somebody_touched_or_added_keeps_all_of_it() {
    let mut world = World::at(NOW);
    let (clean, next, parts) = followed(&mut world);
    let edited = Task { version: 2, ..parts[1].clone() };
    let done = world.complete(&parts[1]);
    let deleted = Task { deleted_at: Some(world.now), ..parts[1].clone() };
    let added = part(world.move_to("2026-09-21T08:00:01Z"), &next, "Windows");
    for touched in [edited, done, deleted, added] {
        let parts = [parts[0].clone(), touched];
        let undo = world.decide(|ctx| decide::reopen(&clean, Some(&next), &parts, ctx)).unwrap();
        assert!(undo.removed.is_empty(), "{}", parts[1].title);
        assert_eq!(kinds(&undo), ["updated", "state_changed"]);
    }
}
