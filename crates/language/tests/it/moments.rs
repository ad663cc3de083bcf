//! Distances from a moment with seconds, and times of other clocks.

use language::{Locale, parse};

use crate::{context, context_at, show};

#[track_caller]
fn check(text: &str, seconds: i64, expect: &str) {
    let mut context = context(Locale::EnUs);
    context.now += chrono::TimeDelta::seconds(seconds);
    assert_eq!(show::intent(&parse(text, &context).unwrap(), &context), expect);
}

#[test]
fn a_minute_from_now_is_never_less_than_a_minute() {
    check("Tea in 1 minute", 0, "title=\"Tea\" due=2026-09-21T10:01");
    check("Tea in 1 minute", 1, "title=\"Tea\" due=2026-09-21T10:02");
    check("Tea in 1 minute", 59, "title=\"Tea\" due=2026-09-21T10:02");
}

#[test]
fn a_time_that_began_this_minute_is_over() {
    check("Tea at 10:00", 0, "title=\"Tea\" due=2026-09-22T10:00");
    check("Tea at 10:01", 59, "title=\"Tea\" due=2026-09-21T10:01");
}

#[test]
fn times_of_greenwich_are_moved_to_the_wall() {
    let context = context_at("2026-09-21T22:30", "America/New_York", Locale::EnUs);
    for (text, due) in [
        ("Call at 3am UTC", "2026-09-21T23:00"),
        ("Call at 2am UTC", "2026-09-22T22:00"),
        ("Call 2026-10-01T14:00:00Z", "2026-10-01T10:00"),
        ("Call 2026-10-01T14:00+05:30", "2026-10-01T04:30"),
    ] {
        let got = show::intent(&parse(text, &context).unwrap(), &context);
        assert_eq!(got, format!("title=\"Call\" due={due}"), "{text}");
    }
}
