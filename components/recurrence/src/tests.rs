//! Events in, wishes out.

use events::{RawEnvelope, effect::Effect};
use serde_json::{Value, json, value::to_raw_value};
use uuid::Uuid;

use super::*;

const TASK: &str = "01900000-0000-7000-8000-000000000001";

/// A monthly task that was due on January 31 at nine in Berlin, done at `completed_at`.
fn completed(completed_at: &str, edit: impl FnOnce(&mut Value)) -> RawEnvelope {
    let slot = "2026-01-31T09:00:00";
    let mut task = json!({
        "id": TASK, "version": 2, "title": "Pay rent", "description": "to *the* landlord",
        "status": "done", "priority": "high", "tags": ["home"],
        "due": {"at": "2026-01-31T09:00:00+01:00", "time_zone": "Europe/Berlin"},
        "repeat": {"rule": "FREQ=MONTHLY;BYMONTHDAY=31", "mode": "every", "month_end": "clamp"},
        "reminders": [
            {"id": Uuid::nil(), "before": "P1D", "fire_at": "2026-01-30T08:00:00Z",
             "state": "fired", "generation": 1},
            {"id": Uuid::nil(), "at": "2026-01-29T08:00:00+01:00",
             "fire_at": "2026-01-29T07:00:00Z", "state": "cancelled", "generation": 1},
        ],
        "parent_id": Uuid::max(), "series_id": TASK, "occurrence": 1,
        "series": {"start": slot, "slot": slot}, "completed_at": completed_at,
        "created_at": "2026-01-01T00:00:00Z", "updated_at": completed_at,
    });
    edit(&mut task);
    RawEnvelope {
        event_id: Uuid::nil(),
        event_type: "task.completed".to_owned(),
        user_id: "anna".to_owned(),
        timestamp: completed_at.parse().unwrap(),
        payload: to_raw_value(&json!({"task_id": TASK, "task": task, "changes": {}})).unwrap(),
    }
}

/// The wish as JSON; null when there is none.
fn wish(event: &RawEnvelope) -> Value {
    let effects = handle(event).unwrap();
    assert!(effects.len() <= 1, "{effects:?}");
    serde_json::to_value(effects.first()).unwrap()
}

/// Date, mode and completion in, the due time of the next instance out.
#[track_caller]
fn check_due(event: &RawEnvelope, expect: &Value) {
    assert_eq!(wish(event)["task"]["due"], *expect);
}

#[test]
fn the_next_instance_carries_what_the_person_wrote() {
    let wish = wish(&completed("2026-01-31T08:30:00Z", |_| ()));
    assert_eq!(
        wish,
        json!({
            "effect": "create-task",
            "task": {
                "title": "Pay rent", "description": "to *the* landlord", "priority": "high",
                "tags": ["home"],
                "due": {"at": "2026-02-28T09:00:00", "time_zone": "Europe/Berlin"},
                "repeat": {"rule": "FREQ=MONTHLY;BYMONTHDAY=31", "mode": "every",
                           "month_end": "clamp"},
                "reminders": [{"before": "P1D"}, {"at": "2026-02-26T08:00:00+01:00"}],
                "parent_id": Uuid::max(),
            },
            "series": {
                "series_id": TASK, "occurrence": 2, "start": "2026-01-31T09:00:00",
                "slot": "2026-02-28T09:00:00", "predecessor": TASK,
            },
        })
    );
}

#[test]
fn what_was_changed_for_one_instance_only_does_not_travel() {
    let event = completed("2026-01-31T08:30:00Z", |task| {
        task["title"] = json!("Pay rent and the deposit");
        task["following"] = json!({"title": "Pay rent", "reminders": []});
    });
    let wish = wish(&event);
    assert_eq!(wish["task"]["title"], "Pay rent");
    assert_eq!(wish["task"]["reminders"], json!([]));
    assert_eq!(wish["task"]["priority"], "high");
    let text = wish.to_string();
    assert!(!text.contains("following"), "{text}");
}

#[test]
fn the_31st_comes_back_after_february() {
    let march = completed("2026-02-28T08:00:00Z", |task| {
        task["occurrence"] = json!(2);
        task["series"]["slot"] = json!("2026-02-28T09:00:00");
        task["due"]["at"] = json!("2026-02-28T09:00:00+01:00");
    });
    check_due(&march, &json!({"at": "2026-03-31T09:00:00", "time_zone": "Europe/Berlin"}));
}

#[test]
fn the_event_is_the_only_clock() {
    let late = |task: &mut Value| task["repeat"]["mode"] = json!("next-future");
    let expect = json!({"at": "2026-05-31T09:00:00", "time_zone": "Europe/Berlin"});
    check_due(&completed("2026-05-01T12:00:00Z", late), &expect);
    let event = completed("2026-05-01T12:00:00Z", late);
    assert_eq!(handle(&event), handle(&event));
}

/// A daily task for January 31, done at half past eleven in the evening, by the clock of UTC.
fn done_late_at_night(time_zone: Option<&str>) -> RawEnvelope {
    let event = completed("2026-01-31T23:30:00Z", |task| {
        task["due"] = json!({"date": "2026-01-31"});
        task["repeat"] = json!({"rule": "FREQ=DAILY", "mode": "next-future", "month_end": "clamp"});
        task["series"] = json!({"start": "2026-01-31T00:00:00", "slot": "2026-01-31T00:00:00"});
    });
    let mut payload: Value = serde_json::from_str(event.payload.get()).unwrap();
    payload["time_zone"] = json!(time_zone);
    RawEnvelope { payload: to_raw_value(&payload).unwrap(), ..event }
}

#[test]
fn a_day_without_a_zone_is_one_of_the_user() {
    // In Berlin it is February 1 already, in New York it is still the afternoon.
    let berlin = done_late_at_night(Some("Europe/Berlin"));
    check_due(&berlin, &json!({"date": "2026-02-02"}));
    let new_york = done_late_at_night(Some("America/New_York"));
    check_due(&new_york, &json!({"date": "2026-02-01"}));
    check_due(&done_late_at_night(None), &json!({"date": "2026-02-01"}));
}

#[test]
fn a_time_in_a_gap_keeps_its_wall_clock_for_the_days_after() {
    let event = completed("2026-03-28T08:00:00Z", |task| {
        task["due"]["at"] = json!("2026-03-28T02:30:00+01:00");
        task["repeat"]["rule"] = json!("FREQ=DAILY");
        task["series"] = json!({"start": "2026-03-28T02:30:00", "slot": "2026-03-28T02:30:00"});
    });
    check_due(&event, &json!({"at": "2026-03-29T02:30:00", "time_zone": "Europe/Berlin"}));
}

#[test]
fn nothing_follows_a_task_that_happens_once_or_for_the_last_time() {
    let once = completed("2026-01-31T08:30:00Z", |task| {
        for field in ["repeat", "series_id", "occurrence", "series"] {
            task[field] = Value::Null;
        }
    });
    assert_eq!(wish(&once), Value::Null);
    let last = completed("2026-01-31T08:30:00Z", |task| {
        task["repeat"]["rule"] = json!("FREQ=MONTHLY;COUNT=1");
    });
    assert_eq!(wish(&last), Value::Null);
}

#[test]
fn other_events_are_no_business_of_ours() {
    for event_type in ["task.created", "task.updated", "task.state_changed", "moon.rises"] {
        let event = RawEnvelope {
            event_type: event_type.to_owned(),
            ..completed("2026-01-31T08:30:00Z", |_| ())
        };
        assert_eq!(handle(&event), Ok(Vec::new()));
    }
}

#[test]
fn what_cannot_be_handled_is_refused_for_good() {
    let check = |edit: fn(&mut Value), expect: &str| {
        let event = completed("2026-01-31T08:30:00Z", edit);
        assert_eq!(handle(&event), Err(Failure::Invalid(expect.to_owned())));
    };
    check(
        |task| _ = task.as_object_mut().unwrap().remove("title"),
        "payload: missing field `title`",
    );
    check(
        |task| task["completed_at"] = Value::Null,
        "payload.task.completed_at: is missing in a completed task",
    );
    assert_eq!(
        handle(&done_late_at_night(Some("Mars"))),
        Err(Failure::Invalid(
            "payload.time_zone: `Mars` is no time zone; use an IANA name such as `Europe/Berlin` or \
             `UTC`"
                .to_owned()
        ))
    );
    check(
        |task| task["series"] = Value::Null,
        "payload.task.series: `series_id`, `occurrence` and `series` go together; give all or none",
    );
}

#[test]
fn the_wish_is_granted_by_name() {
    let effects = handle(&completed("2026-01-31T08:30:00Z", |_| ())).unwrap();
    assert_eq!(effects.iter().map(Effect::name).collect::<Vec<_>>(), ["create-task"]);
}
