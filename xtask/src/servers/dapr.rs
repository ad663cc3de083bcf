//! Dapr's sidecar and scheduler: the ones that are there when they are 1.18, else built from the module
//! that Dapr published, as it is.

use std::{
    fs,
    io::{BufRead, BufReader},
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use anyhow::{Context, Result, bail};

use super::{go, program};
use crate::{
    cached,
    step::{step, succeed},
    workspace,
};

/// Any release of this line will do.
const LINE: &str = "1.18.";
/// The one that is built.
const VERSION: &str = "1.18.2";
const MODULE: &str = "github.com/dapr/dapr";
const PROGRAMS: [(&str, &str); 2] =
    [("daprd", "TASKLOOM_DAPRD"), ("scheduler", "TASKLOOM_SCHEDULER")];

/// Both programs.
pub(super) struct Dapr {
    pub(super) daprd: PathBuf,
    pub(super) scheduler: PathBuf,
}

/// What the decision depends on; tests answer for another machine.
trait Machine {
    /// Where a variable says it is.
    fn named(&self, variable: &str) -> Option<PathBuf>;
    /// Where it may be besides, the likeliest first.
    fn candidates(&self, name: &str) -> Vec<PathBuf>;
    fn version(&self, name: &str, program: &Path) -> Option<String>;
    /// The folder with both, newly built.
    fn build(&self) -> Result<PathBuf>;
}

pub(super) fn provide() -> Result<Dapr> {
    choose(&ThisMachine)
}

fn choose(machine: &impl Machine) -> Result<Dapr> {
    let [daprd, scheduler] = PROGRAMS.map(|(name, variable)| found(machine, name, variable));
    let (daprd, scheduler) = (daprd?, scheduler?);
    if let (Some(daprd), Some(scheduler)) = (&daprd, &scheduler) {
        return Ok(Dapr { daprd: daprd.clone(), scheduler: scheduler.clone() });
    }
    let built = machine.build()?;
    Ok(Dapr {
        daprd: daprd.unwrap_or_else(|| built.join("daprd")),
        scheduler: scheduler.unwrap_or_else(|| built.join("scheduler")),
    })
}

/// One that is there already. One that someone named must be right.
fn found(machine: &impl Machine, name: &str, variable: &str) -> Result<Option<PathBuf>> {
    let fits = |program: &Path| {
        machine.version(name, program).is_some_and(|version| version.starts_with(LINE))
    };
    match machine.named(variable) {
        Some(program) if fits(&program) => Ok(Some(program)),
        Some(program) => {
            bail!("{variable} names `{}`, which is no {name} {LINE}x", program.display())
        }
        None => Ok(machine.candidates(name).into_iter().find(|program| fits(program))),
    }
}

struct ThisMachine;

impl Machine for ThisMachine {
    fn named(&self, variable: &str) -> Option<PathBuf> {
        program::variable(variable).map(PathBuf::from)
    }

    fn candidates(&self, name: &str) -> Vec<PathBuf> {
        let home = std::env::home_dir().map(|home| home.join(".dapr/bin").join(name));
        let all = program::in_path(name).into_iter().chain(home);
        all.filter(|program| program.is_file()).collect()
    }

    fn version(&self, name: &str, program: &Path) -> Option<String> {
        if name == "daprd" {
            let said = program::says(program, &["--version"])?;
            return Some(said.trim().trim_start_matches('v').to_owned());
        }
        said_at_start(program)
    }

    fn build(&self) -> Result<PathBuf> {
        let module = workspace::root().join("xtask/servers/dapr");
        let [manifest, sums] =
            ["go.mod", "go.sum"].map(|file| fs::read_to_string(module.join(file)));
        let (manifest, sums) = (manifest?, sums?);
        cached::folder("dapr", &format!("{manifest}\n{sums}"), |folder| {
            let go = go::provide().context("Dapr's sidecar and scheduler cannot be built")?;
            build(&go, folder, &manifest, &sums)
        })
    }
}

/// The scheduler has no `--version`, but tells it first of all when it starts. It gets no place for
/// data and is ended as soon as it has.
fn said_at_start(program: &Path) -> Option<String> {
    let mut command = Command::new(program);
    command.args(["--listen-address=127.0.0.1", "--port=0", "--healthz-port=0"]);
    command.args(["--enable-metrics=false", "--etcd-data-dir=/dev/null/none"]);
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().ok()?;
    let lines = BufReader::new(child.stdout.take()?).lines().take(20);
    let said = lines.map_while(Result::ok).find_map(|line| {
        Some(line.split_once("-- version ")?.1.split_whitespace().next()?.to_owned())
    });
    let _ = child.kill();
    let _ = child.wait();
    said
}

/// `go build` of the module's own commands. Its own list of hashes pins all that it depends on.
fn build(go: &Path, folder: &Path, manifest: &str, sums: &str) -> Result<()> {
    fs::write(folder.join("go.mod"), manifest)?;
    fs::write(folder.join("go.sum"), sums)?;
    let command = |args: &[&str]| {
        let mut command = Command::new(go);
        command.current_dir(folder).env("CGO_ENABLED", "0").env("GOFLAGS", "-mod=mod").args(args);
        command
    };
    step("dapr: fetching its module", || {
        let out = command(&["mod", "download", "-json", MODULE]).output()?;
        if !out.status.success() {
            bail!("{}", String::from_utf8_lossy(&out.stderr).trim());
        }
        let module: serde_json::Value = serde_json::from_slice(&out.stdout)?;
        let source = module["Dir"].as_str().context("Go did not say where the module is")?;
        let theirs = fs::read_to_string(Path::new(source).join("go.sum"))?;
        let all: std::collections::BTreeSet<_> = theirs.lines().chain(sums.lines()).collect();
        let all: Vec<_> = all.into_iter().collect();
        Ok(fs::write(folder.join("go.sum"), all.join("\n") + "\n")?)
    })?;
    let flags = format!(
        "-s -w -X {MODULE}/pkg/buildinfo.version={VERSION} \
         -X github.com/dapr/kit/logger.DaprVersion={VERSION}"
    );
    for (name, _) in PROGRAMS {
        step(&format!("{name} {VERSION}: compiling, which takes minutes the first time"), || {
            let mut build =
                command(&["build", "-p", "2", "-trimpath", "-tags", "stablecomponents"]);
            build.args(["-ldflags", &flags, "-o", name]).arg(format!("{MODULE}/cmd/{name}"));
            succeed(&mut build)
        })?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use super::*;

    #[derive(Default)]
    struct Planned {
        named: Option<&'static str>,
        /// Version of what is in PATH.
        daprd: Option<&'static str>,
        scheduler: Option<&'static str>,
        built: Cell<bool>,
    }

    impl Machine for Planned {
        fn named(&self, variable: &str) -> Option<PathBuf> {
            self.named.filter(|_| variable == "TASKLOOM_DAPRD").map(|_| "named".into())
        }
        fn candidates(&self, name: &str) -> Vec<PathBuf> {
            let version = if name == "daprd" { self.daprd } else { self.scheduler };
            version.map(|_| "there".into()).into_iter().collect()
        }
        fn version(&self, name: &str, program: &Path) -> Option<String> {
            let there = if name == "daprd" { self.daprd } else { self.scheduler };
            let said = if program == Path::new("named") { self.named } else { there };
            said.map(str::to_owned)
        }
        fn build(&self) -> Result<PathBuf> {
            self.built.set(true);
            Ok("built".into())
        }
    }

    #[track_caller]
    fn check(machine: Planned, expect: &str) {
        let actual = match choose(&machine) {
            Ok(dapr) => format!("{} {}", dapr.daprd.display(), dapr.scheduler.display()),
            Err(error) => error.to_string(),
        };
        assert_eq!(actual, expect);
        assert_eq!(machine.built.get(), expect.contains("built"));
    }

    #[test]
    fn what_is_there_is_taken_and_nothing_is_built() {
        let there = Some("1.18.5");
        check(Planned { daprd: there, scheduler: there, ..Planned::default() }, "there there");
    }

    #[test]
    fn another_line_is_passed_over() {
        let planned =
            Planned { daprd: Some("1.17.9"), scheduler: Some("1.18.3"), ..Planned::default() };
        check(planned, "built/daprd there");
        check(Planned::default(), "built/daprd built/scheduler");
    }

    #[test]
    fn one_that_was_named_is_taken_or_refused() {
        let there = Some("1.18.5");
        let planned = |named| Planned { named, scheduler: there, ..Planned::default() };
        check(planned(Some("1.18.0")), "named there");
        check(planned(Some("1.16.0")), "TASKLOOM_DAPRD names `named`, which is no daprd 1.18.x");
    }
}
