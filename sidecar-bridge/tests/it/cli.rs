//! The command line, with a server and without one.

use std::process::Stdio;

use serde_json::{Value, json};
use sidecar_bridge::config::SETTINGS;

use crate::support::{Home, ok, refused};

fn json(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_else(|error| panic!("{error}: {text}"))
}

#[test]
fn a_token_is_all_that_is_printed() {
    let home = Home::new();
    let out = home.run(&["token", "--user", "ada", "--ttl", "1h"]);
    assert_eq!(out.lines().count(), 1);
    assert_eq!(out.trim().split('.').count(), 3);
}

#[test]
fn the_jwk_set_holds_the_public_half_only() {
    let home = Home::new();
    let jwks = json(&home.run(&["jwks"]));
    let key = &jwks["keys"][0];
    assert_eq!((&key["kty"], &key["crv"]), (&"OKP".into(), &"Ed25519".into()));
    assert!(key.get("d").is_none(), "{jwks}");
    assert_eq!(jwks, json(&home.run(&["jwks"])), "the key stays");
}

#[test]
fn a_rule_is_shown_as_times() {
    let home = Home::new();
    let out = home.run(&[
        "rule",
        "preview",
        "--rule",
        "FREQ=MONTHLY;BYMONTHDAY=31",
        "--start",
        "2026-01-31T09:00",
        "--zone",
        "Europe/Berlin",
        "--count",
        "3",
    ]);
    let expect =
        "2026-01-31T09:00:00+01:00\n2026-02-28T09:00:00+01:00\n2026-03-31T09:00:00+02:00\n";
    assert_eq!(out, expect);
    assert!(!home.data().exists(), "a preview needs no data");
}

#[test]
fn a_rule_that_cannot_be_followed_is_refused_with_exit_2() {
    let home = Home::new();
    let check = |rule: &str, expect: &str| {
        let args = ["rule", "preview", "--rule", rule, "--start", "2026-01-31T09:00"];
        assert_eq!(refused(&mut home.command(&args), 2), expect);
    };
    check("FREQ=MONTHLY;BYSETPOS=-1", "BYSETPOS needs another part to pick from, such as BYDAY");
    check("FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30", "the rule has no occurrence from this start on");
}

#[test]
fn help_is_no_failure() {
    let home = Home::new();
    assert!(home.run(&["--help"]).contains("rule"));
    assert!(home.run(&["add", "--help"]).contains("--month-end"));
    assert!(home.run(&["--version"]).starts_with("taskloom "));
}

/// The same walk, whoever serves.
fn walk(home: &Home) {
    let added = json(&home.app(&[
        "add",
        "Pay",
        "rent",
        "--due",
        "2026-01-31T09:00",
        "--zone",
        "Europe/Berlin",
        "--repeat",
        "FREQ=MONTHLY;BYMONTHDAY=31",
        "--mode",
        "every",
        "--month-end",
        "clamp",
        "--priority",
        "high",
        "--tag",
        "home",
        "--remind",
        "PT30M",
        "--json",
    ]));
    assert_eq!(added["title"], "Pay rent");
    assert_eq!(added["due"]["at"], "2026-01-31T09:00:00+01:00");
    let id = added["id"].as_str().unwrap();

    let table = home.app(&["list"]);
    let row = table.lines().find(|line| line.contains("Pay rent")).unwrap();
    for cell in ["open", "high", "2026-01-31 09:00 Europe/Berlin", "home"] {
        assert!(row.contains(cell), "no {cell} in {row}");
    }
    let short = row.split_whitespace().next().unwrap();
    assert!(id.starts_with(short), "{short} is no beginning of {id}");
    assert!(home.app(&["show", short]).contains("2026-01-31T07:30:00+00:00"));

    let done = home.app(&["done", short]);
    let mut lines = done.lines();
    assert!(lines.next().unwrap().contains("done  Pay rent"), "{done}");
    let next = lines.next().unwrap_or_else(|| panic!("no next instance in {done}"));
    assert!(next.contains("open  Pay rent  due 2026-02-28 09:00 Europe/Berlin"), "{next}");
    let tasks = json(&home.app(&["list", "--status", "all", "--json"]));
    assert_eq!(tasks.as_array().unwrap().len(), 2);

    home.app(&["reopen", id]);
    let tasks = json(&home.app(&["list", "--status", "all", "--json"]));
    assert_eq!(tasks.as_array().unwrap().len(), 1, "the unedited child is taken back");
    let others = json(&home.app(&["list", "--user", "eve", "--json"]));
    assert_eq!(others, Value::Array(Vec::new()), "nobody sees another's tasks");
}

#[test]
fn without_a_server_commands_do_the_work_themselves() {
    let home = Home::new();
    walk(&home);
    assert!(!home.data().join("taskloom.db-wal").exists(), "the database is put away in order");
}

#[test]
fn with_a_server_commands_ask_it() {
    let home = Home::new();
    let server = home.up();
    walk(&home);
    let token = home.token("me");
    let listed = server.send(&token, "GET", "/api/v1/tasks", None).json();
    assert_eq!(listed["items"].as_array().unwrap().len(), 1);
}

#[test]
fn two_commands_at_once_wait_for_each_other() {
    let home = Home::new();
    let add =
        |title: &str| home.with_components(&["add", title]).stdout(Stdio::null()).spawn().unwrap();
    let both = [add("one"), add("two")];
    for mut child in both {
        assert!(child.wait().unwrap().success());
    }
    assert_eq!(json(&home.app(&["list", "--json"])).as_array().unwrap().len(), 2);
}

#[test]
fn what_the_api_refuses_is_one_sentence() {
    let home = Home::new();
    let long = "x".repeat(501);
    let sentence = refused(&mut home.with_components(&["add", &long]), 1);
    assert!(sentence.contains("TASKLOOM-"), "{sentence}");
    let sentence = refused(&mut home.with_components(&["show", "0123456"]), 1);
    assert_eq!(sentence, "no task has an id that begins with `0123456`");
    let sentence = refused(&mut home.with_components(&["done", "abc"]), 2);
    assert_eq!(sentence, "`abc` is no id; give at least the first 6 characters of one");
}

#[test]
fn migrating_twice_is_as_good_as_once() {
    let home = Home::new();
    let first = json(&home.run(&["migrate", "--json"]));
    assert_eq!(first, json(&home.run(&["migrate", "--json"])));
    assert_eq!(first["schema_version"], store::migrate::known_version());
}

#[test]
fn compiling_twice_does_nothing_the_second_time() {
    let home = Home::new();
    let cache = home.path().join("cache").display().to_string();
    let compile = || json(&home.app(&["compile", "--json", "--cache-dir", &cache]));
    let fresh = |compiled: Value| {
        compiled.as_array().unwrap().iter().map(|one| one["fresh"] == true).collect::<Vec<_>>()
    };
    assert_eq!(fresh(compile()), [true; 3]);
    assert_eq!(fresh(compile()), [false; 3]);
}

#[test]
fn the_doctor_shows_every_setting_with_its_source() {
    let home = Home::new();
    let mut command = home.with_components(&[
        "doctor",
        "--listen",
        "127.0.0.1:0",
        "--admin-listen",
        "127.0.0.1:0",
    ]);
    let table = ok(&command.env("TASKLOOM_LISTNE", "x").output().unwrap());
    let row = |name: &str| {
        let row = table.lines().find(|line| line.starts_with(name));
        row.unwrap_or_else(|| panic!("no {name} in {table}")).to_owned()
    };
    assert!(row("data_dir").ends_with("TASKLOOM_DATA_DIR"));
    assert!(row("admin_listen").ends_with("--admin-listen"));
    assert!(row("user").ends_with("default"));
    assert!(row("environment").contains("TASKLOOM_LISTNE is no setting"));
    for check in ["data folder", "disk", "SQLite", "components", "clock", "time zones"] {
        assert!(!row(check).contains("failed"), "{}", row(check));
    }
}

#[test]
fn the_doctor_knows_the_server_of_its_own_folder() {
    let home = Home::new();
    let server = home.up();
    let checks = |listen: &str| {
        let args = ["doctor", "--json", "--listen", listen, "--admin-listen", &server.admin];
        let output = home.with_components(&args).output().unwrap();
        let found = json(&ok(&output));
        let checks = found["checks"].as_array().unwrap().clone();
        move |name: &str| checks.iter().find(|check| check["name"] == name).unwrap().clone()
    };
    let check = checks(&server.api);
    for (name, address) in [("listen", &server.api), ("admin listen", &server.admin)] {
        let detail = format!("{address} is in use by this data folder's server");
        assert_eq!((&check(name)["state"], &check(name)["detail"]), (&json!("ok"), &json!(detail)));
    }
    let other = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let taken = other.local_addr().unwrap().to_string();
    let check = checks(&taken)("listen");
    assert_eq!(check["state"], "warning");
    assert_eq!(check["detail"], format!("{taken} is in use by another program"));
}

#[test]
fn the_doctor_finds_what_is_wrong() {
    let home = Home::new();
    let other = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let taken = other.local_addr().unwrap().to_string();
    let args = ["doctor", "--json", "--listen", &taken, "--manifest", "nowhere.toml"];
    let output = home.command(&args).output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    let found = json(&String::from_utf8(output.stdout).unwrap());
    let state = |name: &str| {
        let checks = found["checks"].as_array().unwrap();
        checks.iter().find(|check| check["name"] == name).unwrap()["state"].clone()
    };
    assert_eq!(state("listen"), "failed");
    assert_eq!(state("components"), "failed");
    assert_eq!(state("SQLite"), "ok");
    assert_eq!(found["settings"].as_array().unwrap().len(), SETTINGS.len());
}
