//! Faults that are planted in a system that is right, from outside: a matrix that does not see them
//! would see nothing.

use std::{sync::Mutex, thread::sleep, time::Duration};

use anyhow::{Context, Result, ensure};
use faults::{
    history::Kind,
    site::{Mode, array},
};

use crate::{
    acts::{self, Scene},
    cells::{Act, Processes},
    install,
    run::run,
    setting,
};

/// What was lost is not waited for as long as what is late.
const RESTED_WITHIN: Duration = Duration::from_secs(40);

/// One stack of servers at a time.
static ALONE: Mutex<()> = Mutex::new(());

/// Runs a cell with a fault and expects that it is found.
fn check(mode: Mode, processes: Processes, fault: Act, expected: &[Kind]) -> Result<()> {
    // A test that failed has left nothing behind.
    let _alone = ALONE.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
    if setting("TASKLOOM_FAULT_ONLY").is_some_and(|only| !only.contains("planted")) {
        return Ok(());
    }
    let mut site = install(mode)?;
    let report = run(&mut site, fault, processes, 7, RESTED_WITHIN)?;
    crate::say(&format!("planted, {}: {report}", mode.as_str()))?;
    let found = expected.iter().any(|kind| report.findings.count(*kind) > 0);
    ensure!(found, "none of {expected:?} was found: {report}");
    Ok(())
}

/// Nothing is known by its id: what comes again is done again.
fn inbox_off(scene: &mut Scene<'_>) -> Result<()> {
    scene.site.psql.run(
        "create function forget() returns trigger language plpgsql as $$ begin return null; end $$;
         create trigger forget before insert on inbox for each row execute function forget();",
    )?;
    sleep(Duration::from_secs(2));
    acts::redelivery(scene)
}

#[test]
fn a_missing_inbox_is_caught() -> Result<()> {
    let kinds = [Kind::Phantom, Kind::DoubledEffect, Kind::LostEffect];
    check(Mode::Embedded, Processes::One, inbox_off, &kinds)
}

/// Offsets are committed before there is an effect: while nothing can be stored, somebody else takes
/// what is there, in the name of the program.
fn offsets_ahead(scene: &mut Scene<'_>) -> Result<()> {
    let psql = scene.site.psql.clone();
    psql.run(
        "create function away() returns trigger language plpgsql as $$ begin
           raise exception 'not now' using errcode = '40001'; end $$;
         create trigger away before insert on inbox for each row execute function away();",
    )?;
    sleep(Duration::from_secs(2));
    scene.site.server.kill()?;
    let stranger = scene.site.stranger.as_ref().context("no broker")?;
    let taken = stranger.take_from("taskloom")?;
    psql.run("drop trigger away on inbox;")?;
    ensure!(taken > 0, "there was nothing to take");
    scene.site.server.start()
}

#[test]
fn offsets_that_are_committed_before_the_effect_are_caught() -> Result<()> {
    check(Mode::Kafka, Processes::One, offsets_ahead, &[Kind::LostEffect])
}

/// A job is dropped, and nobody sweeps.
fn dropped_reminders(scene: &mut Scene<'_>) -> Result<()> {
    scene.site.psql.run(
        "create function lose() returns trigger language plpgsql as $$ begin
           new.state := 'cancelled'; return new; end $$;
         create trigger lose before insert on reminders for each row execute function lose();",
    )?;
    sleep(Duration::from_secs(2));
    scene.site.psql.run("drop trigger lose on reminders;")?;
    Ok(())
}

#[test]
fn a_dropped_job_is_caught() -> Result<()> {
    check(Mode::Embedded, Processes::One, dropped_reminders, &[Kind::LostEffect])
}

/// A lease changes hands, and its number stays.
fn no_fence(scene: &mut Scene<'_>) -> Result<()> {
    scene.site.psql.run(
        "create function unfence() returns trigger language plpgsql as $$ begin
           new.fence := old.fence; return new; end $$;
         create trigger unfence before update on relay_leases for each row
           execute function unfence();",
    )?;
    acts::two_bridges(scene)?;
    // Whoever is left takes over.
    scene.site.server.kill()?;
    sleep(Duration::from_secs(17));
    scene.site.server.start()
}

#[test]
fn a_missing_fence_is_caught() -> Result<()> {
    check(Mode::Embedded, Processes::Two, no_fence, &[Kind::FenceBroken])
}

/// Events are marked before they are published, and some never are.
fn marked_first(scene: &mut Scene<'_>) -> Result<()> {
    scene.site.psql.run(
        "create function mark() returns trigger language plpgsql as $$ begin
           new.published_at := new.timestamp_ms; return new; end $$;
         create trigger mark before insert on events for each row execute function mark();",
    )?;
    sleep(Duration::from_secs(1));
    scene.site.psql.run("drop trigger mark on events;")?;
    Ok(())
}

#[test]
fn an_event_that_is_marked_before_it_is_published_is_caught() -> Result<()> {
    check(Mode::Kafka, Processes::One, marked_first, &[Kind::LostEvent])
}

/// A change without its events.
fn torn(scene: &mut Scene<'_>) -> Result<()> {
    sleep(Duration::from_secs(1));
    let of_users = array(scene.users);
    scene.site.psql.run(&format!(
        "update tasks set version = version + 1 where user_id = any({of_users}) and id in (
           select id from tasks where user_id = any({of_users}) order by created_at limit 1);"
    ))?;
    Ok(())
}

#[test]
fn a_change_without_its_events_is_caught() -> Result<()> {
    check(Mode::Embedded, Processes::One, torn, &[Kind::TornPair])
}
