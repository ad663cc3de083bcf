//! The intent as `/api/v1/quick-add` answers it.

use language::Locale;
use serde_json::{Value, json};

use crate::read;

#[track_caller]
fn check(text: &str, locale: Locale, expect: Value) {
    assert_eq!(serde_json::to_value(read(text, locale)).unwrap(), expect);
}

#[test]
fn dates_are_iso_texts_and_parts_have_the_shapes_that_a_new_task_takes() {
    check(
        "Büro 🎂 every fri 17:00 remind me 1 day before #home !high",
        Locale::EnUs,
        json!({
            "title": "Büro 🎂",
            "due": { "at": "2026-09-25T17:00", "time_zone": "Europe/Berlin" },
            "end": null,
            "repeat": { "rule": "FREQ=WEEKLY;BYDAY=FR", "mode": "next-future", "month_end": "clamp" },
            "reminders": [{ "before": "P1D" }],
            "priority": "high",
            "tags": ["home"],
            "unsure": [],
            "said_back": [
                "due Friday, September 25, 2026 at 17:00 (Europe/Berlin)",
                "repeats every week on Friday",
                "reminds 1 day before",
            ],
            "notes": [],
        }),
    );
}

#[test]
fn spans_count_in_bytes_and_in_utf_16() {
    let intent = read("Büro 🎂 every fri #home", Locale::EnUs);
    let expect = json!([
        { "kind": "repeat", "start": 11, "end": 20, "utf16_start": 8, "utf16_end": 17 },
        { "kind": "tag", "start": 21, "end": 26, "utf16_start": 18, "utf16_end": 23 },
    ]);
    assert_eq!(serde_json::to_value(intent.spans).unwrap(), expect);
}

#[test]
fn a_question_carries_its_choices_and_what_to_write_instead() {
    check(
        "Prepare Friday demo",
        Locale::EnGb,
        json!({
            "title": "Prepare Friday demo",
            "due": null, "end": null, "repeat": null,
            "reminders": [], "priority": null, "tags": [],
            "unsure": [{
                "kind": "date",
                "asks": "is \"Friday\" a date, and which?",
                "span": { "kind": "date", "start": 8, "end": 14, "utf16_start": 8, "utf16_end": 14 },
                "choices": [
                    { "label": "Friday, 25 September 2026", "value": "2026-09-25", "instead": "on 2026-09-25" },
                    { "label": "part of the title", "value": null, "instead": null },
                ],
            }],
            "said_back": [],
            "notes": [],
        }),
    );
}

#[test]
fn a_day_and_a_moment_to_be_reminded_are_written_as_the_api_takes_them() {
    let intent = read("Zahnarzt am 3. Oktober, erinnere mich morgen um 18 Uhr", Locale::De);
    let value = serde_json::to_value(intent).unwrap();
    assert_eq!(value["title"], "Zahnarzt");
    assert_eq!(value["due"], json!({ "date": "2026-10-03", "time_zone": "Europe/Berlin" }));
    assert_eq!(value["reminders"], json!([{ "at": "2026-09-22T18:00:00+02:00" }]));
}
