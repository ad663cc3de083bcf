//! All servers together.

use std::{
    path::{Path, PathBuf},
    thread,
};

use crate::{Binaries, Daprd, DaprdSettings, Error, ErrorKind, Kafka, Ports, Postgres, Scheduler};

/// Postgres, Kafka and the scheduler, and as many sidecars as were asked for. Dropping it kills all.
#[derive(Debug)]
pub struct Stack {
    // Dropped in this order: nobody loses a server that it still uses.
    /// Sidecars, in the order they were started.
    pub daprds: Vec<Daprd>,
    /// The scheduler.
    pub scheduler: Scheduler,
    /// The broker.
    pub kafka: Kafka,
    /// The database.
    pub postgres: Postgres,
    /// Where they listen.
    pub ports: Ports,
    binaries: Binaries,
    folder: PathBuf,
}

impl Stack {
    /// Starts all on the usual ports, with their data and logs below `dir`.
    ///
    /// # Errors
    /// When one of them does not get ready.
    pub fn start(binaries: &Binaries, dir: &Path) -> Result<Self, Error> {
        Self::start_on(binaries, dir, Ports::default())
    }

    /// The same on other ports.
    ///
    /// # Errors
    /// When one of them does not get ready.
    pub fn start_on(binaries: &Binaries, dir: &Path, ports: Ports) -> Result<Self, Error> {
        let (postgres, kafka, scheduler) = thread::scope(|scope| {
            let postgres = scope.spawn(|| Postgres::start(binaries, dir, ports.postgres));
            let kafka = scope.spawn(|| Kafka::start(binaries, dir, ports.kafka));
            let scheduler = Scheduler::start(binaries, dir, ports.scheduler);
            (postgres.join(), kafka.join(), scheduler)
        });
        let died = |_| Error::new("servers", ErrorKind::System, "a thread that starts one died");
        Ok(Self {
            daprds: vec![],
            scheduler: scheduler?,
            kafka: kafka.map_err(died)??,
            postgres: postgres.map_err(died)??,
            ports,
            binaries: binaries.clone(),
            folder: dir.to_owned(),
        })
    }

    /// Starts a sidecar beside them, on the next free ports and with this scheduler.
    ///
    /// # Errors
    /// When it does not get ready.
    pub fn daprd(&mut self, settings: DaprdSettings) -> Result<&mut Daprd, Error> {
        let number = u16::try_from(self.daprds.len()).unwrap_or(0);
        let settings = DaprdSettings {
            port: self.ports.daprd + number * Ports::BLOCK,
            scheduler: settings.scheduler.or_else(|| Some(self.scheduler.address())),
            ..settings
        };
        let started = Daprd::start(&self.binaries, &self.folder, settings)?;
        self.daprds.push(started);
        let last = self.daprds.len() - 1;
        Ok(&mut self.daprds[last])
    }
}
