//! The page for operators leaves nothing out and makes nothing up.

use std::collections::BTreeSet;

use serde_json::Value;
use sidecar_bridge::{
    bus::kafka,
    config::{Config, Env, Flags, SETTINGS},
};

const PAGE: &str = include_str!("../../../docs/operations.md");
/// Where the names of metrics are written, once.
const OBSERVE: &str = include_str!("../../src/observe.rs");

const CONTRACT: &str = include_str!("../../../schemas/asyncapi.json");

/// The section under a heading.
fn section(heading: &str) -> &'static str {
    let (_, rest) = PAGE.split_once(&format!("\n## {heading}\n")).unwrap();
    rest.split("\n## ").next().unwrap_or(rest)
}

/// What stands in backticks in one column of the table of a section.
fn column(section: &'static str, column: usize) -> impl Iterator<Item = &'static str> {
    let rows = section.lines().filter(|line| line.starts_with("| `"));
    let cells = rows.filter_map(move |row| row.split('|').nth(column + 1));
    cells.flat_map(|cell| cell.split('`').skip(1).step_by(2))
}

#[test]
fn every_setting_is_in_the_page_and_no_other() {
    let known: BTreeSet<_> = SETTINGS.iter().map(|spec| spec.key).collect();
    let told: BTreeSet<_> = column(section("Settings"), 0).collect();
    assert_eq!(told, known);
}

#[test]
fn the_page_tells_the_defaults_that_hold() {
    for row in section("Settings").lines().filter(|line| line.starts_with("| `")) {
        let cells: Vec<_> = row.split('|').collect();
        let words = |cell: &'static str| cell.split('`').skip(1).step_by(2);
        let defaults =
            words(cells[1]).filter_map(|key| SETTINGS.iter().find(|spec| spec.key == key)?.default);
        for default in defaults {
            assert!(words(cells[2]).any(|told| told == default), "`{default}` is not in: {row}");
        }
    }
}

#[test]
fn every_metric_is_in_the_page_and_no_other() {
    let quoted = OBSERVE.split('"').skip(1).step_by(2);
    let known: BTreeSet<_> = quoted.filter(|text| text.starts_with("taskloom_")).collect();
    assert!(known.len() > 10, "the names of metrics are found");
    let told: BTreeSet<_> = column(section("Metrics"), 0).collect();
    assert_eq!(told, known);
}

struct NoVariables;

impl Env for NoVariables {
    fn variables(&self) -> Vec<(String, String)> {
        Vec::new()
    }
}

#[test]
fn topics_are_made_as_the_contract_says() {
    let config = Config::load(&NoVariables, &Flags::default()).unwrap();
    let document: Value = serde_json::from_str(CONTRACT).unwrap();
    let channels = document["channels"].as_object().unwrap();
    let specs = kafka::specs(&config.kafka);
    assert_eq!(specs.len(), channels.len());
    for spec in specs {
        let told = channels.values().find(|channel| channel["address"] == *spec.name);
        let told = &told.expect("a channel for the topic")["bindings"]["kafka"];
        assert_eq!(told["partitions"], spec.partitions, "{}", spec.name);
        let setting = |name: &str| {
            let found = spec.configs.iter().find(|(key, _)| key == name);
            found.map(|(_, value)| value.clone()).expect("a setting of the topic")
        };
        let kept = &told["topicConfiguration"];
        assert_eq!(kept["retention.ms"].to_string(), setting("retention.ms"), "{}", spec.name);
        assert_eq!(kept["cleanup.policy"][0], setting("cleanup.policy"), "{}", spec.name);
    }
}
