//! A real server process: started, asked, weighed, stopped.

use std::{
    fs,
    io::{Read, Write},
    net::{TcpListener, TcpStream},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use anyhow::{Context, Result, bail};
use tempfile::TempDir;

use crate::Setup;

/// A route that needs a component, its instance and no token: the answer is 401 from inside.
pub(crate) const PROBE: &str = "/api/v1/tags";

/// `taskloom up` with a data folder of its own.
pub(crate) struct Server {
    child: Child,
    data: TempDir,
    setup: Setup,
    manifest: PathBuf,
    pub(crate) address: String,
}

impl Server {
    /// Starts with the application of the checkout and waits until a component answers.
    pub(crate) fn start(setup: &Setup) -> Result<Self> {
        Self::start_with(setup, &root().join("spin.toml"))
    }

    /// Starts with this manifest.
    pub(crate) fn start_with(setup: &Setup, manifest: &Path) -> Result<Self> {
        let data = TempDir::new()?;
        let address = format!("127.0.0.1:{}", free_port()?);
        let child = spawn(setup, manifest, data.path(), &address)?;
        let (setup, manifest) = (setup.clone(), manifest.to_owned());
        let server = Self { child, data, setup, manifest, address };
        until_answers(&server.address, PROBE, Duration::from_secs(120))?;
        Ok(server)
    }

    /// Ends the process; all that it has stored is there.
    pub(crate) fn stop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }

    /// Starts it on the same data.
    pub(crate) fn start_again(&mut self) -> Result<()> {
        self.child = spawn(&self.setup, &self.manifest, self.data.path(), &self.address)?;
        until_answers(&self.address, PROBE, Duration::from_secs(120))
    }

    /// Where its data lives.
    pub(crate) fn data_dir(&self) -> &Path {
        self.data.path()
    }

    /// A token of this user.
    pub(crate) fn token(&self, user: &str) -> Result<String> {
        let out = Command::new(&self.setup.taskloom)
            .args(["token", "--user", user, "--ttl", "1h", "--data-dir"])
            .arg(self.data.path())
            .output()?;
        if !out.status.success() {
            bail!("no token: {}", String::from_utf8_lossy(&out.stderr));
        }
        Ok(String::from_utf8(out.stdout)?.trim().to_owned())
    }

    pub(crate) fn pid(&self) -> u32 {
        self.child.id()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.stop();
    }
}

/// Starts the process; the compiled components are shared by all runs, so they are warm.
pub(crate) fn spawn(setup: &Setup, manifest: &Path, data: &Path, address: &str) -> Result<Child> {
    Command::new(&setup.taskloom)
        .current_dir(root())
        .args(["up", "--listen", address, "--log", "error", "--admin-listen"])
        .arg(format!("127.0.0.1:{}", free_port()?))
        .arg("--data-dir")
        .arg(data)
        .arg("--manifest")
        .arg(manifest)
        .arg("--cache-dir")
        .arg(root().join("target/bench-cache"))
        .envs(setup.environment.iter().map(|(name, value)| (name, value)))
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .context("taskloom did not start")
}

/// The checkout.
pub(crate) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// A port that was free a moment ago.
pub(crate) fn free_port() -> Result<u16> {
    Ok(TcpListener::bind("127.0.0.1:0")?.local_addr()?.port())
}

/// Waits for the first whole answer.
pub(crate) fn until_answers(address: &str, path: &str, patience: Duration) -> Result<()> {
    let deadline = Instant::now() + patience;
    while !answers(address, path) {
        if Instant::now() > deadline {
            bail!("{address} does not answer");
        }
        std::thread::sleep(Duration::from_micros(200));
    }
    Ok(())
}

/// One blocking request on a connection of its own. Any status line is an answer but a 5xx.
pub(crate) fn answers(address: &str, path: &str) -> bool {
    let Ok(mut stream) = TcpStream::connect(address) else { return false };
    let request = format!("GET {path} HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\n\r\n");
    let mut answer = [0; 12];
    stream.write_all(request.as_bytes()).is_ok()
        && stream.read_exact(&mut answer).is_ok()
        && !answer.starts_with(b"HTTP/1.1 5")
}

/// CPU time of a process so far, user and system, in microseconds.
pub(crate) fn cpu_micros(pid: u32) -> Result<f64> {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat"))?;
    let after_name = stat.rsplit_once(") ").context("odd /proc/pid/stat")?.1;
    let fields: Vec<&str> = after_name.split(' ').collect();
    let ticks = |index: usize| -> Result<f64> { Ok(fields.get(index).context("short")?.parse()?) };
    // Fields 14 and 15 of proc(5); a tick is 10 ms on Linux.
    Ok((ticks(11)? + ticks(12)?) * 10_000.0)
}

/// Resident memory of a process in MB.
pub(crate) fn resident_mb(pid: u32) -> Result<f64> {
    let status = fs::read_to_string(format!("/proc/{pid}/status"))?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).context("no VmRSS")?;
    let kib: f64 = line.trim().trim_end_matches(" kB").trim().parse()?;
    Ok(kib * 1.024 / 1000.0)
}
