//! Names to addresses.

use std::{io, net::SocketAddr};

use async_trait::async_trait;

/// A name service.
#[async_trait]
pub trait Resolve: Send + Sync {
    /// All addresses of `host`, which may be an address itself in any of its spellings.
    async fn resolve(&self, host: &str, port: u16) -> io::Result<Vec<SocketAddr>>;
}

/// The name service of the system.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemResolver;

#[async_trait]
impl Resolve for SystemResolver {
    async fn resolve(&self, host: &str, port: u16) -> io::Result<Vec<SocketAddr>> {
        Ok(tokio::net::lookup_host((host, port)).await?.collect())
    }
}
