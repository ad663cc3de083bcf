//! `cargo xtask e2e` and `cargo xtask faults`: test suites that need real servers, in a network of
//! their own.

use std::{fs, path::PathBuf, process::Command};

use anyhow::{Context, Result, bail};

use crate::{
    servers::{self, Beside, Provided},
    step::{cargo, step},
    wasm,
    watch::{Tally, watch},
};

/// Test targets that need real servers; each has `test = false` in its manifest.
const SUITES: &[Suite] = &[
    Suite {
        package: "servers",
        target: "real",
        of: Of::Servers,
        beside: Beside::Nothing,
        asks_taskloom: false,
        threads: ONE_BY_ONE,
    },
    Suite {
        package: "kafka",
        target: "broker",
        of: Of::Servers,
        beside: Beside::All,
        asks_taskloom: false,
        threads: ONE_BY_ONE,
    },
    Suite {
        package: "dapr-sidecar",
        target: "sidecar",
        of: Of::Servers,
        beside: Beside::Nothing,
        asks_taskloom: false,
        threads: ONE_BY_ONE,
    },
    Suite {
        package: "sidecar-bridge",
        target: "servers",
        of: Of::Servers,
        beside: Beside::Nothing,
        asks_taskloom: true,
        threads: ONE_BY_ONE,
    },
    Suite {
        package: "faults",
        target: "matrix",
        of: Of::Faults,
        beside: Beside::Nothing,
        asks_taskloom: true,
        threads: IN_PAIRS,
    },
];

/// Cells of the matrix that are gone through when nobody says how many.
const CELLS: &str = "60";
/// How a suite of faults is told how many cells to go through: a number or `all`.
const CELLS_VARIABLE: &str = "TASKLOOM_FAULT_CELLS";

/// One test target.
struct Suite {
    package: &'static str,
    target: &'static str,
    of: Of,
    /// What runs beside it, on the usual ports.
    beside: Beside,
    /// Whether it runs the finished program.
    asks_taskloom: bool,
    /// How many of its tests run side by side.
    threads: &'static str,
}

/// Sidecars with one name would find each other.
const ONE_BY_ONE: &str = "--test-threads=1";
/// The matrix has one sidecar in all, and the planted faults none.
const IN_PAIRS: &str = "--test-threads=2";

/// Which task runs it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Of {
    Servers,
    Faults,
}

/// `servers [FILTER]`.
pub(crate) fn run(args: &[String]) -> Result<()> {
    let filter = match args {
        [kind] if kind == "servers" => None,
        [kind, filter] if kind == "servers" => Some(filter.as_str()),
        _ => bail!("takes `servers [FILTER]`"),
    };
    alone(|suite| suite.of == Of::Servers, filter, CELLS)
}

/// `[--cells N|all]`.
pub(crate) fn faults(args: &[String]) -> Result<()> {
    let cells = match args {
        [] => CELLS,
        [flag, cells] if flag == "--cells" && (cells == "all" || cells.parse::<u32>().is_ok()) => {
            cells
        }
        _ => bail!("takes `--cells N` or `--cells all`"),
    };
    alone(|suite| suite.of == Of::Faults, None, cells)
}

/// All of them, as a part of all tests; components and the program are built already.
pub(crate) fn all(provided: &Provided, tally: &mut Tally) -> Result<bool> {
    suites(provided, |_| true, None, CELLS, tally)
}

fn alone(wanted: fn(&Suite) -> bool, filter: Option<&str>, cells: &str) -> Result<()> {
    servers::check()?;
    let provided = servers::provide()?;
    if SUITES.iter().any(|suite| wanted(suite) && suite.asks_taskloom) {
        wasm::build_all(false)?;
        // A test of the bridge's brings the program along.
        let mut build = test(&["--test", "servers", "--no-run"]);
        step("taskloom: compiling the native binary", || crate::step::succeed(&mut build))?;
    }
    let mut tally = Tally::default();
    let ended_well = suites(&provided, wanted, filter, cells, &mut tally)?;
    tally.close(ended_well, "")
}

fn suites(
    provided: &Provided,
    wanted: fn(&Suite) -> bool,
    filter: Option<&str>,
    cells: &str,
    tally: &mut Tally,
) -> Result<bool> {
    let mut ended_well = true;
    for suite in SUITES.iter().filter(|suite| wanted(suite)) {
        let name = format!("{} --test {}", suite.package, suite.target);
        // There is no network inside but loopback: all is built before.
        let mut build = suite.cargo(&["--no-run"]);
        step(&format!("{name}: compiling"), || crate::step::succeed(&mut build))?;
        let filter: Vec<_> = filter.into_iter().chain([suite.threads]).collect();
        let mut inner = suite.cargo(&["--offline", "--no-fail-fast", "--"]);
        inner.args(filter).env(::servers::VARIABLE, &provided.folder).env(CELLS_VARIABLE, cells);
        let folder = Folder::new(suite)?;
        let mut command = servers::command(suite.beside, &folder.0, &inner)?;
        ended_well &= step(&name, || watch(&mut command, tally))?;
    }
    Ok(ended_well)
}

impl Suite {
    fn cargo(&self, args: &[&str]) -> Command {
        let mut command = test(&["--test", self.target]);
        command.args(args);
        command
    }
}

/// Chosen from the whole workspace, so that dependencies have the features that all tests give them
/// and are not compiled again.
fn test(args: &[&str]) -> Command {
    let mut command = cargo(&["test", "--locked", "--release", "--workspace"]);
    command.args(args);
    command
}

/// Where the servers beside a suite keep data and logs; gone afterwards.
struct Folder(PathBuf);

impl Folder {
    fn new(suite: &Suite) -> Result<Self> {
        let name = format!("taskloom-{}-{}-{}", suite.package, suite.target, std::process::id());
        let folder = std::env::temp_dir().join(name);
        fs::create_dir(&folder).with_context(|| format!("making `{}`", folder.display()))?;
        Ok(Self(folder))
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_suite_is_a_target_that_plain_tests_leave_out() {
        for suite in SUITES {
            let folders = [format!("crates/{}", suite.package), suite.package.to_owned()];
            let manifest = folders
                .iter()
                .find_map(|folder| {
                    fs::read_to_string(crate::workspace::root().join(folder).join("Cargo.toml"))
                        .ok()
                })
                .unwrap();
            let manifest: toml::Table = manifest.parse().unwrap();
            let targets = manifest["test"].as_array().unwrap();
            let target = targets.iter().find(|test| test["name"].as_str() == Some(suite.target));
            let target = target.unwrap_or_else(|| panic!("no target {}", suite.target));
            assert_eq!(target["test"].as_bool(), Some(false), "{}", suite.target);
        }
    }

    #[test]
    fn what_is_no_choice_is_said_before_anything_is_built() {
        let args = |args: &[&str]| args.iter().map(|arg| (*arg).to_owned()).collect::<Vec<_>>();
        assert!(run(&args(&["browser"])).unwrap_err().to_string().starts_with("takes `servers"));
        assert!(faults(&args(&["--cells", "x"])).unwrap_err().to_string().starts_with("takes"));
    }
}
