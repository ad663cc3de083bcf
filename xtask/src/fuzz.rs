//! `cargo xtask fuzz` and `cargo xtask fuzz-recurrence`: as many random inputs as one has time for.

use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::{
    python,
    step::{cargo, step, succeed},
    tools::{self, Tool},
    workspace,
};

const CARGO_FUZZ: &Tool = &Tool { name: "cargo-fuzz", version: Some("0.13.2") };
/// Without `--executions`: a minute or so.
const EXECUTIONS: u64 = 1_000_000;
/// One input may take so long; more is work without bound.
const PATIENCE_S: u32 = 60;
/// Longer ones are slower and say nothing new; that texts too long are refused is tested elsewhere.
const INPUT_MAX_BYTES: u32 = 512;

/// `TARGET [--executions N]`.
pub(crate) fn run(args: &[String]) -> Result<()> {
    let (target, executions) = match args {
        [target] => (target, EXECUTIONS),
        [target, flag, number] if flag == "--executions" => {
            (target, number.parse().context("--executions takes a number")?)
        }
        _ => bail!("takes TARGET [--executions N]; targets are {}", targets()?.join(", ")),
    };
    if !targets()?.contains(target) {
        bail!("no target `{target}`; there are {}", targets()?.join(", "));
    }
    let cargo_fuzz = match tools::find(CARGO_FUZZ) {
        Some(found) => found,
        None => tools::install(CARGO_FUZZ)?,
    };
    // Without a sanitizer it needs no nightly compiler; unsafe code, which those look into, is denied.
    let mut command = Command::new(cargo_fuzz);
    command.current_dir(workspace::root()).args(["run", "--sanitizer", "none"]);
    // What it finds is kept in the first folder; the second is the project's.
    command.arg(target);
    for folder in ["corpus", "seeds"] {
        let folder = workspace::root().join("fuzz").join(folder).join(target);
        std::fs::create_dir_all(&folder)?;
        command.arg(folder);
    }
    command.args(["--", "-print_final_stats=1"]);
    command.arg(format!("-timeout={PATIENCE_S}"));
    command.arg(format!("-runs={executions}")).arg(format!("-max_len={INPUT_MAX_BYTES}"));
    let dictionary = workspace::root().join(format!("fuzz/{target}.dict"));
    if dictionary.is_file() {
        command.arg(format!("-dict={}", dictionary.display()));
    }
    step(&format!("fuzz {target}: {executions} executions"), || succeed(&mut command))
}

/// The names of the files in `fuzz/fuzz_targets`.
fn targets() -> Result<Vec<String>> {
    let mut names = Vec::new();
    for entry in std::fs::read_dir(workspace::root().join("fuzz/fuzz_targets"))? {
        let path = entry?.path();
        names.extend(path.file_stem().and_then(|name| Some(name.to_str()?.to_owned())));
    }
    names.sort();
    Ok(names)
}

/// `--seeds N [--from SEED]`.
pub(crate) fn recurrence(args: &[String]) -> Result<()> {
    let mut command = cargo(&["run", "--locked", "--release", "-q", "-p", "oracle", "--"]);
    command.arg("--python").arg(python::interpreter()?).args(args);
    step("recurrence against dateutil and zoneinfo", || succeed(&mut command))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_target_is_in_the_manifest_of_fuzz_and_the_reverse() {
        let manifest = std::fs::read_to_string(workspace::root().join("fuzz/Cargo.toml")).unwrap();
        let manifest: toml::Table = manifest.parse().unwrap();
        let mut named: Vec<_> =
            manifest["bin"].as_array().unwrap().iter().map(|bin| bin["name"].as_str()).collect();
        named.sort();
        assert_eq!(
            targets().unwrap().iter().map(|name| Some(name.as_str())).collect::<Vec<_>>(),
            named
        );
    }

    #[test]
    fn what_cannot_be_fuzzed_is_refused_before_anything_is_built() {
        let said = |args: &[&str]| {
            let args: Vec<_> = args.iter().map(|arg| (*arg).to_owned()).collect();
            run(&args).unwrap_err().to_string()
        };
        assert!(said(&[]).starts_with("takes TARGET [--executions N]; targets are"));
        assert!(said(&["nothing"]).starts_with("no target `nothing`; there are"));
        assert_eq!(said(&["rule", "--executions", "many"]), "--executions takes a number");
    }
}
