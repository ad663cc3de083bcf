//! Moments as they are written on the wire.

use super::*;

/// What a text is read as: `local ...`, `instant ...` or `none`.
#[track_caller]
fn check(text: &str, expect: &str) {
    let actual = match moment(text) {
        Some(Moment::Local(local)) => format!("local {}", local_text(local)),
        Some(Moment::Instant(at)) => format!("instant {}", instant_text(at)),
        None => "none".to_owned(),
    };
    assert_eq!(actual, expect, "{text}");
}

#[test]
fn wall_clocks() {
    check("2026-12-01T09:00", "local 2026-12-01T09:00:00");
    check("2026-12-01t09:00:30", "local 2026-12-01T09:00:30");
    check("2026-12-01T09:00:30.5", "local 2026-12-01T09:00:30.500");
    check("2028-02-29T23:59:59.999", "local 2028-02-29T23:59:59.999");
}

#[test]
fn instants() {
    check("2026-12-01T09:00:00Z", "instant 2026-12-01T09:00:00Z");
    check("2026-12-01T09:00:00.120z", "instant 2026-12-01T09:00:00.120Z");
    check("2026-12-01T09:00:00+05:45", "instant 2026-12-01T09:00:00+05:45");
    check("2026-12-01T09:00-03:30", "instant 2026-12-01T09:00:00-03:30");
    check("2026-12-01T09:00:00-00:00", "instant 2026-12-01T09:00:00Z");
}

#[test]
fn nothing_becomes_earlier() {
    check("2026-12-01T09:00:00.0000001Z", "instant 2026-12-01T09:00:00.001Z");
    check("2026-12-31T23:59:59.9999Z", "instant 2027-01-01T00:00:00Z");
    check("2026-12-31T23:59:60Z", "instant 2027-01-01T00:00:00Z");
    check("2026-12-01T09:00:00.001000", "local 2026-12-01T09:00:00.001");
}

#[test]
fn anything_else_is_no_time() {
    for text in [
        "",
        "2026-12-01",
        "2026-12-01T",
        "2026-12-01T09",
        "2026-12-01T9:00",
        "2026-12-01T24:00",
        "2026-12-01T09:60",
        "2026-12-01T09:00:61",
        "2026-12-01T09:00:00.",
        "2026-12-01T09:00.5",
        "2026-12-01T09:00:00:00",
        "2026-12-01T09:00:00+1:00",
        "2026-12-01T09:00:00+24:00",
        "2026-12-01T09:00:00+0100",
        "2026-12-01T09:00:00 +01:00",
        "2026-12-01 09:00",
        "2026-02-29T09:00",
        "2026-13-01T09:00",
        "1899-12-31T09:00",
        "9999-01-01T09:00",
        "+2026-12-1T09:00",
        "2026-12-01Tä9:00",
        "２026-12-01T09:00",
    ] {
        check(text, "none");
    }
}
