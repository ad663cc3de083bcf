//! The native binary, and the native code of the components that it makes.

use std::process::{Command, Stdio};

use anyhow::Result;

use crate::{
    step::{cargo, step, succeed},
    workspace,
};

/// The binary `taskloom`, in the profile that everything shares.
pub(crate) fn build() -> Result<()> {
    step("taskloom: compiling the native binary", || {
        succeed(&mut cargo(&["build", "--locked", "--release", "-p", "sidecar-bridge"]))
    })
}

/// Ahead-of-time code of every component in `spin.toml` (`.cwasm`), in a process of its own: a
/// compiler needs memory that the server should not keep.
pub(crate) fn compile_components() -> Result<()> {
    let mut command = Command::new(workspace::taskloom());
    command.current_dir(workspace::root()).arg("compile").arg("--cache-dir");
    step("components: compiling to native code", || {
        succeed(command.arg(workspace::compiled()).stdout(Stdio::null()))
    })
}
