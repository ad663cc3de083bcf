//! Bodies that are wrong: each gets one sentence that names the field and says what would do.

use events::{
    api::{parse_new_task, parse_patch, parse_snooze},
    effect::HandlerReply,
};
use proptest::prelude::*;
use serde_json::json;

/// `body` as bytes, refused as a new task.
#[track_caller]
fn check(body: impl AsRef<[u8]>, expect: &str) {
    assert_eq!(parse_new_task(body.as_ref()).unwrap_err().to_string(), expect);
}

#[track_caller]
fn check_due(due: &str, expect: &str) {
    check(format!(r#"{{"title": "x", "due": {due}}}"#), expect);
}

#[test]
fn the_body_as_a_whole() {
    check(b"{\"title\": \"\xff\"}", "the body is not UTF-8 (byte 11)");
    check("", "the body is no JSON: EOF while parsing a value at line 1 column 0");
    check(
        "{\"title\": \"x\"",
        "the body is no JSON: EOF while parsing an object at line 1 column 13",
    );
    check("{\"title\": \"x\"} {}", "the body is no JSON: trailing characters at line 1 column 16");
    check("[\"x\"]", "expected an object, got a list");
    check("null", "expected an object, got null");
    check("[".repeat(100_000), "expected an object, got a list");
}

#[test]
fn keys() {
    check("{}", "title: is missing");
    check(r#"{"title": "x", "title": "y"}"#, "title: is given twice");
    check(
        r#"{"title": "x", "due": {"date": "2026-12-01", "date": "2026-12-02"}}"#,
        "due.date: is given twice",
    );
    check(
        r#"{"title": "x", "titel": 1}"#,
        "titel: is no known field; known are title, description, priority, tags, due, repeat, \
         reminders, parent_id",
    );
    check(
        r#"{"title": "x", "reminders": [{"before": "P1D"}, {"after": "P1D"}]}"#,
        "reminders[1].after: is no known field; known are before or at",
    );
}

#[test]
fn a_reminder_is_put_off_for_a_span_or_until_a_moment() {
    let check = |body: &str, expect: &str| {
        assert_eq!(parse_snooze(body.as_bytes()).unwrap_err().to_string(), expect);
    };
    check("{}", "needs `for` (`PT1H`) or `until` (`2026-11-30T18:00:00+01:00`)");
    check(
        r#"{"for": "PT1H", "until": "2026-12-01T09:00:00Z"}"#,
        "has both `for` and `until`; give one of them",
    );
    check(
        r#"{"for": "1 hour"}"#,
        "for: `1 hour` is no time span; use ISO 8601 without sign, months and years, such as \
         `PT30M`, `P1D`, `P1DT2H` or `P2W`",
    );
    check(r#"{"for": "P3661D"}"#, "for: `P3661D` is too long; at most 3660 days are possible");
    check(
        r#"{"until": "2026-12-01T09:00"}"#,
        "until: `2026-12-01T09:00` is no moment; use RFC 3339 with an offset: \
         `2026-11-30T18:00:00+01:00`",
    );
    check(r#"{"for": "PT1H", "reminder_id": "7"}"#, "reminder_id: is no UUID");
    check(r#"{"fro": "PT1H"}"#, "fro: is no known field; known are reminder_id, for, until");
}

#[test]
fn types() {
    check(r#"{"title": 7}"#, "title: expected a string, got integer `7`");
    check(r#"{"title": null}"#, "title: expected a string, got null");
    check(r#"{"title": "x", "tags": "home"}"#, "tags: expected a list, got string \"home\"");
    check(r#"{"title": "x", "tags": ["a", 1]}"#, "tags[1]: expected a string, got integer `1`");
    check(r#"{"title": "x", "due": ["2026-12-01"]}"#, "due: expected an object, got a list");
    check(
        r#"{"title": "x", "due": "2026-12-01"}"#,
        "due: expected an object, got string \"2026-12-01\"",
    );
    check(r#"{"title": "x", "reminders": {}}"#, "reminders: expected a list, got an object");
    check(r#"{"title": "x", "parent_id": "7"}"#, "parent_id: is no UUID");
    let long = format!(r#"{{"title": "x", "priority": "{}"}}"#, "a".repeat(50_000));
    let expect = format!("priority: `{}…` is not one of low, medium, high, urgent", "a".repeat(80));
    check(long, &expect);
}

#[test]
fn words() {
    check(r#"{"title": "x", "priority": 1}"#, "priority: expected a string, got integer `1`");
    check(
        r#"{"title": "x", "priority": "hihg"}"#,
        "priority: `hihg` is not one of low, medium, high, urgent",
    );
    check(
        r#"{"title": "x", "repeat": {"rule": "FREQ=DAILY", "mode": "sometimes"}}"#,
        "repeat.mode: `sometimes` is not one of next-future, every, after-completion",
    );
    check(r#"{"title": "x", "repeat": {"mode": "every"}}"#, "repeat.rule: is missing");
}

#[test]
fn dates_and_times() {
    check_due(
        r#"{"date": "2026-02-31"}"#,
        "due.date: `2026-02-31` is no day of the calendar; use `2026-12-01`",
    );
    for date in ["2026-2-3", "26-02-03", "20260203", "2026-02-03T09:00", "0000-01-01", "+2026-1-1"]
    {
        check_due(
            &format!(r#"{{"date": "{date}"}}"#),
            &format!("due.date: `{date}` is no day of the calendar; use `2026-12-01`"),
        );
    }
    for at in [
        "2026-02-31T09:00",
        "2026-02-28T24:00",
        "2026-02-28T09",
        "2026-02-28 09:00",
        "2026-02-28T09:00+",
        "2026-02-28T09:00:00 ",
        "2026-02-28T9:00:00",
        "2026-02-28T9:00:00Z",
        "2026-02-28T09:00:00.",
        "2026-02-28T09:00:0x",
        "2026-02-28Tä",
        "tomorrow",
    ] {
        check_due(
            &format!(r#"{{"at": "{at}", "time_zone": "Europe/Berlin"}}"#),
            &format!(
                "due.at: `{at}` is no time of the calendar; use `2026-12-01T09:00` with `time_zone`"
            ),
        );
    }
}

#[test]
fn zones() {
    let why = domain::zone::ZoneName::parse("Europe/Berlln").unwrap_err();
    check_due(
        r#"{"at": "2026-12-01T09:00", "time_zone": "Europe/Berlln"}"#,
        &format!("due.time_zone: {why}"),
    );
    check_due(
        r#"{"at": "2026-12-01T09:00"}"#,
        "due.time_zone: is missing; a time without one says no moment",
    );
    check_due(
        r#"{"at": "2026-12-01T09:00:00+01:00"}"#,
        "due.time_zone: is missing; an offset names no zone, use an IANA name such as `Europe/Berlin`",
    );
}

#[test]
fn dues_that_say_too_much_or_too_little() {
    check_due(
        r#"{"date": "2026-12-01", "at": "2026-12-01T09:00"}"#,
        "due: has both `date` and `at`; give one of them",
    );
    check_due(
        "{}",
        "due: needs `date` (`2026-12-01`), or `at` (`2026-12-01T09:00`) with `time_zone`",
    );
}

#[test]
fn rules_and_durations() {
    let error =
        parse_new_task(br#"{"title": "x", "repeat": {"rule": "FREQ=SOMETIMES"}}"#).unwrap_err();
    assert_eq!(error.field, "repeat.rule");
    assert!(error.message.contains("SOMETIMES"), "{error}");

    let why = domain::reminder::Trigger::before("5 minutes").unwrap_err();
    check(
        r#"{"title": "x", "reminders": [{"before": "PT5M"}, {"before": "5 minutes"}]}"#,
        &format!("reminders[1].before: {why}"),
    );
    check(
        r#"{"title": "x", "reminders": [{"at": "2026-11-30T18:00"}]}"#,
        "reminders[0].at: `2026-11-30T18:00` is no moment; \
         use RFC 3339 with an offset: `2026-11-30T18:00:00+01:00`",
    );
    check(
        r#"{"title": "x", "reminders": [{}]}"#,
        "reminders[0]: needs `before` (`PT30M`) or `at` (`2026-11-30T18:00:00+01:00`)",
    );
    check(
        r#"{"title": "x", "reminders": [{"before": "P1D", "at": "2026-11-30T18:00:00Z"}]}"#,
        "reminders[0]: has both `before` and `at`; give one of them",
    );
}

#[test]
fn patches() {
    let check = |body: &str, expect: &str| {
        assert_eq!(parse_patch(body.as_bytes()).unwrap_err().to_string(), expect);
    };
    check(r#"{"title": null}"#, "title: cannot be null; a task keeps a title");
    check(
        r#"{"due": {"date": "2026-02-31"}}"#,
        "due.date: `2026-02-31` is no day of the calendar; use `2026-12-01`",
    );
    check(
        r#"{"status": "done"}"#,
        "status: is no known field; known are title, description, priority, tags, due, repeat, \
         reminders, parent_id, scope",
    );
    check(r#"{"due": null, "due": null}"#, "due: is given twice");
    check("[]", "expected an object, got a list");
}

#[test]
fn effects() {
    let check = |body: &str, expect: &str| {
        assert_eq!(HandlerReply::parse(body.as_bytes()).unwrap_err().to_string(), expect);
    };
    check(
        r#"{"effects": [{"effect": "format-disk"}]}"#,
        "effects[0].effect: `format-disk` is not one of create-task, update-task, complete-task, \
         schedule-reminder, cancel-reminder, notify, publish",
    );
    check(r#"{"effects": [{"effect": "complete-task"}]}"#, "effects[0].task_id: is missing");
}

proptest! {
    #[test]
    fn whatever_comes_is_answered(bytes in any::<Vec<u8>>(), text in any::<String>()) {
        let _ = parse_new_task(&bytes);
        for body in [
            json!({"title": "x", "due": {"date": text}}),
            json!({"title": "x", "due": {"at": text, "time_zone": text}}),
            json!({"title": "x", "due": {"at": format!("2026-12-01T{text}"), "time_zone": "UTC"}}),
            json!({"title": "x", "repeat": {"rule": text, "mode": text}}),
            json!({"title": "x", "reminders": [{"before": text}, {"at": text}]}),
            json!({text.as_str(): text}),
        ] {
            if let Err(error) = parse_new_task(body.to_string().as_bytes()) {
                prop_assert!(error.to_string().chars().count() < 400, "{error}");
                prop_assert!(!error.to_string().contains('\n'), "{error}");
            }
        }
    }
}
