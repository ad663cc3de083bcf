//! The store's port on Postgres, reached through Spin.

use spin_sdk::pg4::{self as spin, DbValue, ParameterValue, PgError, QueryError};
use store::{ACT_FOR, Dialect, Rows, Sql, SqlError, SqlErrorKind, Value};

/// A connection. The host takes it from a pool and hands it to others afterwards, so that nothing
/// may be begun on it that one statement does not end; what [`Sql::act_for`] sets is reset by every
/// host.
pub struct SpinPostgres(spin::Connection);

impl SpinPostgres {
    /// Opens the database at this address, which the manifest has to allow.
    ///
    /// # Errors
    /// What Spin says, when the address is not allowed or the server not reachable.
    pub fn open(address: &str) -> Result<Self, SqlError> {
        spin::Connection::open(address).map(Self).map_err(sql_error)
    }
}

impl Sql for SpinPostgres {
    fn dialect(&self) -> Dialect {
        Dialect::Postgres
    }

    fn run(&self, sql: &str, params: &[Value]) -> Result<Rows, SqlError> {
        let params: Vec<_> = params.iter().map(to_spin).collect();
        let found = self.0.query(sql, &params).map_err(sql_error)?;
        let columns = found.columns.into_iter().map(|column| column.name).collect();
        let row = |row: Vec<DbValue>| row.into_iter().map(from_spin).collect();
        let rows = found.rows.into_iter().map(row).collect::<Result<_, SqlError>>()?;
        Ok(Rows { columns, rows })
    }

    fn act_for(&self, user_id: &str) -> Result<(), SqlError> {
        self.run(ACT_FOR, &[user_id.into()]).map(drop)
    }
}

fn to_spin(value: &Value) -> ParameterValue {
    match value {
        Value::Null => ParameterValue::DbNull,
        Value::Integer(integer) => ParameterValue::Int64(*integer),
        Value::Real(real) => ParameterValue::Floating64(*real),
        Value::Text(text) => ParameterValue::Str(text.clone()),
        Value::Blob(bytes) => ParameterValue::Binary(bytes.clone()),
    }
}

fn from_spin(value: DbValue) -> Result<Value, SqlError> {
    Ok(match value {
        DbValue::DbNull => Value::Null,
        DbValue::Int16(integer) => Value::Integer(integer.into()),
        DbValue::Int32(integer) => Value::Integer(integer.into()),
        DbValue::Int64(integer) => Value::Integer(integer),
        DbValue::Floating32(real) => Value::Real(real.into()),
        DbValue::Floating64(real) => Value::Real(real),
        DbValue::Str(text) => Value::Text(text),
        DbValue::Binary(bytes) => Value::Blob(bytes),
        _ => {
            let message = "a column has a type that the statement should have cast";
            return Err(SqlError::of(SqlErrorKind::Unreadable, message));
        }
    })
}

fn sql_error(error: PgError) -> SqlError {
    match error {
        PgError::QueryFailed(QueryError::DbError(refusal)) => {
            SqlError::from_postgres(&refusal.code, &refusal.message)
        }
        // Spin has no name for a connection that broke: only the text of its driver's error.
        PgError::QueryFailed(QueryError::Text(text)) => {
            let broke = ["kind: Closed", "kind: Io", "kind: Timeout", "kind: UnexpectedMessage"];
            if broke.iter().any(|sign| text.contains(sign)) {
                SqlError::of(SqlErrorKind::Away, text)
            } else {
                SqlError::of(SqlErrorKind::Other, text)
            }
        }
        PgError::ConnectionFailed(text) => SqlError::of(SqlErrorKind::Away, without_address(&text)),
        PgError::BadParameter(text)
        | PgError::ValueConversionFailed(text)
        | PgError::Other(text) => SqlError::of(SqlErrorKind::Other, text),
    }
}

/// Spin's text of an address that it cannot read quotes parts of it, and a password may be among
/// them; its other texts go on with the stack of the host.
fn without_address(text: &str) -> String {
    if text.contains("connection string") {
        return "the address in `database_url` cannot be read".to_owned();
    }
    text.lines().next().unwrap_or_default().to_owned()
}
