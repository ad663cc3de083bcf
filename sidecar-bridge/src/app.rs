//! The whole application: build, bind, spawn, drain.
//!
//! Two ways to run share everything but their [`base`]: `up` holds the components itself, `bridge`
//! works beside `spin up`. [`Local`] is `up` without a listener, for one command.

mod base;
mod error;
mod local;
mod spine;

use std::{
    net::SocketAddr,
    path::{Path, PathBuf},
    sync::Arc,
    time::Instant,
};

use tokio::{net::TcpListener, runtime::Runtime, task::JoinHandle};
use tokio_util::sync::CancellationToken;
use tracing::{info, warn};

use crate::{
    admin::{self, DeadLetters},
    clock::SystemClock,
    config::Config,
    database::{Database, Storage},
    edge::{self, Edge, Health, Push},
    keys::Keys,
    lock::{self, Lock},
    running::{Announcement, Server},
    server,
    shutdown::Signals,
};

pub use error::AppError;
pub use local::Local;

use base::Base;
use spine::Spine;

/// Threads that run asynchronous work. Components and SQLite have threads of their own.
const WORKERS: usize = 2;

/// A started application, ready to serve.
pub struct App {
    config: Config,
    health: Health,
    base: Base,
    spine: Spine,
    /// Ends the acceptance of requests and all live streams.
    closing: CancellationToken,
    /// Ends the admin address, last of all.
    closed: CancellationToken,
    api: Listening,
    admin: Listening,
    announcement: Announcement,
    /// Held until everything else is put away.
    lock: Lock,
}

/// An address and the task that serves it.
struct Listening {
    address: SocketAddr,
    task: JoinHandle<()>,
}

/// Who serves the components.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// This process.
    Embedded,
    /// `spin up`, in another process.
    BesideSpin,
}

/// The one runtime of the process.
pub fn runtime() -> Result<Runtime, AppError> {
    tokio::runtime::Builder::new_multi_thread()
        .worker_threads(WORKERS)
        .enable_all()
        .build()
        .map_err(AppError::Runtime)
}

impl App {
    /// Takes the data folder and both addresses, loads everything and begins to serve.
    pub async fn start(config: Config, mode: Mode) -> Result<Self, AppError> {
        let started = Instant::now();
        let lock = lock::acquire(&config.data_dir)?;
        let api = bind(config.listen, "--listen").await?;
        let admin = bind(config.admin_listen, "--admin-listen").await?;
        let (api_address, admin_address) = (address(&api)?, address(&admin)?);

        let keys = Arc::new(Keys::open(&config.data_dir)?);
        let recorder = admin::recorder();
        let (base, host) = match mode {
            Mode::Embedded => {
                let (base, host) = Base::embedded(&config, Arc::clone(&keys)).await?;
                (base, Some(host))
            }
            Mode::BesideSpin => (Base::beside_spin(&config, Arc::clone(&keys)).await?, None),
        };
        base.release_parked().await;
        let (closing, closed) = (CancellationToken::new(), CancellationToken::new());
        let health = Health::default();
        let spine = Spine::start(&base, &config, &health, closing.clone()).await?;

        let letters = DeadLetters {
            storage: base.storage.clone(),
            keys: Arc::clone(&keys),
            clock: Arc::new(SystemClock),
            asked: Arc::clone(spine.replays()),
        };
        let edge = edge::router(Edge {
            keys,
            clock: Arc::new(SystemClock),
            streams: Arc::clone(spine.streams()),
            push: Push { storage: base.storage.clone(), channels: base.channels.clone() },
            health: health.clone(),
            host,
            body_limit_bytes: config.body_limit_bytes,
        });
        let server = Server {
            api: api_url(&config, mode, api_address),
            pid: std::process::id(),
            listen: Some(api_address),
            admin_listen: Some(admin_address),
        };
        let announcement = server.announce(&config.data_dir).map_err(AppError::Announce)?;
        let api = Listening {
            address: api_address,
            task: tokio::spawn(server::serve(api, edge, closing.clone())),
        };
        let admin = Listening {
            address: admin_address,
            task: tokio::spawn(serve_admin(admin, recorder, letters, closed.clone())),
        };
        health.set_ready();
        let took_ms = started.elapsed().as_millis();
        info!("serving on {api_address} after {took_ms} ms");
        Ok(Self { config, health, base, spine, closing, closed, api, admin, announcement, lock })
    }

    /// Where the API answers.
    pub fn api_address(&self) -> SocketAddr {
        self.api.address
    }

    /// Where `/metrics` answers.
    pub fn admin_address(&self) -> SocketAddr {
        self.admin.address
    }

    /// Where the data lives.
    pub fn data_dir(&self) -> PathBuf {
        let folder: &Path = &self.config.data_dir;
        folder.canonicalize().unwrap_or_else(|_| folder.to_owned())
    }

    /// Serves until a signal, then ends in order. A second signal, or the end of the patience of
    /// `shutdown_grace_seconds`, ends at once: everything that was acknowledged is on disk.
    pub async fn run(mut self, mut signals: Signals) -> Result<(), AppError> {
        let mut disk = self.base.database.failed();
        tokio::select! {
            name = signals.next() => info!("{name}: finishing what has begun"),
            failed = disk.wait_for(Option::is_some) => {
                // What the kernel holds of the file can no longer be trusted: no orderly end.
                let cause = failed.ok().and_then(|error| error.clone());
                return Err(AppError::Disk(cause));
            }
            ended = self.spine.ended() => return Err(AppError::Ended(ended)),
        }
        let grace = self.config.shutdown_grace;
        tokio::select! {
            drained = tokio::time::timeout(grace, self.drain()) => {
                drained.unwrap_or(Err(AppError::Grace(grace)))
            }
            name = signals.next() => Err(AppError::Forced(name)),
        }
    }

    /// Not ready; no new requests; streams end; requests under way end; no more reminders; events
    /// under way end; the log goes into the database file; the folder is free.
    async fn drain(self) -> Result<(), AppError> {
        let Self { health, base, spine, closing, closed, api, admin, announcement, lock, .. } =
            self;
        health.set_stopping();
        closing.cancel();
        finish("the API", api.task).await;
        spine.drain().await;
        drop(announcement);
        base.close().await?;
        closed.cancel();
        finish("the admin address", admin.task).await;
        drop(lock);
        info!("stopped in order");
        Ok(())
    }
}

async fn bind(address: SocketAddr, flag: &'static str) -> Result<TcpListener, AppError> {
    TcpListener::bind(address).await.map_err(|cause| match cause.kind() {
        std::io::ErrorKind::AddrInUse => AppError::Taken { address, flag },
        _ => AppError::Listen { address, cause },
    })
}

fn address(listener: &TcpListener) -> Result<SocketAddr, AppError> {
    listener.local_addr().map_err(AppError::Runtime)
}

/// Where commands on this machine find the API: an address that is meant for all interfaces is no
/// address to connect to.
fn api_url(config: &Config, mode: Mode, mut bound: SocketAddr) -> String {
    if mode == Mode::BesideSpin {
        return config.components_url.to_string().trim_end_matches('/').to_owned();
    }
    make_reachable(&mut bound);
    format!("http://{bound}")
}

/// An address that is meant for all interfaces becomes one of this machine.
pub(crate) fn make_reachable(address: &mut SocketAddr) {
    if address.ip().is_unspecified() {
        address.set_ip(match address {
            SocketAddr::V4(_) => std::net::Ipv4Addr::LOCALHOST.into(),
            SocketAddr::V6(_) => std::net::Ipv6Addr::LOCALHOST.into(),
        });
    }
}

async fn serve_admin(
    listener: TcpListener,
    recorder: metrics_exporter_prometheus::PrometheusHandle,
    letters: DeadLetters,
    stop: CancellationToken,
) {
    let router = admin::router(recorder.clone(), letters);
    tokio::select! {
        () = server::serve(listener, router, stop) => {}
        () = admin::upkeep(recorder) => {}
    }
}

async fn finish(what: &str, task: JoinHandle<()>) {
    if let Err(error) = task.await {
        warn!(%error, "{what} ended in a bug");
    }
}

/// What is stored, opened for one command that needs neither components nor events.
pub struct Opened {
    /// The way to it.
    pub storage: Storage,
    database: Database,
}

impl Opened {
    /// The Postgres of the settings; else the database of the data folder, which the caller holds; the
    /// one of `spin up` where there is no other.
    pub async fn open(config: &Config) -> Result<Self, AppError> {
        let beside_spin =
            !config.data_dir.join("taskloom.db").exists() && config.sqlite_file.exists();
        let mode = match beside_spin {
            true => host::sqlite::Mode::Shared,
            false => host::sqlite::Mode::Embedded,
        };
        let database = base::open(config, mode).await?;
        base::migrate(&database).await?;
        Ok(Self { storage: database.storage(), database })
    }

    /// Puts it away.
    pub async fn close(self) -> Result<(), AppError> {
        base::close(self.database).await
    }
}

/// Brings the database to the schema of this version and returns its number. On Postgres, `app_role`
/// then has the rights that components need.
pub async fn migrate(
    config: &Config,
    mode: host::sqlite::Mode,
    app_role: Option<&str>,
) -> Result<u32, AppError> {
    let database = base::open(config, mode).await?;
    let version = base::migrate(&database).await?;
    if let Some(role) = app_role {
        base::grant(&database, role).await?;
    }
    base::close(database).await?;
    Ok(version)
}

/// The schema of the database, which is left as it is.
pub async fn schema_version(config: &Config) -> Result<u32, AppError> {
    let database = base::open(config, host::sqlite::Mode::Embedded).await?;
    let version = base::schema_version(&database).await?;
    base::close(database).await?;
    Ok(version)
}
