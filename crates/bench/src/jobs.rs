//! Reminders by our own timers, by Dapr's jobs beside them, and by jobs alone that have no effect.

mod bare;
mod timers;

use std::time::Duration;

use anyhow::Result;

use crate::{Setup, site::Mode, stats::quantile, table::Row};

/// Reminders or jobs whose lateness is looked at.
const COUNT: u32 = 1_000;
/// The last of them is due so long after the first.
const WITHIN_MS: u32 = 10_000;
/// None is due before so long: whoever arms them shall be ready.
const LEAD: Duration = Duration::from_secs(12);
/// Registered at the same time.
const AT_ONCE: usize = 32;

/// What came of a schedule.
struct Fired {
    armed_per_second: f64,
    late_ms: Vec<f64>,
}

/// When the one of this number is due, after the first.
fn offset_ms(number: u32) -> i64 {
    i64::from(number * (WITHIN_MS / COUNT))
}

pub(crate) fn run(setup: &Setup) -> Result<Vec<Row>> {
    let mut timers = timers::fire(setup, Mode::Embedded)?;
    let mut jobs = timers::fire(setup, Mode::Jobs)?;
    let mut bare = bare::fire()?;
    let mut again = timers::fire(setup, Mode::Embedded)?;
    let mut rows = vec![
        Row::new(
            "tasks with a reminder created on Postgres, 32 at a time",
            (timers.armed_per_second, "/s"),
            ("bare Dapr jobs registered", bare.armed_per_second, "/s"),
            "-",
        ),
        Row::new(
            "tasks with a reminder created on Postgres, A/A",
            (timers.armed_per_second, "/s"),
            ("itself", again.armed_per_second, "/s"),
            "noise",
        ),
        Row::new(
            "tasks with a reminder created, and a Dapr job for each",
            (jobs.armed_per_second, "/s"),
            ("our timers alone", timers.armed_per_second, "/s"),
            "-",
        ),
    ];
    for (name, share) in [("p50", 0.5), ("p99", 0.99)] {
        let ours = quantile(&mut timers.late_ms, share);
        let mut row = |what: &str, ours, (peer, theirs), aim| {
            let what = format!("lateness of 1,000 in 10 s, {what}, {name}");
            rows.push(Row::new(what, (ours, "ms"), (peer, theirs, "ms"), aim));
        };
        let theirs = quantile(&mut bare.late_ms, share);
        let aim = if name == "p99" { "≤ 50 ms" } else { "-" };
        row("our timers", ours, ("bare Dapr jobs, no effect", theirs), aim);
        row("our timers, A/A", ours, ("itself", quantile(&mut again.late_ms, share)), "noise");
        let jobs = quantile(&mut jobs.late_ms, share);
        row("Dapr jobs beside our timers", jobs, ("our timers alone", ours), "-");
    }
    Ok(rows)
}
