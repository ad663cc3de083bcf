//! `cargo xtask bench`: speed and memory, always as ratios against a peer in the same run.

use anyhow::Result;

use crate::{
    native, node, python,
    step::{cargo, step, succeed},
    wasm, workspace,
};

/// `[NAME ...]`: all measurements, or those named.
pub(crate) fn run(args: &[String]) -> Result<()> {
    wasm::build_all(true)?;
    native::build()?;
    let mut command = cargo(&["run", "--locked", "--release", "-p", "bench", "--"]);
    command.arg("--taskloom").arg(workspace::taskloom());
    command.arg("--python").arg(python::interpreter()?);
    // One measure only has a peer there; the others do without Node.js.
    if args.is_empty() || args.iter().any(|name| name == "language") {
        command.arg("--node").arg(node::packages()?);
    }
    command.args(args);
    step("bench", || succeed(&mut command))
}
