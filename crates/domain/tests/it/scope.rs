//! Changes for one instance of a series only, and for those that follow too.

use domain::{
    command::{
        NewTask,
        Scope::{self, This, ThisAndFollowing},
        TaskPatch,
    },
    decide::{self, Refusal},
    recurrence::successor,
    task::{Following, Priority, Task},
};

use crate::support::{World, due, every, new_task, trigger, zone};

/// A weekly task for Monday at nine.
fn weekly(world: &mut World) -> Task {
    world
        .create(NewTask {
            description: "all rooms".to_owned(),
            tags: vec!["home".to_owned()],
            due: Some(due("2026-09-21 09:00 UTC")),
            repeat: Some(every("FREQ=WEEKLY")),
            reminders: vec![trigger("PT1H")],
            ..new_task("Clean")
        })
        .unwrap()
}

fn try_patch(
    world: &mut World,
    task: &Task,
    scope: Option<Scope>,
    patch: TaskPatch,
) -> Result<Task, Refusal> {
    let patch = TaskPatch { scope, ..patch };
    let set = world.decide(|ctx| decide::update(task, patch, ctx))?;
    Ok(set.task(task.id).unwrap_or(task).clone())
}

fn patch(world: &mut World, task: &Task, scope: Scope, patch: TaskPatch) -> Task {
    try_patch(world, task, Some(scope), patch).unwrap()
}

/// What the handler makes of the task when it is done on the day it is due.
fn next(world: &mut World, task: &Task) -> NewTask {
    let done = world.move_to("2026-09-21T10:00:00Z").complete(task);
    successor(&done.clone().as_followed(), done.completed_at.unwrap(), &zone("UTC")).unwrap().task
}

fn title(title: &str) -> TaskPatch {
    TaskPatch { title: Some(title.to_owned()), ..TaskPatch::default() }
}

#[test]
fn a_change_for_this_one_does_not_travel() {
    let mut world = World::at("2026-09-20T08:00:00Z");
    let task = weekly(&mut world);
    let all = TaskPatch {
        title: Some("Clean for the party".to_owned()),
        description: Some("and the garden".to_owned()),
        priority: Some(Priority::Urgent),
        tags: Some(vec!["party".to_owned()]),
        reminders: Some(vec![trigger("P1D")]),
        due: Some(Some(due("2026-09-22 12:00 UTC"))),
        ..TaskPatch::default()
    };
    let changed = patch(&mut world, &task, This, all);
    assert_eq!(
        (changed.title.as_str(), changed.priority),
        ("Clean for the party", Priority::Urgent)
    );
    let next = next(&mut world, &changed);
    let expect = NewTask {
        due: Some(due("2026-09-28 09:00 UTC")),
        description: task.description,
        priority: task.priority,
        tags: task.tags,
        repeat: task.repeat,
        reminders: vec![trigger("PT1H")],
        ..new_task("Clean")
    };
    assert_eq!(next, expect);
}

#[test]
fn a_change_travels_when_nothing_is_said() {
    let mut world = World::at("2026-09-20T08:00:00Z");
    let task = weekly(&mut world);
    let changed = try_patch(&mut world, &task, None, title("Tidy up")).unwrap();
    assert_eq!(changed.following, None);
    assert_eq!(next(&mut world, &changed).title, "Tidy up");
}

#[test]
fn what_is_kept_is_what_was_there_before_the_first_change_for_this_one() {
    let mut world = World::at("2026-09-20T08:00:00Z");
    let task = weekly(&mut world);
    let once = patch(&mut world, &task, This, title("Clean twice"));
    let twice = patch(&mut world, &once, This, title("Clean thrice"));
    let kept = Following { title: Some("Clean".to_owned()), ..Following::default() };
    assert_eq!(twice.following.as_deref(), Some(&kept));
    let back = patch(&mut world, &twice, This, title("Clean"));
    assert_eq!(back.following, None);
}

#[test]
fn a_change_for_the_following_ones_too_overrules_only_what_it_names() {
    let mut world = World::at("2026-09-20T08:00:00Z");
    let task = weekly(&mut world);
    let urgent = TaskPatch { priority: Some(Priority::Urgent), ..title("Clean now") };
    let changed = patch(&mut world, &task, This, urgent);
    let renamed = patch(&mut world, &changed, ThisAndFollowing, title("Tidy up"));
    let next = next(&mut world, &renamed);
    assert_eq!((next.title.as_str(), next.priority), ("Tidy up", Priority::Medium));
    // The same value as this one has, for all of them: that is a change.
    let same = patch(&mut world, &changed, ThisAndFollowing, title("Clean now"));
    assert_eq!(same.following.unwrap().title, None);
}

#[test]
fn a_due_date_moves_this_one_unless_it_is_for_the_following_ones_too() {
    let mut world = World::at("2026-09-20T08:00:00Z");
    let task = weekly(&mut world);
    let tuesday =
        || TaskPatch { due: Some(Some(due("2026-09-22 10:00 UTC"))), ..TaskPatch::default() };
    for scope in [None, Some(This)] {
        let moved = try_patch(&mut world, &task, scope, tuesday()).unwrap();
        assert_eq!(moved.series, task.series);
        assert_eq!(next(&mut world, &moved).due, Some(due("2026-09-28 09:00 UTC")));
    }
    let moved = patch(&mut world, &task, ThisAndFollowing, tuesday());
    let series = moved.series.clone().unwrap();
    assert_eq!(
        (series.start, series.slot),
        (series.slot, moved.due.as_ref().unwrap().wall_clock())
    );
    assert_eq!(series.occurrence, 1);
    assert_eq!(next(&mut world, &moved).due, Some(due("2026-09-29 10:00 UTC")));
}

#[test]
fn what_is_for_all_of_them_cannot_be_for_this_one() {
    let mut world = World::at("2026-09-20T08:00:00Z");
    let task = weekly(&mut world);
    let rule = TaskPatch { repeat: Some(None), ..TaskPatch::default() };
    let parent = TaskPatch { parent_id: Some(None), ..TaskPatch::default() };
    for patch in [rule, parent] {
        let refusal = try_patch(&mut world, &task, Some(This), patch).unwrap_err();
        assert_eq!(refusal.field().as_deref(), Some("scope"));
        let expect = "scope cannot be `this` for `repeat` and `parent_id`: they are for what follows \
                      too";
        assert_eq!(refusal.to_string(), expect);
    }
}

#[test]
fn a_task_that_happens_once_has_nothing_that_follows() {
    let mut world = World::at("2026-09-20T08:00:00Z");
    let once = world.create(new_task("Once")).unwrap();
    let changed = patch(&mut world, &once, This, title("Only once"));
    assert_eq!((changed.title.as_str(), changed.following), ("Only once", None));
    let series = weekly(&mut world);
    let changed = patch(&mut world, &series, This, title("Clean now"));
    let ended = TaskPatch { repeat: Some(None), ..TaskPatch::default() };
    assert_eq!(patch(&mut world, &changed, ThisAndFollowing, ended).following, None);
}
