//! `cargo xtask up`: from a fresh clone to a running assistant.

use std::process::Command;

use anyhow::{Context, Result};

use crate::{native, wasm, workspace};

/// Arguments go to `taskloom up`.
pub(crate) fn run(args: &[String]) -> Result<()> {
    wasm::build_all(false)?;
    native::build()?;
    native::compile_components()?;
    let mut taskloom = Command::new(workspace::taskloom());
    taskloom.current_dir(workspace::root()).arg("up");
    if !args.iter().any(|arg| arg.starts_with("--cache-dir")) {
        taskloom.arg("--cache-dir").arg(workspace::compiled());
    }
    become_process(taskloom.args(args))
}

/// Takes this process's place, so that signals reach the server itself.
#[cfg(unix)]
fn become_process(command: &mut Command) -> Result<()> {
    use std::os::unix::process::CommandExt;
    Err(command.exec()).context("taskloom did not start")
}

#[cfg(not(unix))]
fn become_process(command: &mut Command) -> Result<()> {
    crate::step::succeed(command).context("taskloom")
}
