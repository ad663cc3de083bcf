//! What a run came to.

use std::{fmt, ops::AddAssign, time::Duration};

use crate::fault::Disturbance;

/// Figures, and everything that is not as it should be.
#[derive(Debug, Default)]
pub(crate) struct Findings {
    /// Processes killed.
    pub(crate) kills: u32,
    /// Writes acknowledged.
    pub(crate) acknowledged: u64,
    /// Requests that got no answer and were sent again.
    pub(crate) cut: u64,
    /// Of those, how many had been stored before their answer was cut.
    pub(crate) replayed: u64,
    /// Next instances that completions led to.
    pub(crate) next_instances: usize,
    /// Reminders that fired.
    pub(crate) reminders: i64,
    /// Events that streams saw.
    pub(crate) streamed: usize,
    /// Deliveries that were made again on purpose.
    pub(crate) redelivered: usize,
    /// Attempts to have an effect a second time that the database refused.
    pub(crate) refused_twins: usize,
    /// How long it took.
    pub(crate) took: Duration,
    /// Acknowledged and not there.
    pub(crate) lost: Vec<String>,
    /// There more than once.
    pub(crate) doubled: Vec<String>,
    /// Anything else.
    pub(crate) odd: Vec<String>,
}

impl Findings {
    /// Adds what was tried while the process was dead.
    pub(crate) fn disturbed(&mut self, by: Disturbance) {
        self.redelivered += by.redelivered;
        self.refused_twins += by.refused_twins;
    }

    /// Whether everything is as it should be.
    pub(crate) fn is_clean(&self) -> bool {
        [&self.lost, &self.doubled, &self.odd].into_iter().all(Vec::is_empty)
    }
}

impl AddAssign for Findings {
    fn add_assign(&mut self, other: Self) {
        self.kills += other.kills;
        self.acknowledged += other.acknowledged;
        self.cut += other.cut;
        self.replayed += other.replayed;
        self.next_instances += other.next_instances;
        self.reminders += other.reminders;
        self.streamed += other.streamed;
        self.redelivered += other.redelivered;
        self.refused_twins += other.refused_twins;
        self.took += other.took;
        self.lost.extend(other.lost);
        self.doubled.extend(other.doubled);
        self.odd.extend(other.odd);
    }
}

impl fmt::Display for Findings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const SHOWN_MAX: usize = 10;
        write!(
            f,
            "{} kills, {} acknowledged writes, {} lost, {} doubled, {} odd; {} requests cut, {} of \
             them stored before; {} next instances, {} reminders, {} streamed events, {} \
             redeliveries, {} twins refused; {:.1} s",
            self.kills,
            self.acknowledged,
            self.lost.len(),
            self.doubled.len(),
            self.odd.len(),
            self.cut,
            self.replayed,
            self.next_instances,
            self.reminders,
            self.streamed,
            self.redelivered,
            self.refused_twins,
            self.took.as_secs_f64(),
        )?;
        for (name, list) in [("lost", &self.lost), ("doubled", &self.doubled), ("odd", &self.odd)] {
            for one in list.iter().take(SHOWN_MAX) {
                write!(f, "\n  {name}: {one}")?;
            }
        }
        Ok(())
    }
}
