//! Dapr's sidecar. There may be several, each with its own application.

use std::{
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

use crate::{Binaries, Error, ErrorKind, Launch, Ports, Running, Spec, probe, running::absolute};

/// What a sidecar is told. It ends at once when a server that its resources name is not up.
#[derive(Debug, Clone)]
pub struct Settings {
    /// The application's name.
    pub app_id: String,
    /// Where the application listens, when it does.
    pub app_port: Option<u16>,
    /// HTTP; gRPC, internal and metrics are on the next three.
    pub port: u16,
    /// Folders with components, subscriptions and policies.
    pub resources: Vec<PathBuf>,
    /// The configuration.
    pub config: Option<PathBuf>,
    /// Where paths inside of resources begin; the folder with its log without.
    pub folder: Option<PathBuf>,
    /// The scheduler's address; jobs are off without.
    pub scheduler: Option<String>,
    /// What callers of the sidecar must show.
    pub api_token: Option<String>,
    /// What the sidecar shows to the application.
    pub app_token: Option<String>,
    /// More variables of its environment.
    pub env: Vec<(String, String)>,
    /// More arguments.
    pub args: Vec<String>,
}

impl Settings {
    /// A sidecar on the usual ports, with nothing else.
    #[must_use]
    pub fn new(app_id: &str) -> Self {
        Self {
            app_id: app_id.to_owned(),
            app_port: None,
            port: Ports::default().daprd,
            resources: vec![],
            config: None,
            folder: None,
            scheduler: None,
            api_token: None,
            app_token: None,
            env: vec![],
            args: vec![],
        }
    }
}

/// A running sidecar.
pub type Daprd = Running<Sidecar>;

/// How it is launched.
#[derive(Debug)]
pub struct Sidecar {
    program: PathBuf,
    folder: PathBuf,
    settings: Settings,
}

impl Daprd {
    /// Starts a sidecar; it is ready to take calls, see `wait_for_app` for the other direction.
    ///
    /// # Errors
    /// When it ends by itself or does not get ready.
    pub fn start(binaries: &Binaries, dir: &Path, settings: Settings) -> Result<Self, Error> {
        let program = binaries.daprd.clone().ok_or_else(|| {
            let what = "no sidecar was provided; `cargo xtask` does that";
            Error::new("daprd", ErrorKind::Missing, what)
        })?;
        let dir = absolute(dir);
        let settings = Settings {
            resources: settings.resources.iter().map(|path| absolute(path)).collect(),
            config: settings.config.as_deref().map(absolute),
            ..settings
        };
        let folder = settings.folder.as_deref().map_or_else(|| dir.clone(), absolute);
        Self::launch(Sidecar { program, folder, settings }, &dir)
    }

    /// Waits until the application and the scheduler are connected, too.
    ///
    /// # Errors
    /// When they are not within this time.
    pub fn wait_for_app(&mut self, patience: Duration) -> Result<(), Error> {
        let deadline = Instant::now() + patience;
        while !self.spec.answers("/v1.0/healthz") {
            if Instant::now() >= deadline || !self.is_running() {
                let what = "its application or its scheduler is not there";
                let name = self.spec.name();
                return Err(Error::with_log(&name, ErrorKind::NotReady, what, self.log()));
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        Ok(())
    }

    /// The base URL of its HTTP interface.
    #[must_use]
    pub fn http(&self) -> String {
        format!("http://127.0.0.1:{}", self.spec.settings.port)
    }

    /// The port of its HTTP interface.
    #[must_use]
    pub fn http_port(&self) -> u16 {
        self.spec.settings.port
    }

    /// The port of its gRPC interface.
    #[must_use]
    pub fn grpc_port(&self) -> u16 {
        self.spec.settings.port + 1
    }
}

impl Spec for Sidecar {
    fn name(&self) -> String {
        format!("daprd-{}", self.settings.app_id)
    }

    fn prepare(&self, _: &Path) -> Result<(), Error> {
        Ok(())
    }

    fn launch(&self) -> Launch {
        let settings = &self.settings;
        let port = settings.port;
        let mut launch = Launch::new(&self.program)
            .folder(&self.folder)
            .env("NAMESPACE", "default")
            // Where there is only loopback it would find no address of its own.
            .env("DAPR_HOST_IP", "127.0.0.1")
            .args(["--mode=standalone", "--app-protocol=http", "--enable-mtls=false"])
            .args(["--dapr-listen-addresses=127.0.0.1", "--metrics-listen-address=127.0.0.1"])
            .args(["--dapr-internal-grpc-listen-address=127.0.0.1", "--log-level=info"])
            .arg(format!("--app-id={}", settings.app_id))
            .arg(format!("--dapr-http-port={port}"))
            .arg(format!("--dapr-grpc-port={}", port + 1))
            .arg(format!("--dapr-internal-grpc-port={}", port + 2))
            .arg(format!("--metrics-port={}", port + 3));
        if let Some(app) = settings.app_port {
            launch = launch.arg(format!("--app-port={app}"));
        }
        for resources in &settings.resources {
            launch = launch.arg(format!("--resources-path={}", resources.display()));
        }
        if let Some(config) = &settings.config {
            launch = launch.arg(format!("--config={}", config.display()));
        }
        let scheduler = settings.scheduler.as_deref().unwrap_or_default();
        launch = launch.arg(format!("--scheduler-host-address={scheduler}"));
        for (name, token) in
            [("DAPR_API_TOKEN", &settings.api_token), ("APP_API_TOKEN", &settings.app_token)]
        {
            launch = launch.env(name, token.as_deref().unwrap_or_default());
        }
        for (name, value) in &settings.env {
            launch = launch.env(name, value);
        }
        launch.args(&settings.args)
    }

    fn is_ready(&self, _: u32, _: &str) -> bool {
        self.answers("/v1.0/healthz/outbound")
    }
}

impl Sidecar {
    fn answers(&self, path: &str) -> bool {
        probe::answers(self.settings.port, path, self.settings.api_token.as_deref())
    }
}
