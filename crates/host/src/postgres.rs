//! Postgres: a bounded pool of connections, for the embedding program and for components.
//!
//! ```no_run
//! use host::postgres::{Database, Settings, Value};
//!
//! # async fn example() -> Result<(), Box<dyn std::error::Error>> {
//! let database = Database::connect(&"postgres://me@localhost/app".parse()?, Settings::default())?;
//! let rows = database.query("select $1::text", vec![Value::Text("hi".into())]).await?;
//! # Ok(()) }
//! ```
//!
//! Nothing of one component's request stays on a connection for the next: whatever it has begun is
//! rolled back and whatever it has set is reset, and a connection that cannot be brought back, or
//! that broke, is closed.

mod address;
mod error;
mod guests;
mod listen;
mod parameter;
mod session;
mod tls;
mod value;

use std::{path::PathBuf, sync::Arc, time::Duration};

use deadpool_postgres::{
    Manager, ManagerConfig, Object, Pool, PoolError, RecyclingMethod, Runtime, TimeoutType,
    Timeouts,
};
use tokio::{runtime::Handle, sync::watch, time::timeout};
use tokio_postgres_rustls::MakeRustlsConnect;

pub use address::{Address, AddressError};
pub use error::{Error, ErrorKind};
pub use value::{Rows, Value};

pub(crate) use guests::Databases;
pub(crate) use parameter::Parameter;
pub(crate) use session::{Answer, Session};
pub(crate) use value::not_carried;

/// What a pool may use.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Connections at once.
    pub connections_max: usize,
    /// How long to wait for a connection, a new one or one that others have.
    pub wait: Duration,
    /// How long a statement may run.
    pub statement: Duration,
    /// Longest answer.
    pub result_bytes_max: usize,
    /// The files that addresses of components may name as `sslrootcert`.
    pub trusted_roots: Vec<PathBuf>,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            connections_max: 16,
            wait: Duration::from_secs(5),
            statement: Duration::from_secs(4),
            result_bytes_max: 16 << 20,
            trusted_roots: Vec::new(),
        }
    }
}

/// A database, reached by connections of a bounded pool. Cloning is cheap; all clones share the
/// pool.
#[derive(Clone)]
pub struct Database(Arc<Shared>);

struct Shared {
    address: Address,
    settings: Settings,
    pool: Pool,
    tls: MakeRustlsConnect,
    runtime: Handle,
    committed: watch::Sender<u64>,
}

impl Database {
    /// Makes the pool. Nothing is connected yet, so that this succeeds while the server is away;
    /// [`Database::ping`] asks for it. Must be called on a runtime.
    ///
    /// # Errors
    /// The root certificates cannot be read.
    pub fn connect(address: &Address, settings: Settings) -> Result<Self, Error> {
        let invalid =
            |error: &dyn std::error::Error| Error::new(ErrorKind::Invalid, error.to_string());
        let runtime = Handle::try_current().map_err(|error| invalid(&error))?;
        let tls = tls::connector(&address.trust)?;
        let manager = Manager::from_config(
            address.config().clone(),
            tls.clone(),
            ManagerConfig { recycling_method: RecyclingMethod::Fast },
        );
        let wait = Some(settings.wait);
        let pool = Pool::builder(manager)
            .max_size(settings.connections_max)
            .timeouts(Timeouts { wait, create: wait, recycle: wait })
            .runtime(Runtime::Tokio1)
            .build()
            .map_err(|error| invalid(&error))?;
        let committed = watch::Sender::new(0);
        let address = address.clone();
        Ok(Self(Arc::new(Shared { address, settings, pool, tls, runtime, committed })))
    }

    /// Where it is. Shows no password.
    pub fn address(&self) -> &Address {
        &self.0.address
    }

    /// Asks the server for an answer.
    pub async fn ping(&self) -> Result<(), Error> {
        self.query("select 1::int8", Vec::new()).await.map(drop)
    }

    /// Runs one statement, which is its own transaction. A write has been made durable when this
    /// returns.
    pub async fn query(&self, sql: &str, params: Vec<Value>) -> Result<Rows, Error> {
        self.query_within(sql, params, self.0.settings.statement).await
    }

    /// As [`Database::query`], with another limit: a migration may walk through all rows.
    pub async fn query_within(
        &self,
        sql: &str,
        params: Vec<Value>,
        limit: Duration,
    ) -> Result<Rows, Error> {
        let params: Vec<_> = params.into_iter().map(Parameter::from).collect();
        let mut session = Session::new(self.object().await?, Arc::clone(&self.0), false);
        session.run(sql, &params, limit).await?.try_into()
    }

    /// As [`Database::query`]. Blocks the thread: not for use on an async worker.
    pub fn query_blocking(&self, sql: &str, params: Vec<Value>) -> Result<Rows, Error> {
        self.0.runtime.block_on(self.query(sql, params))
    }

    /// As [`Database::query_within`]. Blocks the thread: not for use on an async worker.
    pub fn query_blocking_within(
        &self,
        sql: &str,
        params: Vec<Value>,
        limit: Duration,
    ) -> Result<Rows, Error> {
        self.0.runtime.block_on(self.query_within(sql, params, limit))
    }

    /// Changes after every statement of this pool that stored something by its own words; one that
    /// calls a function which does so is not noticed. A hint.
    pub fn committed(&self) -> watch::Receiver<u64> {
        self.0.committed.subscribe()
    }

    /// Changes when somebody notifies this channel, also from another process. A hint: what is sent
    /// while the connection is down is lost, so that its return counts as well.
    pub fn listen(&self, channel: &str) -> watch::Receiver<u64> {
        let heard = watch::Sender::new(0);
        let receiver = heard.subscribe();
        let name = channel.chars().filter(|c| c.is_ascii_alphanumeric() || *c == '_').collect();
        self.0.runtime.spawn(listen::listen(Arc::clone(&self.0), name, heard));
        receiver
    }

    /// Closes the connections that nobody uses, and refuses later calls.
    pub fn close(&self) {
        self.0.pool.close();
    }

    /// A connection for a component.
    pub(crate) async fn session(&self) -> Result<Session, Error> {
        Ok(Session::new(self.object().await?, Arc::clone(&self.0), true))
    }

    /// How long a component's statement may run.
    pub(crate) fn statement_limit(&self) -> Duration {
        self.0.settings.statement
    }

    /// Waits for a connection no longer than the settings say, whatever it waits for.
    async fn object(&self) -> Result<Object, Error> {
        let wait = self.0.settings.wait;
        let got = timeout(wait, self.0.pool.get()).await;
        got.unwrap_or(Err(PoolError::Timeout(TimeoutType::Create)))
            .map_err(|error| Error::of_pool(error, wait))
    }
}

impl std::fmt::Debug for Database {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(out, "Database({})", self.0.address)
    }
}
