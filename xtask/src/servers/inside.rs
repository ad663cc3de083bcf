//! What runs in the network of its own as its first process: starts servers, then a command, or waits.

use std::{
    fs,
    io::Read,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    time::Duration,
};

use anyhow::{Context, Result, bail};
use servers::{Binaries, Kafka, Ports, Postgres, Scheduler};

use super::network;

/// In the folder of those that are held: written when all serve, and when they shall end.
pub(super) const READY: &str = "ready";
pub(super) const STOP: &str = "stop";

/// Which servers run beside a command.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Beside {
    /// None: tests start their own.
    Nothing,
    /// Postgres, Kafka and the scheduler, on the usual ports.
    All,
}

/// The command that runs another one there, from outside. `folder` keeps data and logs.
pub(crate) fn command(beside: Beside, folder: &Path, inner: &Command) -> Result<Command> {
    let beside = if beside == Beside::All { "all" } else { "nothing" };
    let mut command = network::command(&network::ourselves()?, ["servers", "inside", beside])?;
    command.arg(folder).arg(inner.get_program()).args(inner.get_args());
    for (name, value) in inner.get_envs() {
        command.env(name, value.unwrap_or_default());
    }
    if let Some(folder) = inner.get_current_dir() {
        command.current_dir(folder);
    }
    // Held open while we live: what runs there ends when it closes.
    command.stdin(Stdio::piped());
    Ok(command)
}

/// The command that holds all servers there.
pub(super) fn holder(folder: &Path) -> Result<Command> {
    let mut command = network::command(&network::ourselves()?, ["servers", "inside", "all"])?;
    command.arg(folder);
    Ok(command)
}

/// `all|nothing FOLDER [COMMAND ...]`.
pub(super) fn run(args: &[String]) -> Result<()> {
    let [beside, folder, command @ ..] = args else { bail!("this is for the task runner itself") };
    let folder = PathBuf::from(folder);
    if !command.is_empty() {
        end_with_whoever_started_us();
    }
    let started = match beside.as_str() {
        "all" => Some(Started::start(&folder)?),
        _ => None,
    };
    let Some((program, args)) = command.split_first() else { return hold(started, &folder) };
    let mut command = Command::new(program);
    command.args(args).stdin(Stdio::null());
    command.envs(started.iter().flat_map(Started::variables));
    let status = command.status().with_context(|| format!("`{program}` did not start"))?;
    drop(started);
    // The reader of the output has said what failed.
    if status.success() { Ok(()) } else { bail!("{status}") }
}

fn hold(started: Option<Started>, folder: &Path) -> Result<()> {
    let Some(mut started) = started else { bail!("there is nothing to hold") };
    fs::write(folder.join(READY), serde_json::to_string(&started.variables())?)?;
    while !folder.join(STOP).exists() {
        std::thread::sleep(Duration::from_millis(100));
    }
    started.stop();
    Ok(())
}

/// Ctrl-C ends the task outside at once; its end of the pipe is the sign.
fn end_with_whoever_started_us() {
    std::thread::spawn(|| {
        let _ = std::io::stdin().read_to_end(&mut Vec::new());
        #[expect(clippy::disallowed_methods, reason = "nobody is left to tell")]
        std::process::exit(130);
    });
}

/// The servers that run here.
struct Started {
    scheduler: Scheduler,
    kafka: Kafka,
    postgres: Postgres,
}

impl Started {
    /// Starts all at the same time and says of each when it serves.
    fn start(folder: &Path) -> Result<Self> {
        let (binaries, ports) = (Binaries::from_env()?, Ports::default());
        let begun = std::time::Instant::now();
        let ready = |what: &str, address: &str| {
            eprintln!("    {what} serves {address} ({:.1} s)", begun.elapsed().as_secs_f64());
        };
        std::thread::scope(|scope| {
            let postgres = scope.spawn(|| {
                let postgres = Postgres::start(&binaries, folder, ports.postgres)?;
                ready("postgres", &postgres.url("taskloom"));
                anyhow::Ok(postgres)
            });
            let kafka = scope.spawn(|| {
                let kafka = Kafka::start(&binaries, folder, ports.kafka)?;
                ready("kafka", &kafka.brokers());
                anyhow::Ok(kafka)
            });
            let scheduler = Scheduler::start(&binaries, folder, ports.scheduler)?;
            ready("scheduler", &scheduler.address());
            let died = |_| anyhow::anyhow!("the thread that starts a server died");
            let kafka = kafka.join().map_err(died)??;
            let postgres = postgres.join().map_err(died)??;
            Ok(Self { scheduler, kafka, postgres })
        })
    }

    /// As tests expect them.
    fn variables(&self) -> [(&'static str, String); 4] {
        [
            ("TASKLOOM_TEST_POSTGRES", self.postgres.url("postgres")),
            ("TASKLOOM_TEST_KAFKA", self.kafka.brokers()),
            ("TASKLOOM_TEST_DAPR", "1".to_owned()),
            ("TASKLOOM_TEST_SCHEDULER", self.scheduler.address()),
        ]
    }

    /// Those that use others end first.
    fn stop(&mut self) {
        self.scheduler.stop();
        self.kafka.stop();
        self.postgres.stop();
    }
}
