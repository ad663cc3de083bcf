//! The envelope and what is in it.

use events::{
    Envelope,
    payload::{ReminderTrigger, StateChanged, TaskPayload},
};
use serde_json::{Value, json};

use crate::samples;

fn sample(index: usize) -> Envelope {
    samples::envelope(&samples::events()[index])
}

#[test]
fn it_has_exactly_the_five_keys() {
    let json = serde_json::to_value(sample(0)).unwrap();
    let keys: Vec<_> = json.as_object().unwrap().keys().map(String::as_str).collect();
    let mut expect = ["event_id", "event_type", "user_id", "timestamp", "payload"];
    let mut keys = keys;
    keys.sort_unstable();
    expect.sort_unstable();
    assert_eq!(keys, expect);
    assert_eq!(json["event_type"], "task.created");
    assert_eq!(json["timestamp"], "2026-01-31T08:30:00Z");
}

#[test]
fn it_reads_back() {
    for event in samples::events() {
        let envelope = samples::envelope(&event);
        let bytes = serde_json::to_vec(&envelope).unwrap();
        assert_eq!(Envelope::parse(&bytes), Ok(envelope));
    }
}

#[test]
fn another_key_or_a_missing_one_is_refused() {
    let check = |edit: fn(&mut serde_json::Map<String, Value>), expect: &str| {
        let mut json = serde_json::to_value(sample(0)).unwrap();
        edit(json.as_object_mut().unwrap());
        let error = Envelope::parse(&serde_json::to_vec(&json).unwrap()).unwrap_err();
        assert_eq!(error.to_string(), expect);
    };
    check(
        |keys| _ = keys.insert("seq".to_owned(), json!(1)),
        "seq: is no known field; known are event_id, event_type, user_id, timestamp, payload",
    );
    check(|keys| _ = keys.remove("user_id"), "user_id: is missing");
    check(|keys| keys["event_id"] = json!("7"), "event_id: is no UUID");
}

#[test]
fn payloads_read_in_their_own_shape() {
    let updated: TaskPayload = sample(1).payload_as().unwrap();
    assert_eq!(updated.task.title, "Pay the rent");
    let changes = serde_json::to_value(updated.changes).unwrap();
    assert_eq!(changes, json!({"title": {"from": "Pay rent", "to": "Pay the rent"}}));

    let completed: TaskPayload = sample(2).payload_as().unwrap();
    let fields: Vec<_> = completed.changes.unwrap().into_keys().collect();
    assert_eq!(fields, ["completed_at", "status"]);

    let reminder: ReminderTrigger = sample(6).payload_as().unwrap();
    assert_eq!(reminder.due_date.as_deref(), Some("2026-01-31T09:00:00+01:00"));
    assert_eq!(reminder.late_by_ms, 1500);
    assert_eq!(reminder.digest.map(|digest| (digest.size, digest.position)), Some((12, 3)));
    assert!(sample(7).payload.get("digest").is_none());
    assert_eq!(sample(7).payload["due_date"], Value::Null);
}

#[test]
fn a_new_task_has_no_changes_but_a_live_view_gets_its_fields() {
    assert!(sample(0).payload.get("changes").is_none());
    let new: StateChanged = sample(4).payload_as().unwrap();
    assert_eq!(new.changes["title"].to, "Pay rent");
    assert_eq!(new.changes["title"].from, Value::Null);
    assert!(!new.changes.contains_key("completed_at"), "null before and after");
    assert_eq!(new.version, 1);
    assert!(sample(4).payload.get("seq").is_none(), "filled in when it is read from the log");
}

#[test]
fn a_deleted_task_says_when() {
    assert_eq!(
        sample(3).payload["changes"],
        json!({"deleted_at": {"from": null, "to": "2026-01-03T00:00:00Z"}})
    );
}

#[test]
fn a_payload_of_another_shape_names_the_field() {
    let error = sample(6).payload_as::<TaskPayload>().unwrap_err();
    assert_eq!(error.to_string(), "payload.task: is missing");
}

#[test]
fn an_envelope_that_came_over_wit_is_the_same() {
    let envelope = sample(2);
    let over_wit = |payload: String| {
        events::plugin::envelope(
            &envelope.event_id.to_string(),
            envelope.event_type.clone(),
            envelope.user_id.clone(),
            &events::plugin::timestamp(envelope.timestamp),
            payload,
        )
    };
    let raw = over_wit(envelope.payload.to_string()).unwrap();
    assert_eq!(serde_json::to_value(&raw).unwrap(), serde_json::to_value(&envelope).unwrap());
    let payload: TaskPayload = raw.payload_as().unwrap();
    assert_eq!(payload, envelope.payload_as().unwrap());

    let bytes = serde_json::to_vec(&envelope).unwrap();
    let handed_on = events::RawEnvelope::parse_raw(&bytes).unwrap();
    assert_eq!(handed_on.payload.get(), envelope.payload.to_string());

    let error = over_wit("{".to_owned()).unwrap_err();
    assert_eq!(error.field, "payload");
}
