//! Tens of thousands of random rules with fixed seeds: both sides say the same.

use std::collections::BTreeMap;

use domain::zone;
use oracle::{
    draw, engine,
    question::Question,
    readings::{FAULTS, READINGS},
    stranger::Stranger,
    verdict::Verdict,
};
use testkit::python::python;

const SEEDS: std::ops::Range<u64> = 0..20;
const RULES_PER_SEED: usize = 1000;

#[track_caller]
fn check(seeds: std::ops::Range<u64>, questions: fn(u64, usize) -> Vec<Question>) {
    let mut stranger = Stranger::start(&python()).unwrap();
    let mut verdict = Verdict::default();
    let asked = seeds.clone().count() * RULES_PER_SEED;
    for seed in seeds {
        verdict.add(&questions(seed, RULES_PER_SEED), &mut stranger, engine::answer).unwrap();
    }
    assert_eq!(verdict.rules, asked);
    // Rules without occurrences prove little; most must have some.
    assert!(verdict.with_occurrences * 10 > asked * 7, "{verdict}");
    let shown: Vec<_> = verdict.disagreements.iter().take(20).map(ToString::to_string).collect();
    assert!(verdict.disagreements.is_empty(), "{verdict}\n{}", shown.join("\n"));
}

#[test]
fn dateutil_agrees_on_the_wall_clock() {
    check(SEEDS, draw::naive);
}

#[test]
fn zoneinfo_agrees_on_the_instants_of_rules_that_keep_the_wall_clock() {
    check(0..4, draw::zoned);
}

#[test]
fn zoneinfo_agrees_on_the_instants_of_rules_that_count_elapsed_time() {
    check(0..2, draw::elapsed);
}

#[test]
fn both_sides_have_the_same_release_of_the_zone_database() {
    let stranger = Stranger::start(&python()).unwrap();
    assert_eq!(stranger.tzdata, zone::database_version());
}

#[test]
fn every_frequency_is_asked_with_every_part_that_it_may_have() {
    let mut seen: BTreeMap<(String, &str), usize> = BTreeMap::new();
    for question in SEEDS.flat_map(|seed| draw::naive(seed, RULES_PER_SEED)) {
        let frequency = question.rule.get("FREQ").unwrap().to_owned();
        for name in question.rule.names() {
            *seen.entry((frequency.clone(), name)).or_default() += 1;
        }
    }
    for (frequency, ..) in draw::FREQUENCIES {
        for part in [
            "INTERVAL",
            "COUNT",
            "UNTIL",
            "WKST",
            "BYMONTH",
            "BYWEEKNO",
            "BYYEARDAY",
            "BYMONTHDAY",
            "BYDAY",
            "BYHOUR",
            "BYMINUTE",
            "BYSECOND",
            "BYSETPOS",
        ] {
            let times = seen.get(&((*frequency).to_owned(), part)).copied().unwrap_or(0);
            // RFC 5545, the table of 3.3.10.
            let allowed = match part {
                "BYWEEKNO" => *frequency == "YEARLY",
                "BYYEARDAY" => matches!(*frequency, "YEARLY" | "HOURLY" | "MINUTELY" | "SECONDLY"),
                "BYMONTHDAY" => *frequency != "WEEKLY",
                _ => true,
            };
            assert_eq!(times >= 100, allowed, "{frequency} with {part}: {times} times");
        }
    }
}

#[test]
fn every_reading_of_ours_was_needed() {
    let mut used = BTreeMap::new();
    for question in SEEDS.flat_map(|seed| draw::naive(seed, RULES_PER_SEED)) {
        for name in oracle::readings::for_dateutil(&question).1 {
            *used.entry(name).or_insert(0) += 1;
        }
    }
    for reading in READINGS {
        assert!(used.contains_key(reading.name), "no rule was read so: {}", reading.name);
        assert!(!reading.reason.is_empty());
    }
}

#[test]
fn the_page_about_recurrence_shows_every_reading_and_every_fault() {
    let page = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/recurrence.md");
    let page = std::fs::read_to_string(page).unwrap();
    let names = READINGS.iter().map(|reading| reading.name);
    for name in names.chain(FAULTS.iter().map(|(name, _)| *name)) {
        assert!(page.contains(&format!("| {name} |")), "no line `{name}` in docs/recurrence.md");
    }
}

#[test]
fn the_same_seed_asks_the_same() {
    let text = |seed| format!("{:?}", draw::naive(seed, 50));
    assert_eq!(text(7), text(7));
    assert_ne!(text(7), text(8));
}
