//! The decision on machines other than this one.

use std::cell::Cell;

use super::*;

#[derive(Default)]
struct Fake {
    has_target: bool,
    server_answers: bool,
    has_packages: bool,
    debian_root: bool,
    installed: Cell<bool>,
}

impl Machine for Fake {
    fn rustup_target_is_there(&self) -> bool {
        self.has_target
    }
    fn add_rustup_target(&self) -> bool {
        self.server_answers
    }
    fn debian_packages_are_there(&self) -> bool {
        self.has_packages
    }
    fn is_debian_as_root(&self) -> bool {
        self.debian_root
    }
    fn install_debian_packages(&self) -> Result<()> {
        self.installed.set(true);
        Ok(())
    }
    fn linker(&self) -> Result<PathBuf> {
        Ok("lld".into())
    }
}

#[track_caller]
fn check(machine: &Fake, expect: &str) {
    let actual = match choose(machine) {
        Ok(Toolchain::Rustup) => "rustup".to_owned(),
        Ok(Toolchain::Debian { .. }) if machine.installed.get() => "debian, installed".to_owned(),
        Ok(Toolchain::Debian { .. }) => "debian".to_owned(),
        Err(error) => error.to_string(),
    };
    assert!(actual.starts_with(expect), "{actual}");
}

#[test]
fn rustups_target_is_taken_first() {
    check(&Fake { has_target: true, has_packages: true, ..Fake::default() }, "rustup");
}

#[test]
fn a_missing_target_is_added() {
    check(&Fake { server_answers: true, ..Fake::default() }, "rustup");
}

#[test]
fn without_rustups_server_debians_packages_do() {
    check(&Fake { has_packages: true, ..Fake::default() }, "debian");
    check(&Fake { debian_root: true, ..Fake::default() }, "debian, installed");
}

#[test]
fn else_one_sentence_says_what_to_install() {
    check(
        &Fake::default(),
        "no compiler for wasm32-wasip1: run `rustup target add wasm32-wasip1`, or on Debian as root",
    );
}
