//! Reminders that are put off.

use domain::{
    command::{NewTask, SnoozeReminder, TaskPatch},
    decide::{self, Refusal},
    reminder::{
        Reminder,
        ReminderState::{Cancelled, Fired, Scheduled},
        Snooze,
    },
    task::{Due, Task},
};
use uuid::Uuid;

use crate::{
    support::{World, due, kinds, new_task, trigger},
    vectors::row_says,
};

/// A task for five o'clock on October 1 with these reminders, created in the morning.
fn at_five(world: &mut World, triggers: &[&str]) -> Task {
    world.move_to("2026-10-01T08:00:00Z");
    let reminders = triggers.iter().map(|text| trigger(text)).collect();
    let due = Some(due("2026-10-01 17:00 UTC"));
    world.create(NewTask { due, reminders, ..new_task("it") }).unwrap()
}

/// The task after its reminders up to this moment have fired.
fn fired(world: &mut World, now: &str, task: &Task) -> Task {
    world.move_to(now);
    let mut task = task.clone();
    for reminder in task.reminders.iter_mut().filter(|reminder| reminder.fire_at <= world.now) {
        reminder.state = Fired;
    }
    task
}

/// `PT1H` is so long from now, everything else a moment.
fn to(text: &str) -> Snooze {
    Snooze::span(text).unwrap_or_else(|_| Snooze::Until(text.parse().unwrap()))
}

fn try_snooze(
    world: &mut World,
    task: &Task,
    reminder_id: Option<Uuid>,
    text: &str,
) -> Result<Task, Refusal> {
    let command = SnoozeReminder { reminder_id, to: to(text) };
    let set = world.decide(|ctx| decide::snooze(task, &command, ctx))?;
    assert!(set.is_empty() || kinds(&set) == ["updated", "state_changed"]);
    Ok(set.task(task.id).unwrap_or(task).clone())
}

fn snooze(world: &mut World, task: &Task, text: &str) -> Task {
    try_snooze(world, task, None, text).unwrap()
}

fn move_due(world: &mut World, task: &Task, to: Option<Due>) -> Task {
    let patch = TaskPatch { due: Some(to), ..TaskPatch::default() };
    let set = world.decide(|ctx| decide::update(task, patch, ctx)).unwrap();
    set.task(task.id).unwrap_or(task).clone()
}

/// Each reminder as `14:30 fired 1`: when, how it stands, in which generation; `~` when put off.
fn show(task: &Task) -> String {
    let one = |reminder: &Reminder| {
        let state = match reminder.state {
            Scheduled => "waits",
            Fired => "fired",
            Cancelled => "cancelled",
        };
        let mark = if reminder.snoozed { "~" } else { "" };
        let Reminder { fire_at, generation, .. } = reminder;
        format!("{mark}{} {state} {generation}", fire_at.format("%d %H:%M"))
    };
    task.reminders.iter().map(one).collect::<Vec<_>>().join(", ")
}

#[test]
fn m6_a_change_of_the_due_date_ends_it() {
    let mut world = World::at("2026-10-01T08:00:00Z");
    let task = at_five(&mut world, &["PT0S"]);
    let told = fired(&mut world, "2026-10-01T17:00:00Z", &task);
    let snoozed = snooze(&mut world, &told, "PT1H");
    assert_eq!(show(&snoozed), "~01 18:00 waits 2");
    world.move_to("2026-10-01T17:01:00Z");
    let moved = move_due(&mut world, &snoozed, Some(due("2026-10-01 17:02 UTC")));
    assert_eq!(show(&moved), "01 17:02 waits 3");
    row_says("M6", "fires 17:02; snooze cancelled");
}

#[test]
fn the_same_due_date_again_leaves_it_alone() {
    let mut world = World::at("2026-10-01T08:00:00Z");
    let task = at_five(&mut world, &["PT0S"]);
    let snoozed = snooze(&mut world, &task, "2026-10-02T09:00:00Z");
    let same = move_due(&mut world, &snoozed, task.due.clone());
    assert_eq!(same, snoozed);
}

#[test]
fn a_moment_comes_back_only_while_it_lies_ahead() {
    let mut world = World::at("2026-10-01T08:00:00Z");
    let tomorrow = Some(due("2026-10-02 17:00 UTC"));
    let task = at_five(&mut world, &["2026-10-01T12:00:00Z"]);
    let early = snooze(&mut world, &task, "PT1H");
    assert_eq!(show(&early), "~01 09:00 waits 2");
    assert_eq!(show(&move_due(&mut world, &early, tomorrow.clone())), "01 12:00 waits 3");

    let told = fired(&mut world, "2026-10-01T12:00:00Z", &task);
    let late = snooze(&mut world, &told, "PT1H");
    assert_eq!(show(&move_due(&mut world, &late, tomorrow)), "01 12:00 cancelled 3");
}

#[test]
fn the_one_that_fired_last_is_meant_or_else_the_next_one() {
    let mut world = World::at("2026-10-01T08:00:00Z");
    let task = at_five(&mut world, &["PT0S", "PT2H", "PT3H"]);
    assert_eq!(
        show(&snooze(&mut world, &task, "PT10M")),
        "01 17:00 waits 1, 01 15:00 waits 1, ~01 08:10 waits 2"
    );
    let two = fired(&mut world, "2026-10-01T15:00:00Z", &task);
    assert_eq!(
        show(&snooze(&mut world, &two, "PT10M")),
        "01 17:00 waits 1, ~01 15:10 waits 2, 01 14:00 fired 1"
    );
    let named = Some(task.reminders[0].id);
    let first = try_snooze(&mut world, &two, named, "PT3H").unwrap();
    assert_eq!(show(&first), "~01 18:00 waits 2, 01 15:00 fired 1, 01 14:00 fired 1");
}

#[test]
fn it_can_be_put_off_again_and_the_same_again_changes_nothing() {
    let mut world = World::at("2026-10-01T08:00:00Z");
    let task = at_five(&mut world, &["PT0S"]);
    let once = snooze(&mut world, &task, "2026-10-02T09:00:00Z");
    assert_eq!(snooze(&mut world, &once, "2026-10-02T09:00:00Z"), once);
    let told = fired(&mut world, "2026-10-02T09:00:00Z", &once);
    let twice = snooze(&mut world, &told, "PT5M");
    assert_eq!(show(&twice), "~02 09:05 waits 3");
}

#[test]
fn a_day_is_one_on_the_wall_clock_and_24_hours_are_not() {
    // The night to October 25 has 25 hours in Berlin.
    let mut world = World::at("2026-10-24T08:00:00Z");
    let due = Some(due("2026-10-24 18:00 Europe/Berlin"));
    let reminders = vec![trigger("PT0S")];
    let task = world.create(NewTask { due, reminders, ..new_task("it") }).unwrap();
    assert_eq!(show(&snooze(&mut world, &task, "P1D")), "~25 09:00 waits 2");
    assert_eq!(show(&snooze(&mut world, &task, "PT24H")), "~25 08:00 waits 2");
    // In the hour that comes twice, ten minutes are ten minutes.
    world.move_to("2026-10-25T01:30:00Z");
    assert_eq!(show(&snooze(&mut world, &task, "PT10M")), "~25 01:40 waits 2");
}

#[test]
fn done_and_open_again_keeps_the_time_it_was_put_off_to() {
    let mut world = World::at("2026-10-01T08:00:00Z");
    let task = at_five(&mut world, &["PT0S"]);
    let snoozed = snooze(&mut world, &task, "2026-10-02T09:00:00Z");
    let done = world.complete(&snoozed);
    assert_eq!(show(&done), "~02 09:00 cancelled 2");
    let set = world.decide(|ctx| decide::reopen(&done, None, &[], ctx)).unwrap();
    assert_eq!(show(&set.tasks[0]), "~02 09:00 waits 3");
}

#[test]
fn what_cannot_be_put_off_is_refused() {
    let mut world = World::at("2026-10-01T08:00:00Z");
    let task = at_five(&mut world, &["PT0S"]);
    let bare = at_five(&mut world, &[]);
    let done = world.complete(&task);
    let foreign = Task { user_id: "eve".to_owned(), ..task.clone() };
    let nobodys = Some(Uuid::nil());
    let mut check = |task: &Task, reminder_id, text: &str, expect: &str| {
        let refusal = try_snooze(&mut world, task, reminder_id, text).unwrap_err();
        let field = refusal.field().unwrap_or_default();
        assert_eq!(format!("{field}: {refusal}"), expect);
    };
    check(&done, None, "PT1H", ": the task is done; open it again first");
    check(&foreign, None, "PT1H", ": no such task");
    let none =
        "reminder_id: the task has no such reminder; `reminder_id` names one of its `reminders`";
    check(&task, nobodys, "PT1H", none);
    check(&bare, None, "PT1H", none);
    check(&task, None, "PT0S", "for: for is not in the future; name a later time");
    let past = "2026-10-01T08:00:00Z";
    check(&task, None, past, "until: until is not in the future; name a later time");
    let far = "9999-01-01T00:00:00Z";
    check(
        &task,
        None,
        far,
        "until: until is in the year 9999; the years 1900 to 9998 are possible",
    );
}
