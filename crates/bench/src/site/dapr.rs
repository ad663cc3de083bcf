//! The sidecar of an application, and the scheduler behind it.

use std::{
    fs,
    path::{Path, PathBuf},
    time::Duration,
};

use anyhow::{Context, Result};
use dapr_sidecar::Endpoint;
use servers::{Binaries, Daprd, DaprdSettings, Ports, Scheduler};

use crate::server::root;

/// Where the project's resources think the broker is.
const USUAL_BROKERS: &str = "127.0.0.1:9092";
/// Where the program listens for its sidecar, from the sidecar's port on.
const APP_PORT_OFFSET: u16 = 8;
const READY_WITHIN: Duration = Duration::from_secs(60);

/// Whom a sidecar calls.
#[derive(Debug, Clone, Copy)]
pub(crate) struct App {
    pub(crate) id: &'static str,
    pub(crate) port: u16,
}

impl App {
    /// The program, as the scopes of the project's resources name it.
    pub(super) fn taskloom(ports: Ports) -> Self {
        Self { id: "taskloom", port: ports.daprd + APP_PORT_OFFSET }
    }
}

/// A sidecar with its scheduler.
pub(crate) struct Dapr {
    daprd: Daprd,
    app: App,
    _scheduler: Scheduler,
}

impl Dapr {
    /// Starts both; with brokers, the project's own resources carry events.
    pub(crate) fn start(
        binaries: &Binaries,
        folder: &Path,
        ports: Ports,
        app: App,
        brokers: Option<&str>,
    ) -> Result<Self> {
        let scheduler = Scheduler::start(binaries, folder, ports.scheduler)?;
        let resources = brokers.map(|brokers| resources(folder, brokers)).transpose()?;
        let settings = DaprdSettings {
            app_port: Some(app.port),
            port: ports.daprd,
            resources: resources.into_iter().collect(),
            scheduler: Some(scheduler.address()),
            args: vec!["--enable-app-health-check".to_owned()],
            ..DaprdSettings::new(app.id)
        };
        let daprd = Daprd::start(binaries, folder, settings)?;
        Ok(Self { daprd, app, _scheduler: scheduler })
    }

    /// Waits until the application is connected, too.
    pub(crate) fn wait_for_app(&mut self) -> Result<()> {
        Ok(self.daprd.wait_for_app(READY_WITHIN)?)
    }

    pub(crate) fn endpoint(&self) -> Endpoint {
        let grpc = format!("http://127.0.0.1:{}", self.daprd.grpc_port());
        Endpoint { grpc, http: self.daprd.http(), api_token: None }
    }

    /// What the program has to know to take its jobs from here.
    pub(super) fn environment(&self) -> [(&'static str, String); 4] {
        [
            ("TASKLOOM_JOBS", "dapr".to_owned()),
            ("TASKLOOM_DAPR_GRPC_PORT", self.daprd.grpc_port().to_string()),
            ("TASKLOOM_DAPR_HTTP_PORT", self.daprd.http_port().to_string()),
            ("TASKLOOM_DAPR_LISTEN", format!("127.0.0.1:{}", self.app.port)),
        ]
    }
}

/// The project's own resources, but for where the broker is.
fn resources(folder: &Path, brokers: &str) -> Result<PathBuf> {
    let (own, resources) = (root().join("dapr/components"), folder.join("resources"));
    fs::create_dir_all(&resources)?;
    for name in ["pubsub.yaml", "subscriptions.yaml", "resiliency.yaml"] {
        let text = fs::read_to_string(own.join(name)).with_context(|| format!("dapr: {name}"))?;
        fs::write(resources.join(name), text.replace(USUAL_BROKERS, brokers))?;
    }
    Ok(resources)
}
