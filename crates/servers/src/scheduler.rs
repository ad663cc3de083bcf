//! Dapr's scheduler, which keeps jobs and delivers them to sidecars.

use std::path::{Path, PathBuf};

use crate::{Binaries, Error, ErrorKind, Launch, Running, Spec, probe, running::absolute};

const NAME: &str = "scheduler";
const ID: &str = "s0";

/// A running scheduler.
pub type Scheduler = Running<Jobs>;

/// How it is launched.
#[derive(Debug)]
pub struct Jobs {
    program: PathBuf,
    data: PathBuf,
    port: u16,
}

impl Scheduler {
    /// Serves the jobs kept below `dir` on this port; it needs those up to 5 further on, too. Its
    /// health is shown on all interfaces whatever one tells it: run it in a network of its own.
    ///
    /// # Errors
    /// When it does not get ready.
    pub fn start(binaries: &Binaries, dir: &Path, port: u16) -> Result<Self, Error> {
        let program = binaries.scheduler.clone().ok_or_else(|| {
            let what = "no scheduler was provided; `cargo xtask` does that";
            Error::new(NAME, ErrorKind::Missing, what)
        })?;
        Self::launch(Jobs { program, data: absolute(dir).join("scheduler"), port }, dir)
    }

    /// For a sidecar's `--scheduler-host-address`.
    #[must_use]
    pub fn address(&self) -> String {
        format!("127.0.0.1:{}", self.spec.port)
    }
}

impl Spec for Jobs {
    fn name(&self) -> String {
        NAME.to_owned()
    }

    fn prepare(&self, _: &Path) -> Result<(), Error> {
        use std::os::unix::fs::DirBuilderExt;
        let mut folder = std::fs::DirBuilder::new();
        let made = folder.recursive(true).mode(0o700).create(&self.data);
        made.map_err(|error| Error::system(NAME, "its data folder cannot be made", error))
    }

    fn launch(&self) -> Launch {
        let port = self.port;
        Launch::new(&self.program)
            .folder(&self.data)
            .env("NAMESPACE", "default")
            .arg(format!("--id={ID}"))
            .arg(format!("--port={port}"))
            .arg(format!("--override-broadcast-host-port=127.0.0.1:{port}"))
            .arg(format!("--healthz-port={}", port + 2))
            .arg(format!("--metrics-port={}", port + 3))
            .arg(format!("--etcd-data-dir={}", self.data.display()))
            .arg(format!("--etcd-client-port={}", port + 4))
            .arg(format!("--etcd-initial-cluster={ID}=http://127.0.0.1:{}", port + 5))
            .args(["--listen-address=127.0.0.1", "--healthz-listen-address=127.0.0.1"])
            .args(["--metrics-listen-address=127.0.0.1", "--etcd-client-listen-address=127.0.0.1"])
            .args(["--workers=128", "--log-level=info"])
    }

    fn is_ready(&self, _: u32, _: &str) -> bool {
        probe::answers(self.port + 2, "/healthz", None)
    }
}
