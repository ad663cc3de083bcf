//! `taskloom up` in a folder of its own, which can be stopped, killed and started again.

use std::{
    path::{Path, PathBuf},
    process::{Command, ExitStatus},
};

use anyhow::{Context, Result};
use tempfile::TempDir;

use crate::{
    Client, Mint, Signer, World,
    process::{Process, free_port, output},
};

/// What a server is made of.
#[derive(Debug, Clone)]
pub struct Setup {
    /// The program.
    pub taskloom: PathBuf,
    /// The application.
    pub manifest: PathBuf,
    /// Compiled components, shared by servers so that only the first one compiles; in the data
    /// folder when not said.
    pub cache_dir: Option<PathBuf>,
    /// Which log lines are written: a level, or `target=level` pairs.
    pub log: &'static str,
}

impl Setup {
    /// The program's command `name` on a data folder.
    pub(crate) fn command(&self, name: &str, data_dir: &Path) -> Command {
        let mut command = Command::new(&self.taskloom);
        command.arg(name).arg("--data-dir").arg(data_dir).arg("--manifest").arg(&self.manifest);
        // A file of settings or a variable of the developer's must not reach the tests.
        command.current_dir(data_dir.parent().unwrap_or(data_dir)).env_clear();
        if let Some(cache_dir) = &self.cache_dir {
            command.arg("--cache-dir").arg(cache_dir);
        }
        command
    }

    /// The program's command `name`, serving at these ports.
    pub(crate) fn serve(&self, name: &str, data_dir: &Path, port: u16, admin_port: u16) -> Command {
        let mut command = self.command(name, data_dir);
        command
            .arg("--listen")
            .arg(format!("127.0.0.1:{port}"))
            .arg("--admin-listen")
            .arg(format!("127.0.0.1:{admin_port}"))
            .args(["--log", self.log, "--log-format", "json"]);
        command
    }

    /// Makes tokens with the key of a data folder.
    pub(crate) fn mint(&self, data_dir: &Path) -> Mint {
        let (setup, data_dir) = (self.clone(), data_dir.to_owned());
        Box::new(move |user| output(setup.command("token", &data_dir).args(["--user", user])))
    }
}

/// A server and its data.
#[derive(Debug)]
pub struct Server {
    setup: Setup,
    port: u16,
    admin_port: u16,
    process: Option<Process>,
    environment: Vec<(String, String)>,
    folder: TempDir,
}

impl Server {
    /// A server that does not run yet.
    pub fn new(setup: Setup) -> Result<Self> {
        let folder = tempfile::Builder::new().prefix("taskloom-").tempdir()?;
        std::fs::create_dir(folder.path().join("data"))?;
        let (port, admin_port) = (free_port()?, free_port()?);
        Ok(Self { setup, port, admin_port, process: None, environment: Vec::new(), folder })
    }

    /// A variable of the environment of every process from now on, such as `TASKLOOM_BUS`.
    pub fn set(&mut self, name: &str, value: impl Into<String>) {
        self.environment.retain(|(set, _)| set != name);
        self.environment.push((name.to_owned(), value.into()));
    }

    /// Another server that does not run yet, with the same settings and the same key: a token of one
    /// is good for both.
    pub fn twin(&self) -> Result<Self> {
        let mut twin = Self::new(self.setup.clone())?;
        twin.environment.clone_from(&self.environment);
        let keys = |server: &Self| server.data_dir().join("keys");
        std::fs::create_dir(keys(&twin))?;
        for entry in std::fs::read_dir(keys(self)).context("the server has no key yet")? {
            let entry = entry?;
            std::fs::copy(entry.path(), keys(&twin).join(entry.file_name()))?;
        }
        Ok(twin)
    }

    /// Base URL of the API, the same after every start.
    pub fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// Base URL of `/metrics`.
    pub fn admin_url(&self) -> String {
        format!("http://127.0.0.1:{}", self.admin_port)
    }

    /// Where the data lives.
    pub fn data_dir(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    /// Everything that it ever wrote to its log.
    pub fn log(&self) -> Result<String> {
        Ok(std::fs::read_to_string(self.log_path())?)
    }

    fn log_path(&self) -> PathBuf {
        self.folder.path().join("log")
    }

    /// A counter of `/metrics`; 0 when it never counted.
    pub fn counter(&self, name: &str) -> Result<u64> {
        let metrics = Client::new(&self.admin_url(), None).get("/metrics")?.expect(200)?;
        let text = String::from_utf8(metrics.bytes)?;
        let value = text.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(' '));
        value.map_or(Ok(0), |value| value.trim().parse().context("the counter is no number"))
    }

    /// Brings the process to life and does not wait for it.
    pub fn launch(&mut self) -> Result<()> {
        let mut command = self.setup.serve("up", &self.data_dir(), self.port, self.admin_port);
        command.envs(self.environment.iter().map(|(name, value)| (name, value)));
        self.process = Some(Process::start("taskloom up", &mut command, &self.log_path())?);
        Ok(())
    }

    /// Waits until it serves.
    pub fn ready(&mut self) -> Result<()> {
        let url = self.url();
        self.running()?.ready(&url, "/readyz", 200)
    }

    /// Starts it and waits until it serves.
    pub fn start(&mut self) -> Result<()> {
        self.launch()?;
        self.ready()
    }

    /// SIGKILL.
    pub fn kill(&mut self) -> Result<()> {
        self.running()?.kill()?;
        self.process = None;
        Ok(())
    }

    /// SIGSTOP: it is there and does nothing, until [`Server::resume`].
    pub fn pause(&mut self) -> Result<()> {
        self.running()?.pause()
    }

    /// SIGCONT.
    pub fn resume(&mut self) -> Result<()> {
        self.running()?.resume()
    }

    /// Whether it was started, and neither stopped nor killed since.
    pub fn is_started(&self) -> bool {
        self.process.is_some()
    }

    /// SIGTERM, and its end.
    pub fn stop(&mut self) -> Result<ExitStatus> {
        let status = self.running()?.stop()?;
        self.process = None;
        Ok(status)
    }

    fn running(&mut self) -> Result<&mut Process> {
        self.process.as_mut().context("the server does not run")
    }

    /// What cases run against. The server has to have run once, for it makes the key.
    pub fn world(&self) -> Result<World> {
        world(&self.setup, &self.data_dir(), self.url(), self.url())
    }
}

/// A world whose tokens are signed with the key of a data folder.
pub(crate) fn world(setup: &Setup, data_dir: &Path, api: String, events: String) -> Result<World> {
    let pem = std::fs::read_to_string(data_dir.join("keys").join("ed25519.pem"))
        .context("the data folder has no key")?;
    Ok(World { api, events, mint: setup.mint(data_dir), signer: Signer::from_pem(&pem)? })
}
