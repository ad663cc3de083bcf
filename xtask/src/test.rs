//! `cargo xtask test`: everything this project can prove without a cluster.

use std::{
    fs,
    io::{BufRead, BufReader},
    path::PathBuf,
    process::{Command, Stdio},
    time::Instant,
};

use ::servers::Postgres;
use anyhow::{Context, Result, bail};

use crate::{
    check, clock, e2e, imports, python,
    servers::{self, Provided},
    step::{cargo, step},
    wasm,
};

/// Parts of names of plain tests that need a real server or what one needs.
const OF_SERVERS: [&str; 2] = ["on_postgres", "in_a_network_of_its_own"];
/// By which tests find a Postgres that they may do anything to.
const POSTGRES_VARIABLE: &str = "TASKLOOM_TEST_POSTGRES";

/// `[--quick]` leaves out fmt and clippy, `[--without-servers]` all that asks a real server.
pub(crate) fn run(args: &[String]) -> Result<()> {
    let (mut quick, mut without_servers) = (false, false);
    for flag in args {
        match flag.as_str() {
            "--quick" => quick = true,
            "--without-servers" => without_servers = true,
            _ => bail!("unknown arguments; `--quick` and `--without-servers` are accepted"),
        }
    }
    let begun = Instant::now();
    // What cannot be had is said before anything is built.
    let servers = if without_servers {
        None
    } else {
        let why = "real servers cannot be had (`--without-servers` leaves them out)";
        Some(Servers::provide().context(why)?)
    };
    wasm::build_all(true)?;
    step("imports: only what Spin 3.6 offers", || imports::run(&[]))?;
    let python = python::interpreter()?;
    let mut tally = Tally::default();
    let mut suites = cargo(&["test", "--locked", "--release", "--workspace", "--no-fail-fast"]);
    clock::provide_faketime(&mut suites)?;
    suites.env(python::VARIABLE, &python);
    match &servers {
        Some(servers) => suites.env(POSTGRES_VARIABLE, servers.postgres.url("postgres")),
        None => suites.arg("--").args(OF_SERVERS.iter().flat_map(|part| ["--skip", part])),
    };
    let mut ended_well = step("tests", || watch(&mut suites, &mut tally))?;
    if let Some(servers) = servers {
        let provided = servers.end();
        ended_well &= e2e::all(&provided, &mut tally)?;
    }
    if !quick {
        check::lint()?;
    }
    let minutes = begun.elapsed().as_secs_f64() / 60.0;
    let left_out =
        if without_servers { ", without real servers: Postgres, Kafka and Dapr" } else { "" };
    tally.close(ended_well, &format!(" ({minutes:.1} min{left_out})"))
}

/// What the plain suites need of real servers: one Postgres, on a port of its own.
struct Servers {
    postgres: Postgres,
    provided: Provided,
    folder: PathBuf,
}

impl Servers {
    fn provide() -> Result<Self> {
        servers::check()?;
        let provided = servers::provide()?;
        let folder = std::env::temp_dir().join(format!("taskloom-test-{}", std::process::id()));
        let port = ::servers::Ports::free().postgres;
        // Nothing of it outlives the tests: what the disk keeps does not matter.
        let fast = [("fsync", "off"), ("full_page_writes", "off"), ("synchronous_commit", "off")];
        let start = || Ok(Postgres::start_with(&provided.binaries, &folder, port, &fast)?);
        let postgres = step("postgres: starting one for the tests", start)?;
        Ok(Self { postgres, provided, folder })
    }

    fn end(mut self) -> Provided {
        self.postgres.stop();
        let _ = fs::remove_dir_all(&self.folder);
        self.provided
    }
}

/// What the suites said, summed up.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Tally {
    passed: u64,
    /// Tests that failed, by name, in the order seen.
    failed: Vec<String>,
}

impl Tally {
    fn ran(&self) -> u64 {
        self.passed + self.failed.len() as u64
    }

    /// The last line of a task that ran tests: how many there were, or which failed.
    pub(crate) fn close(&self, ended_well: bool, remark: &str) -> Result<()> {
        if !ended_well || !self.failed.is_empty() {
            for name in &self.failed {
                eprintln!("    failed: {name}");
            }
            bail!("{} tests ran, {} failed{remark}", self.ran(), self.failed.len().max(1));
        }
        if self.passed == 0 {
            bail!("no test ran");
        }
        println!("{} tests ran, all passed{remark}", self.ran());
        Ok(())
    }

    /// Takes one line of libtest's output into account.
    fn read(&mut self, line: &str) {
        if let Some(name) =
            line.strip_prefix("test ").and_then(|rest| rest.strip_suffix(" ... FAILED"))
        {
            self.failed.push(name.to_owned());
        }
        if let Some(passed) = line
            .strip_prefix("test result: ")
            .and_then(|rest| rest.split(". ").nth(1))
            .and_then(|counts| counts.split(" passed").next())
            .and_then(|count| count.trim().parse::<u64>().ok())
        {
            self.passed += passed;
        }
    }
}

/// Runs the suites, shows one line per suite and every failure, and keeps the count.
pub(crate) fn watch(command: &mut Command, tally: &mut Tally) -> Result<bool> {
    let mut child = command.stdout(Stdio::piped()).spawn().context("cargo test did not start")?;
    let stdout = child.stdout.take().context("no output of cargo test")?;
    for line in BufReader::new(stdout).lines() {
        let line = line?;
        tally.read(&line);
        let routine = line.is_empty()
            || line.starts_with("running ")
            || (line.starts_with("test ") && (line.ends_with(" ... ok")));
        if !routine {
            println!("{line}");
        }
    }
    Ok(child.wait()?.success())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn suites_are_summed_and_failures_named() {
        let mut tally = Tally::default();
        for line in [
            "test a::b ... ok",
            "test a::c ... FAILED",
            "test result: FAILED. 7 passed; 1 failed; 0 ignored; 0 measured; 0 filtered out",
            "test result: ok. 5 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out",
        ] {
            tally.read(line);
        }
        assert_eq!(tally, Tally { passed: 12, failed: vec!["a::c".to_owned()] });
        assert_eq!(tally.ran(), 13);
    }
}
