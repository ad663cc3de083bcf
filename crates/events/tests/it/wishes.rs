//! Bodies that are right, and the commands they stand for.

use chrono::{DateTime, NaiveDate};
use domain::{
    command::{NewTask, Scope, TaskPatch},
    recurrence::{Mode, MonthEnd},
    reminder::Trigger,
    task::{Due, Priority},
    zone::ZoneName,
};
use events::{
    api::{parse_new_task, parse_patch},
    effect::Effect,
};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::samples::{self, local};

fn new_task(body: &Value) -> NewTask {
    parse_new_task(body.to_string().as_bytes()).unwrap()
}

fn patch(body: &Value) -> TaskPatch {
    parse_patch(body.to_string().as_bytes()).unwrap()
}

#[track_caller]
fn check_due(due: Value, zone: &str, expect: &str) {
    let expect = Due::At { local: local(expect), zone: ZoneName::parse(zone).unwrap() };
    assert_eq!(new_task(&json!({"title": "x", "due": due})).due, Some(expect));
}

#[test]
fn a_title_is_enough() {
    let new = new_task(&json!({"title": "Buy milk"}));
    assert_eq!(
        new,
        NewTask {
            title: "Buy milk".to_owned(),
            description: String::new(),
            priority: Priority::Medium,
            tags: Vec::new(),
            due: None,
            repeat: None,
            reminders: Vec::new(),
            parent_id: None,
        }
    );
    let nulls = json!({"title": "Buy milk", "description": null, "priority": null, "tags": null,
        "due": null, "repeat": null, "reminders": null, "parent_id": null});
    assert_eq!(new_task(&nulls), new);
}

#[test]
fn every_field_arrives() {
    let new = new_task(&samples::new_task());
    assert_eq!(new.priority, Priority::High);
    assert_eq!(new.tags, ["home", "Money"]);
    let repeat = new.repeat.unwrap();
    assert_eq!(repeat.rule.to_string(), "FREQ=MONTHLY;BYMONTHDAY=31");
    assert_eq!((repeat.mode, repeat.month_end), (Mode::Every, MonthEnd::Clamp));
    assert_eq!(
        new.reminders,
        [
            Trigger::Before { days: 1, seconds: 0 },
            Trigger::At(DateTime::parse_from_rfc3339("2026-01-29T18:00:00+01:00").unwrap()),
        ]
    );
    assert_eq!(new.parent_id, Some(samples::id(2)));
}

#[test]
fn a_time_is_wall_clock_in_its_zone() {
    let berlin = "Europe/Berlin";
    check_due(
        json!({"at": "2026-12-01T09:00", "time_zone": berlin}),
        berlin,
        "2026-12-01T09:00:00",
    );
    check_due(
        json!({"at": "2026-12-01t09:00:30.25", "time_zone": "europe/berlin"}),
        berlin,
        "2026-12-01T09:00:30.250",
    );
    check_due(
        json!({"at": "2026-12-01T09:00:00+05:00", "time_zone": berlin}),
        berlin,
        "2026-12-01T05:00:00",
    );
    check_due(
        json!({"at": "2026-07-01T09:00:00Z", "time_zone": berlin}),
        berlin,
        "2026-07-01T11:00:00",
    );
    check_due(json!({"at": "2026-07-01T09:00:00Z"}), "UTC", "2026-07-01T09:00:00");
}

#[test]
fn a_fraction_of_a_millisecond_is_never_early() {
    check_due(json!({"at": "2026-07-01T09:00:00.0001Z"}), "UTC", "2026-07-01T09:00:00.001");
    check_due(json!({"at": "2026-07-01T09:00:00.001Z"}), "UTC", "2026-07-01T09:00:00.001");
    check_due(json!({"at": "2026-06-30T23:59:60Z"}), "UTC", "2026-07-01T00:00:00");
}

#[test]
fn a_day_may_name_its_zone() {
    let date = NaiveDate::from_ymd_opt(2028, 2, 29).unwrap();
    let due = |due: Value| new_task(&json!({"title": "x", "due": due})).due;
    assert_eq!(due(json!({"date": "2028-02-29"})), Some(Due::Date { date, zone: None }));
    let zone = Some(samples::berlin());
    assert_eq!(
        due(json!({"date": "2028-02-29", "time_zone": "Europe/Berlin"})),
        Some(Due::Date { date, zone })
    );
}

#[test]
fn a_patch_tells_absent_from_null() {
    assert_eq!(patch(&json!({})), TaskPatch::default());
    let cleared = patch(&json!({"description": null, "priority": null, "tags": null, "due": null,
        "repeat": null, "reminders": null, "parent_id": null}));
    assert_eq!(
        cleared,
        TaskPatch {
            title: None,
            description: Some(String::new()),
            priority: Some(Priority::Medium),
            tags: Some(Vec::new()),
            due: Some(None),
            repeat: Some(None),
            reminders: Some(Vec::new()),
            parent_id: Some(None),
            scope: None,
        }
    );
    let changed = patch(&json!({"title": "y", "reminders": [{"before": "PT30M"}]}));
    assert_eq!(changed.title.as_deref(), Some("y"));
    assert_eq!(changed.reminders, Some(vec![Trigger::Before { days: 0, seconds: 1800 }]));
    assert_eq!(changed.due, None);
    let this = patch(&json!({"title": "y", "scope": "this"}));
    assert_eq!(this.scope, Some(Scope::This));
    let following = patch(&json!({"title": "y", "scope": "this-and-following"}));
    assert_eq!(following.scope, Some(Scope::ThisAndFollowing));
}

/// The vectors' row M7: a moment without an offset would be read in the alarm clock's own zone.
#[test]
fn a_wish_for_an_alarm_says_its_moment_with_its_offset() {
    let wish = Effect::ScheduleReminder {
        reminder_id: Uuid::nil(),
        task_id: Uuid::max(),
        generation: 1,
        fire_at: "2026-10-01T09:00:00+02:00".parse().unwrap(),
    };
    let json = serde_json::to_value(&wish).unwrap();
    assert_eq!(json["fire_at"], "2026-10-01T07:00:00Z");
    let mut without = json;
    without["fire_at"] = "2026-10-01T07:00:00".into();
    assert!(serde_json::from_value::<Effect>(without).is_err(), "no offset is no moment");
}
