//! An installation on real servers, with nothing in between: Postgres, a broker or a sidecar where the
//! mode has one, and the program.

mod dapr;

use anyhow::{Context, Result};
use servers::{Binaries, Kafka, Ports, Postgres};
use tempfile::TempDir;

use crate::{Setup, database::Database, server::Server};

pub(crate) use dapr::{App, Dapr};

/// Made together with the cluster.
const DATABASE: &str = "taskloom";
/// Of topics that the broker makes by itself; the program makes its own with as many.
const PARTITIONS: (&str, &str) = ("num.partitions", "12");

pub(crate) const UNPUBLISHED: &str =
    "select count(*)::float8 from events where published_at is null";

/// What carries events, and what wakes the program for reminders.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mode {
    /// The log itself, and timers in the process.
    Embedded,
    /// Kafka, and timers in the process.
    Kafka,
    /// Dapr for both, over Kafka.
    Dapr,
    /// The log itself, and jobs of Dapr.
    Jobs,
}

/// An installation. Dropped in the order of its fields: nobody loses a server that it still uses.
pub(crate) struct Site {
    pub(crate) server: Server,
    _dapr: Option<Dapr>,
    kafka: Option<Kafka>,
    pub(crate) postgres: Postgres,
    _folder: TempDir,
}

impl Site {
    /// Starts all of it, with empty data.
    pub(crate) fn start(setup: &Setup, mode: Mode) -> Result<Self> {
        let binaries = Binaries::from_env()?;
        let (folder, ports) = (folder()?, Ports::free());
        let postgres = Postgres::start(&binaries, folder.path(), ports.postgres)?;
        let mut environment = vec![("TASKLOOM_DATABASE_URL", url(&postgres, DATABASE))];
        let mut kafka = None;
        if matches!(mode, Mode::Kafka | Mode::Dapr) {
            let properties = [PARTITIONS];
            let port = ports.kafka;
            kafka = Some(Kafka::start_with(&binaries, folder.path(), port, &properties)?);
        }
        let brokers = kafka.as_ref().map(Kafka::brokers);
        let mut dapr = None;
        if matches!(mode, Mode::Dapr | Mode::Jobs) {
            let app = App::taskloom(ports);
            let started = Dapr::start(&binaries, folder.path(), ports, app, brokers.as_deref())?;
            environment.extend(started.environment());
            dapr = Some(started);
        }
        match (mode, brokers) {
            (Mode::Kafka, Some(brokers)) => {
                environment.push(("TASKLOOM_BUS", "kafka".to_owned()));
                environment.push(("TASKLOOM_KAFKA_BROKERS", brokers));
            }
            (Mode::Dapr, _) => environment.push(("TASKLOOM_BUS", "dapr".to_owned())),
            _ => {}
        }
        let server = Server::start(&Setup { environment, ..setup.clone() })?;
        if let Some(dapr) = &mut dapr {
            dapr.wait_for_app()?;
        }
        Ok(Self { server, _dapr: dapr, kafka, postgres, _folder: folder })
    }

    /// A client of its database.
    pub(crate) fn database(&self) -> Result<Database> {
        Database::open(&self.database_url())
    }

    pub(crate) fn database_url(&self) -> String {
        url(&self.postgres, DATABASE)
    }

    pub(crate) fn brokers(&self) -> Result<String> {
        Ok(self.kafka.as_ref().context("no broker")?.brokers())
    }

    /// Tokens of so many users.
    pub(crate) fn tokens(&self, users: usize) -> Result<Vec<String>> {
        (0..users).map(|user| self.server.token(&format!("user-{user:02}"))).collect()
    }

    /// Waits until every event has been published.
    pub(crate) fn settle(&self) -> Result<()> {
        self.database()?.until_none("unpublished events", UNPUBLISHED)
    }
}

/// A database of this server.
pub(crate) fn url(postgres: &Postgres, database: &str) -> String {
    format!("{}?sslmode=disable", postgres.url(database))
}

/// Where servers keep data and logs.
pub(crate) fn folder() -> Result<TempDir> {
    Ok(tempfile::Builder::new().prefix("bench-").tempdir()?)
}
