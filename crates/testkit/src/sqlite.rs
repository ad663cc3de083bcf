//! A SQLite database behind the port of the store, as a Spin component has one.

use std::{
    path::Path,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use rusqlite::types::{ToSqlOutput, ValueRef};
use store::{Rows, Sql, SqlError, Store, Value};
use tempfile::TempDir;

/// One connection. Runs one statement at a call and reports errors by their text, as Spin does.
#[derive(Debug)]
pub struct Connection {
    inner: Mutex<rusqlite::Connection>,
    /// Of a database that goes away with its last connection.
    folder: Option<Arc<TempDir>>,
}

/// An empty database without a schema.
pub fn database() -> Connection {
    Connection::in_memory()
}

/// An empty database without a schema that takes more connections than one.
pub fn shared() -> Connection {
    let folder = Arc::new(TempDir::new().expect("a folder for the database"));
    Connection::within(folder)
}

/// A store on an empty database in memory, migrated.
pub fn store() -> Store<Connection> {
    let connection = Connection::in_memory();
    store::migrate(&connection).expect("an empty database can be migrated");
    Store::new(connection)
}

impl Connection {
    /// An empty database in memory.
    pub fn in_memory() -> Self {
        Self::of(rusqlite::Connection::open_in_memory())
    }

    /// A database in a file, which is made when there is none. Waits up to 5 s for a lock.
    pub fn open(path: &Path) -> Self {
        Self::of(rusqlite::Connection::open(path))
    }

    fn within(folder: Arc<TempDir>) -> Self {
        let opened = Self::open(&folder.path().join("tasks.db"));
        // Nobody waits for the disk to see whether a test passes.
        opened.rows("pragma synchronous = off");
        Self { folder: Some(folder), ..opened }
    }

    /// Another connection to the same database.
    ///
    /// # Panics
    /// When it is not a [`shared`] one.
    #[must_use]
    pub fn another(&self) -> Self {
        Self::within(self.folder.clone().expect("a shared database"))
    }

    fn of(opened: rusqlite::Result<rusqlite::Connection>) -> Self {
        let connection = opened.expect("the database opens");
        connection.busy_timeout(Duration::from_secs(5)).expect("a timeout can be set");
        Self { inner: Mutex::new(connection), folder: None }
    }

    /// Everything that defines the schema.
    pub fn schema(&self) -> Vec<Vec<Value>> {
        self.rows("select type, name, sql from sqlite_schema order by type, name")
    }

    /// Runs a statement of the test's own; it has to succeed.
    pub fn rows(&self, sql: &str) -> Vec<Vec<Value>> {
        self.run(sql, &[]).unwrap_or_else(|error| stop(sql, &error)).rows
    }

    /// Every row of every table of ours, in order: two of them are equal when nothing was changed.
    pub fn contents(&self) -> Vec<(String, Vec<Vec<Value>>)> {
        let tables = "select name from sqlite_schema where type = 'table' order by name";
        let tables = self.rows(tables).into_iter().map(|mut row| row.remove(0));
        tables
            .filter_map(|name| match name {
                Value::Text(name) if !name.starts_with("sqlite_") => {
                    let rows = self.rows(&format!("select * from {name}"));
                    Some((name, rows))
                }
                _ => None,
            })
            .collect()
    }
}

impl Sql for Connection {
    fn run(&self, sql: &str, params: &[Value]) -> Result<Rows, SqlError> {
        let connection = self.inner.lock().unwrap_or_else(PoisonError::into_inner);
        query(&connection, sql, params).map_err(|error| SqlError::new(error.to_string()))
    }
}

fn query(connection: &rusqlite::Connection, sql: &str, params: &[Value]) -> rusqlite::Result<Rows> {
    let mut statement = connection.prepare_cached(sql)?;
    let columns: Vec<String> = statement.column_names().map(str::to_owned).collect();
    let params = params.iter().map(|value| ToSqlOutput::Borrowed(borrowed(value)));
    let rows = statement
        .query_map(rusqlite::params_from_iter(params), |row| {
            (0..columns.len()).map(|column| Ok(owned(row.get_ref(column)?))).collect()
        })?
        .collect::<rusqlite::Result<Vec<Vec<Value>>>>()?;
    Ok(Rows { columns, rows })
}

fn borrowed(value: &Value) -> ValueRef<'_> {
    match value {
        Value::Null => ValueRef::Null,
        Value::Integer(integer) => ValueRef::Integer(*integer),
        Value::Real(real) => ValueRef::Real(*real),
        Value::Text(text) => ValueRef::Text(text.as_bytes()),
        Value::Blob(blob) => ValueRef::Blob(blob),
    }
}

fn owned(value: ValueRef<'_>) -> Value {
    match value {
        ValueRef::Null => Value::Null,
        ValueRef::Integer(integer) => Value::Integer(integer),
        ValueRef::Real(real) => Value::Real(real),
        ValueRef::Text(text) => Value::Text(String::from_utf8_lossy(text).into_owned()),
        ValueRef::Blob(blob) => Value::Blob(blob.to_vec()),
    }
}

#[expect(clippy::panic, reason = "a test that runs a wrong statement stops at once")]
fn stop(sql: &str, error: &SqlError) -> ! {
    panic!("{}: {sql}", error.message())
}
