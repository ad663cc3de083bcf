//! kill -9 at random moments under load, then every acknowledged write is accounted for.
//!
//! `TASKLOOM_CRASH_KILLS` says how many kills (200 when not said), `TASKLOOM_CRASH_SEED` which
//! choices are made. The seed of a run is printed; the moments of the kills are as exact as the
//! machine is.

#![expect(clippy::print_stdout, reason = "the figures of a run are its result")]

mod client;
mod facts;
mod fault;
mod findings;
mod hasty;
mod ledger;
mod reconcile;
#[path = "../rig/rig.rs"]
mod rig;
mod run;

use std::time::{Duration, Instant};

use anyhow::Result;

use fault::Fault;
use rig::setting;
use run::Plan;

/// Kills between two reconciliations. Each round begins with an empty folder, so that looking at the
/// whole of it stays cheap.
const KILLS_PER_ROUND: u32 = 25;

#[test]
fn nothing_is_lost_or_doubled_by_kills() -> Result<()> {
    let kills = setting("TASKLOOM_CRASH_KILLS", 200);
    let seed = setting("TASKLOOM_CRASH_SEED", u64::from(std::process::id()));
    println!("seed {seed}, {kills} kills");
    let mut total = findings::Findings::default();
    for round in 0..kills.div_ceil(KILLS_PER_ROUND.into()) {
        let rest = kills - round * u64::from(KILLS_PER_ROUND);
        let kills = KILLS_PER_ROUND.min(u32::try_from(rest)?);
        let plan = Plan { seed: seed.wrapping_add(round), kills, fault: Fault::None };
        total += plan.run()?;
    }
    println!("{total}");
    assert!(total.is_clean(), "seed {seed}: {total}");
    assert_eq!(u64::from(total.kills), kills);
    // A run in which nothing was cut proves nothing.
    assert!(total.cut > 0 && total.refused_twins > 0, "{total}");
    assert!(total.replayed > 0 || kills < KILLS_PER_ROUND.into(), "{total}");
    Ok(())
}

/// Plants a fault and expects that it is found.
#[track_caller]
fn check(fault: Fault, is_found: impl Fn(&findings::Findings) -> bool) -> Result<()> {
    let findings = Plan { seed: 7, kills: 6, fault }.run()?;
    println!("{fault:?}: {findings}");
    assert!(is_found(&findings), "{fault:?} was not found: {findings}");
    Ok(())
}

#[test]
fn an_answer_before_the_commit_is_caught() -> Result<()> {
    check(Fault::AnswerBeforeCommit, |findings| !findings.lost.is_empty())
}

#[test]
fn a_missing_inbox_is_caught() -> Result<()> {
    check(Fault::InboxOff, |findings| !findings.doubled.is_empty())
}

#[test]
fn a_missing_unique_key_is_caught() -> Result<()> {
    check(Fault::NoUniqueKey, |findings| !findings.doubled.is_empty())
}

/// Whatever the harness waits for, it does not wait for ever.
#[test]
fn a_server_that_ends_by_itself_ends_the_run() {
    let begun = Instant::now();
    let outcome = Plan { seed: 7, kills: 6, fault: Fault::EndsByItself }.run();
    let error = outcome.map(|findings| findings.to_string()).unwrap_err();
    assert!(format!("{error:#}").contains("does not run"), "{error:#}");
    assert!(begun.elapsed() < Duration::from_secs(60), "after {:?}", begun.elapsed());
}

#[test]
fn a_run_without_a_fault_finds_nothing() -> Result<()> {
    check(Fault::None, |findings| findings.is_clean())
}
