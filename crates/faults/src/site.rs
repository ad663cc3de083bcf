//! One installation on real servers: a database, a broker or a sidecar where the mode has one, a
//! proxy before each of them, and the program.

mod broker;
mod dapr;
mod disk;
mod psql;
mod stranger;

use std::net::{Ipv4Addr, SocketAddr};

use anyhow::{Context, Result, ensure};
use conformance::{Server, Setup, World};
use servers::{Binaries, Kafka, Ports, Postgres};
use tempfile::TempDir;

use crate::proxy::{self, Proxy};

pub use dapr::Dapr;
pub use disk::Disk;
pub use psql::{Held, Psql, array};
pub use stranger::{POISON, Stranger, TOPICS, digest};

const DATABASE: &str = "app";

/// What carries events, and what wakes the program for reminders.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Mode {
    /// The log itself, and timers in the process.
    Embedded,
    /// Kafka, and timers in the process.
    Kafka,
    /// Dapr for both, over Kafka.
    Dapr,
}

impl Mode {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Embedded, Self::Kafka, Self::Dapr];

    /// As it is written.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Embedded => "postgres+embedded",
            Self::Kafka => "postgres+kafka",
            Self::Dapr => "postgres+dapr",
        }
    }
}

/// An installation. Dropped in the order of its fields: nobody loses a server that it still uses.
pub struct Site {
    /// A second process on the same database, when there is one.
    pub twin: Option<Server>,
    /// The program.
    pub server: Server,
    /// Its users.
    pub world: World,
    /// Between the program and its sidecar.
    pub to_daprd: Option<Proxy>,
    /// The sidecar.
    pub dapr: Option<Dapr>,
    /// Between the broker and whoever is not a stranger.
    pub to_kafka: Option<Proxy>,
    /// The broker.
    pub kafka: Option<Kafka>,
    /// Between the program and its database.
    pub to_postgres: Proxy,
    /// The database's server.
    pub postgres: Postgres,
    /// A client of the database, past the proxy.
    pub psql: Psql,
    /// A client of the broker, past the proxy.
    pub stranger: Option<Stranger>,
    /// Where the tables live, if they live on a disk of their own.
    pub disk: Option<Disk>,
    _folder: TempDir,
}

impl Site {
    /// Starts all of it, with empty data.
    pub fn start(mode: Mode, binaries: &Binaries, setup: Setup) -> Result<Self> {
        Self::start_on(mode, binaries, setup, false)
    }

    /// The same with the tables on a small disk, which needs the right to mount one.
    pub fn start_on_disk(mode: Mode, binaries: &Binaries, setup: Setup) -> Result<Self> {
        Self::start_on(mode, binaries, setup, true)
    }

    fn start_on(mode: Mode, binaries: &Binaries, setup: Setup, small: bool) -> Result<Self> {
        let folder = tempfile::Builder::new().prefix("faults-").tempdir()?;
        let ports = Ports::free();
        let postgres = Postgres::start(binaries, folder.path(), ports.postgres)?;
        let disk = if small { Some(Disk::mount(folder.path())?) } else { None };
        let psql = |database| Psql {
            program: binaries.postgres_bin.join("psql"),
            url: postgres.url(database),
        };
        let (maintenance, psql) = (psql("postgres"), psql(DATABASE));
        let space = match &disk {
            Some(disk) => {
                let path = disk.path().display();
                maintenance.run(&format!("create tablespace disk location '{path}';"))?;
                "disk"
            }
            None => "pg_default",
        };
        maintenance.run(&format!("create database {DATABASE} tablespace {space};"))?;
        let to_postgres = before(ports.postgres)?;

        let mut server = Server::new(setup)?;
        let address = to_postgres.address();
        let url = format!("postgres://postgres@{address}/{DATABASE}?sslmode=disable");
        server.set("TASKLOOM_DATABASE_URL", url);
        let (mut kafka, mut to_kafka, mut stranger) = (None, None, None);
        if mode != Mode::Embedded {
            let proxy = before(ports.kafka + broker::PROXIED)?;
            kafka = Some(broker::start(binaries, folder.path(), ports.kafka, proxy.address())?);
            let kcat = binaries.kcat.clone().context("`kcat` is missing; install it")?;
            let brokers = format!("127.0.0.1:{}", ports.kafka);
            stranger = Some(Stranger { kcat, brokers });
            to_kafka = Some(proxy);
        }
        let (mut dapr, mut to_daprd) = (None, None);
        match (&to_kafka, mode) {
            (Some(proxy), Mode::Kafka) => {
                server.set("TASKLOOM_BUS", "kafka");
                server.set("TASKLOOM_KAFKA_BROKERS", proxy.address().to_string());
            }
            (Some(proxy), Mode::Dapr) => {
                let brokers = proxy.address().to_string();
                let started = Dapr::start(binaries, folder.path(), ports, &brokers)?;
                let before = before(started.daprd.grpc_port())?;
                started.settings(before.address(), &mut server);
                (dapr, to_daprd) = (Some(started), Some(before));
            }
            _ => {}
        }
        server.start().context("the program does not start")?;
        let world = server.world()?;
        psql.run(AUDIT)?;
        Ok(Self {
            twin: None,
            server,
            world,
            to_daprd,
            dapr,
            to_kafka,
            kafka,
            to_postgres,
            postgres,
            psql,
            stranger,
            disk,
            _folder: folder,
        })
    }

    /// Everything runs again and lets everything pass, whatever was done to it.
    pub fn heal(&mut self) -> Result<()> {
        let proxies = [Some(&self.to_postgres), self.to_kafka.as_ref(), self.to_daprd.as_ref()];
        for proxy in proxies.into_iter().flatten() {
            if proxy.mode() != proxy::Mode::Forward {
                proxy.set(proxy::Mode::Forward);
            }
        }
        if let Some(disk) = &self.disk {
            disk.free();
        }
        self.postgres.begin()?;
        if let Some(kafka) = &mut self.kafka {
            kafka.begin()?;
        }
        if let Some(dapr) = &mut self.dapr {
            dapr.begin()?;
        }
        if !self.server.is_started() {
            self.server.start()?;
        }
        Ok(())
    }

    /// Starts a second process on the same database.
    pub fn start_twin(&mut self) -> Result<()> {
        let mut twin = self.server.twin()?;
        twin.start()?;
        self.twin = Some(twin);
        Ok(())
    }

    /// Ends it.
    pub fn stop_twin(&mut self) -> Result<()> {
        if let Some(mut twin) = self.twin.take() {
            ensure!(twin.stop()?.success(), "the twin did not end in order");
        }
        Ok(())
    }
}

/// Who held which bucket, in the order in which it came to be.
const AUDIT: &str = "
    create table if not exists audit_leases (
      position bigint generated always as identity, bucket bigint, owner text, fence bigint);
    create or replace function audit_lease() returns trigger language plpgsql as $$ begin
      insert into audit_leases (bucket, owner, fence) values (new.bucket, new.owner, new.fence);
      return null;
    end $$;
    create or replace trigger audit_lease after update on relay_leases for each row
      when (new.owner <> '' and (new.owner, new.fence) is distinct from (old.owner, old.fence))
      execute function audit_lease();";

/// A proxy before a port of this machine, whether or not somebody listens there yet.
fn before(port: u16) -> Result<Proxy> {
    let here = |port| SocketAddr::from((Ipv4Addr::LOCALHOST, port));
    Ok(Proxy::start(here(0), here(port))?)
}
