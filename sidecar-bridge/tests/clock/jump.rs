//! The real binary under a wall clock that jumps by an hour, forward and back, as a suspended machine
//! or a corrected clock has it. `libfaketime` stands between the process and its clock; the clock by
//! which it waits goes on as it is.

use std::{
    fs,
    os::unix::fs::PermissionsExt,
    path::PathBuf,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, ensure};
use chrono::{DateTime, SecondsFormat, TimeDelta, Utc};
use conformance::{Event, Server, Stream, User, World, now, same};
use rusqlite::Connection;
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::rig::{file, setup};

/// Where Debian puts it; `TASKLOOM_FAKETIME` names another place, or `none`.
const LIBRARY: &str = "/usr/lib/x86_64-linux-gnu/faketime/libfaketimeMT.so.1";
/// Longer than the look at the clock that finds out, on a machine that does other things too.
const NOTICED_WITHIN: Duration = Duration::from_secs(10);
/// Several looks at the clock.
const QUIET: Duration = Duration::from_secs(4);
const HOUR: TimeDelta = TimeDelta::hours(1);

#[test]
fn an_hours_jump_makes_no_reminder_early_lost_or_doubled() -> Result<()> {
    let Some(mut rig) = Rig::new()? else { return Ok(()) };
    rig.remind("before", &[rig.now() + TimeDelta::seconds(1)])?;
    let in_jump: Vec<_> =
        (0..7).map(|n| rig.now() + TimeDelta::minutes(20) + TimeDelta::seconds(n)).collect();
    rig.remind("in the jump", &in_jump)?;
    rig.remind("after it", &[rig.now() + TimeDelta::minutes(90)])?;
    rig.expect("before", 1)?;

    // Forward: what was due in between comes at once, marked, as one digest; nothing else comes.
    rig.jump_to(HOUR)?;
    for event in rig.expect("in the jump", 7)? {
        let payload = event.payload();
        let late_ms = payload["late_by_ms"].as_i64().context("no lateness")?;
        let least = TimeDelta::minutes(39).num_milliseconds();
        ensure!((least..least + 120_000).contains(&late_ms), "{late_ms} ms late");
        same("size of the digest", &payload["digest"]["size"], &json!(7))?;
    }
    rig.remind("soon", &[rig.now() + TimeDelta::seconds(1)])?;
    rig.expect("soon", 1)?;
    rig.remind("not yet", &[rig.now() + TimeDelta::seconds(3)])?;

    // Back: its time is an hour away again, and what has fired stays fired.
    rig.jump_to(TimeDelta::zero())?;
    rig.expect_nothing()?;
    rig.remind("back", &[rig.now() + TimeDelta::seconds(1)])?;
    rig.expect("back", 1)?;
    rig.server.kill()?;
    rig.server.start()?;
    rig.listen()?;
    rig.expect_nothing()?;

    rig.jump_to(HOUR)?;
    rig.expect("not yet", 1)?;
    rig.expect_nothing()?;
    rig.check_log(11)
}

/// A harness that sees nothing would pass: the same jump without the library is none.
#[test]
fn without_a_jump_the_reminders_of_the_next_hour_do_not_come() -> Result<()> {
    let Some(mut rig) = Rig::new()? else { return Ok(()) };
    rig.remind("later", &[rig.now() + TimeDelta::minutes(20)])?;
    rig.jump_to(TimeDelta::zero())?;
    let error = rig.expect("later", 1).map(|events| events.len()).unwrap_err();
    ensure!(error.to_string().contains("0 of 1"), "{error:#}");
    Ok(())
}

/// A server whose clock jumps, and one user of it.
struct Rig {
    server: Server,
    world: World,
    user: User,
    stream: Stream,
    /// How far the server's clock is ahead of ours.
    ahead: TimeDelta,
    /// The last event that came.
    last: u64,
    folder: TempDir,
}

impl Rig {
    /// `None` when whoever runs the tests has said that there is no such library.
    fn new() -> Result<Option<Self>> {
        let Some(library) = library()? else { return Ok(None) };
        let folder = tempfile::tempdir()?;
        let mut setup = setup()?;
        let script = folder.path().join("taskloom");
        let lines = format!(
            "#!/bin/sh\nexport LD_PRELOAD='{}' FAKETIME_TIMESTAMP_FILE='{}'\n\
             export FAKETIME_NO_CACHE=1 FAKETIME_DONT_FAKE_MONOTONIC=1 DONT_FAKE_MONOTONIC=1\n\
             exec '{}' \"$@\"\n",
            library.display(),
            folder.path().join("ahead").display(),
            setup.taskloom.display(),
        );
        fs::write(&script, lines)?;
        fs::set_permissions(&script, fs::Permissions::from_mode(0o755))?;
        setup.taskloom = script;
        set_ahead(&folder, TimeDelta::zero())?;
        let mut server = Server::new(setup)?;
        server.start()?;
        let world = server.world()?;
        let user = world.user()?;
        let stream = user.stream(None)?;
        let ahead = TimeDelta::zero();
        Ok(Some(Self { server, world, user, stream, ahead, last: 0, folder }))
    }

    /// The time that the server sees.
    fn now(&self) -> DateTime<Utc> {
        now() + self.ahead
    }

    /// From now on the server's clock is so far ahead of ours.
    fn jump_to(&mut self, ahead: TimeDelta) -> Result<()> {
        set_ahead(&self.folder, ahead)?;
        self.ahead = ahead;
        // A token of another time is none.
        self.user.token = (self.world.mint)(&self.user.name)?;
        self.user.client = self.user.client.with_token(Some(&self.user.token));
        Ok(())
    }

    /// Opens the stream anew.
    fn listen(&mut self) -> Result<()> {
        self.stream = self.user.stream(Some(self.last))?;
        Ok(())
    }

    /// A task with reminders at these times.
    fn remind(&self, title: &str, at: &[DateTime<Utc>]) -> Result<()> {
        let text = |at: &DateTime<Utc>| at.to_rfc3339_opts(SecondsFormat::Millis, true);
        let reminders: Vec<Value> = at.iter().map(|at| json!({ "at": text(at) })).collect();
        self.user.create(&json!({ "title": title, "reminders": reminders })).map(drop)
    }

    /// Waits until so many reminders of this task have come; any other is an error.
    fn expect(&mut self, title: &str, count: usize) -> Result<Vec<Event>> {
        let mut came = Vec::new();
        let deadline = Instant::now() + NOTICED_WITHIN;
        while came.len() < count {
            let event = self.next(deadline)?;
            let event = event.with_context(|| format!("{} of {count} `{title}`", came.len()))?;
            same("the reminder that came", &event.payload()["title"], &json!(title))?;
            let (due, fired) =
                (time(&event.payload()["fire_at"])?, time(&event.data["timestamp"])?);
            ensure!(due <= fired && fired <= self.now(), "due {due}, fired {fired}");
            came.push(event);
        }
        Ok(came)
    }

    /// Waits a while, in which no reminder may come.
    fn expect_nothing(&mut self) -> Result<()> {
        match self.next(Instant::now() + QUIET)? {
            Some(event) => Err(anyhow::anyhow!("this came: {}", event.data)),
            None => Ok(()),
        }
    }

    /// The next reminder that comes by then.
    fn next(&mut self, deadline: Instant) -> Result<Option<Event>> {
        while let Some(event) = self.stream.next_before(deadline)? {
            self.last = event.id;
            if event.name == "reminder.trigger" {
                return Ok(Some(event));
            }
        }
        Ok(None)
    }

    /// So many reminders fired in all, each of them once.
    fn check_log(mut self, count: i64) -> Result<()> {
        ensure!(self.server.stop()?.success(), "the server did not end in order");
        let database = Connection::open(file(&self.server))?;
        let query = "select count(*), count(distinct payload ->> '$.reminder_id') from events
            where event_type = 'reminder.trigger'";
        let found = database.query_row(query, [], |row| Ok((row.get(0)?, row.get(1)?)))?;
        same("reminders in the log", found, (count, count))
    }
}

fn time(value: &Value) -> Result<DateTime<Utc>> {
    Ok(value.as_str().context("no time")?.parse()?)
}

/// Takes effect at once, and as a whole: the process reads it whenever it looks at its clock.
fn set_ahead(folder: &TempDir, ahead: TimeDelta) -> Result<()> {
    let new = folder.path().join("new");
    fs::write(&new, format!("+{}\n", ahead.num_seconds()))?;
    Ok(fs::rename(new, folder.path().join("ahead"))?)
}

fn library() -> Result<Option<PathBuf>> {
    #[expect(clippy::disallowed_methods, reason = "a test has no configuration file")]
    let named = std::env::var("TASKLOOM_FAKETIME").ok();
    match named.as_deref() {
        Some("none") => Ok(None),
        named => {
            let library = PathBuf::from(named.unwrap_or(LIBRARY));
            ensure!(
                library.is_file(),
                "there is no {}: install Debian's package `faketime`, or say \
                 TASKLOOM_FAKETIME=none to leave this test out",
                library.display()
            );
            Ok(Some(library))
        }
    }
}
