//! `cargo xtask up`: from a fresh clone to a running assistant.

use std::process::Command;

use anyhow::{Context, Result};

use crate::{
    step::{cargo, step, succeed},
    wasm, workspace,
};

/// Arguments go to `taskloom up`.
pub(crate) fn run(args: &[String]) -> Result<()> {
    wasm::build_all(false)?;
    build_taskloom()?;
    let mut taskloom = Command::new(workspace::taskloom());
    taskloom.current_dir(workspace::root()).arg("up").args(args);
    become_process(taskloom)
}

/// The native binary, in the profile that everything shares.
pub(crate) fn build_taskloom() -> Result<()> {
    step("taskloom: compiling the native binary", || {
        succeed(&mut cargo(&["build", "--locked", "--release", "-p", "sidecar-bridge"]))
    })
}

/// Takes this process's place, so that signals reach the server itself.
#[cfg(unix)]
fn become_process(mut command: Command) -> Result<()> {
    use std::os::unix::process::CommandExt;
    Err(command.exec()).context("taskloom did not start")
}

#[cfg(not(unix))]
fn become_process(mut command: Command) -> Result<()> {
    succeed(&mut command).context("taskloom")
}
