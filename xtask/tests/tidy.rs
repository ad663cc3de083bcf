//! House rules that are tests: who may depend on whom, how files look, what names agree.

#![expect(clippy::unwrap_used, reason = "a test says what is wrong by failing")]

mod tidy {
    pub(crate) mod tree;
}

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::Path,
    process::Command,
};

use tidy::tree::{Rust, files, root};

/// Who may use whom, by normal dependencies. A new arrow is a new line here, and gets talked about
/// in review.
const MAY_USE: &[(&str, &[&str])] = &[
    ("domain", &[]),
    ("events", &["domain"]),
    ("filter", &["domain"]),
    ("language", &["domain"]),
    ("exchange", &["domain", "language"]),
    ("store", &["domain", "events"]),
    ("guest", &["domain", "events", "store"]),
    ("host", &[]),
    ("kafka", &[]),
    ("notify", &[]),
    ("dapr-sidecar", &[]),
    ("testkit", &["domain", "events", "store"]),
    ("hostile", &[]),
    ("bench", &["dapr-sidecar", "domain", "language", "servers"]),
    ("conformance", &[]),
    ("faults", &["conformance", "servers"]),
    ("oracle", &["domain"]),
    ("tasks", &["domain", "events", "store", "guest", "language"]),
    ("recurrence", &["domain", "events"]),
    ("reminders", &["domain", "events"]),
    ("event-adapter", &["domain", "events", "guest"]),
    (
        "sidecar-bridge",
        &["dapr-sidecar", "domain", "events", "store", "host", "kafka", "language", "notify"],
    ),
    ("servers", &[]),
    ("xtask", &["servers"]),
];

/// Crates that only one place may know.
const ONLY_IN: &[(&str, &[&str])] = &[
    ("spin-sdk", &["guest", "tasks", "event-adapter", "hostile"]),
    ("wasmtime", &["host"]),
    ("rdkafka", &["kafka", "bench"]),
    ("tokio-postgres", &["host", "testkit", "bench"]),
    ("jiff", &["domain"]),
    ("dapr", &["dapr-sidecar"]),
    ("tonic", &["dapr-sidecar"]),
];

#[test]
fn arrows_point_inward() {
    let extra = wrong_arrows(&arrows());
    assert!(extra.is_empty(), "{extra:#?}");
}

#[test]
fn an_arrow_that_points_outward_is_caught() {
    let planted = [("domain".to_owned(), BTreeSet::from(["store".to_owned()]))];
    assert_eq!(wrong_arrows(&planted.into()), ["domain must not depend on store"]);
}

#[test]
fn every_member_is_listed() {
    let listed: BTreeSet<_> = MAY_USE.iter().map(|(member, _)| (*member).to_owned()).collect();
    assert_eq!(arrows().into_keys().collect::<BTreeSet<_>>(), listed);
}

fn wrong_arrows(arrows: &BTreeMap<String, BTreeSet<String>>) -> Vec<String> {
    let may_use = |member: &str| {
        MAY_USE.iter().find(|(name, _)| *name == member).map_or(&[][..], |(_, may)| *may)
    };
    arrows
        .iter()
        .flat_map(|(member, uses)| uses.iter().map(move |used| (member, used)))
        .filter(|(member, used)| !may_use(member).contains(&used.as_str()))
        .map(|(member, used)| format!("{member} must not depend on {used}"))
        .collect()
}

#[test]
fn drivers_are_known_in_one_place() {
    for (krate, homes) in ONLY_IN {
        for (member, manifest) in manifests() {
            let names_it = manifest.lines().any(|line| {
                line.starts_with(&format!("{krate}.")) || line.starts_with(&format!("{krate} "))
            });
            assert!(
                !names_it || homes.contains(&member.as_str()),
                "{member} must not know {krate}"
            );
        }
    }
}

#[test]
fn every_member_takes_the_workspaces_lints() {
    for (member, manifest) in manifests() {
        assert!(manifest.contains("[lints]\nworkspace = true"), "{member} sets its own lints");
    }
}

#[test]
fn every_file_says_what_it_is_and_is_short() {
    let found: Vec<_> = files("rs")
        .into_iter()
        .filter_map(|file| fault(&file.text).map(|fault| (file.path, fault)))
        .collect();
    assert!(found.is_empty(), "{found:#?}");
}

#[test]
fn a_file_that_breaks_a_rule_is_caught() {
    assert_eq!(fault("//! Fine.\n"), None);
    assert!(fault("use std::fs;\n").is_some());
    assert!(fault(&format!("//! Long.\n{}", "let x = 1;\n".repeat(501))).is_some());
    assert!(
        fault(&format!("//! Long tests.\n#[cfg(test)]\n{}", "let x = 1;\n".repeat(501))).is_none()
    );
    assert!(fault(concat!("//! Skips.\n#[", "ignore]\nfn a() {}\n")).is_some());
}

/// The first rule of the house that this text breaks.
fn fault(text: &str) -> Option<&'static str> {
    let rust = Rust { text };
    if !text.starts_with("//!") {
        return Some("does not begin with `//!`");
    }
    if rust.lines_without_tests() > 500 {
        return Some("has more than 500 lines without tests");
    }
    if text.lines().any(|line| line.trim_start().starts_with(concat!("#[", "ignore]"))) {
        return Some("ignores a test without a link to the reason");
    }
    None
}

#[test]
fn components_of_the_manifest_are_folders_and_the_reverse() {
    let manifest: toml::Table =
        fs::read_to_string(root().join("spin.toml")).unwrap().parse().unwrap();
    let named: BTreeSet<_> = manifest["component"].as_table().unwrap().keys().cloned().collect();
    let mut folders: BTreeSet<_> = fs::read_dir(root().join("components"))
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    // The adapter is a part of every handler, not a component of the application.
    assert!(folders.remove("event-adapter"));
    assert_eq!(named, folders);
}

#[test]
fn the_changelog_has_a_place_for_what_comes() {
    assert!(fs::read_to_string(root().join("CHANGELOG.md")).unwrap().contains("## [Unreleased]"));
}

/// Name and text of each member's manifest.
fn manifests() -> Vec<(String, String)> {
    files("toml")
        .into_iter()
        .filter(|file| Path::new(&file.path).ends_with("Cargo.toml"))
        .filter_map(|file| {
            let manifest: toml::Table = file.text.parse().unwrap();
            let name = manifest.get("package")?.get("name")?.as_str()?.to_owned();
            Some((name, file.text))
        })
        .collect()
}

/// Each member with the members that it depends on, tests apart.
fn arrows() -> BTreeMap<String, BTreeSet<String>> {
    let args = ["metadata", "--no-deps", "--offline", "--locked", "--format-version", "1"];
    let out = Command::new(env!("CARGO")).args(args).output().unwrap();
    assert!(out.status.success(), "{}", String::from_utf8_lossy(&out.stderr));
    let metadata: serde_json::Value = serde_json::from_slice(&out.stdout).unwrap();
    let text = |value: &serde_json::Value| value.as_str().unwrap().to_owned();
    let packages = metadata["packages"].as_array().unwrap();
    packages
        .iter()
        .map(|package| {
            let uses = package["dependencies"].as_array().unwrap().iter();
            let ours = uses.filter(|used| used["path"].is_string() && used["kind"].is_null());
            (text(&package["name"]), ours.map(|used| text(&used["name"])).collect())
        })
        .collect()
}
