//! Fields: what they may hold, and what a patch does to a task and its series.

use domain::{
    change::Expect,
    command::{NewTask, TaskPatch},
    decide::{self, Refusal},
    recurrence::{Mode, MonthEnd},
    task::{Priority, Series, Task},
};

use crate::support::{World, due, every, kinds, new_task, repeat, trigger, wall};

const NOW: &str = "2026-01-01T08:00:00Z";

#[track_caller]
fn refused(change: impl FnOnce(&mut NewTask), field: &str, message: &str) {
    let mut new = new_task("it");
    change(&mut new);
    let refusal = World::at(NOW).create(new).unwrap_err();
    assert_eq!((refusal.field().as_deref(), refusal.to_string().as_str()), (Some(field), message));
}

#[test]
fn a_title_is_one_visible_line() {
    for empty in ["", " \t ", "\u{200b}\u{feff}"] {
        refused(
            |new| new.title = empty.to_owned(),
            "title",
            "title is empty; write at least one character",
        );
    }
    for bad in ["a\nb", "a\0b", "a\u{202e}b", "a\u{2066}b", "a\u{2028}b", "a\u{7f}b"] {
        refused(
            |new| new.title = bad.to_owned(),
            "title",
            "title holds a line break, a control character or a mark that changes the direction of \
             text; leave it out",
        );
    }
    refused(
        |new| new.title = "ä".repeat(501),
        "title",
        "title is 501 characters long; at most 500 fit",
    );
}

#[test]
fn a_title_is_trimmed_and_may_be_long_and_colourful() {
    let mut world = World::at(NOW);
    let title = format!("  {}👩‍👩‍👧 ", "ä".repeat(490));
    assert_eq!(world.create(new_task(&title)).unwrap().title, title.trim());
}

#[test]
fn a_description_may_have_lines_and_tabs() {
    let mut world = World::at(NOW);
    let new = NewTask { description: "a\r\n\tb\n".to_owned(), ..new_task("it") };
    assert_eq!(world.create(new).unwrap().description, "a\n\tb\n");
    refused(
        |new| new.description = "\u{1b}[2J".to_owned(),
        "description",
        "description holds a control character; only line breaks and tabs are possible",
    );
    refused(
        |new| new.description = "x".repeat(20_001),
        "description",
        "description is 20001 characters long; at most 20000 fit",
    );
}

#[test]
fn tags_are_trimmed_and_unique_without_case() {
    let mut world = World::at(NOW);
    let tags = [" Home ", "home", "Müll", "MÜLL", "two words"].map(str::to_owned).to_vec();
    let task = world.create(NewTask { tags, ..new_task("it") }).unwrap();
    assert_eq!(task.tags, ["Home", "Müll", "two words"]);
    refused(
        |new| new.tags = vec!["a".to_owned(), " ".to_owned()],
        "tags[1]",
        "tags[1] is empty; write at least one character",
    );
    refused(
        |new| new.tags = (0..51).map(|number| number.to_string()).collect(),
        "tags",
        "tags are 51; a task has at most 50",
    );
    refused(
        |new| new.tags = vec!["x".repeat(101)],
        "tags[0]",
        "tags[0] is 101 characters long; at most 100 fit",
    );
}

#[test]
fn dates_lie_in_years_that_every_zone_can_say() {
    for (text, field, year) in [
        ("1899-12-31", "due.date", "1899"),
        ("9999-01-01", "due.date", "9999"),
        ("9999-12-31 23:59 America/New_York", "due.at", "9999"),
    ] {
        let message = format!("{field} is in the year {year}; the years 1900 to 9998 are possible");
        refused(|new| new.due = Some(due(text)), field, &message);
    }
    refused(
        |new| new.reminders = vec![trigger("9999-01-01T00:00:00Z")],
        "reminders[0].at",
        "reminders[0].at is in the year 9999; the years 1900 to 9998 are possible",
    );
}

#[test]
fn too_many_reminders_are_refused() {
    refused(
        |new| {
            new.due = Some(due("2026-02-01"));
            new.reminders = (1..=51).map(|minutes| trigger(&format!("PT{minutes}M"))).collect();
        },
        "reminders",
        "reminders are 51; a task has at most 50",
    );
}

#[test]
fn a_rule_without_occurrences_is_refused() {
    let message = "the rule has no occurrence on or after the due date";
    for rule in ["FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30", "FREQ=DAILY;UNTIL=20200101"] {
        refused(
            |new| {
                new.due = Some(due("2026-02-01"));
                new.repeat = Some(every(rule));
            },
            "repeat.rule",
            message,
        );
    }
}

#[test]
fn a_task_is_not_part_of_itself() {
    let mut world = World::at(NOW);
    let task = world.create(new_task("it")).unwrap();
    let patch = TaskPatch { parent_id: Some(Some(task.id)), ..TaskPatch::default() };
    let refusal = world.decide(|ctx| decide::update(&task, patch, ctx)).unwrap_err();
    assert_eq!(refusal.field().as_deref(), Some("parent_id"));
}

#[test]
fn a_new_task_is_one_row_and_two_events() {
    let id = uuid::Uuid::from_u128(7);
    let set = World::at(NOW).decide(|ctx| decide::create(new_task("it"), id, None, ctx)).unwrap();
    assert_eq!(kinds(&set), ["created", "state_changed"]);
    assert_eq!(set.expect, [Expect { task_id: id, version: None }]);
    assert_eq!(set.user_id, "ada");
    let ids: Vec<_> = set.events.iter().map(|event| event.id).collect();
    assert_ne!(ids[0], ids[1]);
}

fn monthly(world: &mut World) -> Task {
    let due = Some(due("2026-01-31 09:00 Europe/Berlin"));
    world
        .create(NewTask { due, repeat: Some(every("FREQ=MONTHLY")), ..new_task("Pay rent") })
        .unwrap()
}

/// The third instance of a monthly series, due on 31 March.
fn third(world: &mut World) -> Task {
    let task = monthly(world);
    let slot = wall("2026-03-31 09:00");
    let series = task.series.clone().map(|series| Series { occurrence: 3, slot, ..series });
    Task { series, due: Some(due("2026-03-31 09:00 Europe/Berlin")), ..task }
}

fn patched(world: &mut World, task: &Task, patch: TaskPatch) -> Task {
    let set = world.decide(|ctx| decide::update(task, patch, ctx)).unwrap();
    set.task(task.id).unwrap().clone()
}

fn move_due(to: &str) -> TaskPatch {
    TaskPatch { due: Some(Some(due(to))), ..TaskPatch::default() }
}

fn set_rule(rule: &str) -> TaskPatch {
    TaskPatch { repeat: Some(Some(every(rule))), ..TaskPatch::default() }
}

#[test]
fn a_patch_that_changes_nothing_is_empty() {
    let mut world = World::at(NOW);
    let task = third(&mut world);
    let same = TaskPatch {
        title: Some(" Pay rent ".to_owned()),
        priority: Some(task.priority),
        tags: Some(Vec::new()),
        due: Some(task.due.clone()),
        repeat: Some(task.repeat.clone()),
        reminders: Some(Vec::new()),
        ..TaskPatch::default()
    };
    for patch in [TaskPatch::default(), same] {
        assert!(world.decide(|ctx| decide::update(&task, patch, ctx)).unwrap().is_empty());
    }
}

#[test]
fn a_patch_raises_the_version_and_expects_the_one_before() {
    let mut world = World::at(NOW);
    let task = monthly(&mut world);
    world.move_to("2026-01-02T08:00:00Z");
    let patch = TaskPatch { priority: Some(Priority::Urgent), ..TaskPatch::default() };
    let set = world.decide(|ctx| decide::update(&task, patch, ctx)).unwrap();
    assert_eq!(kinds(&set), ["updated", "state_changed"]);
    assert_eq!(set.expect, [Expect { task_id: task.id, version: Some(1) }]);
    assert_eq!((set.tasks[0].version, set.tasks[0].updated_at), (2, world.now));
}

#[test]
fn moving_the_due_date_moves_this_instance_only() {
    let mut world = World::at(NOW);
    let task = third(&mut world);
    let moved = patched(&mut world, &task, move_due("2026-04-02 18:00 Europe/Berlin"));
    assert_eq!(moved.series, task.series);
}

#[test]
fn from_a_time_to_a_date_the_series_follows() {
    let mut world = World::at(NOW);
    let task = third(&mut world);
    let date = patched(&mut world, &task, move_due("2026-04-02")).series.unwrap();
    assert_eq!((date.start, date.slot), (wall("2026-01-31"), wall("2026-03-31")));
    let other_zone = patched(&mut world, &task, move_due("2026-04-02 07:00 Asia/Tokyo"));
    let series = other_zone.series.unwrap();
    assert_eq!((series.start, series.slot), (wall("2026-01-31 07:00"), wall("2026-03-31 07:00")));
}

#[test]
fn the_first_due_date_starts_the_series_there() {
    let mut world = World::at(NOW);
    let new = NewTask { repeat: Some(every("FREQ=WEEKLY")), ..new_task("it") };
    let task = world.create(new).unwrap();
    assert_eq!(task.series.as_ref().unwrap().start, wall("2026-01-01"));
    let series = patched(&mut world, &task, move_due("2026-01-06")).series.unwrap();
    assert_eq!((series.start, series.slot), (wall("2026-01-06"), wall("2026-01-06")));
}

#[test]
fn another_rule_starts_at_the_due_date_and_keeps_the_place() {
    let mut world = World::at(NOW);
    let task = third(&mut world);
    let series = patched(&mut world, &task, set_rule("FREQ=WEEKLY")).series.unwrap();
    assert_eq!((series.id, series.occurrence), (task.id, 3));
    assert_eq!((series.start, series.slot), (wall("2026-03-31 09:00"), wall("2026-03-31 09:00")));
}

#[test]
fn another_mode_of_the_same_rule_keeps_the_phase() {
    let mut world = World::at(NOW);
    let task = third(&mut world);
    let mode = |mode| TaskPatch {
        repeat: Some(Some(repeat("FREQ=MONTHLY", mode, MonthEnd::Clamp))),
        ..TaskPatch::default()
    };
    assert_eq!(patched(&mut world, &task, mode(Mode::Every)).series, task.series);
    let counted = patched(&mut world, &task, mode(Mode::AfterCompletion));
    let back = patched(&mut world, &counted, mode(Mode::Every));
    assert_eq!(back.series.unwrap().start, wall("2026-03-31 09:00"));
}

#[test]
fn a_count_that_is_over_is_refused() {
    let mut world = World::at(NOW);
    let task = third(&mut world);
    let patch = set_rule("FREQ=MONTHLY;COUNT=2");
    let refusal = world.decide(|ctx| decide::update(&task, patch, ctx)).unwrap_err();
    assert_eq!(refusal, Refusal::CountIsOver { count: 2, occurrence: 3 });
    assert_eq!(refusal.field().as_deref(), Some("repeat.rule"));
}

#[test]
fn ending_a_series_keeps_the_place_and_repeating_again_goes_on() {
    let mut world = World::at(NOW);
    let task = third(&mut world);
    let end = TaskPatch { repeat: Some(None), ..TaskPatch::default() };
    let ended = patched(&mut world, &task, end);
    assert_eq!((&ended.repeat, &ended.series), (&None, &task.series));
    let again = patched(&mut world, &ended, set_rule("FREQ=MONTHLY"));
    assert_eq!(again.series.unwrap().occurrence, 3);
}

#[test]
fn a_task_that_starts_to_repeat_is_the_first_of_its_series() {
    let mut world = World::at(NOW);
    let task = world.create(NewTask { due: Some(due("2026-02-01")), ..new_task("it") }).unwrap();
    let series = patched(&mut world, &task, set_rule("FREQ=DAILY")).series.unwrap();
    assert_eq!((series.id, series.occurrence, series.start), (task.id, 1, wall("2026-02-01")));
}

#[test]
fn what_is_deleted_or_foreign_is_not_found() {
    let mut world = World::at(NOW);
    let task = monthly(&mut world);
    let deleted = Task { deleted_at: Some(world.now), ..task.clone() };
    let foreign = Task { user_id: "eve".to_owned(), ..task };
    for task in [deleted, foreign] {
        let not_found = Err(Refusal::NotFound);
        let update = world.decide(|ctx| decide::update(&task, set_rule("FREQ=DAILY"), ctx));
        assert_eq!(update, not_found);
        assert_eq!(world.decide(|ctx| decide::complete(&task, ctx)), not_found);
        assert_eq!(world.decide(|ctx| decide::reopen(&task, None, &[], ctx)), not_found);
        assert_eq!(world.decide(|ctx| decide::delete(&task, ctx)), not_found);
    }
}

#[test]
fn two_sets_become_one_with_the_later_row_and_the_earlier_expectation() {
    let mut world = World::at(NOW);
    let task = monthly(&mut world);
    let patch = TaskPatch { title: Some("Paid".to_owned()), ..TaskPatch::default() };
    let first = world.decide(|ctx| decide::update(&task, patch, ctx)).unwrap();
    let second = world.decide(|ctx| decide::complete(&first.tasks[0], ctx)).unwrap();
    let both = first.and(second);
    assert_eq!(both.tasks.len(), 1);
    assert_eq!((both.tasks[0].version, both.tasks[0].title.as_str()), (3, "Paid"));
    assert_eq!(both.expect, [Expect { task_id: task.id, version: Some(1) }]);
    assert_eq!(kinds(&both), ["updated", "state_changed", "completed", "state_changed"]);
}
