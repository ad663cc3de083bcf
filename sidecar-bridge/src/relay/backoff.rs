//! How long to wait before the next attempt.

use std::time::Duration;

use rand::Rng as _;

/// Doubles with every attempt up to a limit, with jitter, so that what failed together does not come
/// back together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Backoff {
    first: Duration,
    longest: Duration,
}

impl Backoff {
    /// Pauses of about `first`, then twice that, and so on up to `longest`.
    pub const fn new(first: Duration, longest: Duration) -> Self {
        Self { first, longest }
    }

    /// The pause after the given number of failures, the first being 1: between half of the full
    /// pause and all of it.
    pub fn pause(&self, failures: u32) -> Duration {
        let doublings = failures.saturating_sub(1).min(20);
        let full = self.first.saturating_mul(1 << doublings).min(self.longest);
        full.mul_f64(rand::rng().random_range(0.5..=1.0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_double_up_to_the_limit_and_never_vanish() {
        let backoff = Backoff::new(Duration::from_millis(100), Duration::from_secs(1));
        for (failures, full_ms) in
            [(0, 100), (1, 100), (2, 200), (3, 400), (4, 800), (5, 1000), (u32::MAX, 1000)]
        {
            for _ in 0..50 {
                let pause = backoff.pause(failures);
                assert!(pause <= Duration::from_millis(full_ms), "{failures}: {pause:?}");
                assert!(pause >= Duration::from_millis(full_ms / 2), "{failures}: {pause:?}");
            }
        }
    }
}
