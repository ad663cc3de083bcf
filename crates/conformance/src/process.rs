//! Processes under test: ports, logs, patience, and an end that always comes.

use std::{
    fs::{self, OpenOptions},
    net::{Ipv4Addr, TcpListener},
    os::unix::process::CommandExt,
    path::{Path, PathBuf},
    process::{Child, Command, ExitStatus, Stdio},
    sync::atomic::{AtomicU16, Ordering},
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, bail};
use rustix::process::{Pid, Signal, kill_process, kill_process_group};

use crate::Client;

/// Longest start: a cold one compiles every component.
const READY_WITHIN: Duration = Duration::from_secs(120);
/// Longer than a graceful end may take.
const END_WITHIN: Duration = Duration::from_secs(40);
const LOOK_AGAIN: Duration = Duration::from_millis(5);
/// Lines of a log that an error shows.
const LOG_LINES_SHOWN: usize = 15;

/// A process that is killed when it goes out of scope.
#[derive(Debug)]
pub(crate) struct Process {
    child: Child,
    name: String,
    log: PathBuf,
}

impl Process {
    /// Starts `command`; its output is added to the file `log`.
    pub(crate) fn start(name: &str, command: &mut Command, log: &Path) -> Result<Self> {
        let file = OpenOptions::new().create(true).append(true).open(log)?;
        let child = command
            // A group of its own: `spin up` leaves its trigger behind when it alone is killed.
            .process_group(0)
            .stdin(Stdio::null())
            .stdout(file.try_clone()?)
            .stderr(file)
            .spawn()
            .with_context(|| format!("{name} did not start"))?;
        Ok(Self { child, name: name.to_owned(), log: log.to_owned() })
    }

    /// Waits until a GET of `path` is answered as `is_ready` wants it.
    pub(crate) fn ready(&mut self, base: &str, path: &str, status: u16) -> Result<()> {
        let client = Client::new(base, None);
        let deadline = Instant::now() + READY_WITHIN;
        while !client.get(path).is_ok_and(|reply| reply.status == status) {
            if let Some(status) = self.child.try_wait()? {
                bail!("{} ended with {status}: {}", self.name, self.last_words());
            }
            if Instant::now() > deadline {
                bail!("{} does not answer `{path}`: {}", self.name, self.last_words());
            }
            thread::sleep(LOOK_AGAIN);
        }
        Ok(())
    }

    /// SIGKILL, to a process that runs.
    pub(crate) fn kill(&mut self) -> Result<()> {
        if let Some(status) = self.child.try_wait()? {
            bail!("{} ended by itself with {status}: {}", self.name, self.last_words());
        }
        self.kill_group()?;
        self.child.wait().context("no end")?;
        Ok(())
    }

    /// SIGSTOP, to all of it.
    pub(crate) fn pause(&self) -> Result<()> {
        kill_process_group(Pid::from_child(&self.child), Signal::STOP).context("no stop")
    }

    /// SIGCONT, to all of it.
    pub(crate) fn resume(&self) -> Result<()> {
        kill_process_group(Pid::from_child(&self.child), Signal::CONT).context("no continuation")
    }

    /// SIGTERM, and the end that follows.
    pub(crate) fn stop(&mut self) -> Result<ExitStatus> {
        kill_process(Pid::from_child(&self.child), Signal::TERM)?;
        let deadline = Instant::now() + END_WITHIN;
        loop {
            if let Some(status) = self.child.try_wait()? {
                return Ok(status);
            }
            if Instant::now() > deadline {
                bail!("{} does not end: {}", self.name, self.last_words());
            }
            thread::sleep(LOOK_AGAIN);
        }
    }

    fn kill_group(&self) -> Result<()> {
        kill_process_group(Pid::from_child(&self.child), Signal::KILL).context("no kill")
    }

    fn last_words(&self) -> String {
        let log = fs::read_to_string(&self.log).unwrap_or_default();
        let lines: Vec<_> = log.lines().collect();
        lines[lines.len().saturating_sub(LOG_LINES_SHOWN)..].join("\n")
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // Gone already is as well.
        let _ = self.kill_group();
        let _ = self.child.wait();
    }
}

/// A command that is done when it ends well; what it printed.
pub(crate) fn output(command: &mut Command) -> Result<String> {
    let name = command.get_program().to_string_lossy().into_owned();
    let done = command.output().with_context(|| format!("`{name}` did not start"))?;
    if !done.status.success() {
        bail!("`{name}` ended with {}: {}", done.status, String::from_utf8_lossy(&done.stderr));
    }
    Ok(String::from_utf8(done.stdout)?.trim().to_owned())
}

/// A port that nobody listens on. Not one of those that the system gives to clients: a client that
/// connects again and again to a port where nobody listens would one day meet itself there.
pub(crate) fn free_port() -> Result<u16> {
    const FIRST: u16 = 20_000;
    const COUNT: u16 = 12_000;
    static TAKEN: AtomicU16 = AtomicU16::new(0);
    // Processes that run beside each other begin at different places.
    let begin = (std::process::id() % u32::from(COUNT)) as u16;
    for _ in 0..COUNT {
        let step = TAKEN.fetch_add(1, Ordering::Relaxed);
        let port = FIRST + (begin.wrapping_mul(97).wrapping_add(step)) % COUNT;
        if TcpListener::bind((Ipv4Addr::LOCALHOST, port)).is_ok() {
            return Ok(port);
        }
    }
    bail!("no port is free")
}
