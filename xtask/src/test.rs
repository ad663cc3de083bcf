//! `cargo xtask test`: everything this project can prove without a cluster.

use std::{
    io::{BufRead, BufReader},
    process::{Command, Stdio},
    time::Instant,
};

use anyhow::{Context, Result, bail};

use crate::{
    check, clock, imports, python,
    step::{cargo, step},
    wasm,
};

/// `[--quick]` leaves out fmt and clippy.
pub(crate) fn run(args: &[String]) -> Result<()> {
    let quick = match args {
        [] => false,
        [flag] if flag == "--quick" => true,
        _ => bail!("unknown arguments; `--quick` is accepted"),
    };
    let begun = Instant::now();
    wasm::build_all(true)?;
    step("imports: only what Spin 3.6 offers", || imports::run(&[]))?;
    let python = python::interpreter()?;
    let mut tally = Tally::default();
    let mut suites = cargo(&["test", "--locked", "--release", "--workspace", "--no-fail-fast"]);
    clock::provide_faketime(&mut suites)?;
    suites.env(python::VARIABLE, python);
    let ended_well = step("tests", || watch(&mut suites, &mut tally))?;
    if !quick {
        check::lint()?;
    }
    let minutes = begun.elapsed().as_secs_f64() / 60.0;
    if !ended_well || !tally.failed.is_empty() {
        for name in &tally.failed {
            eprintln!("    failed: {name}");
        }
        bail!("{} tests ran, {} failed", tally.ran(), tally.failed.len().max(1));
    }
    if tally.passed == 0 {
        bail!("no test ran");
    }
    println!("{} tests ran, all passed ({minutes:.1} min)", tally.ran());
    Ok(())
}

/// What the suites said, summed up.
#[derive(Debug, Default, PartialEq, Eq)]
struct Tally {
    passed: u64,
    /// Tests that failed, by name, in the order seen.
    failed: Vec<String>,
}

impl Tally {
    fn ran(&self) -> u64 {
        self.passed + self.failed.len() as u64
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
fn watch(command: &mut Command, tally: &mut Tally) -> Result<bool> {
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
