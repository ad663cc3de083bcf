//! What is stored, whichever kind of database it is in: a file of ours or a Postgres.

use std::{path::PathBuf, time::Duration};

use host::{postgres, sqlite};
use store::Sql as _;
use tokio::sync::watch;

use super::{HostSql, PostgresSql, Storage, postgres::Patient};
use crate::config::Postgres;

/// The channel on which Postgres tells that there are new events.
const EVENTS: &str = "taskloom_events";
/// How long a statement of ours may run.
const STATEMENT_LIMIT: Duration = Duration::from_secs(30);
/// The share of the bridge in the connections of the process, and the fewest it gets.
const BRIDGE_PART: usize = 4;
const BRIDGE_MIN: usize = 2;

/// An open database. Cloning is cheap.
#[derive(Debug, Clone)]
pub enum Database {
    /// One file.
    Sqlite(sqlite::Database),
    /// A server.
    Postgres {
        /// The connections of the bridge.
        database: postgres::Database,
        /// Changes when somebody, here or elsewhere, stored events.
        stored: watch::Receiver<u64>,
        /// Its disk is not ours to watch: never holds anything.
        failed: watch::Sender<Option<sqlite::Error>>,
    },
}

impl Database {
    /// Opens or creates the file.
    pub fn sqlite(path: PathBuf, mode: sqlite::Mode) -> Result<Self, sqlite::Error> {
        sqlite::Database::open(&path, mode).map(Self::Sqlite)
    }

    /// Connects as the owner of the tables, and waits until the server answers.
    pub async fn postgres(settings: &Postgres) -> Result<Self, postgres::Error> {
        let pool = postgres::Settings {
            connections_max: bridge_part(settings),
            wait: settings.wait,
            statement: STATEMENT_LIMIT,
            ..postgres::Settings::default()
        };
        let database = postgres::Database::connect(&settings.url.address, pool)?;
        database.ping().await?;
        let stored = database.listen(EVENTS);
        Ok(Self::Postgres { database, stored, failed: watch::Sender::new(None) })
    }

    /// The way to the rows.
    pub fn storage(&self) -> Storage {
        match self {
            Self::Sqlite(database) => Storage::new(HostSql(database.clone())),
            Self::Postgres { database, .. } => Storage::new(PostgresSql(database.clone())),
        }
    }

    /// Changes when somebody may have stored events. A hint.
    pub fn committed(&self) -> watch::Receiver<u64> {
        match self {
            Self::Sqlite(database) => database.committed(),
            Self::Postgres { stored, .. } => stored.clone(),
        }
    }

    /// Holds an error once the disk has failed under a file of ours.
    pub fn failed(&self) -> watch::Receiver<Option<sqlite::Error>> {
        match self {
            Self::Sqlite(database) => database.failed(),
            Self::Postgres { failed, .. } => failed.subscribe(),
        }
    }

    /// Brings it to the schema of this version. Blocks the thread.
    pub fn migrate(&self) -> Result<u32, store::MigrateError> {
        match self {
            Self::Sqlite(database) => store::migrate(&HostSql(database.clone())),
            Self::Postgres { database, .. } => store::migrate(&Patient(database.clone())),
        }
    }

    /// Gives a role of Postgres the rights that components need. Blocks the thread.
    pub fn grant(&self, role: &str) -> Result<(), store::SqlError> {
        let Self::Postgres { database, .. } = self else { return Ok(()) };
        let sql = Patient(database.clone());
        store::grants(role).iter().try_for_each(|statement| sql.run(statement, &[]).map(drop))
    }

    /// The number of its schema. Blocks the thread.
    pub fn schema_version(&self) -> Result<u32, store::SqlError> {
        match self {
            Self::Sqlite(database) => store::schema_version(&HostSql(database.clone())),
            Self::Postgres { database, .. } => store::schema_version(&Patient(database.clone())),
        }
    }

    /// Puts it away: moves the log into the file, or ends the connections. Blocks the thread.
    pub fn close(&self) -> Result<(), sqlite::Error> {
        match self {
            Self::Sqlite(database) => database.close(),
            Self::Postgres { database, .. } => {
                database.close();
                Ok(())
            }
        }
    }
}

/// What the components may use of the connections of this process.
pub fn components_pool(settings: &Postgres) -> postgres::Settings {
    postgres::Settings {
        connections_max: settings.connections.saturating_sub(bridge_part(settings)),
        wait: settings.wait,
        trusted_roots: settings.app_url.address.root_certificates().cloned().into_iter().collect(),
        ..postgres::Settings::default()
    }
}

fn bridge_part(settings: &Postgres) -> usize {
    (settings.connections / BRIDGE_PART).max(BRIDGE_MIN)
}
