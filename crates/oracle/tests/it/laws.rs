//! The laws that are fuzzed, on what fuzzing begins with and on random rules.

use chrono::{Days, NaiveDate, NaiveTime};
use domain::recurrence::Occurrence;
use oracle::{draw, laws};

#[test]
fn the_laws_hold_for_what_fuzzing_begins_with() {
    let seeds = concat!(env!("CARGO_MANIFEST_DIR"), "/../../fuzz/seeds/rule");
    let mut held = 0;
    for seed in std::fs::read_dir(seeds).unwrap() {
        laws::rule(&std::fs::read(seed.unwrap().path()).unwrap());
        held += 1;
    }
    assert!(held > 40, "{held} seeds");
}

#[test]
fn the_laws_hold_for_random_rules_with_every_kind_of_start() {
    for (number, question) in draw::naive(0, 2000).into_iter().enumerate() {
        let byte = |shift: usize| u8::try_from(number >> shift & 0xff).unwrap();
        // The low bits choose the month-end rule and the kind of start.
        let head = [byte(0), byte(3), 126, byte(1), byte(2), byte(0)];
        laws::rule(&[&head, question.rule.to_string().as_bytes()].concat());
    }
}

#[test]
fn what_is_no_rule_is_let_be() {
    laws::rule(b"");
    laws::rule(b"123456");
    laws::rule(b"123456FREQ=NEVER");
    laws::rule(b"123456\xff\xfe");
}

/// Five days in a row, and who follows whom; then a fault.
#[track_caller]
fn check_broken(
    fault: impl FnOnce(&mut Vec<Occurrence>),
    count: Option<u32>,
    expect: Option<&str>,
) {
    let day = |day| {
        let local = NaiveDate::from_ymd_opt(2026, 1, day).unwrap().and_time(NaiveTime::MIN);
        Occurrence { local, at: local.and_utc() }
    };
    let walk: Vec<_> = (1..=5).map(day).collect();
    let mut seen = walk.clone();
    fault(&mut seen);
    let next = |found: &Occurrence| walk.iter().find(|at| at.at > found.at).copied();
    assert_eq!(laws::broken(&seen, walk[0].local, count, next), expect);
}

#[test]
fn each_broken_law_is_noticed() {
    check_broken(|_| {}, Some(5), None);
    check_broken(|seen| seen.swap(1, 2), None, Some("they do not ascend"));
    check_broken(|seen| seen[1] = seen[0], None, Some("they do not ascend"));
    check_broken(
        |seen| seen[0].local = seen[0].local - Days::new(1),
        None,
        Some("one is before the start"),
    );
    check_broken(|_| {}, Some(4), Some("they are more than COUNT"));
    let leap = Some("the one after another is not the next of the walk");
    check_broken(|seen| seen.truncate(4), None, leap);
    check_broken(|seen| *seen = [seen[0], seen[1], seen[3], seen[4]].to_vec(), None, leap);
}
