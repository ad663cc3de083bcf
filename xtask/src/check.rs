//! `cargo xtask check`: fmt, clippy, tidy and, on request, cargo-deny.

use std::process::Command;

use anyhow::{Result, bail};

use crate::{
    step::{cargo, step, succeed},
    tools::{self, Tool},
    workspace,
};

const DENY: &Tool = &Tool { name: "cargo-deny", version: None };

/// `[--deny]`.
pub(crate) fn run(args: &[String]) -> Result<()> {
    let deny_wanted = match args {
        [] => false,
        [flag] if flag == "--deny" => true,
        _ => bail!("unknown arguments; `--deny` is accepted"),
    };
    lint()?;
    step("tidy: the house rules", || {
        succeed(&mut cargo(&[
            "test",
            "--locked",
            "--release",
            "-q",
            "-p",
            "xtask",
            "--test",
            "tidy",
        ]))
    })?;
    match (tools::find(DENY), deny_wanted) {
        (Some(deny), _) => step("cargo-deny: licences, bans, sources", || run_deny(&deny)),
        (None, true) => {
            step("cargo-deny: licences, bans, sources", || run_deny(&tools::install(DENY)?))
        }
        (None, false) => {
            eprintln!(
                "    cargo-deny is not installed and was not run; `check --deny` installs it"
            );
            Ok(())
        }
    }
}

/// Format and lints of the whole workspace. `--release` shares build scripts and macros with tests.
pub(crate) fn lint() -> Result<()> {
    step("fmt", || succeed(&mut cargo(&["fmt", "--all", "--check"])))?;
    step("clippy", || {
        let args = ["clippy", "--locked", "--release", "--workspace", "--all-targets"];
        succeed(cargo(&args).args(["--", "-D", "warnings"]))
    })
}

/// Advisories need their database from the network; the workflow in CI checks those too.
fn run_deny(deny: &std::path::Path) -> Result<()> {
    let mut command = Command::new(deny);
    command.current_dir(workspace::root()).args(["--offline", "check"]);
    succeed(command.args(["bans", "licenses", "sources"]))
}
