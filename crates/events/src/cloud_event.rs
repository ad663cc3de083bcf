//! CloudEvents 1.0, Kafka protocol binding, binary mode: the envelope stays the value, its attributes
//! travel as headers.

use chrono::SecondsFormat;

use crate::Envelope;

/// Where our events come from, as CloudEvents say it.
pub const SOURCE: &str = "taskloom";

/// The headers of a Kafka record whose value is `envelope`.
pub fn cloud_event_headers(envelope: &Envelope) -> [(&'static str, String); 6] {
    [
        ("ce_specversion", "1.0".to_owned()),
        ("ce_id", envelope.event_id.to_string()),
        ("ce_type", envelope.event_type.clone()),
        ("ce_source", SOURCE.to_owned()),
        ("ce_time", envelope.timestamp.to_rfc3339_opts(SecondsFormat::AutoSi, true)),
        ("content-type", "application/json".to_owned()),
    ]
}
