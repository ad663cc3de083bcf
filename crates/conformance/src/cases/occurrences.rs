//! `GET /api/v1/occurrences`: when a rule takes place, without creating anything.

use anyhow::Result;
use serde_json::json;

use super::cases;
use crate::{Reply, User, World, same};

cases!("occurrences":
    a_preview_follows_the_wall_clock,
    a_preview_of_days_shows_days,
    a_preview_ends_where_the_rule_ends,
    month_ends_are_clamped_or_skipped,
    nth_weekdays_are_understood,
    a_bad_question_is_refused_by_name,
    a_preview_creates_nothing,
);

fn ask(user: &User, query: &str) -> Result<Reply> {
    user.client.get(&format!("/api/v1/occurrences?{query}"))
}

#[track_caller]
fn check(world: &World, query: &str, expected: &[&str]) -> Result<()> {
    let reply = ask(&world.user()?, query)?.expect(200)?;
    same(query, &reply["items"], &json!(expected))
}

fn a_preview_follows_the_wall_clock(world: &World) -> Result<()> {
    check(
        world,
        "rule=FREQ=DAILY&start=2030-03-30T02:30&time_zone=Europe/Berlin&count=3",
        &["2030-03-30T02:30:00+01:00", "2030-03-31T03:30:00+02:00", "2030-04-01T02:30:00+02:00"],
    )
}

fn a_preview_of_days_shows_days(world: &World) -> Result<()> {
    check(
        world,
        "rule=FREQ=WEEKLY;BYDAY=MO,TH&start=2030-01-03&count=3",
        &["2030-01-03", "2030-01-07", "2030-01-10"],
    )
}

fn a_preview_ends_where_the_rule_ends(world: &World) -> Result<()> {
    let two = ["2030-01-01", "2030-01-02"];
    check(world, "rule=FREQ=DAILY;COUNT=2&start=2030-01-01&count=5", &two)?;
    check(world, "rule=FREQ=DAILY;UNTIL=20300102&start=2030-01-01&count=5", &two)
}

fn month_ends_are_clamped_or_skipped(world: &World) -> Result<()> {
    let query = "rule=FREQ=MONTHLY;BYMONTHDAY=31&start=2030-01-31&count=3";
    check(world, query, &["2030-01-31", "2030-02-28", "2030-03-31"])?;
    let query = format!("{query}&month_end=skip");
    check(world, &query, &["2030-01-31", "2030-03-31", "2030-05-31"])
}

fn nth_weekdays_are_understood(world: &World) -> Result<()> {
    let query = "rule=FREQ=MONTHLY;BYDAY=-1FR&start=2030-01-25&count=3";
    check(world, query, &["2030-01-25", "2030-02-22", "2030-03-29"])?;
    let query = "rule=FREQ=YEARLY;BYMONTH=11;BYDAY=4TH&start=2030-11-28&count=2";
    check(world, query, &["2030-11-28", "2031-11-27"])
}

fn a_bad_question_is_refused_by_name(world: &World) -> Result<()> {
    let user = world.user()?;
    for (query, field) in [
        ("start=2030-01-01", "rule"),
        ("rule=FREQ=DAILY", "start"),
        ("rule=sometimes&start=2030-01-01", "rule"),
        ("rule=FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30&start=2030-01-01&month_end=skip", "rule"),
        ("rule=FREQ=DAILY&start=2030-02-30", "start"),
        ("rule=FREQ=DAILY&start=2030-01-01&time_zone=Mars/Olympus", "time_zone"),
        ("rule=FREQ=DAILY&start=2030-01-01&count=101", "count"),
        ("rule=FREQ=DAILY&start=2030-01-01&month_end=bend", "month_end"),
        ("rule=FREQ=DAILY&start=2030-01-01&until=2031-01-01", "until"),
    ] {
        ask(&user, query)?.problem(400, "TASKLOOM-0006", Some(field))?;
    }
    Ok(())
}

fn a_preview_creates_nothing(world: &World) -> Result<()> {
    let user = world.user()?;
    ask(&user, "rule=FREQ=DAILY&start=2030-01-01")?.expect(200)?;
    same("tasks", user.titles("")?, Vec::<String>::new())
}
