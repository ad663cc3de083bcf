//! Runs the tour of the README, every line of it, against the real binary.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test says what is wrong by failing"
)]

use std::{
    fs,
    io::{BufRead, BufReader},
    net::TcpListener,
    path::Path,
    process::{Child, Command, Stdio},
};

use tempfile::TempDir;

const README: &str = include_str!("../../../README.md");
/// Marks the line that starts the server, which the test does in its own way.
const START: &str = "cargo xtask up";
/// Marks a line that only ends when somebody ends it.
const ENDLESS: &str = "# Ctrl-C ends it";

#[test]
fn every_line_of_the_tour_works() {
    let server = Server::start();
    let script = script(README, &server.address);
    let out = bash(&script, server.folder.path());
    assert!(out.status.success(), "{}\n{}", shown(&out.stdout), shown(&out.stderr));
    let said = shown(&out.stdout);
    for expected in [
        "2026-02-28T09:00:00+01:00", // the next instance, over HTTP
        "2026-03-27T09:00:00+01:00", // the preview
        "\"tag\":\"home\"",          // tags with counts
        "event: task.state_changed", // the stream
    ] {
        assert!(said.contains(expected), "no {expected} in\n{said}");
    }
    let ada = said.matches("\"title\":\"Call Ada\"").count();
    assert!(ada >= 2, "both answers to the repeated request name the task: {said}");
}

#[test]
fn a_line_that_fails_is_caught() {
    let folder = TempDir::new().unwrap();
    assert!(bash(&script("$ cargo xtask up\n$ true\n", ""), folder.path()).status.success());
    assert!(
        !bash(&script("$ cargo xtask up\n$ false\n$ true\n", ""), folder.path()).status.success()
    );
}

/// The lines that a reader types, as a script that stops at the first failure.
fn script(readme: &str, address: &str) -> String {
    let typed: Vec<_> = readme.lines().filter_map(|line| line.strip_prefix("$ ")).collect();
    let (first, rest) = typed.split_first().expect("the tour has lines");
    assert!(first.starts_with(START), "the tour begins with {START}");
    let mut script = String::from("set -euo pipefail\n");
    for line in rest {
        let line = line.replace("127.0.0.1:8080", address);
        if line.contains(ENDLESS) {
            // Long enough to read what is there already; 124 says that it had to be ended.
            script.push_str(&format!("timeout 3 {line}\n").replace(ENDLESS, "|| test $? = 124"));
        } else {
            script.push_str(&line);
            script.push('\n');
        }
    }
    script
}

fn bash(script: &str, folder: &Path) -> std::process::Output {
    let binary = Path::new(env!("CARGO_BIN_EXE_taskloom")).parent().unwrap();
    let path = format!("{}:{}", binary.display(), env!("PATH"));
    Command::new("bash")
        .args(["-c", script])
        .current_dir(folder)
        .env("PATH", path)
        .output()
        .unwrap()
}

fn shown(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// `taskloom up` in a folder of its own.
struct Server {
    child: Child,
    folder: TempDir,
    address: String,
}

impl Server {
    fn start() -> Self {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
        assert!(
            root.join("target/components/tasks.wasm").is_file(),
            "the components are not built: run `cargo xtask wasm`"
        );
        let folder = TempDir::new().unwrap();
        let address = free_address();
        let mut child = Command::new(env!("CARGO_BIN_EXE_taskloom"))
            .current_dir(folder.path())
            .args(["up", "--listen", &address, "--admin-listen", &free_address(), "--manifest"])
            .arg(root.join("spin.toml"))
            .arg("--cache-dir")
            .arg(root.join("target/test-cache"))
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        // The lines come when it listens. They are read to the last, or it would write to nobody.
        let said: Vec<_> = BufReader::new(child.stdout.take().unwrap())
            .lines()
            .map(Result::unwrap)
            .take_while(|line| !line.trim_start().starts_with("try "))
            .collect();
        assert!(said.first().is_some_and(|line| line.contains("is up")), "{said:?}");
        // A reader of the tour stands in the checkout.
        fs::copy(root.join("spin.toml"), folder.path().join("spin.toml")).unwrap();
        fs::create_dir(folder.path().join("target")).unwrap();
        let components = folder.path().join("target/components");
        std::os::unix::fs::symlink(root.join("target/components"), components).unwrap();
        Self { child, folder, address }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

fn free_address() -> String {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().to_string()
}
