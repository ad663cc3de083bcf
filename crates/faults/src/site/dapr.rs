//! The sidecar of a site, its scheduler and its resources.

use std::{
    fs,
    net::SocketAddr,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result};
use conformance::Server;
use servers::{Binaries, Daprd, DaprdSettings, Ports, Scheduler};

/// As the scopes of the project's resources say.
const APP_ID: &str = "taskloom";
/// Where the program listens for its sidecar.
const APP_PORT_OFFSET: u16 = 8;
/// Where the project's resources think the broker is.
const USUAL_BROKERS: &str = "127.0.0.1:9092";

/// A sidecar with all that it needs but the broker.
#[derive(Debug)]
pub struct Dapr {
    /// The sidecar.
    pub daprd: Daprd,
    /// What fires jobs.
    pub scheduler: Scheduler,
    app_port: u16,
}

impl Dapr {
    pub(super) fn start(
        binaries: &Binaries,
        folder: &Path,
        ports: Ports,
        brokers: &str,
    ) -> Result<Self> {
        let scheduler = Scheduler::start(binaries, folder, ports.scheduler)?;
        let app_port = ports.daprd + APP_PORT_OFFSET;
        let settings = DaprdSettings {
            app_port: Some(app_port),
            port: ports.daprd,
            resources: vec![resources(folder, brokers)?],
            scheduler: Some(scheduler.address()),
            args: vec!["--enable-app-health-check".to_owned()],
            ..DaprdSettings::new(APP_ID)
        };
        let daprd = Daprd::start(binaries, folder, settings)?;
        Ok(Self { daprd, scheduler, app_port })
    }

    /// What the program has to know; `grpc` is where it finds the sidecar.
    pub(super) fn settings(&self, grpc: SocketAddr, server: &mut Server) {
        server.set("TASKLOOM_BUS", "dapr");
        server.set("TASKLOOM_JOBS", "dapr");
        server.set("TASKLOOM_DAPR_ENDPOINT", format!("http://{grpc}"));
        server.set("TASKLOOM_DAPR_HTTP_PORT", self.daprd.http_port().to_string());
        server.set("TASKLOOM_DAPR_LISTEN", format!("127.0.0.1:{}", self.app_port));
    }

    /// Starts what does not run.
    pub(super) fn begin(&mut self) -> Result<()> {
        self.scheduler.begin()?;
        self.daprd.begin()?;
        Ok(())
    }
}

/// The project's own resources, but for where the broker is.
fn resources(folder: &Path, brokers: &str) -> Result<PathBuf> {
    let own = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../dapr/components");
    let resources = folder.join("resources");
    fs::create_dir_all(&resources)?;
    for name in ["pubsub.yaml", "subscriptions.yaml", "resiliency.yaml"] {
        let text = fs::read_to_string(own.join(name)).with_context(|| format!("dapr: {name}"))?;
        fs::write(resources.join(name), text.replace(USUAL_BROKERS, brokers))?;
    }
    Ok(resources)
}
