//! Points of the program at which it can be held: it is about to do something in the database, and a
//! trigger keeps it waiting there.

use std::{
    thread::sleep,
    time::{Duration, Instant},
};

use anyhow::{Result, bail};
use faults::site::{Held, Psql};

/// The lock that triggers wait for.
const LOCK: u32 = 7707;
const REACHED_WITHIN: Duration = Duration::from_secs(20);

/// Where the program is held.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Point {
    /// A change and its events are about to be stored.
    Write,
    /// Events were published, and are about to be marked so.
    Mark,
    /// A handler was called, and its effects are about to be stored.
    Effect,
    /// A reminder is about to fire.
    Fire,
}

impl Point {
    fn trigger(self) -> (&'static str, &'static str) {
        match self {
            Self::Write => ("events", "before insert on events for each row"),
            Self::Mark => (
                "events",
                "before update of published_at on events for each row
                   when (old.published_at is null and new.published_at is not null)",
            ),
            Self::Effect => ("inbox", "before insert on inbox for each row"),
            Self::Fire => (
                "reminders",
                "before update of state on reminders for each row when (new.state = 'fired')",
            ),
        }
    }

    /// Waits until the program is there.
    pub(crate) fn hold(self, psql: &Psql) -> Result<Reached> {
        let (table, when) = self.trigger();
        let lock = psql.hold(&format!("select pg_advisory_lock({LOCK})"))?;
        psql.run(&format!(
            "create or replace function hold() returns trigger language plpgsql as $$ begin
               perform pg_advisory_xact_lock_shared({LOCK}); return new; end $$;
             create trigger hold {when} execute function hold();"
        ))?;
        let reached = Reached { table, lock };
        let deadline = Instant::now() + REACHED_WITHIN;
        while psql.number(WAITING)? == 0 {
            if Instant::now() > deadline {
                reached.release(psql, false)?;
                bail!("{self:?} was not reached within {REACHED_WITHIN:?}");
            }
            sleep(Duration::from_millis(10));
        }
        Ok(reached)
    }
}

const WAITING: &str = "select count(*) from pg_locks where locktype = 'advisory' and not granted
    and objid = 7707";

/// The program waits there.
#[derive(Debug)]
pub(crate) struct Reached {
    table: &'static str,
    lock: Held,
}

impl Reached {
    /// Those that wait go on, or are undone.
    pub(crate) fn release(self, psql: &Psql, undo: bool) -> Result<()> {
        if undo {
            psql.run(
                "select count(pg_terminate_backend(pid)) from pg_locks
                 where locktype = 'advisory' and not granted and objid = 7707;",
            )?;
        }
        drop(self.lock);
        psql.run(&format!("drop trigger hold on {};", self.table))?;
        Ok(())
    }
}
