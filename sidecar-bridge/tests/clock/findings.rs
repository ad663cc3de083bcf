//! What a run came to.

use std::{fmt, time::Duration};

/// Figures, and everything that is not as it should be.
#[derive(Debug, Default)]
pub(crate) struct Findings {
    /// Reminders that had to fire.
    pub(crate) reminders: usize,
    /// Reminders that must not fire, because they were called off.
    pub(crate) called_off: usize,
    /// Processes killed.
    pub(crate) kills: usize,
    /// Milliseconds from the time of a reminder until it was with the client, for those that were
    /// due while the server ran; sorted.
    pub(crate) on_stream_ms: Vec<u64>,
    /// Milliseconds from the return of the server until a reminder was with the client, for those
    /// that were due while it was away; sorted.
    pub(crate) after_restart_ms: Vec<u64>,
    /// Digests of late reminders.
    pub(crate) digests: usize,
    /// How long it took.
    pub(crate) took: Duration,
    /// Fired before their time.
    pub(crate) early: Vec<String>,
    /// Did not fire, or did not come.
    pub(crate) lost: Vec<String>,
    /// Fired or came more than once, or though they were called off.
    pub(crate) doubled: Vec<String>,
    /// Anything else.
    pub(crate) odd: Vec<String>,
}

impl Findings {
    fn lists(&self) -> [(&'static str, &Vec<String>); 4] {
        [
            ("early", &self.early),
            ("lost", &self.lost),
            ("doubled", &self.doubled),
            ("odd", &self.odd),
        ]
    }

    /// Whether everything is as it should be.
    pub(crate) fn is_clean(&self) -> bool {
        self.lists().into_iter().all(|(_, list)| list.is_empty())
    }
}

impl fmt::Display for Findings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const SHOWN_MAX: usize = 10;
        let (on_time, after) = (&self.on_stream_ms, &self.after_restart_ms);
        write!(f, "{} reminders, {} kills", self.reminders, self.kills)?;
        for (name, list) in self.lists() {
            write!(f, ", {} {name}", list.len())?;
        }
        write!(
            f,
            "; {} called off; from its time to the client p50 {} ms, p99 {} ms, max {} ms; {} due \
             while the server was away, with the client {} ms after its return at the latest; {} \
             digests; {:.1} s",
            self.called_off,
            quantile(on_time, 0.5),
            quantile(on_time, 0.99),
            quantile(on_time, 1.0),
            after.len(),
            quantile(after, 1.0),
            self.digests,
            self.took.as_secs_f64(),
        )?;
        for (name, list) in self.lists() {
            for one in list.iter().take(SHOWN_MAX) {
                write!(f, "\n  {name}: {one}")?;
            }
        }
        Ok(())
    }
}

/// The value below which this share of sorted values lies; 0 when there are none.
fn quantile(sorted: &[u64], share: f64) -> u64 {
    let last = sorted.len().saturating_sub(1);
    sorted.get((last as f64 * share).round() as usize).copied().unwrap_or(0)
}
