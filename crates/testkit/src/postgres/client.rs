//! A connection on a thread of its own, so that tests that are asynchronous can use it as any other.

use std::{
    collections::HashMap,
    fmt,
    sync::mpsc::{self, Sender},
    thread,
};

use store::{Dialect, Rows, Sql, SqlError, SqlErrorKind, Value};
use tokio::runtime::Builder;
use tokio_postgres::{
    NoTls, Row, Statement,
    types::{Format, IsNull, ToSql, Type, private::BytesMut, to_sql_checked},
};

/// A statement and where its answer goes.
type Call = (String, Vec<Value>, Sender<Result<Rows, SqlError>>);

/// One connection.
pub(super) struct Client {
    calls: Sender<Call>,
}

impl Client {
    /// # Panics
    /// When the server is not there.
    pub(super) fn connect(url: &str) -> Self {
        let (calls, asked) = mpsc::channel::<Call>();
        let (ready, connected) = mpsc::channel();
        let url = url.to_owned();
        thread::spawn(move || {
            let runtime = Builder::new_current_thread().enable_all().build().expect("a runtime");
            let opened = runtime.block_on(tokio_postgres::connect(&url, NoTls));
            let client = match opened {
                Ok((client, connection)) => {
                    runtime.spawn(connection);
                    client
                }
                Err(error) => return drop(ready.send(Err(error))),
            };
            // Nobody waits for the disk to see whether a test passes.
            let prepared = client.batch_execute("set synchronous_commit = off");
            let prepared = runtime.block_on(prepared);
            drop(ready.send(prepared));
            let mut statements = HashMap::new();
            for (sql, params, answer) in asked {
                let result = runtime.block_on(query(&client, &mut statements, sql, &params));
                drop(answer.send(result));
            }
        });
        let opened = connected.recv().expect("the thread of the connection answers");
        opened.expect("the Postgres that TASKLOOM_TEST_POSTGRES names lets us in");
        Self { calls }
    }
}

impl Sql for Client {
    fn dialect(&self) -> Dialect {
        Dialect::Postgres
    }

    fn run(&self, sql: &str, params: &[Value]) -> Result<Rows, SqlError> {
        let (answer, answered) = mpsc::channel();
        let gone = || SqlError::of(SqlErrorKind::Away, "the connection is gone");
        self.calls.send((sql.to_owned(), params.to_vec(), answer)).map_err(|_| gone())?;
        answered.recv().map_err(|_| gone())?
    }
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Client")
    }
}

async fn query(
    client: &tokio_postgres::Client,
    statements: &mut HashMap<String, Statement>,
    sql: String,
    params: &[Value],
) -> Result<Rows, SqlError> {
    let statement = match statements.get(&sql) {
        Some(statement) => statement.clone(),
        None => {
            let statement = client.prepare(&sql).await.map_err(|error| sql_error(&error))?;
            statements.insert(sql, statement.clone());
            statement
        }
    };
    let params: Vec<Param<'_>> = params.iter().map(Param).collect();
    let params: Vec<&(dyn ToSql + Sync)> =
        params.iter().map(|param| param as &(dyn ToSql + Sync)).collect();
    let rows = client.query(&statement, &params).await.map_err(|error| sql_error(&error))?;
    Ok(Rows {
        columns: statement.columns().iter().map(|column| column.name().to_owned()).collect(),
        rows: rows.iter().map(values).collect::<Result<_, _>>()?,
    })
}

fn sql_error(error: &tokio_postgres::Error) -> SqlError {
    match error.as_db_error() {
        Some(error) => SqlError::from_postgres(error.code().code(), error.message()),
        None if error.is_closed() => SqlError::of(SqlErrorKind::Away, error.to_string()),
        None => SqlError::of(SqlErrorKind::Other, format!("{error:?}")),
    }
}

/// A value, bound as what it is: a statement that forgets to cast is refused.
#[derive(Debug)]
struct Param<'a>(&'a Value);

impl ToSql for Param<'_> {
    fn to_sql(
        &self,
        kind: &Type,
        out: &mut BytesMut,
    ) -> Result<IsNull, Box<dyn std::error::Error + Sync + Send>> {
        match self.0 {
            Value::Null => Ok(IsNull::Yes),
            Value::Integer(integer) => integer.to_sql_checked(kind, out),
            Value::Real(real) => real.to_sql_checked(kind, out),
            Value::Text(text) => text.to_sql_checked(kind, out),
            Value::Blob(bytes) => bytes.to_sql_checked(kind, out),
        }
    }

    fn accepts(_: &Type) -> bool {
        true
    }

    fn encode_format(&self, _: &Type) -> Format {
        Format::Binary
    }

    to_sql_checked!();
}

fn values(row: &Row) -> Result<Vec<Value>, SqlError> {
    (0..row.len()).map(|column| value(row, column)).collect()
}

/// Only what every driver hands back: a statement that forgets to cast is refused.
fn value(row: &Row, column: usize) -> Result<Value, SqlError> {
    let kind = row.columns()[column].type_();
    let value = match *kind {
        Type::TEXT => row.try_get::<_, Option<String>>(column).map(Value::from),
        Type::INT2 => row.try_get::<_, Option<i16>>(column).map(|n| n.map(i64::from).into()),
        Type::INT4 => row.try_get::<_, Option<i32>>(column).map(|n| n.map(i64::from).into()),
        Type::INT8 => row.try_get::<_, Option<i64>>(column).map(Value::from),
        Type::FLOAT8 => {
            row.try_get::<_, Option<f64>>(column).map(|n| n.map_or(Value::Null, Value::Real))
        }
        Type::BYTEA => {
            let bytes = row.try_get::<_, Option<Vec<u8>>>(column);
            bytes.map(|bytes| bytes.map_or(Value::Null, Value::Blob))
        }
        ref other => {
            let unknown = format!("column {column} is {other}, which no driver hands back");
            return Err(SqlError::of(SqlErrorKind::Other, unknown));
        }
    };
    value.map_err(|error| sql_error(&error))
}
