//! `cargo xtask check`: fmt, clippy, tidy and, on request, cargo-deny.

use std::{path::PathBuf, process::Command};

use anyhow::{Context, Result, bail};

use crate::{
    step::{cargo, step, succeed},
    workspace,
};

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
    match (find_deny(), deny_wanted) {
        (Some(deny), _) => step("cargo-deny: licences, bans, sources", || run_deny(&deny)),
        (None, true) => step("cargo-deny: licences, bans, sources", || run_deny(&install_deny()?)),
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

fn tools() -> Result<PathBuf> {
    let home = std::env::home_dir().context("no home folder to keep tools in")?;
    Ok(home.join(".cache/taskloom/tools"))
}

fn find_deny() -> Option<PathBuf> {
    let ours = tools().ok()?.join("bin/cargo-deny");
    let found = [ours, PathBuf::from("cargo-deny")];
    found.into_iter().find(|path| Command::new(path).arg("--version").output().is_ok())
}

fn install_deny() -> Result<PathBuf> {
    let tools = tools()?;
    succeed(cargo(&["install", "--locked", "cargo-deny", "--root"]).arg(&tools))?;
    Ok(tools.join("bin/cargo-deny"))
}

/// Advisories need their database from the network; the workflow in CI checks those too.
fn run_deny(deny: &std::path::Path) -> Result<()> {
    let mut command = Command::new(deny);
    command.current_dir(workspace::root()).args(["--offline", "check"]);
    succeed(command.args(["bans", "licenses", "sources"]))
}
