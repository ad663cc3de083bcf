//! `rrule` rows of the vectors: each a test in its own words.

use chrono::{NaiveDate, NaiveDateTime};
use domain::recurrence::{MonthEnd, Rule, Start, Timetable};

use crate::vectors::{Row, rows};

/// Holds the engine against one row; `Err` says how they differ.
fn verdict(row: &Row) -> Result<(), String> {
    let rule = Rule::parse(row.text("rrule")).map_err(|error| format!("{}: {error}", row.id))?;
    let expect: Vec<&str> =
        row.fields["expect"].as_array().unwrap().iter().map(|day| day.as_str().unwrap()).collect();
    let ours: Vec<String> = Timetable::new(&rule, MonthEnd::Skip, start(row.text("dtstart")))
        .occurrences()
        .take(expect.len() + 1)
        .map(|found| found.local.format("%Y%m%d").to_string())
        .collect();
    if ours == expect { Ok(()) } else { Err(format!("{}: {ours:?}, not {expect:?}", row.id)) }
}

/// `20070131T090000` or `20240229`.
fn start(text: &str) -> Start<'static> {
    match NaiveDateTime::parse_from_str(text, "%Y%m%dT%H%M%S") {
        Ok(local) => Start::Floating(local),
        Err(_) => Start::Day(NaiveDate::parse_from_str(text, "%Y%m%d").unwrap()),
    }
}

#[track_caller]
fn check(id: &str) {
    verdict(rows("rrule").iter().find(|row| row.id == id).unwrap()).unwrap();
}

macro_rules! tests {
    ($($id:literal $name:ident)*) => {
        $(
            #[test]
            fn $name() {
                check($id);
            }
        )*

        #[test]
        fn every_row_is_a_test() {
            let ids: Vec<String> = rows("rrule").into_iter().map(|row| row.id).collect();
            assert_eq!(ids, [$($id),*]);
        }
    };
}

tests! {
    "R01" the_31st_is_left_out_of_months_that_have_none
    "R02" the_30th_is_left_out_of_february
    "R03" a_leap_day_comes_in_leap_years_only_and_until_may_end_before_the_next
    "R04" a_day_of_the_month_each_year_means_the_month_of_the_start
    "R05" a_day_counted_from_the_end_each_year_means_the_month_of_the_start
    "R06" the_third_to_last_day_of_the_month_counts_from_its_end
    "R07" the_first_and_the_last_day_of_each_month
    "R08" the_first_friday_of_each_month_up_to_christmas_eve
    "R09" the_first_and_last_sunday_of_every_other_month
    "R10" the_second_to_last_monday_of_the_month
    "R11" the_third_of_tuesdays_wednesdays_and_thursdays
    "R12" the_second_to_last_workday_of_the_month
    "R13" positions_out_of_order_are_put_in_order
    "R14" a_position_that_a_year_does_not_have_is_left_out
    "R15" every_other_week_depends_on_its_first_day_monday
    "R16" every_other_week_depends_on_its_first_day_sunday
    "R17" every_other_week_depends_on_its_first_day_wednesday
    "R18" the_monday_of_week_twenty_when_weeks_begin_on_friday
    "R19" friday_the_13th_and_not_the_start_which_is_none
    "R20" the_saturday_after_the_first_sunday
    "R21" election_day_every_four_years
    "R22" a_trailing_semicolon_means_nothing
    "R23" a_weekday_said_twice_counts_once
    "R24" minutes_mean_nothing_to_a_day
    "R25" the_10th_to_the_15th_every_eighteen_months
    "R26" the_30th_of_february_never_comes
    "R27" every_weekday_is_monday_to_friday
    "R28" the_last_workday_of_the_month
    "R29" a_fifth_monday_comes_in_months_that_have_one
    "R30" every_third_day_when_it_is_a_workday
    "R31" the_31st_or_the_last_day_before_it
}

#[test]
fn an_altered_row_is_noticed() {
    for mut row in rows("rrule") {
        row.fields["expect"].as_array_mut().unwrap().push("20991231".into());
        assert!(verdict(&row).is_err(), "{}", row.id);
    }
}
