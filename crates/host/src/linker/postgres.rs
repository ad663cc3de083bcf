//! `spin:postgres/postgres@4.0.0`: databases that the component's `allowed_outbound_hosts` name.
//!
//! A guest's connection is the right to use a database; a real one is taken from the pool when the
//! first statement runs and is the guest's alone until it drops its own.

mod types;

use wasmtime::{
    Result, StoreContextMut,
    component::{Linker, Resource, ResourceType},
};

use crate::{
    outbound::Target,
    postgres::{self, Address, Answer, Database, ErrorKind, Parameter, Session},
    state::State,
};

use types::{Error, ParameterValue, RowSet};

/// Connections that one guest may have at once.
const CONNECTIONS_MAX: usize = 4;

/// What the guest's resource stands for.
struct Connection {
    database: Database,
    session: Option<Session>,
}

type Statement = (Resource<Connection>, String, Vec<ParameterValue>);

pub(super) fn add(linker: &mut Linker<State>) -> Result<()> {
    let mut interface = linker.instance("spin:postgres/postgres@4.0.0")?;
    interface.resource(
        "connection",
        ResourceType::host::<Connection>(),
        |mut store, connection| {
            let state = store.data_mut();
            state.table.delete(Resource::<Connection>::new_own(connection))?;
            state.postgres_open = state.postgres_open.saturating_sub(1);
            Ok(())
        },
    )?;
    interface.func_wrap("[static]connection.open", |mut store, (address,): (String,)| {
        Ok((open(store.data_mut(), &address)?,))
    })?;
    interface.func_wrap_async(
        "[method]connection.query",
        |mut store, (connection, statement, params): Statement| {
            Box::new(async move {
                let answer = run(&mut store, connection, &statement, params).await;
                Ok((answer.and_then(RowSet::try_from),))
            })
        },
    )?;
    interface.func_wrap_async(
        "[method]connection.execute",
        |mut store, (connection, statement, params): Statement| {
            Box::new(async move {
                let answer = run(&mut store, connection, &statement, params).await;
                Ok((answer.map(|answer| answer.affected),))
            })
        },
    )
}

fn open(state: &mut State, text: &str) -> Result<std::result::Result<Resource<Connection>, Error>> {
    if state.postgres_open >= CONNECTIONS_MAX {
        return Ok(Err(Error::ConnectionFailed("too many connections".to_owned())));
    }
    match database(state, text) {
        Ok(database) => {
            state.postgres_open += 1;
            Ok(Ok(state.table.push(Connection { database, session: None })?))
        }
        Err(why) => Ok(Err(Error::ConnectionFailed(why))),
    }
}

/// The component's pool for this address, if the address is one that it may use.
fn database(state: &State, text: &str) -> std::result::Result<Database, String> {
    let unit = &state.app.units[state.component];
    if let Some(database) = unit.postgres.known(text) {
        return Ok(database);
    }
    let address: Address = text.parse().map_err(|why| format!("the address {why}"))?;
    for (host, port) in address.endpoints() {
        let target = Target::Outside { host, port };
        let is_open = |entry: &crate::outbound::AllowedHost| {
            let is_named = entry.names_its_host() || state.app.allow_private_networks;
            is_named && entry.allows("postgres", target)
        };
        if !unit.outbound.iter().any(is_open) {
            let component = &*unit.id;
            tracing::warn!(
                component.id = component,
                server.address = host,
                server.port = port,
                "component `{component}`: refused a connection to `postgres://{host}:{port}`: \
                 it is not in `allowed_outbound_hosts` by its name"
            );
            return Err(format!("address postgres://{host}:{port} is not permitted"));
        }
    }
    unit.postgres.open(text, &address)
}

async fn run(
    store: &mut StoreContextMut<'_, State>,
    connection: Resource<Connection>,
    statement: &str,
    params: Vec<ParameterValue>,
) -> std::result::Result<Answer, Error> {
    let params: std::result::Result<Vec<Parameter>, _> =
        params.into_iter().map(Parameter::try_from).collect();
    let params = params?;
    let Ok(connection) = store.data_mut().table.get_mut(&connection) else {
        return Err(Error::ConnectionFailed("no connection found".to_owned()));
    };
    let session = match &mut connection.session {
        Some(session) => session,
        empty => {
            let session = connection.database.session().await;
            empty.insert(session.map_err(|error| Error::ConnectionFailed(error.message))?)
        }
    };
    let limit = connection.database.statement_limit();
    session.run(statement, &params, limit).await.map_err(Error::from)
}

impl From<postgres::Error> for Error {
    fn from(error: postgres::Error) -> Self {
        match error.kind {
            // Spin calls it a failed query without a code; a guest has to know what to do next.
            ErrorKind::Away | ErrorKind::Busy | ErrorKind::Timeout if error.sqlstate.is_none() => {
                Self::ConnectionFailed(error.message)
            }
            ErrorKind::Invalid => Self::BadParameter(error.message),
            ErrorKind::TooBig => Self::Other(error.message),
            ErrorKind::Away | ErrorKind::Busy | ErrorKind::Timeout | ErrorKind::Refused => {
                let code = error.sqlstate.clone().unwrap_or_default();
                types::refused(&code, error)
            }
        }
    }
}
