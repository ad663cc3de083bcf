//! What travels beside an envelope, in both forms.

use events::{
    Envelope,
    cloud_event::{self, Attributes},
};
use serde_json::{Value, json};

use crate::samples;

const TRACEPARENT: &str = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

fn sample(index: usize) -> Envelope {
    samples::envelope(&samples::events()[index])
}

fn attributes() -> Attributes {
    Attributes {
        sequence: Some(41),
        correlation_id: Some("order-66_and-8".to_owned()),
        traceparent: Some(TRACEPARENT.to_owned()),
    }
}

type Headers = Vec<(&'static str, Vec<u8>)>;

fn written(envelope: &Envelope) -> Headers {
    let headers = cloud_event::headers(envelope, &attributes());
    headers.into_iter().map(|(name, value)| (name, value.into_bytes())).collect()
}

fn read(headers: &Headers, value: &[u8]) -> Result<(Envelope, Attributes), String> {
    let headers = headers.iter().map(|(name, value)| (*name, value.as_slice()));
    cloud_event::read(headers, value).map_err(|error| error.to_string())
}

fn bytes(value: &impl serde::Serialize) -> Vec<u8> {
    serde_json::to_vec(value).unwrap()
}

#[test]
fn the_headers_say_what_the_envelope_says() {
    let envelope = sample(2);
    assert_eq!(
        cloud_event::headers(&envelope, &attributes()),
        [
            ("ce_specversion", "1.0".to_owned()),
            ("ce_id", samples::id(100).to_string()),
            ("ce_type", "task.completed".to_owned()),
            ("ce_source", "taskloom".to_owned()),
            ("ce_time", "2026-01-31T08:30:00Z".to_owned()),
            ("content-type", "application/json".to_owned()),
            ("ce_subject", samples::id(1).to_string()),
            ("ce_sequence", "41".to_owned()),
            ("ce_correlationid", "order-66_and-8".to_owned()),
            ("traceparent", TRACEPARENT.to_owned()),
        ]
    );
}

#[test]
fn what_is_not_known_is_not_written() {
    let envelope = sample(2);
    let forged = Attributes {
        correlation_id: Some("a\nlevel=error".to_owned()),
        traceparent: Some("00-00".to_owned()),
        sequence: None,
    };
    for attributes in [Attributes::default(), forged] {
        let headers = cloud_event::headers(&envelope, &attributes);
        assert_eq!(headers.len(), 7, "{headers:?}");
        let event = cloud_event::structured(&envelope, &attributes);
        for name in ["sequence", "correlationid", "traceid", "traceparent"] {
            assert!(event.get(name).is_none(), "{name}");
        }
    }
}

#[test]
fn every_event_comes_back_from_a_record() {
    for event in samples::events() {
        let envelope = samples::envelope(&event);
        let came = read(&written(&envelope), &bytes(&envelope));
        assert_eq!(came, Ok((envelope, attributes())));
    }
}

#[test]
fn every_event_comes_back_from_structured_mode() {
    for event in samples::events() {
        let envelope = samples::envelope(&event);
        let wrapped = cloud_event::structured(&envelope, &attributes());
        assert_eq!(cloud_event::read_structured(&bytes(&wrapped)), Ok((envelope, attributes())));
    }
}

#[test]
fn headers_are_read_without_the_value() {
    let headers = written(&sample(2));
    let headers = headers.iter().map(|(name, value)| (*name, value.as_slice()));
    assert_eq!(Attributes::read(headers), Ok(attributes()));
}

#[test]
fn an_envelope_may_come_alone() {
    let envelope = sample(2);
    let alone = Ok((envelope.clone(), Attributes::default()));
    assert_eq!(read(&Headers::new(), &bytes(&envelope)), alone);
    assert_eq!(read(&vec![("x-other", vec![0xff])], &bytes(&envelope)), alone);
    assert_eq!(cloud_event::read_structured(&bytes(&envelope)).ok(), alone.ok());
    let traced = read(&vec![("traceparent", TRACEPARENT.into())], &bytes(&envelope)).unwrap().1;
    assert_eq!(traced.traceparent.as_deref(), Some(TRACEPARENT));
}

/// A record of the sample with other headers.
#[track_caller]
fn check_headers(edit: impl Fn(&mut Headers), expect: &str) {
    let envelope = sample(2);
    let mut headers = written(&envelope);
    edit(&mut headers);
    assert_eq!(read(&headers, &bytes(&envelope)).unwrap_err(), expect);
}

fn set(headers: &mut Headers, name: &str, value: &[u8]) {
    let (_, old) = headers.iter_mut().find(|(known, _)| *known == name).expect("a known header");
    *old = value.to_vec();
}

#[test]
fn a_header_that_is_missing_is_named() {
    for name in ["ce_specversion", "ce_id", "ce_type", "ce_source"] {
        check_headers(
            |headers| headers.retain(|(known, _)| *known != name),
            &format!("{name}: is missing"),
        );
        check_headers(|headers| set(headers, name, b""), &format!("{name}: is missing"));
    }
    check_headers(
        |headers| headers.retain(|(known, _)| *known == "ce_sequence"),
        "ce_specversion: is missing",
    );
}

#[test]
fn a_header_that_comes_twice_is_refused() {
    for name in ["ce_specversion", "ce_id", "ce_type", "ce_source", "ce_sequence"] {
        check_headers(
            |headers| {
                let (_, value) = headers.iter().find(|(known, _)| *known == name).unwrap().clone();
                headers.push((name, value));
            },
            &format!("{name}: is given twice"),
        );
    }
}

#[test]
fn headers_of_another_event_are_refused() {
    let id_differs = "ce_id: is not the `event_id` of the envelope";
    check_headers(|headers| set(headers, "ce_id", b"7"), id_differs);
    let other = samples::id(101).to_string();
    check_headers(|headers| set(headers, "ce_id", other.as_bytes()), id_differs);
    check_headers(
        |headers| set(headers, "ce_type", b"task.created"),
        "ce_type: is not the `event_type` of the envelope",
    );
    check_headers(|headers| set(headers, "ce_specversion", b"0.3"), "ce_specversion: is not 1.0");
}

#[test]
fn headers_that_are_no_text_are_refused() {
    for name in ["ce_specversion", "ce_id", "ce_type", "ce_source", "ce_sequence"] {
        check_headers(
            |headers| set(headers, name, &[0xc3, 0x28]),
            &format!("{name}: is not UTF-8"),
        );
    }
}

#[test]
fn a_sequence_is_a_number_and_nothing_else() {
    for text in ["", "+1", "-1", "1.0", " 1", "0x1", "18446744073709551616"] {
        check_headers(
            |headers| set(headers, "ce_sequence", text.as_bytes()),
            "ce_sequence: is no number of an event",
        );
    }
}

#[test]
fn what_only_helps_to_follow_an_event_is_left_out_when_it_is_not_sound() {
    let envelope = sample(2);
    for value in [&b"a\nlevel=error"[..], &[0xff], b""] {
        let mut headers = written(&envelope);
        set(&mut headers, "ce_correlationid", value);
        set(&mut headers, "traceparent", value);
        let (_, came) = read(&headers, &bytes(&envelope)).unwrap();
        assert_eq!(came, Attributes { sequence: Some(41), ..Attributes::default() });
    }
    let mut headers = written(&envelope);
    headers.push(("traceparent", TRACEPARENT.into()));
    let (_, came) = read(&headers, &bytes(&envelope)).unwrap();
    assert_eq!(came.traceparent, None, "which of two is meant nobody knows");
}

/// The sample in structured mode, changed.
fn wrapped(edit: impl Fn(&mut Value)) -> Result<(Envelope, Attributes), String> {
    let mut event = cloud_event::structured(&sample(2), &attributes());
    edit(&mut event);
    cloud_event::read_structured(&bytes(&event)).map_err(|error| error.to_string())
}

#[track_caller]
fn check_wrapped(edit: impl Fn(&mut Value), expect: &str) {
    assert_eq!(wrapped(edit).unwrap_err(), expect);
}

#[test]
fn the_wrapper_is_what_a_sidecar_takes() {
    let event = cloud_event::structured(&sample(2), &attributes());
    let mut without_data = event.clone();
    without_data.as_object_mut().unwrap().remove("data");
    assert_eq!(
        without_data,
        json!({
            "specversion": "1.0",
            "id": samples::id(100),
            "type": "task.completed",
            "source": "taskloom",
            "time": "2026-01-31T08:30:00Z",
            "datacontenttype": "application/json",
            "subject": samples::id(1),
            "sequence": "41",
            "correlationid": "order-66_and-8",
            "traceid": TRACEPARENT,
            "traceparent": TRACEPARENT,
        })
    );
    assert_eq!(event["data"], serde_json::to_value(sample(2)).unwrap());
}

#[test]
fn what_a_sidecar_adds_is_passed_over() {
    let came = wrapped(|event| {
        event["topic"] = json!("task-events");
        event["pubsubname"] = json!("pubsub");
        event["tracestate"] = json!("");
        event["expiration"] = json!("2026-01-31T09:30:00Z");
        event["time"] = json!("2026-01-31T08:30:01Z");
    });
    assert_eq!(came, Ok((sample(2), attributes())));
}

#[test]
fn data_may_be_base64() {
    use base64::Engine as _;
    let envelope = sample(2);
    let encoded = base64::engine::general_purpose::STANDARD.encode(bytes(&envelope));
    let came = wrapped(|event| {
        let event = event.as_object_mut().unwrap();
        event.remove("data");
        event.insert("data_base64".to_owned(), encoded.clone().into());
    });
    assert_eq!(came, Ok((envelope, attributes())));
    check_wrapped(
        |event| {
            event["data"] = Value::Null;
            event["data_base64"] = "Zg".into();
        },
        "data_base64: is no Base64",
    );
    check_wrapped(
        |event| event["data_base64"] = encoded.clone().into(),
        "data_base64: cannot be used together with data",
    );
    check_wrapped(|event| event["data"] = Value::Null, "data: is missing");
}

#[test]
fn an_envelope_that_a_sidecar_wrapped_by_itself_is_known_by_its_own_id() {
    let came = wrapped(|event| {
        event["id"] = json!("3c9f0b9e-51f5-4dd6-a8b8-0a2b6c2a3d7e");
        event["type"] = json!("com.dapr.event.sent");
        event["source"] = json!("Dapr");
        event["datacontenttype"] = json!("application/octet-stream");
    });
    assert_eq!(came, Ok((sample(2), attributes())));
}

#[test]
fn a_wrapper_of_another_event_is_refused() {
    check_wrapped(
        |event| event["id"] = json!(samples::id(101)),
        "id: is not the `event_id` of the envelope",
    );
    check_wrapped(
        |event| event["type"] = json!("task.created"),
        "type: is not the `event_type` of the envelope",
    );
    check_wrapped(|event| event["specversion"] = json!("2.0"), "specversion: is not 1.0");
    check_wrapped(|event| event["source"] = json!(""), "source: is missing");
    check_wrapped(|event| _ = event.as_object_mut().unwrap().remove("id"), "id: is missing");
    check_wrapped(|event| event["data"]["event_id"] = json!("7"), "data.event_id: is no UUID");
    check_wrapped(
        |event| event["data"] = json!("{}"),
        "data: expected an object, got string \"{}\"",
    );
}

#[test]
fn extensions_of_a_wrapper_may_have_another_kind() {
    let (_, came) = wrapped(|event| event["sequence"] = json!(41)).unwrap();
    assert_eq!(came, attributes());
    let (_, came) = wrapped(|event| {
        event["correlationid"] = json!(7);
        event["traceparent"] = json!({});
        event["traceid"] = json!([]);
    })
    .unwrap();
    assert_eq!(came, Attributes { sequence: Some(41), ..Attributes::default() });
    for sequence in [json!(-1), json!(1.5), json!("x"), json!({}), json!(true)] {
        check_wrapped(
            |event| event["sequence"] = sequence.clone(),
            "sequence: is no number of an event",
        );
    }
}

#[test]
fn a_place_in_the_payload_counts_unless_another_is_beside_it() {
    let mut envelope = sample(4);
    envelope.payload["seq"] = json!(41);
    let (_, alone) = read(&Headers::new(), &bytes(&envelope)).unwrap();
    assert_eq!(alone.sequence, Some(41));
    assert!(read(&written(&envelope), &bytes(&envelope)).is_ok());
    envelope.payload["seq"] = json!(40);
    let error = read(&written(&envelope), &bytes(&envelope)).unwrap_err();
    assert_eq!(error, "ce_sequence: is not the `seq` of the payload, 40");
}

#[test]
fn bytes_that_are_nothing_are_refused_by_name() {
    let refused = |value: &[u8]| read(&Headers::new(), value).unwrap_err();
    assert_eq!(refused(&[0xff]), "the body is not UTF-8 (byte 0)");
    assert!(refused(b"").starts_with("the body is no JSON"));
    assert!(refused(b"[]").contains("expected an object"));
    assert_eq!(refused(b"{}"), "event_id: is missing");
    assert_eq!(refused(br#"{"specversion":"1.0"}"#), "id: is missing");
}

mod properties {
    use proptest::{collection::vec, option, prelude::*};

    use super::*;

    fn names() -> impl Strategy<Value = &'static str> {
        prop::sample::select(vec![
            "ce_specversion",
            "ce_id",
            "ce_type",
            "ce_source",
            "ce_sequence",
            "ce_correlationid",
            "traceparent",
            "content-type",
            "x-other",
        ])
    }

    fn values() -> impl Strategy<Value = Vec<u8>> {
        prop_oneof![
            vec(any::<u8>(), 0..40),
            Just(b"1.0".to_vec()),
            Just(samples::id(100).to_string().into_bytes()),
            Just(b"task.completed".to_vec()),
            Just(b"41".to_vec()),
        ]
    }

    proptest! {
        #[test]
        fn what_was_written_reads_back_whatever_the_attributes_are(
            sequence in option::of(any::<u64>()),
            correlation_id in option::of("[A-Za-z0-9_-]{0,70}|.*"),
            traceparent in option::of("[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}|.*"),
        ) {
            let attributes = Attributes { sequence, correlation_id, traceparent };
            let envelope = sample(2);
            let headers: Headers = cloud_event::headers(&envelope, &attributes)
                .into_iter()
                .map(|(name, value)| (name, value.into_bytes()))
                .collect();
            let (_, from_headers) = read(&headers, &bytes(&envelope)).unwrap();
            let wrapped = bytes(&cloud_event::structured(&envelope, &attributes));
            let (_, from_wrapper) = cloud_event::read_structured(&wrapped).unwrap();
            prop_assert_eq!(&from_headers, &from_wrapper);
            prop_assert_eq!(from_headers.sequence, attributes.sequence);
            for (came, given) in [
                (from_headers.correlation_id, attributes.correlation_id),
                (from_headers.traceparent, attributes.traceparent),
            ] {
                prop_assert!(came.is_none() || came == given);
            }
        }

        #[test]
        fn no_header_makes_an_event_another_one(headers in vec((names(), values()), 0..8)) {
            let envelope = sample(2);
            if let Ok((came, _)) = read(&headers, &bytes(&envelope)) {
                prop_assert_eq!(came, envelope);
                let id = headers.iter().find(|(name, _)| *name == "ce_id");
                let own = samples::id(100).to_string();
                prop_assert!(id.is_none_or(|(_, id)| id == own.as_bytes()));
            }
        }

        #[test]
        fn any_bytes_are_read_or_refused(value in vec(any::<u8>(), 0..200)) {
            let _ = read(&Headers::new(), &value);
        }
    }
}
