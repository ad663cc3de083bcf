//! The headers that CloudEvents ask for.

use crate::samples;

#[test]
fn the_headers_say_what_the_envelope_says() {
    let envelope = samples::envelope(&samples::events()[2]);
    assert_eq!(
        events::cloud_event_headers(&envelope),
        [
            ("ce_specversion", "1.0".to_owned()),
            ("ce_id", samples::id(100).to_string()),
            ("ce_type", "task.completed".to_owned()),
            ("ce_source", "taskloom".to_owned()),
            ("ce_time", "2026-01-31T08:30:00Z".to_owned()),
            ("content-type", "application/json".to_owned()),
        ]
    );
}
