//! `cargo xtask up`: from a fresh clone to a running assistant.

use std::process::{Command, Stdio};

use anyhow::{Context, Result};

use crate::{
    step::{cargo, step, succeed},
    wasm, workspace,
};

/// Arguments go to `taskloom up`.
pub(crate) fn run(args: &[String]) -> Result<()> {
    wasm::build_all(false)?;
    build_taskloom()?;
    compile()?;
    let mut taskloom = Command::new(workspace::taskloom());
    taskloom.current_dir(workspace::root()).arg("up");
    if !args.iter().any(|arg| arg.starts_with("--cache-dir")) {
        taskloom.arg("--cache-dir").arg(workspace::compiled());
    }
    become_process(taskloom.args(args))
}

/// Ahead-of-time code of every component, in a process of its own: a compiler needs memory that the
/// server should not keep.
fn compile() -> Result<()> {
    let mut command = Command::new(workspace::taskloom());
    command.current_dir(workspace::root()).arg("compile").arg("--cache-dir");
    step("components: compiling to native code", || {
        succeed(command.arg(workspace::compiled()).stdout(Stdio::null()))
    })
}

/// The native binary, in the profile that everything shares.
pub(crate) fn build_taskloom() -> Result<()> {
    step("taskloom: compiling the native binary", || {
        succeed(&mut cargo(&["build", "--locked", "--release", "-p", "sidecar-bridge"]))
    })
}

/// Takes this process's place, so that signals reach the server itself.
#[cfg(unix)]
fn become_process(command: &mut Command) -> Result<()> {
    use std::os::unix::process::CommandExt;
    Err(command.exec()).context("taskloom did not start")
}

#[cfg(not(unix))]
fn become_process(command: &mut Command) -> Result<()> {
    succeed(command).context("taskloom")
}
