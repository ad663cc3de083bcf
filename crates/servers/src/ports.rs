//! Where the servers listen, on 127.0.0.1 only.

use std::{
    net::{Ipv4Addr, TcpListener},
    sync::atomic::{AtomicU16, Ordering},
};

/// The first port of each server's block; a block has [`Ports::BLOCK`] places.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ports {
    /// Postgres.
    pub postgres: u16,
    /// Kafka; its controller takes the next one.
    pub kafka: u16,
    /// Scheduler; +2 health, +3 metrics, +4 and +5 its database.
    pub scheduler: u16,
    /// The first sidecar: HTTP, +1 gRPC, +2 internal, +3 metrics. The next one begins 10 further on.
    pub daprd: u16,
}

impl Default for Ports {
    fn default() -> Self {
        Self { postgres: 35432, kafka: 39092, scheduler: 35006, daprd: 33500 }
    }
}

impl Ports {
    /// So many ports belong to one server.
    pub const BLOCK: u16 = 10;

    /// Blocks that nobody listens on now, below those that the system gives to connections.
    #[must_use]
    pub fn free() -> Self {
        let daprd = free_block(4);
        Self { postgres: free_block(1), kafka: free_block(1), scheduler: free_block(1), daprd }
    }
}

/// The first port of so many blocks in a row. No two calls in a process get the same ones.
fn free_block(blocks: u16) -> u16 {
    const FIRST: u16 = 12_000;
    const ALL: u16 = 2_000;
    static NEXT: AtomicU16 = AtomicU16::new(0);
    // Processes at the same time begin in different places.
    let offset = u16::try_from(std::process::id() * 61 % u32::from(ALL)).unwrap_or(0);
    let mut first = FIRST;
    for _ in 0..ALL {
        let number = NEXT.fetch_add(blocks, Ordering::Relaxed).wrapping_add(offset) % ALL;
        first = FIRST + number * Ports::BLOCK;
        let mut ports = first..first + blocks * Ports::BLOCK;
        if ports.all(|port| TcpListener::bind((Ipv4Addr::LOCALHOST, port)).is_ok()) {
            break;
        }
    }
    first
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_two_get_the_same() {
        let (a, b) = (Ports::free(), Ports::free());
        let mut all: Vec<_> = [a, b]
            .iter()
            .flat_map(|ports| [ports.postgres, ports.kafka, ports.scheduler, ports.daprd])
            .collect();
        all.sort_unstable();
        assert!(all.windows(2).all(|pair| pair[1] - pair[0] >= Ports::BLOCK), "{all:?}");
    }

    #[test]
    fn one_that_is_taken_is_passed_over() {
        let taken = free_block(1);
        let _listener = TcpListener::bind((Ipv4Addr::LOCALHOST, taken + 3)).unwrap();
        assert_ne!(free_block(1), taken);
    }
}
