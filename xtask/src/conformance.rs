//! `cargo xtask conformance`: the same HTTP cases on the embedded host and on real Spin.

use anyhow::{Result, bail};

use crate::{
    native,
    step::{cargo, step, succeed},
    wasm, workspace,
};

/// `[--spin PATH]`; `SPIN_BIN` names it too.
pub(crate) fn run(args: &[String]) -> Result<()> {
    #[expect(clippy::disallowed_methods, reason = "a task runner has no configuration file")]
    let spin = match args {
        [] => std::env::var("SPIN_BIN").ok(),
        [flag, path] if flag == "--spin" => Some(path.clone()),
        _ => bail!("unknown arguments; `--spin PATH` is accepted"),
    };
    wasm::build_all(false)?;
    native::build()?;
    let mut command = cargo(&["run", "--locked", "--release", "-p", "conformance", "--"]);
    command.arg("--taskloom").arg(workspace::taskloom());
    if let Some(spin) = spin {
        command.arg("--spin").arg(spin);
    }
    step("conformance", || succeed(&mut command))
}
