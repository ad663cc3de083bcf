//! The hosts that the suite knows, each started in a folder of its own.

use std::{any::Any, path::Path};

use anyhow::Result;

use crate::{Server, Setup, World, spin::Peer};

/// A host that serves as long as this lives.
pub struct Host {
    world: World,
    /// The processes that serve it.
    _alive: Box<dyn Any>,
}

impl Host {
    /// `taskloom up`.
    pub fn embedded(setup: &Setup) -> Result<Self> {
        let mut server = Server::new(setup.clone())?;
        server.start()?;
        Ok(Self { world: server.world()?, _alive: Box::new(server) })
    }

    /// `spin up`, with `taskloom bridge` beside it for the events.
    pub fn spin(setup: &Setup, spin: &Path) -> Result<Self> {
        let (peer, world) = Peer::start(setup, spin)?;
        Ok(Self { world, _alive: Box::new(peer) })
    }

    /// What cases run against.
    pub fn world(&self) -> &World {
        &self.world
    }
}
