//! Reminders of 100,000 tasks that are due within ten minutes: what they weigh, how late they are, and
//! how long 20,000 of one second take the whole way: row, event, commit, relay. The peer is a process
//! that sleeps once for each of them and stores nothing.

mod armed;
pub(crate) mod sleeps;

use anyhow::Result;

use crate::{Setup, stats::quantile, table::Row};

use armed::Armed;

/// Reminders that wait.
const COUNT: u32 = 100_000;
/// The last of them fires so late.
const ALL_WITHIN_MS: u32 = 600_000;
/// Nothing fires before: whoever waits shall be ready.
const LEAD_MS: u32 = 5_000;

/// When they fire.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Schedule {
    /// All spread alike over the ten minutes, of which half a minute is watched.
    Steady,
    /// 20,000 in one second, the rest later.
    Burst,
}

impl Schedule {
    const ALL: [(&str, Self); 2] = [("steady", Self::Steady), ("burst", Self::Burst)];

    fn name(self) -> &'static str {
        match self {
            Self::Steady => "steady",
            Self::Burst => "burst",
        }
    }

    /// How many are watched, and in which time they fire.
    fn watched(self) -> (u32, u32) {
        match self {
            Self::Steady => (5_000, 30_000),
            Self::Burst => (20_000, 1_000),
        }
    }

    /// When each fires, in milliseconds after the beginning; those that are watched come first.
    fn offsets_ms(self) -> impl Iterator<Item = u32> {
        let (watched, within_ms) = self.watched();
        let first = (0..watched).map(move |n| LEAD_MS + spread(n, watched, within_ms));
        let rest_ms = LEAD_MS + within_ms + 60_000;
        let rest = COUNT - watched;
        first.chain((0..rest).map(move |n| rest_ms + spread(n, rest, ALL_WITHIN_MS - rest_ms)))
    }
}

fn spread(n: u32, count: u32, within_ms: u32) -> u32 {
    let ms = u64::from(n) * u64::from(within_ms) / u64::from(count);
    u32::try_from(ms).unwrap_or(u32::MAX)
}

/// What came of a schedule.
struct Fired {
    /// What waiting weighs.
    resident_mb: f64,
    /// Of those that were watched.
    late_ms: Vec<f64>,
    /// From the first moment to the last effect.
    drained_ms: f64,
}

pub(crate) fn run(setup: &Setup) -> Result<Vec<Row>> {
    let mut armed = Armed::new(setup)?;
    let (idle_mb, idle_again_mb) = (armed.idle_mb()?, armed.idle_mb()?);
    let mut steady = armed.fire(Schedule::Steady)?;
    let mut burst = armed.fire(Schedule::Burst)?;
    let again = armed.fire(Schedule::Burst)?;
    let mut peer_steady = sleeps::fire(Schedule::Steady)?;
    let mut peer_burst = sleeps::fire(Schedule::Burst)?;
    let peer = |value, unit| ("a sleep each, nothing stored", value, unit);
    let late = |what: &str, share, ours: &mut Fired, theirs: &mut Fired, aim| {
        let (ours, theirs) =
            (quantile(&mut ours.late_ms, share), quantile(&mut theirs.late_ms, share));
        Row::new(what, (ours, "ms"), peer(theirs, "ms"), aim)
    };
    let weight_mb = (steady.resident_mb - idle_mb).max(0.0);
    Ok(vec![
        Row::new(
            "100,000 armed reminders, memory",
            (weight_mb, "MB"),
            peer(peer_steady.resident_mb, "MB"),
            "≤ 0.1",
        ),
        Row::new(
            "the process without them, A/A",
            (idle_mb, "MB"),
            ("itself", idle_again_mb, "MB"),
            "noise",
        ),
        late("lateness among 167/s, p50", 0.5, &mut steady, &mut peer_steady, "-"),
        late("lateness among 167/s, p99", 0.99, &mut steady, &mut peer_steady, "≤ 50 ms"),
        late("lateness of 20,000 in one second, p50", 0.5, &mut burst, &mut peer_burst, "-"),
        late("lateness of 20,000 in one second, p99", 0.99, &mut burst, &mut peer_burst, "-"),
        Row::new(
            "20,000 due in one second, all published after",
            (burst.drained_ms / 1000.0, "s"),
            peer(peer_burst.drained_ms / 1000.0, "s"),
            "≤ 2 s",
        ),
        Row::new(
            "20,000 due in one second, A/A",
            (burst.drained_ms / 1000.0, "s"),
            ("itself", again.drained_ms / 1000.0, "s"),
            "noise",
        ),
    ])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_schedules_have_all_reminders_and_those_that_are_watched_first() {
        for (name, schedule) in Schedule::ALL {
            let offsets: Vec<_> = schedule.offsets_ms().collect();
            let (watched, within_ms) = schedule.watched();
            assert_eq!((offsets.len(), schedule.name()), (100_000, name));
            let (first, rest) = offsets.split_at(watched as usize);
            assert!(first.iter().all(|ms| (LEAD_MS..LEAD_MS + within_ms).contains(ms)), "{name}");
            assert!(rest.iter().all(|ms| (LEAD_MS + within_ms..ALL_WITHIN_MS).contains(ms)));
        }
    }
}
