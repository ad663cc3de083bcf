//! Whether traffic is welcome.

use std::sync::{
    Arc,
    atomic::{AtomicU8, Ordering},
};

const STARTING: u8 = 0;
const READY: u8 = 1;
const STOPPING: u8 = 2;

/// Shared by the edge, which shows it, and the application, which changes it.
#[derive(Debug, Clone, Default)]
pub struct Health(Arc<AtomicU8>);

impl Health {
    /// Everything is up.
    pub fn set_ready(&self) {
        self.0.store(READY, Ordering::Relaxed);
    }

    /// The process is about to stop; new work should go elsewhere.
    pub fn set_stopping(&self) {
        self.0.store(STOPPING, Ordering::Relaxed);
    }

    /// Fails with the reason while new work should go elsewhere.
    pub fn check(&self) -> Result<(), &'static str> {
        match self.0.load(Ordering::Relaxed) {
            READY => Ok(()),
            STARTING => Err("starting"),
            _ => Err("stopping"),
        }
    }
}
