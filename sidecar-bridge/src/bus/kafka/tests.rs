//! Records: what is an event, and what is poison.

use ::kafka::{Received, Record};
use chrono::DateTime;
use events::{EventType, topic};
use serde_json::json;
use store::LogRow;
use uuid::Uuid;

use super::record::{Arrived, read, write};

fn row() -> LogRow {
    LogRow {
        user_id: "ada".to_owned(),
        seq: 7,
        event_id: Uuid::from_u128(1),
        topic: topic::TASK_UPDATES.to_owned(),
        event_type: EventType::TaskStateChanged.as_str().to_owned(),
        timestamp: DateTime::from_timestamp(1_790_000_000, 0).unwrap(),
        payload: json!({ "task_id": Uuid::from_u128(2), "version": 3 }),
        correlation_id: "request-1".to_owned(),
        attempts: 0,
    }
}

fn arrived(record: Record) -> Received {
    Received {
        topic: record.topic,
        partition: 0,
        offset: 0,
        key: record.key,
        payload: record.payload,
        headers: record.headers,
        timestamp_ms: None,
    }
}

/// What becomes of the record of [`row`] after `change`.
#[track_caller]
fn check(change: impl FnOnce(&mut Received), expect: &str) {
    let mut received = arrived(write(&row()).unwrap());
    change(&mut received);
    let became = match read(&received) {
        Arrived::Event(row) => format!("event {}", row.seq),
        Arrived::Later => "later".to_owned(),
        Arrived::Poison(reason) => reason,
    };
    assert!(became.starts_with(expect), "{became:?} is not {expect:?}");
}

fn replace(received: &mut Received, old: &str, new: &str) {
    let text = String::from_utf8(received.payload.clone()).unwrap();
    received.payload = text.replace(old, new).into_bytes();
    for (_, value) in &mut received.headers {
        *value = value.replace(old, new);
    }
}

#[test]
fn an_event_comes_back_as_it_went() {
    let Arrived::Event(back) = read(&arrived(write(&row()).unwrap())) else { panic!("poison") };
    let mut payload = back.payload.clone();
    payload.as_object_mut().unwrap().remove("seq");
    assert_eq!(LogRow { payload, ..*back.clone() }, row());
    assert_eq!(back.envelope(), row().envelope());
}

#[test]
fn an_envelope_without_headers_is_an_event() {
    check(|received| received.headers.clear(), "event 7");
}

#[test]
fn what_is_no_event_is_poison_and_says_why() {
    check(|received| received.payload = b"{".to_vec(), "it is no event");
    check(|received| received.payload.clear(), "it is no event");
    check(|received| received.payload = vec![b' '; 2_000_000], "the value is larger than 1 MiB");
    check(|received| received.key = "bob".to_owned(), "the key is not the `user_id`");
    check(|received| received.key.clear(), "the key is not the `user_id`");
    check(
        |received| received.topic = topic::TASK_EVENTS.to_owned(),
        "an event of this type does not belong in this topic",
    );
    check(|received| replace(received, r#""user_id":"ada""#, r#""user_id":7"#), "it is no event");
    check(
        |received| {
            let id = Uuid::from_u128(1).to_string();
            let text = String::from_utf8(received.payload.clone()).unwrap();
            received.payload = text.replace(&id, &Uuid::from_u128(9).to_string()).into_bytes();
        },
        "it is no event",
    );
}

#[test]
fn a_type_of_a_later_version_is_skipped_and_not_set_aside() {
    check(|received| replace(received, "task.state_changed", "task.teleported"), "later");
}
