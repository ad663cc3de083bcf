//! Events in, alarms out.

use events::{RawEnvelope, effect::Effect};
use serde_json::{Value, json, value::to_raw_value};
use uuid::Uuid;

use super::*;

const TASK: &str = "01900000-0000-7000-8000-000000000001";

fn reminder_id(n: u8) -> Uuid {
    format!("01900000-0000-7000-8000-0000000000a{n}").parse().unwrap()
}

fn reminder(n: u8, state: &str) -> Value {
    json!({"id": reminder_id(n), "before": "PT30M", "fire_at": format!("2026-12-01T08:0{n}:00Z"),
        "state": state, "generation": 7})
}

fn event(event_type: &str, reminders: &[Value], changes: Value) -> RawEnvelope {
    let task = json!({
        "id": TASK, "version": 2, "title": "Pay rent", "description": "", "status": "open",
        "priority": "medium", "tags": [], "due": {"date": "2026-12-01"}, "repeat": null,
        "reminders": reminders, "parent_id": null, "series_id": null, "occurrence": null,
        "series": null, "completed_at": null, "created_at": "2026-11-01T00:00:00Z",
        "updated_at": "2026-11-01T00:00:00Z",
    });
    let payload = json!({"task_id": TASK, "task": task, "changes": changes});
    RawEnvelope {
        event_id: Uuid::nil(),
        event_type: event_type.to_owned(),
        user_id: "anna".to_owned(),
        timestamp: "2026-11-01T00:00:00Z".parse().unwrap(),
        payload: to_raw_value(&payload).unwrap(),
    }
}

/// What `handle` wishes for, one line an effect: `+1` sets the alarm of reminder 1, `-1` takes it
/// back.
#[track_caller]
fn check(event: &RawEnvelope, expect: &str) {
    let number = |id: Uuid| id.to_string().chars().last().unwrap();
    let lines: Vec<_> = handle(event)
        .unwrap()
        .into_iter()
        .map(|effect| match effect {
            Effect::ScheduleReminder { reminder_id, task_id, generation, fire_at } => {
                assert_eq!((task_id.to_string().as_str(), generation), (TASK, 7));
                let n = number(reminder_id);
                assert_eq!(fire_at.to_string(), format!("2026-12-01 08:0{n}:00 UTC"));
                format!("+{n}")
            }
            Effect::CancelReminder { reminder_id } => format!("-{}", number(reminder_id)),
            other => panic!("not granted: {}", other.name()),
        })
        .collect();
    assert_eq!(lines.join(" "), expect);
}

fn one_of_each() -> [Value; 3] {
    [reminder(1, "scheduled"), reminder(2, "fired"), reminder(3, "cancelled")]
}

#[test]
fn a_new_or_changed_task_sets_alarms_for_what_is_scheduled() {
    check(&event("task.created", &one_of_each(), Value::Null), "+1 -3");
    check(&event("task.updated", &one_of_each(), json!({})), "+1 -3");
}

#[test]
fn a_closed_task_takes_its_alarms_back() {
    check(&event("task.completed", &one_of_each(), json!({})), "-1 -3");
    check(&event("task.deleted", &one_of_each(), json!({})), "-1 -3");
}

#[test]
fn a_reminder_that_is_gone_loses_its_alarm() {
    let before = [reminder(1, "scheduled"), reminder(4, "scheduled"), reminder(5, "fired")];
    let changes = json!({"reminders": {"from": before, "to": one_of_each()}});
    check(&event("task.updated", &one_of_each(), changes), "-4 +1 -3");
}

#[test]
fn other_events_are_no_business_of_ours() {
    check(&event("task.state_changed", &one_of_each(), json!({})), "");
    check(&event("reminder.trigger", &one_of_each(), json!({})), "");
    check(&event("moon.rises", &[], json!({})), "");
}

#[test]
fn a_payload_that_is_none_is_refused_for_good() {
    let event = event("task.created", &[reminder(1, "asleep")], Value::Null);
    assert_eq!(
        handle(&event),
        Err(Failure::Invalid(
            "payload: unknown variant `asleep`, expected one of `scheduled`, `fired`, `cancelled`"
                .to_owned()
        ))
    );
}
