//! Single tasks: what is read is what was written, by its owner.

use domain::task::{DEPTH_MAX, PARTS_MAX, Series, Task};
use proptest::prelude::*;
use store::{Conflict, Dialect, ListQuery, Sql};
use testkit::{
    Ids, a_task,
    change::{changed, created},
    clock,
    task::USER,
};

use super::database;
use crate::arbitrary;

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn a_task_reads_back_as_it_was_written(first in arbitrary::task(1), second in arbitrary::task(1)) {
        let store = database::store();
        let mut ids = Ids::new();
        store.apply(&created(&first, &mut ids)).unwrap();
        prop_assert_eq!(store.task(USER, first.id).unwrap(), Some(first.clone()));

        // Reminders of the same generation do not come back to life; here they are other ones.
        let reminders = second.reminders.iter().cloned().map(|mut reminder| {
            reminder.generation += 10;
            reminder
        });
        let second = Task { reminders: reminders.collect(), ..second };
        store.apply(&changed(&first, &second, &mut ids)).unwrap();
        prop_assert_eq!(store.task(USER, first.id).unwrap(), Some(second.clone()));
        let page = store.list(USER, &ListQuery::default()).unwrap();
        prop_assert_eq!(page.items, vec![second]);
    }
}

#[test]
fn text_is_kept_byte_for_byte() {
    let store = database::store();
    let mut ids = Ids::new();
    for (n, text) in
        (1..).zip(["a\0b", "\u{7f}\u{1}\r\n\t\\\"", "\u{1f600}\u{200d}\u{fffd}", "'; --"])
    {
        let task = Task { id: clock::id(n), description: text.to_owned(), ..a_task() };
        store.apply(&created(&task, &mut ids)).unwrap();
        // Postgres knows no NUL, which the rules for a task do not let in either.
        let description = match store.sql().dialect() {
            Dialect::Sqlite => text.to_owned(),
            Dialect::Postgres => text.replace('\0', "\u{fffd}"),
        };
        assert_eq!(store.task(USER, task.id), Ok(Some(Task { description, ..task })));
    }
}

#[test]
fn nobody_sees_the_task_of_another_user() {
    let store = database::store();
    let mut ids = Ids::new();
    store.apply(&created(&a_task(), &mut ids)).unwrap();
    let id = a_task().id;
    assert_eq!(store.task("mallory", id), Ok(None));
    assert_eq!(store.list("mallory", &ListQuery::default()).unwrap().items, []);

    // The same id belongs to each user on their own.
    let theirs = Task { user_id: "mallory".into(), title: "Mine now".into(), ..a_task() };
    store.apply(&created(&theirs, &mut ids)).unwrap();
    assert_eq!(store.task(USER, id), Ok(Some(a_task())));
    assert_eq!(store.task("mallory", id), Ok(Some(theirs)));
}

#[test]
fn a_deleted_task_is_seen_by_nobody_but_keeps_its_place() {
    let store = database::store();
    let mut ids = Ids::new();
    let task = in_series(2);
    store.apply(&created(&task, &mut ids)).unwrap();
    let deleted = Task { version: 2, deleted_at: Some(clock::now()), ..task.clone() };
    store.apply(&changed(&task, &deleted, &mut ids)).unwrap();

    assert_eq!(store.task(USER, task.id), Ok(None));
    assert_eq!(store.list(USER, &ListQuery::default()).unwrap().items, []);
    assert_eq!(store.tags(USER), Ok(vec![]));
    assert_eq!(store.child_of(USER, clock::id(100), 2), Ok(Some(deleted)));
    let again = Task { id: clock::id(200), ..task };
    let refused = store.apply(&created(&again, &mut ids));
    assert_eq!(refused, Err(store::ApplyError::Conflict(Conflict::Series)));
}

#[test]
fn a_child_is_found_by_its_place_and_by_nothing_else() {
    let store = database::store();
    let child = in_series(2);
    store.apply(&created(&child, &mut Ids::new())).unwrap();
    assert_eq!(store.child_of(USER, clock::id(100), 2), Ok(Some(child)));
    assert_eq!(store.child_of(USER, clock::id(100), 3), Ok(None));
    assert_eq!(store.child_of(USER, clock::id(101), 2), Ok(None));
    assert_eq!(store.child_of("mallory", clock::id(100), 2), Ok(None));
}

#[test]
fn tags_are_counted_without_case_over_open_tasks() {
    let store = database::store();
    let mut ids = Ids::new();
    let mut add = |n, tags: &[&str]| {
        let tags = tags.iter().map(|tag| (*tag).to_owned()).collect();
        let task = Task { id: clock::id(n), tags, ..a_task() };
        store.apply(&created(&task, &mut ids)).unwrap();
        task
    };
    add(1, &["Home", "bills"]);
    add(2, &["home"]);
    let task = add(3, &["Über"]);
    assert_eq!(store.tags(USER), Ok(counts(&[("bills", 1), ("Home", 2), ("Über", 1)])));

    // A tag stays as long as a task has it, also one that is done.
    store.apply(&changed(&task, &testkit::task::done(&task), &mut ids)).unwrap();
    assert_eq!(store.tags(USER), Ok(counts(&[("bills", 1), ("Home", 2), ("Über", 0)])));
    assert_eq!(store.tags("mallory"), Ok(vec![]));
}

fn counts(counts: &[(&str, u64)]) -> Vec<(String, u64)> {
    counts.iter().map(|(tag, count)| ((*tag).to_owned(), *count)).collect()
}

fn in_series(occurrence: u32) -> Task {
    let slot = clock::now().naive_utc();
    let series = Series { id: clock::id(100), occurrence, start: slot, slot };
    Task { series: Some(series), tags: vec!["home".into()], ..a_task() }
}

#[test]
fn the_parts_of_a_task_come_parents_first_and_deleted_ones_too() {
    let store = database::store();
    let mut ids = Ids::new();
    let mut put = |n: u64, parent: Option<u64>, deleted: bool| {
        let task = Task {
            id: clock::id(n),
            parent_id: parent.map(clock::id),
            deleted_at: deleted.then(clock::now),
            ..a_task()
        };
        store.apply(&created(&task, &mut ids)).unwrap();
    };
    put(9, None, false);
    // The part of a part was there before its parent became one.
    put(1, Some(5), false);
    put(5, Some(9), false);
    put(6, Some(9), true);
    put(7, Some(6), false);
    put(8, Some(100), false);
    let parts = |user, n| {
        let parts = store.parts_of(user, clock::id(n)).unwrap();
        parts.into_iter().map(|part| part.id).collect::<Vec<_>>()
    };
    assert_eq!(parts(USER, 9), [5, 6, 1, 7].map(clock::id));
    assert!(parts(USER, 1).is_empty());
    assert!(parts("mallory", 9).is_empty());
}

#[test]
fn there_is_one_part_more_than_the_limit_and_no_endless_circle() {
    let store = database::store();
    let mut ids = Ids::new();
    for n in 0..PARTS_MAX as u64 + 5 {
        let parent_id = Some(clock::id(9_000));
        let task = Task { id: clock::id(n + 10_000), parent_id, ..a_task() };
        store.apply(&created(&task, &mut ids)).unwrap();
    }
    assert_eq!(store.parts_of(USER, clock::id(9_000)).unwrap().len(), PARTS_MAX + 1);

    for (n, parent) in [(1, 2), (2, 1)] {
        let task = Task { id: clock::id(n), parent_id: Some(clock::id(parent)), ..a_task() };
        store.apply(&created(&task, &mut ids)).unwrap();
    }
    assert!(store.parts_of(USER, clock::id(1)).unwrap().len() <= DEPTH_MAX);
}
