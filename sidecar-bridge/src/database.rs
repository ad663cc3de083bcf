//! The store, as async code may use it: every call runs on a thread that may block.

mod open;
mod postgres;

use std::{error::Error as StdError, sync::Arc};

use host::sqlite;
use store::{Rows, Sql, SqlError, SqlErrorKind, Store, Value};
use tokio::sync::Semaphore;

pub use open::{Database, components_pool};
pub use postgres::PostgresSql;

/// A database that any thread may use.
type SharedSql = Arc<dyn Sql + Send + Sync>;

/// Reads at once: more would only wait for a processor and make the host open more connections.
const READS_AT_ONCE: usize = 2;

/// The one door of the bridge to what is stored. Cloning is cheap.
#[derive(Clone)]
pub struct Storage {
    store: Arc<Store<SharedSql>>,
    reads: Arc<Semaphore>,
}

impl Storage {
    /// Reads and writes through `sql`, whose schema is up to date.
    pub fn new(sql: impl Sql + Send + Sync + 'static) -> Self {
        let store = Arc::new(Store::new(Arc::new(sql) as SharedSql));
        Self { store, reads: Arc::new(Semaphore::new(READS_AT_ONCE)) }
    }

    /// The same store with places of its own for reads, for those who come in great numbers at once
    /// and must not keep the others waiting.
    #[must_use]
    pub fn apart(&self) -> Self {
        Self { store: Arc::clone(&self.store), reads: Arc::new(Semaphore::new(READS_AT_ONCE)) }
    }

    /// Runs `work`, which only reads, where blocking is allowed.
    pub async fn read<T, E>(
        &self,
        work: impl FnOnce(&Store<SharedSql>) -> Result<T, E> + Send + 'static,
    ) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<SqlError> + Send + 'static,
    {
        // It is closed by nobody. The place goes along, so that it is held until the work has ended.
        let place = Arc::clone(&self.reads).acquire_owned().await;
        self.write(move |store| {
            let _place = place;
            work(store)
        })
        .await
    }

    /// Runs `work`, which writes, where blocking is allowed. Writes of many callers share a sync to
    /// disk, so any number may wait for one. When the caller goes away, `work` still ends.
    pub async fn write<T, E>(
        &self,
        work: impl FnOnce(&Store<SharedSql>) -> Result<T, E> + Send + 'static,
    ) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<SqlError> + Send + 'static,
    {
        let store = Arc::clone(&self.store);
        tokio::task::spawn_blocking(move || work(&store))
            .await
            .unwrap_or_else(|lost| Err(SqlError::of(SqlErrorKind::Other, lost.to_string()).into()))
    }
}

/// [`Sql`] on the database of the embedded host.
#[derive(Debug, Clone)]
pub struct HostSql(pub sqlite::Database);

impl Sql for HostSql {
    fn run(&self, sql: &str, params: &[Value]) -> Result<Rows, SqlError> {
        let params = params.iter().cloned().map(to_host).collect();
        let rows = self.0.query_blocking(sql, params).map_err(|error| to_error(&error))?;
        let from_row = |row: Vec<_>| row.into_iter().map(from_host).collect();
        Ok(Rows { columns: rows.columns, rows: rows.rows.into_iter().map(from_row).collect() })
    }
}

/// What the operator's log says about a failed statement: the driver's words, which
/// [`SqlError`] itself keeps from clients.
pub(crate) fn operator_text(error: &(dyn StdError + 'static)) -> String {
    let mut text = error.to_string();
    let mut next = Some(error);
    while let Some(current) = next {
        if let Some(sql) = current.downcast_ref::<SqlError>() {
            text = format!("{text}: {}", sql.message());
        }
        next = current.source();
    }
    text
}

fn to_host(value: Value) -> sqlite::Value {
    match value {
        Value::Null => sqlite::Value::Null,
        Value::Integer(integer) => sqlite::Value::Integer(integer),
        Value::Real(real) => sqlite::Value::Real(real),
        Value::Text(text) => sqlite::Value::Text(text),
        Value::Blob(blob) => sqlite::Value::Blob(blob),
    }
}

fn from_host(value: sqlite::Value) -> Value {
    match value {
        sqlite::Value::Null => Value::Null,
        sqlite::Value::Integer(integer) => Value::Integer(integer),
        sqlite::Value::Real(real) => Value::Real(real),
        sqlite::Value::Text(text) => Value::Text(text),
        sqlite::Value::Blob(blob) => Value::Blob(blob),
    }
}

fn to_error(error: &sqlite::Error) -> SqlError {
    match error.kind {
        sqlite::ErrorKind::Busy => SqlError::of(SqlErrorKind::Busy, &error.message),
        sqlite::ErrorKind::Full => SqlError::of(SqlErrorKind::Full, &error.message),
        sqlite::ErrorKind::ReadOnly => SqlError::of(SqlErrorKind::ReadOnly, &error.message),
        sqlite::ErrorKind::TooBig => SqlError::of(SqlErrorKind::TooLong, &error.message),
        _ => SqlError::new(&error.message),
    }
}

#[cfg(test)]
mod tests;
