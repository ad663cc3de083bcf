//! The store on Postgres.

use std::time::Duration;

use host::postgres::{Database, Error, ErrorKind, Rows as HostRows, Value as HostValue};
use store::{ACT_FOR, Dialect, Rows, Sql, SqlError, SqlErrorKind, Value};

/// How long a step of a migration may run: it may walk through all rows.
const MIGRATION_LIMIT: Duration = Duration::from_secs(600);

/// [`Sql`] on a pool of connections. Each statement may take another one, so that nothing can be set
/// for a user: whoever uses this is the owner of the tables and serves all users.
#[derive(Debug, Clone)]
pub struct PostgresSql(pub Database);

/// The same for migrations, which may take their time.
#[derive(Debug, Clone)]
pub(crate) struct Patient(pub(crate) Database);

impl Sql for PostgresSql {
    fn dialect(&self) -> Dialect {
        Dialect::Postgres
    }

    fn run(&self, sql: &str, params: &[Value]) -> Result<Rows, SqlError> {
        let found = self.0.query_blocking(sql, to_host(params));
        found.map(from_host).map_err(|error| to_error(&error))
    }

    fn act_for(&self, _: &str) -> Result<(), SqlError> {
        let message = format!("`{ACT_FOR}` needs a connection of its own");
        Err(SqlError::of(SqlErrorKind::Other, message))
    }
}

impl Sql for Patient {
    fn dialect(&self) -> Dialect {
        Dialect::Postgres
    }

    fn run(&self, sql: &str, params: &[Value]) -> Result<Rows, SqlError> {
        let found = self.0.query_blocking_within(sql, to_host(params), MIGRATION_LIMIT);
        found.map(from_host).map_err(|error| to_error(&error))
    }
}

fn to_host(params: &[Value]) -> Vec<HostValue> {
    let value = |value: &Value| match value {
        Value::Null => HostValue::Null,
        Value::Integer(integer) => HostValue::Integer(*integer),
        Value::Real(real) => HostValue::Real(*real),
        Value::Text(text) => HostValue::Text(text.clone()),
        Value::Blob(bytes) => HostValue::Blob(bytes.clone()),
    };
    params.iter().map(value).collect()
}

fn from_host(rows: HostRows) -> Rows {
    let value = |value: HostValue| match value {
        HostValue::Null => Value::Null,
        HostValue::Integer(integer) => Value::Integer(integer),
        HostValue::Real(real) => Value::Real(real),
        HostValue::Text(text) => Value::Text(text),
        HostValue::Blob(bytes) => Value::Blob(bytes),
    };
    let row = |row: Vec<HostValue>| row.into_iter().map(value).collect();
    Rows { columns: rows.columns, rows: rows.rows.into_iter().map(row).collect() }
}

fn to_error(error: &Error) -> SqlError {
    if let Some(sqlstate) = &error.sqlstate {
        return SqlError::from_postgres(sqlstate, &error.message);
    }
    let kind = match error.kind {
        // A statement that ran too long may have been carried out all the same.
        ErrorKind::Away | ErrorKind::Timeout => SqlErrorKind::Away,
        ErrorKind::Busy => SqlErrorKind::Busy,
        ErrorKind::TooBig => SqlErrorKind::TooLong,
        ErrorKind::Refused | ErrorKind::Invalid => SqlErrorKind::Other,
    };
    SqlError::of(kind, &error.message)
}
