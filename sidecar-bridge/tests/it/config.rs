//! Settings, as an operator gives them to the real binary.

use crate::support::{Home, refused};

#[test]
fn every_problem_is_told_in_one_start() {
    let home = Home::new();
    std::fs::write(home.path().join("taskloom.toml"), "listen = 'secret'\nlisten_too = 1").unwrap();
    let mut command = home.command(&["up"]);
    let output = command.env("TASKLOOM_COMPONENT_CPU_MS", "secret").output().unwrap();
    assert_eq!(output.status.code(), Some(78));
    let error = String::from_utf8(output.stderr).unwrap();
    for line in [
        "taskloom: 3 settings are wrong",
        "  - `listen_too` in taskloom.toml is not a setting",
        "  - `listen` in taskloom.toml is not an address with a port, such as 127.0.0.1:8080",
        "  - `TASKLOOM_COMPONENT_CPU_MS` is not a whole number above 0",
    ] {
        assert!(error.lines().any(|found| found == line), "no `{line}` in {error}");
    }
    assert!(!error.contains("secret"), "{error}");
}

#[test]
fn one_problem_is_one_sentence_and_exit_78() {
    let home = Home::new();
    let sentence = refused(&mut home.command(&["token", "--log-format", "xml"]), 78);
    assert_eq!(sentence, "`--log-format` is not one of auto, pretty, json");
    let sentence = refused(&mut home.command(&["token", "--config", "nowhere.toml"]), 78);
    assert_eq!(sentence, "`nowhere.toml`: No such file or directory (os error 2)");
}

#[test]
fn what_is_wrong_leaves_nothing_behind() {
    let home = Home::new();
    refused(&mut home.command(&["up", "--listen", "here"]), 78);
    assert!(!home.data().exists(), "nothing is made before the settings are right");
}
