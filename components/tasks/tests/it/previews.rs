//! `GET /api/v1/occurrences`.

use serde_json::json;

use crate::app::App;

const RULE: &str = "rule=FREQ%3DMONTHLY%3BBYMONTHDAY%3D31";

#[test]
fn a_rule_is_shown_on_the_wall_clock_of_its_zone() {
    let query = format!("{RULE}&start=2026-01-31T09:00&time_zone=Europe/Berlin&count=3");
    let answer = App::new().get(&format!("/api/v1/occurrences?{query}")).ok();
    assert_eq!(
        answer.body,
        json!({
            "rule": "FREQ=MONTHLY;BYMONTHDAY=31",
            "explained": "on the 31st of every month at 09:00, Europe/Berlin, \
                          or on the last day of a shorter month",
            "time_zone": "Europe/Berlin",
            "items": [
                "2026-01-31T09:00:00+01:00",
                "2026-02-28T09:00:00+01:00",
                "2026-03-31T09:00:00+02:00",
            ],
        })
    );
}

#[test]
fn a_day_gives_days_in_the_users_zone() {
    let query = format!("{RULE}&start=2026-01-31&month_end=skip&count=2");
    let answer = App::new().get(&format!("/api/v1/occurrences?{query}")).ok();
    assert_eq!(answer.body["time_zone"], "Europe/Berlin");
    assert_eq!(answer.body["items"], json!(["2026-01-31", "2026-03-31"]));
}

#[track_caller]
fn check(query: &str, field: &str) {
    let answer = App::new().get(&format!("/api/v1/occurrences?{query}"));
    answer.refused(400, "TASKLOOM-0006", field);
}

#[test]
fn what_cannot_be_previewed_is_named() {
    check("start=2026-01-31", "rule");
    check(RULE, "start");
    check("rule=FREQ%3DSOMETIMES&start=2026-01-31", "rule");
    check("rule=FREQ%3DYEARLY%3BBYMONTH%3D2%3BBYMONTHDAY%3D30&start=2026-01-31", "rule");
    for start in ["2026-02-31", "2026-02-31T09:00", "2026-1-1", "tomorrow", "2026-01-31T25:00"] {
        check(&format!("{RULE}&start={start}"), "start");
    }
    check(&format!("{RULE}&start=2026-01-31&time_zone=Mars/Olympus"), "time_zone");
    check(&format!("{RULE}&start=2026-01-31&month_end=drift"), "month_end");
    check(&format!("{RULE}&start=2026-01-31&count=0"), "count");
    check(&format!("{RULE}&start=2026-01-31&count=101"), "count");
    check(&format!("{RULE}&start=2026-01-31&colour=red"), "colour");
}
