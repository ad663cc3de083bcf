//! Days and moments: which dues and time stamps lie where.

use domain::task::Task;
use filter::Now;

use crate::{
    now, now_at, parse,
    tasks::{a_task, done, due, utc},
};

#[track_caller]
fn check_at(now: &Now, task: &Task, passes: &[&str], fails: &[&str]) {
    for (texts, expected) in [(passes, true), (fails, false)] {
        for text in texts {
            let passed = parse(text).resolve(now).matches(task);
            assert_eq!(passed, expected, "{text} with due {:?}", task.due);
        }
    }
}

#[track_caller]
fn check(day: &str, passes: &[&str], fails: &[&str]) {
    check_at(&now(), &Task { due: due(day), ..a_task() }, passes, fails);
}

#[test]
fn days_from_today() {
    check(
        "2026-09-24",
        &["due:today", "due<tomorrow", "due<=today", "due>=today", "due:+0d"],
        &["due<today", "due>today"],
    );
    check(
        "2026-10-01",
        &["due:+7d", "due:+1w", "due<=+7d", "due:thursday", "due>+6d"],
        &["due<+7d", "due>+7d"],
    );
    check("2026-09-23", &["due:yesterday", "due:-1d", "is:overdue"], &["due:today"]);
    check("2026-10-24", &["due:+1m"], &["due:+31d"]);
    check("2027-09-24", &["due:+1y", "due:+12m"], &["due:+365w"]);
}

#[test]
fn a_month_after_the_31st_is_the_last_day_of_the_next_one() {
    let now = now_at("2027-01-31T10:00", "Europe/Berlin");
    let task = Task { due: due("2027-02-28"), ..a_task() };
    check_at(&now, &task, &["due:+1m"], &["due>+1m"]);
}

#[test]
fn a_weekday_is_the_next_one_after_today() {
    // Today is a Thursday.
    check("2026-09-25", &["due:friday"], &["due:saturday"]);
    check("2026-09-30", &["due:wednesday"], &["due:thu"]);
    check("2026-10-01", &["due:thursday"], &["due:today"]);
}

#[test]
fn weeks_months_and_years_are_whole() {
    check(
        "2026-09-21",
        &["due:this-week", "due<next-week", "due>=this-week"],
        &["due<this-week", "due:last-week"],
    );
    check("2026-09-27", &["due:this-week", "due<=this-week"], &["due:next-week", "due>this-week"]);
    check("2026-09-28", &["due:next-week", "due>this-week"], &["due:this-week"]);
    check("2026-09-20", &["due:last-week", "due:this-month", "due:this-year"], &["due:next-month"]);
    check(
        "2026-10-31",
        &["due:next-month", "due<=next-month"],
        &["due<next-month", "due:this-month"],
    );
    check("2027-01-01", &["due:next-year", "due>this-year"], &["due:this-year"]);
}

#[test]
fn ranges_have_both_of_their_ends() {
    let range = "due:2026-09-01..2026-09-30";
    check("2026-09-01", &[range], &[]);
    check("2026-09-30T23:59 Europe/Berlin", &[range], &[]);
    check("2026-08-31", &[], &[range]);
    check("2026-10-01T00:00 Europe/Berlin", &[], &[range]);
    check(
        "2026-09-24T12:00 Europe/Berlin",
        &["due:now..+2h", "due:today..+7d", "due:now..today"],
        &["due:now..+1h"],
    );
    check(
        "2026-09-26",
        &["due:today,saturday", "due:2026-01-01,2026-09-25..2026-09-27"],
        &["due:today,sunday"],
    );
}

#[test]
fn a_day_is_compared_with_the_day_on_the_wall_of_the_due_time() {
    // 23 September in Berlin still, but the person set it for the 24th, in Tokyo.
    check("2026-09-24T03:00 Asia/Tokyo", &["due:today", "due:2026-09-24"], &["due:yesterday"]);
    check("2026-09-24 Pacific/Auckland", &["due:today"], &["due<today"]);
}

#[test]
fn a_moment_is_compared_with_the_moment_at_which_the_task_is_late() {
    check(
        "2026-09-24T11:00 Europe/Berlin",
        &[
            "due<+2h",
            "due>now",
            "due:2026-09-24T11:00",
            "due:2026-09-24T09:00Z",
            "due<=2026-09-24T11:00+02:00",
            "due<+1h OR due>=+1h",
        ],
        &["due<+1h", "due<now", "due<2026-09-24T11:00", "is:overdue", "due:2026-09-24T11:00Z"],
    );
    // A day is over at its end, in the zone of the person.
    check("2026-09-24", &["due>now", "due>+13h", "due<+14h"], &["is:overdue", "due<now"]);
    check("2026-09-24 Asia/Tokyo", &["due<+8h", "due>now"], &["due>+7h"]);
}

#[test]
fn what_is_overdue_is_open_and_late() {
    check("2026-09-24T09:59 Europe/Berlin", &["is:overdue"], &["-is:overdue"]);
    check("2026-09-24T10:00 Europe/Berlin", &["-is:overdue"], &["is:overdue"]);
    check("2026-09-23 America/Los_Angeles", &["is:overdue", "due:yesterday"], &["-is:overdue"]);
    // In Honolulu the 23rd has two hours still.
    check("2026-09-23 Pacific/Honolulu", &["-is:overdue"], &["is:overdue"]);
    let task = Task { due: due("2026-09-01"), ..done("2026-09-24T07:00:00Z") };
    check_at(&now(), &task, &["-is:overdue"], &["is:overdue"]);
}

#[test]
fn time_stamps_lie_in_days_of_the_person() {
    let task = Task { created_at: utc("2026-09-23T22:00:00Z"), ..done("2026-09-24T21:59:59.999Z") };
    check_at(
        &now(),
        &task,
        &[
            "created:today",
            "created>=today",
            "created>yesterday",
            "completed:today",
            "completed<=today",
            "completed<tomorrow",
        ],
        &[
            "created<today",
            "created:yesterday",
            "completed>today",
            "completed:tomorrow",
            "created>today",
        ],
    );
    let utc_now = Now { zone: domain::zone::ZoneName::utc(), ..now() };
    check_at(&utc_now, &task, &["created:yesterday", "completed:today"], &["created:today"]);
    check_at(&now(), &task, &["created>-11h", "created>=-10h"], &["created>-10h"]);
}

#[test]
fn days_of_the_person_follow_the_clock_change() {
    // 25 October 2026 has 25 hours in Berlin.
    let now = now_at("2026-10-25T12:00", "Europe/Berlin");
    let at = |created| Task { created_at: utc(created), ..a_task() };
    check_at(&now, &at("2026-10-24T22:00:00Z"), &["created:today"], &["created:yesterday"]);
    check_at(&now, &at("2026-10-25T22:59:59Z"), &["created:today"], &["created:tomorrow"]);
    check_at(&now, &at("2026-10-25T23:00:00Z"), &["created:tomorrow"], &["created:today"]);
    // Hours are hours, days are days.
    check_at(
        &now,
        &at("2026-10-24T11:00:00Z"),
        &["created>=-24h", "created:-1d"],
        &["created<-24h"],
    );
}

#[test]
fn the_ends_of_the_calendar_are_no_ends_of_the_program() {
    for (local, zone) in [("9998-12-31T23:59", "UTC"), ("1900-01-01T00:00", "Pacific/Kiritimati")] {
        let now = now_at(local, zone);
        for text in [
            "due:+9999y",
            "due<-9999y",
            "created>+9999w",
            "due:next-year",
            "due>-9999h",
            "due:last-month",
            "due:friday",
        ] {
            let _ = parse(text).resolve(&now).matches(&Task { due: due("2026-09-24"), ..a_task() });
        }
    }
}
