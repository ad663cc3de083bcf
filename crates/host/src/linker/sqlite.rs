//! `fermyon:spin/sqlite@2.0.0`. A guest's connection is only the right to use a database; the real
//! connections are shared, and nothing of one request stays in them for the next.

use wasmtime::{
    Result,
    component::{ComponentType, Lift, Linker, Lower, Resource, ResourceType},
};

use crate::{
    sqlite::{self, Database, ErrorKind},
    state::State,
};

/// What the guest's resource stands for.
struct Connection(Database);

#[derive(ComponentType, Lift, Lower)]
#[component(variant)]
enum Value {
    #[component(name = "integer")]
    Integer(i64),
    #[component(name = "real")]
    Real(f64),
    #[component(name = "text")]
    Text(String),
    #[component(name = "blob")]
    Blob(Vec<u8>),
    #[component(name = "null")]
    Null,
}

#[derive(ComponentType, Lift, Lower)]
#[component(variant)]
enum Error {
    #[component(name = "no-such-database")]
    NoSuchDatabase,
    #[component(name = "access-denied")]
    AccessDenied,
    #[component(name = "invalid-connection")]
    InvalidConnection,
    #[component(name = "database-full")]
    DatabaseFull,
    #[component(name = "io")]
    Io(String),
}

#[derive(ComponentType, Lift, Lower)]
#[component(record)]
struct RowResult {
    values: Vec<Value>,
}

#[derive(ComponentType, Lift, Lower)]
#[component(record)]
struct QueryResult {
    columns: Vec<String>,
    rows: Vec<RowResult>,
}

pub(super) fn add(linker: &mut Linker<State>) -> Result<()> {
    let mut interface = linker.instance("fermyon:spin/sqlite@2.0.0")?;
    interface.resource(
        "connection",
        ResourceType::host::<Connection>(),
        |mut store, connection| {
            store.data_mut().table.delete(Resource::<Connection>::new_own(connection))?;
            Ok(())
        },
    )?;
    interface.func_wrap("[static]connection.open", |mut store, (label,): (String,)| {
        Ok((open(store.data_mut(), &label)?,))
    })?;
    interface.func_wrap_async(
        "[method]connection.execute",
        |store, (connection, statement, parameters): (Resource<Connection>, String, Vec<Value>)| {
            Box::new(async move {
                let Ok(Connection(database)) = store.data().table.get(&connection) else {
                    return Ok((Err(Error::InvalidConnection),));
                };
                let database = database.clone();
                let parameters = parameters.into_iter().map(Into::into).collect();
                let outcome = database.query(&statement, parameters).await;
                Ok((outcome.map(QueryResult::from).map_err(Error::from),))
            })
        },
    )
}

fn open(state: &mut State, label: &str) -> Result<Result<Resource<Connection>, Error>> {
    match state.app.units[state.component].databases.get(label) {
        Some(database) => Ok(Ok(state.table.push(Connection(database.clone()))?)),
        None => Ok(Err(Error::AccessDenied)),
    }
}

impl From<Value> for sqlite::Value {
    fn from(value: Value) -> Self {
        match value {
            Value::Integer(number) => Self::Integer(number),
            Value::Real(number) => Self::Real(number),
            Value::Text(text) => Self::Text(text),
            Value::Blob(bytes) => Self::Blob(bytes),
            Value::Null => Self::Null,
        }
    }
}

impl From<sqlite::Value> for Value {
    fn from(value: sqlite::Value) -> Self {
        match value {
            sqlite::Value::Integer(number) => Self::Integer(number),
            sqlite::Value::Real(number) => Self::Real(number),
            sqlite::Value::Text(text) => Self::Text(text),
            sqlite::Value::Blob(bytes) => Self::Blob(bytes),
            sqlite::Value::Null => Self::Null,
        }
    }
}

impl From<sqlite::Rows> for QueryResult {
    fn from(rows: sqlite::Rows) -> Self {
        let row = |row: Vec<sqlite::Value>| RowResult {
            values: row.into_iter().map(Value::from).collect(),
        };
        Self { columns: rows.columns, rows: rows.rows.into_iter().map(row).collect() }
    }
}

impl From<sqlite::Error> for Error {
    fn from(error: sqlite::Error) -> Self {
        match error.kind {
            ErrorKind::Full => Self::DatabaseFull,
            _ => Self::Io(error.message),
        }
    }
}
