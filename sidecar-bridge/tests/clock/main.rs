//! Reminders of the real binary by the real clock: none early, none lost, none doubled, whatever is
//! killed meanwhile; and how late they are.
//!
//! `TASKLOOM_CLOCK_REMINDERS` fire within `TASKLOOM_CLOCK_SECONDS` seconds, with
//! `TASKLOOM_CLOCK_KILLS` kills between them (2,000 in 60 with 3 when not said).
//! `TASKLOOM_CLOCK_SEED` says which choices are made; the seed of a run is printed.

#![expect(clippy::print_stdout, reason = "the figures of a run are its result")]

mod arm;
mod fault;
mod findings;
mod jump;
mod plan;
mod reckon;
#[path = "../rig/rig.rs"]
mod rig;
mod run;
mod watch;

use std::time::Duration;

use anyhow::Result;

use fault::Fault;
use findings::Findings;
use plan::Plan;
use rig::setting;

/// Later than anything is on a machine that does other things too. A timer that was forgotten and
/// found again by a later look is not later than that, one that waits for a restart is.
const LATE_MAX: Duration = Duration::from_secs(10);

#[test]
fn reminders_fire_once_and_in_time_whatever_is_killed() -> Result<()> {
    let plan = Plan {
        seed: setting("TASKLOOM_CLOCK_SEED", u64::from(std::process::id())),
        reminders: usize::try_from(setting("TASKLOOM_CLOCK_REMINDERS", 2000))?,
        window: Duration::from_secs(setting("TASKLOOM_CLOCK_SECONDS", 60)),
        kills: usize::try_from(setting("TASKLOOM_CLOCK_KILLS", 3))?,
        fault: Fault::None,
    };
    println!("seed {}", plan.seed);
    let findings = run::run(plan)?;
    println!("{findings}");
    assert!(findings.is_clean(), "seed {}: {findings}", plan.seed);
    assert_eq!((findings.kills, findings.reminders), (plan.kills, plan.reminders));
    // A run in which nothing was due while nobody ran proves little.
    assert!(!findings.after_restart_ms.is_empty() && findings.digests > 0, "{findings}");
    let latest_ms = findings.on_stream_ms.iter().chain(&findings.after_restart_ms).max();
    assert!(latest_ms.is_some_and(|ms| u128::from(*ms) < LATE_MAX.as_millis()), "{findings}");
    Ok(())
}

/// Plants a fault and expects that it is found.
#[track_caller]
fn check(fault: Fault, is_found: impl Fn(&Findings) -> bool) -> Result<()> {
    let window = Duration::from_secs(6);
    let findings = run::run(Plan { seed: 7, reminders: 100, window, kills: 1, fault })?;
    println!("{fault:?}: {findings}");
    assert!(is_found(&findings), "{fault:?} was not found: {findings}");
    Ok(())
}

#[test]
fn a_reminder_that_fires_a_second_early_is_caught() -> Result<()> {
    check(Fault::Early, |findings| !findings.early.is_empty() && findings.lost.is_empty())
}

#[test]
fn a_reminder_that_fires_twice_is_caught() -> Result<()> {
    check(Fault::Twice, |findings| !findings.doubled.is_empty() && findings.early.is_empty())
}

#[test]
fn a_reminder_that_is_dropped_is_caught() -> Result<()> {
    check(Fault::Drop, |findings| !findings.lost.is_empty() && findings.early.is_empty())
}

#[test]
fn a_run_without_a_fault_finds_nothing() -> Result<()> {
    check(Fault::None, Findings::is_clean)
}
