//! Whether traffic is welcome.

use std::sync::{
    Arc,
    atomic::{AtomicBool, AtomicU8, Ordering},
};

const STARTING: u8 = 0;
const READY: u8 = 1;
const STOPPING: u8 = 2;

/// Shared by the edge, which shows it, and the application, which changes it. What only carries events
/// plays no part: without it they wait, and all the rest goes on.
#[derive(Debug, Clone, Default)]
pub struct Health {
    phase: Arc<AtomicU8>,
    /// Nothing can be read or written.
    is_cut_off: Arc<AtomicBool>,
}

impl Health {
    /// Everything is up.
    pub fn set_ready(&self) {
        self.phase.store(READY, Ordering::Relaxed);
    }

    /// The process is about to stop; new work should go elsewhere.
    pub fn set_stopping(&self) {
        self.phase.store(STOPPING, Ordering::Relaxed);
    }

    /// Whether the database can be reached.
    pub fn set_stored(&self, is_there: bool) {
        self.is_cut_off.store(!is_there, Ordering::Relaxed);
    }

    /// Fails with the reason while new work should go elsewhere.
    pub fn check(&self) -> Result<(), &'static str> {
        match self.phase.load(Ordering::Relaxed) {
            READY if self.is_cut_off.load(Ordering::Relaxed) => Err("the database is away"),
            READY => Ok(()),
            STARTING => Err("starting"),
            _ => Err("stopping"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_ready_once_it_is_up_and_as_long_as_there_is_a_database() {
        let health = Health::default();
        assert_eq!(health.check(), Err("starting"));
        health.set_ready();
        assert_eq!(health.check(), Ok(()));
        health.set_stored(false);
        assert_eq!(health.check(), Err("the database is away"));
        health.set_stored(true);
        assert_eq!(health.check(), Ok(()));
        health.set_stored(false);
        health.set_stopping();
        assert_eq!(health.check(), Err("stopping"));
    }
}
