//! The store's port on Spin's SQLite, the database with the label `default`.

use spin_sdk::sqlite as spin;
use store::{Rows, Sql, SqlError, Value};

/// An open connection. Spin runs one prepared statement a call, each its own transaction.
pub struct SpinSqlite(spin::Connection);

impl SpinSqlite {
    /// Opens the component's database.
    ///
    /// # Errors
    /// What Spin says, when the manifest grants no database or it cannot be opened.
    pub fn open() -> Result<Self, SqlError> {
        spin::Connection::open_default().map(Self).map_err(sql_error)
    }
}

impl Sql for SpinSqlite {
    fn run(&self, sql: &str, params: &[Value]) -> Result<Rows, SqlError> {
        let params: Vec<_> = params.iter().map(to_spin).collect();
        let found = self.0.execute(sql, &params).map_err(sql_error)?;
        let rows =
            found.rows.into_iter().map(|row| row.values.into_iter().map(from_spin).collect());
        Ok(Rows { rows: rows.collect(), columns: found.columns })
    }
}

fn to_spin(value: &Value) -> spin::Value {
    match value {
        Value::Null => spin::Value::Null,
        Value::Integer(integer) => spin::Value::Integer(*integer),
        Value::Real(real) => spin::Value::Real(*real),
        Value::Text(text) => spin::Value::Text(text.clone()),
        Value::Blob(bytes) => spin::Value::Blob(bytes.clone()),
    }
}

fn from_spin(value: spin::Value) -> Value {
    match value {
        spin::Value::Null => Value::Null,
        spin::Value::Integer(integer) => Value::Integer(integer),
        spin::Value::Real(real) => Value::Real(real),
        spin::Value::Text(text) => Value::Text(text),
        spin::Value::Blob(bytes) => Value::Blob(bytes),
    }
}

fn sql_error(error: spin::Error) -> SqlError {
    match error {
        spin::Error::Io(message) => SqlError::new(message),
        other => SqlError::new(other.to_string()),
    }
}
