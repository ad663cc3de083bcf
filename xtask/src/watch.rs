//! Runs test suites: what they say, how many passed, and an end for those that hang.

use std::{
    fs,
    io::{BufRead, BufReader},
    process::{Command, Stdio},
    sync::mpsc::{self, RecvTimeoutError},
    thread,
    time::Duration,
};

use anyhow::{Context, Result, bail};

/// A suite says a line whenever a test ends, and no test takes half as long.
const SILENCE_MAX: Duration = Duration::from_secs(15 * 60);

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

/// Runs the suites, shows one line per suite and every failure, and keeps the count. Suites that say
/// nothing for long are ended, with everything that they have started.
pub(crate) fn watch(command: &mut Command, tally: &mut Tally) -> Result<bool> {
    watch_for(command, tally, SILENCE_MAX)
}

fn watch_for(command: &mut Command, tally: &mut Tally, silence_max: Duration) -> Result<bool> {
    let mut child = command.stdout(Stdio::piped()).spawn().context("cargo test did not start")?;
    let stdout = child.stdout.take().context("no output of cargo test")?;
    let (sender, lines) = mpsc::channel();
    thread::spawn(move || {
        for line in BufReader::new(stdout).lines() {
            if sender.send(line).is_err() {
                break;
            }
        }
    });
    let mut last = String::new();
    loop {
        let line = match lines.recv_timeout(silence_max) {
            Ok(line) => line?,
            Err(RecvTimeoutError::Disconnected) => break,
            Err(RecvTimeoutError::Timeout) => {
                descendants(child.id()).into_iter().rev().for_each(kill);
                child.kill().and_then(|()| child.wait()).context("ending the suites")?;
                let minutes = silence_max.as_secs() / 60;
                bail!("ended: nothing was said for {minutes} minutes after `{last}`");
            }
        };
        tally.read(&line);
        let routine = line.is_empty()
            || line.starts_with("running ")
            || (line.starts_with("test ") && (line.ends_with(" ... ok")));
        if !routine {
            println!("{line}");
        }
        last = line;
    }
    Ok(child.wait()?.success())
}

/// Every process that descends from this one, parents first.
fn descendants(id: u32) -> Vec<u32> {
    let mut all = vec![id];
    let mut at = 0;
    while let Some(id) = all.get(at) {
        at += 1;
        // Children are listed under the thread that made them.
        let threads = fs::read_dir(format!("/proc/{id}/task")).into_iter().flatten().flatten();
        let lists =
            threads.filter_map(|thread| fs::read_to_string(thread.path().join("children")).ok());
        let children: Vec<u32> = lists
            .flat_map(|list| {
                list.split_whitespace().filter_map(|id| id.parse().ok()).collect::<Vec<_>>()
            })
            .collect();
        all.extend(children);
    }
    all.split_off(1)
}

fn kill(id: u32) {
    let id = i32::try_from(id).ok().and_then(rustix::process::Pid::from_raw);
    if let Some(id) = id {
        // It may be gone already.
        let _ = rustix::process::kill_process(id, rustix::process::Signal::KILL);
    }
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

    #[test]
    fn suites_that_hang_are_ended_with_what_they_started() {
        let mark = format!("{}.5", 100_000 + std::process::id());
        let script = format!("echo test slow; sleep {mark} & sleep {mark}");
        let mut command = Command::new("sh");
        command.args(["-c", &script]);
        let patience = Duration::from_millis(300);
        let error = watch_for(&mut command, &mut Tally::default(), patience).unwrap_err();
        assert!(error.to_string().ends_with("after `test slow`"), "{error}");
        let runs = |entry: fs::DirEntry| {
            fs::read_to_string(entry.path().join("cmdline")).is_ok_and(|line| line.contains(&mark))
        };
        assert!(!fs::read_dir("/proc").unwrap().flatten().any(runs));
    }
}
