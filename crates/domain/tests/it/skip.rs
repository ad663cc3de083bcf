//! Instances that are skipped.

use domain::{
    command::NewTask,
    decide::{self, Refusal},
    recurrence::{Mode, MonthEnd, Repeat, successor},
    task::{Due, Following, Task},
};

use crate::support::{World, due, every, kinds, new_task, repeat, trigger, zone};

fn task(world: &mut World, due: Option<Due>, repeat: Repeat) -> Task {
    let reminders = match &due {
        Some(Due::At { .. }) => vec![trigger("PT1H"), trigger("2026-09-20T18:00:00Z")],
        _ => Vec::new(),
    };
    world.create(NewTask { due, repeat: Some(repeat), reminders, ..new_task("it") }).unwrap()
}

fn skip(world: &mut World, task: &Task) -> Result<Task, Refusal> {
    let set = world.decide(|ctx| decide::skip(task, ctx))?;
    assert_eq!(kinds(&set), ["updated", "state_changed"]);
    Ok(set.task(task.id).unwrap().clone())
}

/// Where a task lands that is skipped at this moment.
#[track_caller]
fn check(now: &str, due_text: &str, repeat: Repeat, expect: &str) {
    let mut world = World::at("2026-09-01T00:00:00Z");
    let task = task(&mut world, Some(due(due_text)), repeat);
    let skipped = skip(world.move_to(now), &task).unwrap();
    assert_eq!(skipped.due, Some(due(expect)));
    let (before, after) = (task.series.unwrap(), skipped.series.unwrap());
    assert_eq!(after.slot, skipped.due.unwrap().wall_clock());
    assert_eq!((after.id, after.occurrence), (before.id, before.occurrence));
}

#[test]
fn it_moves_to_the_next_place_of_the_rule() {
    let monday = "2026-09-21 09:00 UTC";
    let weekly = |mode| repeat("FREQ=WEEKLY", mode, MonthEnd::Clamp);
    for mode in [Mode::NextFuture, Mode::Every, Mode::AfterCompletion] {
        check("2026-09-18T12:00:00Z", monday, weekly(mode), "2026-09-28 09:00 UTC");
    }
    // Overdue by more than a week.
    let late = "2026-09-30T12:00:00Z";
    check(late, monday, weekly(Mode::NextFuture), "2026-10-05 09:00 UTC");
    check(late, monday, weekly(Mode::Every), "2026-09-28 09:00 UTC");
    check(late, monday, weekly(Mode::AfterCompletion), "2026-10-07 09:00 UTC");
    check("2026-09-20T12:00:00Z", "2026-09-21", every("FREQ=DAILY"), "2026-09-22");
    check("2026-09-20T12:00:00Z", "2026-10-31", every("FREQ=MONTHLY"), "2026-11-30");
}

#[test]
fn one_that_was_moved_ahead_by_hand_does_not_fall_back() {
    let mut world = World::at("2026-09-18T12:00:00Z");
    let monday = task(&mut world, Some(due("2026-09-21 09:00 UTC")), every("FREQ=WEEKLY"));
    let wednesday_after = Task { due: Some(due("2026-09-30 09:00 UTC")), ..monday };
    let skipped = skip(&mut world, &wednesday_after).unwrap();
    assert_eq!(skipped.due, Some(due("2026-10-05 09:00 UTC")));
}

#[test]
fn its_reminders_move_along_and_keep_their_ids() {
    let mut world = World::at("2026-09-21T08:30:00Z");
    let task = task(&mut world, Some(due("2026-09-21 09:00 UTC")), every("FREQ=WEEKLY"));
    let skipped = skip(&mut world, &task).unwrap();
    let times = skipped.reminders.iter().map(|reminder| reminder.fire_at.to_rfc3339());
    assert!(times.eq(["2026-09-28T08:00:00+00:00", "2026-09-27T18:00:00+00:00"]));
    for (before, after) in task.reminders.iter().zip(&skipped.reminders) {
        assert_eq!((after.id, after.generation), (before.id, before.generation + 1));
        assert_eq!(after.state, domain::reminder::ReminderState::Scheduled);
    }
}

#[test]
fn what_the_next_instance_has_instead_moves_along_too() {
    let mut world = World::at("2026-09-18T12:00:00Z");
    let mut task = task(&mut world, Some(due("2026-09-21 09:00 UTC")), every("FREQ=WEEKLY"));
    let moment = |text| Some(vec![trigger(text)]);
    let following = |reminders| Some(Box::new(Following { reminders, ..Following::default() }));
    task.following = following(moment("2026-09-21T08:00:00Z"));
    let skipped = skip(&mut world, &task).unwrap();
    assert_eq!(skipped.following, following(moment("2026-09-28T08:00:00Z")));
}

#[test]
fn a_skip_uses_up_no_count_and_completing_goes_on_from_there() {
    let mut world = World::at("2026-09-01T00:00:00Z");
    let mut task = task(&mut world, Some(due("2026-09-21")), every("FREQ=DAILY;COUNT=2"));
    for expect in ["2026-09-22", "2026-09-23", "2026-09-24"] {
        task = skip(&mut world, &task).unwrap();
        assert_eq!(task.due, Some(due(expect)));
    }
    let done = world.move_to("2026-09-24T12:00:00Z").complete(&task);
    let second = successor(&done, done.completed_at.unwrap(), &zone("UTC")).unwrap();
    assert_eq!((second.series.occurrence, second.task.due), (2, Some(due("2026-09-25"))));
}

#[test]
fn the_last_one_of_a_count_can_be_skipped_too() {
    let mut world = World::at("2026-09-01T00:00:00Z");
    let task = task(&mut world, Some(due("2026-09-21")), every("FREQ=DAILY;COUNT=1"));
    assert_eq!(skip(&mut world, &task).unwrap().due, Some(due("2026-09-22")));
}

#[test]
fn without_a_due_date_today_is_skipped() {
    let mut world = World::at("2026-09-20T22:30:00Z");
    let task = task(&mut world, None, every("FREQ=DAILY"));
    // It is September 21 in Berlin already.
    assert_eq!(skip(&mut world, &task).unwrap().due, Some(due("2026-09-22")));
}

#[test]
fn where_there_is_no_next_place_it_is_refused() {
    let mut world = World::at("2026-09-01T00:00:00Z");
    let last = task(&mut world, Some(due("2026-09-21")), every("FREQ=DAILY;UNTIL=20260921"));
    let once = Task { repeat: None, ..last.clone() };
    for task in [&last, &once] {
        assert_eq!(skip(&mut world, task), Err(Refusal::SeriesIsOver));
    }
    let done = world.complete(&last);
    assert_eq!(skip(&mut world, &done), Err(Refusal::TaskIsDone));
    let foreign = Task { user_id: "eve".to_owned(), ..last };
    assert_eq!(skip(&mut world, &foreign), Err(Refusal::NotFound));
}
