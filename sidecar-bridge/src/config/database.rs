//! Where the data is: settings that begin with `database_`, or stand in `[database]`. Without them it
//! is a file in the data folder.

use std::time::Duration;

use ::notify::Secret;
use host::postgres::Address;

use super::reader::Reader;

/// Fewest connections with which both the bridge and the components get on.
const CONNECTIONS_MIN: u64 = 4;

/// The Postgres that everything is in.
#[derive(Debug, Clone)]
pub struct Postgres {
    /// How the bridge gets in: as the owner of the tables.
    pub url: DatabaseUrl,
    /// How components get in; the same unless an application's role is set up.
    pub app_url: DatabaseUrl,
    /// Connections of this process, all together.
    pub connections: usize,
    /// How long to wait for one.
    pub wait: Duration,
}

/// The address of a database, with what it takes to get in. Its password is shown by nothing.
#[derive(Debug, Clone)]
pub struct DatabaseUrl {
    text: Secret,
    /// The same, for those who connect.
    pub address: Address,
}

impl DatabaseUrl {
    /// The whole text, for a component.
    pub fn reveal(&self) -> &str {
        self.text.reveal()
    }

    /// `host:port`, as it is written in the manifest.
    pub fn endpoint(&self) -> String {
        let endpoint = |(host, port): (&str, u16)| match host.contains(':') {
            true => format!("[{host}]:{port}"),
            false => format!("{host}:{port}"),
        };
        self.address.endpoints().next().map(endpoint).unwrap_or_default()
    }
}

/// Reads all of them; what is wrong is kept by `read`.
pub(super) fn read(read: &mut Reader) -> Option<Option<Postgres>> {
    let url = url(read, "database_url");
    let app_url = self::url(read, "database_app_url");
    let connections: Option<u64> = read.value("database_connections");
    let wait: Option<u64> = read.value("database_wait_ms");
    if connections.is_some_and(|connections| connections < CONNECTIONS_MIN) {
        read.problem("`database_connections` has to be at least 4");
    }
    let (connections, wait) = (connections?, Duration::from_millis(wait?));
    let Some(url) = url else {
        if app_url.is_some() {
            read.needs("database_app_url", "database_url", false);
        }
        return Some(None);
    };
    let app_url = app_url.unwrap_or_else(|| url.clone());
    let connections = usize::try_from(connections).unwrap_or(usize::MAX);
    Some(Some(Postgres { url, app_url, connections, wait }))
}

fn url(read: &mut Reader, key: &'static str) -> Option<DatabaseUrl> {
    let text = read.secret(key)?;
    let address: Address =
        text.reveal().parse().map_err(|error| read.problem(&format!("`{key}` {error}"))).ok()?;
    if address.endpoints().count() > 1 {
        read.problem(&format!("`{key}` names several hosts; one is supported"));
        return None;
    }
    Some(DatabaseUrl { text, address })
}
