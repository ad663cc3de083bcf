//! Reminders through the life of a task.

use domain::{
    change::{ChangeSet, EventBody, ReminderFire},
    command::{NewTask, TaskPatch},
    decide::{self, Refusal},
    reminder::ReminderState::{self, Cancelled, Fired, Scheduled},
    task::{Due, Task},
    zone::in_zone,
};

use crate::{
    support::{World, due, new_task, trigger, zone},
    vectors::row_says,
};

fn create(world: &mut World, due: Option<Due>, triggers: &[&str]) -> Task {
    let reminders = triggers.iter().map(|text| trigger(text)).collect();
    world.create(NewTask { due, reminders, ..new_task("it") }).unwrap()
}

fn update(world: &mut World, task: &Task, patch: TaskPatch) -> Task {
    let set = world.decide(|ctx| decide::update(task, patch, ctx)).unwrap();
    set.task(task.id).cloned().unwrap_or_else(|| task.clone())
}

fn move_due(world: &mut World, task: &Task, to: Option<Due>) -> Task {
    update(world, task, TaskPatch { due: Some(to), ..TaskPatch::default() })
}

fn fire_all(world: &mut World, task: &Task) -> Result<ChangeSet, Refusal> {
    let fires: Vec<ReminderFire> = task.reminders.iter().map(alarm).collect();
    world.decide(|ctx| decide::fire_reminders(task, &fires, ctx))
}

fn alarm(reminder: &domain::reminder::Reminder) -> ReminderFire {
    ReminderFire { reminder_id: reminder.id, generation: reminder.generation }
}

/// State and generation of each.
fn states(task: &Task) -> Vec<(ReminderState, u32)> {
    task.reminders.iter().map(|reminder| (reminder.state, reminder.generation)).collect()
}

fn fire_times(task: &Task) -> Vec<String> {
    task.reminders.iter().map(|reminder| reminder.fire_at.to_rfc3339()).collect()
}

fn lateness_ms(set: &ChangeSet) -> Vec<u64> {
    let late = |body: &EventBody| match body {
        EventBody::ReminderTrigger { late_by_ms, .. } => Some(*late_by_ms),
        _ => None,
    };
    set.events.iter().filter_map(|event| late(&event.body)).collect()
}

#[test]
fn m1_a_date_reminds_at_the_users_hour() {
    let mut world = World::at("2026-09-01T00:00:00Z");
    let task = create(&mut world, Some(due("2026-10-01")), &["PT0S"]);
    assert_eq!(fire_times(&task), ["2026-10-01T07:00:00+00:00"]);
    row_says("M1", "fires at the user's default hour, in the user's zone, not 00:00Z");
}

#[test]
fn d12_a_day_keeps_the_wall_clock_and_24_hours_do_not() {
    let mut world = World::at("2026-03-01T00:00:00Z");
    let new_york = zone("America/New_York");
    let at = due("2026-03-08 09:00 America/New_York");
    let ours: Vec<String> = create(&mut world, Some(at), &["P1D", "PT24H"])
        .reminders
        .iter()
        .map(|reminder| {
            let at = in_zone(reminder.fire_at, &new_york).format("%Y-%m-%d %H:%M%:z");
            format!("{} -> {at}", reminder.trigger.duration().unwrap())
        })
        .collect();
    row_says("D12", &ours.join("; "));
}

#[test]
fn m2_a_task_that_is_done_does_not_remind() {
    let mut world = World::at("2026-10-01T08:59:00Z");
    let open = create(&mut world, Some(due("2026-10-01 09:00 UTC")), &["PT0S"]);
    let done = world.complete(&open);
    assert_eq!(states(&done), [(Cancelled, 1)]);
    world.move_to("2026-10-01T09:00:00Z");
    assert!(fire_all(&mut world, &done).unwrap().is_empty());
    row_says("M2", "no notification");
    // Even where the row is a moment older than the task.
    let torn = Task { reminders: open.reminders, ..done };
    assert!(fire_all(&mut world, &torn).unwrap().is_empty());
}

#[test]
fn m3_after_a_downtime_it_fires_once_and_says_how_late() {
    let mut world = World::at("2026-10-01T08:00:00Z");
    let task = create(&mut world, Some(due("2026-10-01 09:00 UTC")), &["PT0S"]);
    world.move_to("2026-10-01T09:10:00Z");
    let set = fire_all(&mut world, &task).unwrap();
    assert_eq!(lateness_ms(&set), [600_000]);
    assert_eq!(set.fire, [alarm(&task.reminders[0])]);
    assert!(set.tasks.is_empty() && set.expect.is_empty());
    let fired = with_state(&task, Fired);
    assert!(fire_all(&mut world, &fired).unwrap().is_empty());
    row_says("M3", "fires once, late, marked late; never lost");
}

fn with_state(task: &Task, state: ReminderState) -> Task {
    let mut task = task.clone();
    task.reminders.iter_mut().for_each(|reminder| reminder.state = state);
    task
}

#[test]
fn within_a_second_is_on_time_and_before_it_is_refused() {
    let mut world = World::at("2026-10-01T08:00:00Z");
    let task = create(&mut world, Some(due("2026-10-01 09:00 UTC")), &["PT0S"]);
    for (now, late) in [("09:00:00", 0), ("09:00:00.999", 0), ("09:00:01", 1000)] {
        world.move_to(&format!("2026-10-01T{now}Z"));
        assert_eq!(lateness_ms(&fire_all(&mut world, &task).unwrap()), [late]);
    }
    world.move_to("2026-10-01T08:59:59.999Z");
    let refusal = fire_all(&mut world, &task).unwrap_err();
    assert_eq!(refusal, Refusal::ReminderTooEarly { reminder_id: task.reminders[0].id });
}

#[test]
fn m4_an_alarm_for_an_older_time_does_nothing() {
    let mut world = World::at("2026-10-01T08:00:00Z");
    let first = create(&mut world, Some(due("2026-10-01 09:00 UTC")), &["PT0S"]);
    let second = move_due(&mut world, &first, Some(due("2026-10-01 09:05 UTC")));
    let third = move_due(&mut world, &second, Some(due("2026-10-01 09:01 UTC")));
    assert_eq!(states(&third), [(Scheduled, 3)]);
    world.move_to("2026-10-01T09:30:00Z");
    for old in [&first, &second] {
        let fires = [alarm(&old.reminders[0])];
        let set = world.decide(|ctx| decide::fire_reminders(&third, &fires, ctx)).unwrap();
        assert!(set.is_empty());
    }
    assert_eq!(lateness_ms(&fire_all(&mut world, &third).unwrap()), [29 * 60_000]);
    row_says("M4", "only the last time fires; stale fire ignored by generation number");
}

#[test]
fn m5_two_reminders_in_one_minute_are_two() {
    let mut world = World::at("2026-10-01T08:00:00Z");
    let times = ["2026-10-01T10:00:40Z", "2026-10-01T10:00:10Z"];
    let task = create(&mut world, None, &times);
    world.move_to("2026-10-01T10:00:40Z");
    let set = fire_all(&mut world, &task).unwrap();
    row_says("M5", "two notifications");
    assert_eq!(lateness_ms(&set), [30_000, 0], "in the order of their times");
}

#[test]
fn the_same_reminder_twice_is_one() {
    let mut world = World::at("2026-10-01T08:00:00Z");
    let task = create(&mut world, Some(due("2026-12-01")), &["P1D", "PT24H", "P1D"]);
    assert_eq!(task.reminders.len(), 2);
}

#[test]
fn a_reminder_before_the_due_time_needs_one() {
    let mut world = World::at("2026-10-01T08:00:00Z");
    let reminders = vec![trigger("2026-10-02T08:00:00Z"), trigger("P1D")];
    let refusal =
        world.create(NewTask { reminders: reminders.clone(), ..new_task("it") }).unwrap_err();
    assert_eq!(refusal.field().as_deref(), Some("reminders[1].before"));

    let task = create(&mut world, Some(due("2026-12-01")), &[]);
    let patch = TaskPatch { due: Some(None), reminders: Some(reminders), ..TaskPatch::default() };
    let refusal = world.decide(|ctx| decide::update(&task, patch, ctx)).unwrap_err();
    assert_eq!(refusal, Refusal::ReminderWithoutDue { index: 1 });
}

#[test]
fn what_counts_from_the_due_time_moves_with_it_even_after_it_fired() {
    let mut world = World::at("2026-10-01T08:00:00Z");
    let moment = "2026-10-01T08:10:00+00:00";
    let task = create(&mut world, Some(due("2026-10-01 09:00 UTC")), &["PT30M", moment]);
    let task = with_state(&task, Fired);
    let moved = move_due(&mut world, &task, Some(due("2026-10-02 09:00 UTC")));
    assert_eq!(fire_times(&moved), ["2026-10-02T08:30:00+00:00", moment]);
    assert_eq!(states(&moved), [(Scheduled, 2), (Fired, 1)]);
}

/// What a task for this due date says to this reminder, in the morning of October 1.
#[track_caller]
fn check_refused(due_date: Option<Due>, text: &str, expect: &str) {
    let mut world = World::at("2026-10-01T08:00:00Z");
    let new = NewTask { due: due_date.clone(), reminders: vec![trigger(text)], ..new_task("it") };
    let refusal = world.create(new).unwrap_err();
    assert_eq!(refusal.to_string(), expect);
    let field = refusal.field().unwrap();
    assert!(expect.starts_with(&field), "{field}");
    // A change says the same.
    let task = create(&mut world, due_date, &[]);
    let reminders = Some(vec![trigger(text)]);
    let patch = TaskPatch { reminders, ..TaskPatch::default() };
    assert_eq!(world.decide(|ctx| decide::update(&task, patch, ctx)), Err(refusal));
}

#[test]
fn a_moment_after_the_end_of_the_task_is_refused() {
    check_refused(
        Some(due("2026-10-01 09:00 Europe/Berlin")),
        "2026-10-01T09:00:00.001+02:00",
        "reminders[0].at is after the task's end; the last moment is 2026-10-01T09:00:00+02:00",
    );
    check_refused(
        Some(due("2026-10-01")),
        "2026-10-02T00:00:00+02:00",
        "reminders[0].at is after the task's end; the last moment is 2026-10-01T23:59:59+02:00",
    );
    let mut world = World::at("2026-10-01T08:00:00Z");
    let at_the_end = "2026-10-01T09:00:00+02:00";
    create(&mut world, Some(due("2026-10-01 09:00 Europe/Berlin")), &[at_the_end]);
    create(&mut world, Some(due("2026-10-01")), &["2026-10-01T23:59:59+02:00"]);
    create(&mut world, None, &["2030-01-01T00:00:00Z"]);
}

#[test]
fn a_moment_before_1970_or_after_9998_is_refused() {
    check_refused(
        None,
        "1969-12-31T23:59:59Z",
        "reminders[0].at is before 1970; the first moment is 1970-01-01T01:00:00+01:00",
    );
    check_refused(
        Some(due("1970-01-02 00:00 UTC")),
        "P2D",
        "reminders[0].before is before 1970; the first moment is 1970-01-01T00:00:00Z",
    );
    check_refused(
        None,
        "9999-01-01T00:00:00Z",
        "reminders[0].at is in the year 9999; the years 1900 to 9998 are possible",
    );
    let mut world = World::at("1970-01-01T00:00:00Z");
    create(&mut world, Some(due("1970-01-02 00:00 UTC")), &["P1D", "1970-01-01T00:00:00Z"]);
}

#[test]
fn more_than_fifty_are_refused_with_the_limit() {
    let mut world = World::at("2026-10-01T08:00:00Z");
    let minutes = |n: u32| (0..n).map(|n| trigger(&format!("PT{n}M"))).collect::<Vec<_>>();
    let at = Some(due("2026-10-03 09:00 UTC"));
    let with = |n| NewTask { due: at.clone(), reminders: minutes(n), ..new_task("it") };
    assert_eq!(world.create(with(50)).unwrap().reminders.len(), 50);
    for many in [51, 200] {
        let refusal = world.create(with(many)).unwrap_err();
        let expect = format!("reminders are {many}; a task has at most 50");
        assert_eq!((refusal.field().as_deref(), refusal.to_string()), (Some("reminders"), expect));
    }
}

#[test]
fn a_due_date_that_moves_before_a_moment_leaves_it_and_what_is_there_may_be_said_again() {
    let mut world = World::at("2026-10-01T08:00:00Z");
    let moment = "2026-10-03T08:00:00Z";
    let task = create(&mut world, Some(due("2026-10-03 09:00 UTC")), &[moment]);
    let earlier = move_due(&mut world, &task, Some(due("2026-10-02 09:00 UTC")));
    assert_eq!(states(&earlier), [(Scheduled, 1)]);
    let again = Some(vec![trigger(moment), trigger("PT5M")]);
    let patch = TaskPatch { reminders: again, ..TaskPatch::default() };
    assert_eq!(update(&mut world, &earlier, patch).reminders.len(), 2);
}

#[test]
fn a_reminder_whose_time_has_passed_fires_at_once_while_the_task_lies_ahead() {
    let mut world = World::at("2026-10-01T08:00:00Z");
    let task = create(&mut world, Some(due("2026-10-01 09:00 UTC")), &["P1D"]);
    assert_eq!(states(&task), [(Scheduled, 1)]);
    assert_eq!(lateness_ms(&fire_all(&mut world, &task).unwrap()), [23 * 3_600_000]);
    let overdue = create(&mut world, Some(due("2026-09-30 09:00 UTC")), &["P1D"]);
    assert_eq!(states(&overdue), [(Cancelled, 1)]);
    let today = create(&mut world, Some(due("2026-10-01")), &["PT0S"]);
    assert_eq!(states(&today), [(Scheduled, 1)], "a day lies ahead until it is over");
    let no_due = create(&mut world, None, &["2026-10-01T07:00:00Z"]);
    assert_eq!(states(&no_due), [(Scheduled, 1)]);
}

#[test]
fn opening_again_revives_what_is_still_to_come() {
    let mut world = World::at("2026-10-01T08:00:00Z");
    let open = create(&mut world, Some(due("2026-10-03 09:00 UTC")), &["P1D", "PT1H"]);
    let done = world.complete(&open);
    world.move_to("2026-10-02T09:30:00Z");
    let set = world.decide(|ctx| decide::reopen(&done, None, &[], ctx)).unwrap();
    assert_eq!(states(&set.tasks[0]), [(Cancelled, 1), (Scheduled, 2)]);
}

#[test]
fn taking_the_due_date_away_cancels_and_giving_it_back_revives() {
    let mut world = World::at("2026-10-01T08:00:00Z");
    let at = Some(due("2026-10-03 09:00 UTC"));
    let task = create(&mut world, at.clone(), &["P1D", "2026-10-02T08:00:00Z"]);
    let without = move_due(&mut world, &task, None);
    assert_eq!(states(&without), [(Cancelled, 1), (Scheduled, 1)]);
    let with = move_due(&mut world, &without, at);
    assert_eq!(states(&with), [(Scheduled, 2), (Scheduled, 1)]);
}

#[test]
fn a_list_of_reminders_keeps_those_that_it_names_and_drops_the_others() {
    let mut world = World::at("2026-10-01T08:00:00Z");
    let task = create(&mut world, Some(due("2026-10-03 09:00 UTC")), &["P1D", "PT1H"]);
    let reminders = Some(vec![trigger("PT5M"), trigger("PT1H")]);
    let changed = update(&mut world, &task, TaskPatch { reminders, ..TaskPatch::default() });
    assert_eq!(changed.reminders.len(), 2);
    assert_eq!(changed.reminders[0].trigger, trigger("PT5M"));
    assert_eq!(changed.reminders[1], task.reminders[1]);
}

#[test]
fn a_done_task_takes_reminders_and_keeps_them_quiet() {
    let mut world = World::at("2026-10-01T08:00:00Z");
    let open = create(&mut world, Some(due("2026-10-03 09:00 UTC")), &["P1D"]);
    let done = world.complete(&open);
    let moved = move_due(&mut world, &done, Some(due("2026-10-05 09:00 UTC")));
    assert_eq!(states(&moved), [(Cancelled, 2)]);
    let set = world.decide(|ctx| decide::reopen(&moved, None, &[], ctx)).unwrap();
    assert_eq!(states(&set.tasks[0]), [(Scheduled, 3)]);
}

#[test]
fn deleting_cancels() {
    let mut world = World::at("2026-10-01T08:00:00Z");
    let task = create(&mut world, Some(due("2026-10-03 09:00 UTC")), &["P1D"]);
    let set = world.decide(|ctx| decide::delete(&task, ctx)).unwrap();
    let deleted = &set.tasks[0];
    assert_eq!(states(deleted), [(Cancelled, 1)]);
    assert_eq!(deleted.deleted_at, Some(world.now));
    let again = world.decide(|ctx| decide::delete(deleted, ctx)).unwrap_err();
    assert_eq!(again, Refusal::NotFound);
}
