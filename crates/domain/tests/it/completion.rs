//! `completion` rows of the vectors: late, early, twice, at the end of a month.

use domain::{
    decide,
    recurrence::{Mode, MonthEnd, Next, Repeat, next_instance, successor},
    task::{Due, Task},
};

use crate::{
    support::{World, due, every, new_task, repeat, trigger, wall, zone},
    vectors::row_says,
};

/// What a person has before them: a repeating task and when it is done.
fn task(due: Option<Due>, repeat: Repeat) -> Task {
    let mut world = World::at("2000-01-01T00:00:00Z");
    world.create(domain::command::NewTask { due, repeat: Some(repeat), ..new_task("it") }).unwrap()
}

/// The task that follows, as the platform makes it.
fn follow(task: &Task, next: Next) -> Task {
    Task { due: Some(next.due), series: Some(next.series), ..task.clone() }
}

/// The next due date; `done` is a wall-clock time in the zone of the task (default: UTC).
fn next(task: &Task, done: &str) -> Option<Next> {
    let utc = zone("UTC");
    let zone = task.due.as_ref().and_then(Due::zone).unwrap_or(&utc);
    next_instance(task, domain::zone::instant(wall(done), zone), &utc)
}

fn show(next: Option<Next>, format: &str) -> String {
    next.map_or_else(|| "none".to_owned(), |next| next.due.wall_clock().format(format).to_string())
}

const DAY: &str = "%Y-%m-%d";
const MINUTE: &str = "%Y-%m-%d %H:%M";

fn after_completion(rule: &str) -> Repeat {
    repeat(rule, Mode::AfterCompletion, MonthEnd::Clamp)
}

#[track_caller]
fn check(id: &str, due_text: &str, repeat: Repeat, done: &str, format: &str) {
    row_says(id, &show(next(&task(Some(due(due_text)), repeat), done), format));
}

#[test]
fn c1_to_c3_the_end_of_a_month() {
    check("C1", "2017-01-31 13:30 UTC", every("FREQ=MONTHLY"), "2017-01-31 14:00", MINUTE);
    // "The last day" is something else than "the 30th", and is said so.
    let last = every("FREQ=MONTHLY;BYMONTHDAY=-1");
    check("C2", "2017-11-30 13:30 UTC", last, "2017-11-30 14:00", MINUTE);
    let skip = repeat("FREQ=MONTHLY", Mode::NextFuture, MonthEnd::Skip);
    check("C3", "2017-01-30 13:30 UTC", skip, "2017-01-30 14:00", MINUTE);
    let clamped = task(Some(due("2017-01-30 13:30 UTC")), every("FREQ=MONTHLY"));
    assert_eq!(show(next(&clamped, "2017-01-30 14:00"), DAY), "2017-02-28");
}

#[test]
fn c4_to_c7_counted_from_the_completion() {
    let monthly = || after_completion("FREQ=MONTHLY");
    check("C4", "2016-08-28 00:04 UTC", monthly(), "2016-08-29 00:14", MINUTE);
    check("C5", "2016-08-30 00:25 UTC", monthly(), "2016-08-29 08:00", MINUTE);
    check("C6", "2016-08-29 09:00 UTC", monthly(), "2016-09-10 10:00", "%b %d");
    let days = after_completion("FREQ=WEEKLY;BYDAY=MO,WE");
    check("C7", "2016-08-29 00:25 UTC", days, "2016-09-01 12:00", "%a %Y-%m-%d %H:%M");
}

#[test]
fn c8_c24_every_other_week_keeps_its_weeks() {
    let rule = || every("FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,WE");
    check("C8", "2016-08-29 09:00 UTC", rule(), "2016-08-29 10:00", "%a %Y-%m-%d");
    let first = task(Some(due("2016-08-29 09:00 UTC")), rule());
    let second = follow(&first, next(&first, "2016-08-29 10:00").unwrap());
    row_says("C8", &show(next(&second, "2016-08-31 10:00"), "%a %Y-%m-%d"));

    let workdays = every("FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,TU,WE,TH,FR");
    check("C24", "2026-02-02", workdays, "2026-02-06 17:00", "%a %Y-%m-%d");
}

#[test]
fn c9_until_a_day_lasts_to_its_end() {
    let rule = every("FREQ=WEEKLY;UNTIL=20240315;BYDAY=MO,TU,WE,TH,FR,SU");
    let first = task(Some(due("2024-03-14 03:45 UTC")), rule);
    let last = next(&first, "2024-03-14 04:00").unwrap();
    row_says("C9", &show(Some(last.clone()), MINUTE));
    row_says("C9", "completing that one ends the series");
    assert_eq!(next(&follow(&first, last), "2024-03-15 04:00"), None);
}

#[test]
fn c10_count_counts_completions() {
    row_says("C10", "completing again -> done, no new instance");
    let first = task(Some(due("2026-01-01 10:00 UTC")), every("FREQ=MINUTELY;COUNT=2;INTERVAL=30"));
    // Done late by days: still one of two.
    let second = next(&first, "2026-01-04 12:10").unwrap();
    assert_eq!(second.series.occurrence, 2);
    assert_eq!(show(Some(second.clone()), MINUTE), "2026-01-04 12:30");
    assert_eq!(next(&follow(&first, second), "2026-01-04 12:31"), None);
}

#[test]
fn within_the_day_after_completion_is_elapsed_time() {
    let minutes = task(
        Some(due("2026-03-29 01:40 Europe/Berlin")),
        after_completion("FREQ=MINUTELY;INTERVAL=30"),
    );
    assert_eq!(show(next(&minutes, "2026-03-29 01:45"), MINUTE), "2026-03-29 03:15");
    // Done early: counted from then, and later than this one all the same.
    assert_eq!(show(next(&minutes, "2026-03-29 00:20"), MINUTE), "2026-03-29 01:50");
    // Done in the second of two hours with the same name.
    let utc = "2026-10-25T01:10:00Z".parse().unwrap();
    let done_twice = next_instance(&minutes, utc, &zone("UTC"));
    assert_eq!(show(done_twice, MINUTE), "2026-10-25 03:10", "02:40 means the first one");
    // A day has no hours: the next one is the day after.
    let day = task(Some(due("2026-03-29")), after_completion("FREQ=HOURLY;INTERVAL=2"));
    assert_eq!(show(next(&day, "2026-03-29 10:00"), DAY), "2026-03-30");
}

#[test]
fn a_rule_of_every_second_has_one_next_instance_however_late() {
    let first = task(Some(due("2026-01-01 10:00 UTC")), every("FREQ=SECONDLY;INTERVAL=7"));
    let second = next(&first, "2026-01-04 12:10:03").unwrap();
    assert_eq!(second.series.occurrence, 2);
    assert_eq!(show(Some(second), "%d %H:%M:%S"), "04 12:10:08");
}

#[test]
fn an_instance_in_the_hour_that_comes_twice_has_one_due_time() {
    let hourly = task(Some(due("2026-10-25 02:30 Europe/Berlin")), every("FREQ=HOURLY"));
    assert_eq!(show(next(&hourly, "2026-10-25 02:31"), MINUTE), "2026-10-25 03:30");
}

#[test]
fn two_times_that_a_gap_makes_one_are_one_instance() {
    let twice = every("FREQ=DAILY;BYHOUR=2,3");
    let first = task(Some(due("2026-03-29 02:30 Europe/Berlin")), twice);
    assert_eq!(show(next(&first, "2026-03-29 03:31"), MINUTE), "2026-03-30 02:30");
}

#[test]
fn c11_without_a_due_date_the_day_of_completion_counts() {
    let first = task(None, every("FREQ=DAILY"));
    let second = next(&first, "2021-02-01 16:54").unwrap();
    row_says("C11", &format!("{} (date only)", show(Some(second.clone()), DAY)));
    assert!(matches!(second.due, Due::Date { .. }));

    let monthly = task(None, every("FREQ=MONTHLY"));
    let second = follow(&monthly, next(&monthly, "2026-01-31 12:00").unwrap());
    assert_eq!(show(next(&second, "2026-02-28 12:00"), DAY), "2026-03-31", "the 31st is kept");
}

#[test]
fn c12_to_c14_late_and_early() {
    let rule = || every("FREQ=WEEKLY");
    check("C12", "2026-09-14 08:00 UTC", rule(), "2026-09-30 10:00", "%Y-%m-%d %H:%MZ");
    check("C13", "2026-09-14 08:00 UTC", rule(), "2026-09-16 10:00", DAY);
    check("C14", "2026-09-14 08:00 UTC", rule(), "2026-09-13 10:00", DAY);
}

#[test]
fn c15_done_early_never_brings_the_same_day_again() {
    let daily = task(Some(due("2022-05-20")), after_completion("FREQ=DAILY"));
    let days: Vec<String> = ["2022-05-17 12:00", "2022-05-20 12:00", "2022-05-22 12:00"]
        .iter()
        .map(|done| show(next(&daily, done), "%m-%d"))
        .collect();
    row_says("C15", &format!("proposed fix: {}", days.join(" / ")));
}

#[test]
fn c16_completing_twice_counts_once() {
    let mut world = World::at("2026-03-01T12:00:00Z");
    let open = task(Some(due("2026-03-01")), after_completion("FREQ=DAILY;INTERVAL=30"));
    let done = world.complete(&open);
    let again = world.decide(|ctx| decide::complete(&done, ctx)).unwrap();
    assert!(again.is_empty());
    row_says("C16", "next = completion + 30 d");
    assert_eq!(show(next(&open, "2026-03-01 12:00"), DAY), "2026-03-31");
}

#[test]
fn c17_to_c21_months_and_years_that_lack_the_day() {
    let one = |id, start: &str, rule| check(id, start, every(rule), &format!("{start} 12:00"), DAY);
    one("C17", "2022-01-31", "FREQ=MONTHLY");
    one("C18", "2022-01-31", "FREQ=MONTHLY;INTERVAL=3");
    one("C19", "2023-12-31", "FREQ=MONTHLY;INTERVAL=2");
    one("C20", "2024-02-29", "FREQ=YEARLY;INTERVAL=2");
    let first = task(Some(due("2020-03-31")), every("FREQ=MONTHLY;INTERVAL=11"));
    let second = task(Some(due("2020-01-31")), every("FREQ=MONTHLY;INTERVAL=13"));
    let ours = [next(&first, "2020-03-31 12:00"), next(&second, "2020-01-31 12:00")];
    row_says("C21", &ours.map(|next| show(next, DAY)).join(" / "));
}

#[test]
fn c22_c23_the_31st_and_29_february_come_back() {
    let mut current = task(Some(due("2022-01-31")), every("FREQ=MONTHLY"));
    let mut short = Vec::new();
    for month in 2..=12 {
        let done = format!("{} 12:00", current.due.as_ref().unwrap().wall_clock().format(DAY));
        current = follow(&current, next(&current, &done).unwrap());
        let day = current.due.as_ref().unwrap().wall_clock().format("%m-%d").to_string();
        assert!(day.starts_with(&format!("{month:02}-")), "{day}");
        if !day.ends_with("31") {
            short.push(day);
        }
    }
    row_says("C22", &format!("{} and 31 elsewhere", short.join(", ")));

    let mut current = task(Some(due("2024-02-29")), every("FREQ=YEARLY"));
    for expect in ["2025-02-28", "2026-02-28", "2027-02-28", "2028-02-29"] {
        let done = format!("{} 12:00", current.due.as_ref().unwrap().wall_clock().format(DAY));
        current = follow(&current, next(&current, &done).unwrap());
        assert_eq!(current.due, Some(due(expect)));
    }
    row_says("C23", "2025-02-28, and 2028-02-29 again");
}

#[test]
fn c25_the_three_modes() {
    let in_mode = |mode| {
        let late = task(Some(due("2008-02-10")), repeat("FREQ=WEEKLY", mode, MonthEnd::Clamp));
        show(next(&late, "2008-03-01 12:00"), "%Y-%m-%d %a")
    };
    row_says("C25", "'+1w': still overdue by one step");
    assert_eq!(in_mode(Mode::Every), "2008-02-17 Sun");
    row_says("C25", "'++1w': next future Sunday");
    assert_eq!(in_mode(Mode::NextFuture), "2008-03-02 Sun");
    row_says("C25", "'.+1w': one week from today");
    assert_eq!(in_mode(Mode::AfterCompletion), "2008-03-08 Sat");
}

#[test]
fn c26_the_weekday_and_the_time_are_the_tasks_own() {
    let weekly = task(Some(due("2026-09-21 09:00 UTC")), every("FREQ=WEEKLY"));
    let next = show(next(&weekly, "2026-09-23 15:22:10"), "%a %H:%M");
    row_says("C26", &format!("next {next}"));
}

#[test]
fn c27_what_belongs_to_a_task_travels_to_the_next_one() {
    let mut world = World::at("2026-01-01T00:00:00Z");
    let mut new = new_task("Pay rent");
    new.description = "by bank".to_owned();
    new.tags = vec!["home".to_owned()];
    new.due = Some(due("2026-01-31 09:00 Europe/Berlin"));
    new.repeat = Some(every("FREQ=MONTHLY"));
    new.reminders = vec![trigger("P1D"), trigger("2026-01-30T18:00:00+01:00")];
    let first = world.create(new.clone()).unwrap();
    let wish = successor(&first, first.created_at, &zone("UTC")).unwrap();
    assert_eq!(wish.predecessor, first.id);
    new.due = Some(due("2026-02-28 09:00 Europe/Berlin"));
    // The moment keeps its distance on the wall clock.
    new.reminders = vec![trigger("P1D"), trigger("2026-02-27T18:00:00+01:00")];
    assert_eq!(wish.task, new);
    row_says("C27", "keeps its distance");
}

#[test]
fn a_day_is_over_for_a_date_when_the_day_is() {
    let daily = task(Some(due("2026-05-01")), every("FREQ=DAILY"));
    assert_eq!(show(next(&daily, "2026-05-03 00:10"), DAY), "2026-05-04");
}

#[test]
fn a_slot_in_a_gap_counts_at_the_time_it_really_has() {
    let daily = task(Some(due("2026-03-28 02:30 Europe/Berlin")), every("FREQ=DAILY"));
    // 03:10 summer time is before 02:30, which that day means 03:30.
    assert_eq!(show(next(&daily, "2026-03-29 03:10"), MINUTE), "2026-03-29 02:30");
    assert_eq!(show(next(&daily, "2026-03-29 03:30"), MINUTE), "2026-03-30 02:30");
}

#[test]
fn after_completion_follows_the_days_that_the_start_gave() {
    // "Each March, on the 17th": March and the 17th do not move to the day of completion.
    let yearly = task(Some(due("2026-03-17")), after_completion("FREQ=YEARLY;BYMONTH=3"));
    assert_eq!(show(next(&yearly, "2026-05-20 12:00"), DAY), "2027-03-17");
    let monthly = task(Some(due("2026-01-31")), after_completion("FREQ=MONTHLY"));
    assert_eq!(show(next(&monthly, "2026-01-31 12:00"), DAY), "2026-02-28");
}

#[test]
fn after_completion_ends_with_until() {
    let daily = task(Some(due("2026-01-01")), after_completion("FREQ=DAILY;UNTIL=20260110"));
    assert_eq!(show(next(&daily, "2026-01-09 12:00"), DAY), "2026-01-10");
    assert_eq!(next(&daily, "2026-01-10 12:00"), None);
}

#[test]
fn what_does_not_repeat_has_no_next() {
    let mut once = task(Some(due("2026-01-01")), every("FREQ=DAILY"));
    once.repeat = None;
    assert_eq!(next(&once, "2026-01-01 12:00"), None);
}

#[test]
fn the_end_of_the_calendar_ends_a_series() {
    let daily = task(Some(due("2026-01-01 09:00 UTC")), every("FREQ=DAILY"));
    let utc = zone("UTC");
    assert_eq!(next_instance(&daily, chrono::DateTime::<chrono::Utc>::MAX_UTC, &utc), None);
    let last = task(Some(due("9998-12-31")), every("FREQ=DAILY"));
    assert_eq!(next(&last, "9998-12-31 12:00"), None);
}
