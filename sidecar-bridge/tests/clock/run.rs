//! One run: a server, users who want to be reminded, clients who wait, kills, and the reckoning.

use std::{
    sync::atomic::{AtomicUsize, Ordering},
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, ensure};
use conformance::{Server, User, World, now};
use rand::{Rng, SeedableRng, rngs::StdRng};
use rusqlite::Connection;

use crate::{
    arm::{Asked, Wishes},
    findings::Findings,
    plan::{Plan, USERS},
    reckon::{Away, check_log, reckon},
    rig::{End, check_integrity, file, settle, setup},
    watch::{Seen, watch},
};

/// Connections that create tasks.
const ARMERS: usize = 4;
/// How long the server is away after a kill: not at all, or so long that many are late.
const AWAY: [Duration; 3] =
    [Duration::from_millis(4500), Duration::ZERO, Duration::from_millis(700)];
const TELL_EVERY: Duration = Duration::from_secs(15);
const LOOK_AGAIN: Duration = Duration::from_millis(50);

/// Runs a plan and reports what was found.
pub(crate) fn run(plan: Plan) -> Result<Findings> {
    let begun = Instant::now();
    let mut server = Server::new(setup()?)?;
    server.start()?;
    let world = server.world()?;
    let users = (0..USERS).map(|_| world.user()).collect::<Result<Vec<_>>>()?;
    ensure!(server.stop()?.success(), "the server did not end in order");
    plan.fault.plant(&file(&server))?;
    server.start()?;

    let (asked, seen, away) = live(plan, &mut server, &world, &users)?;
    ensure!(server.stop()?.success(), "the server did not end in order");

    let mut findings = Findings { kills: away.len(), ..Findings::default() };
    reckon(&asked, &seen, &away, &mut findings);
    check_log(&Connection::open(file(&server))?, &asked, &mut findings)?;
    let log = server.log()?;
    let is_bug = |line: &&str| line.contains("panicked") || line.contains("\"level\":\"ERROR\"");
    findings.odd.extend(log.lines().filter(is_bug).map(str::to_owned));
    findings.took = begun.elapsed();
    Ok(findings)
}

/// What was asked for, what came, and when the server was away.
type Lived = (Vec<Asked>, Vec<Seen>, Vec<Away>);

fn live(plan: Plan, server: &mut Server, world: &World, users: &[User]) -> Result<Lived> {
    let timing = Timing::new(plan);
    let wishes = plan.wishes(now());
    let wishes = Wishes::new(&wishes, users);
    let ends: Vec<_> = users.iter().map(|_| End::default()).collect();
    thread::scope(|scope| {
        let came = &timing.came;
        let watchers: Vec<_> = users
            .iter()
            .zip(&ends)
            .enumerate()
            .map(|(number, (user, end))| {
                let one_more = || {
                    came.fetch_add(1, Ordering::Relaxed);
                };
                scope.spawn(move || watch(&world.events, (number, &user.token), end, one_more))
            })
            .collect();
        let armers: Vec<_> = (0..ARMERS).map(|_| scope.spawn(|| wishes.work())).collect();
        let _end_anyway: Vec<_> = ends.iter().map(End::or_at_once).collect();

        let away = kill_again_and_again(plan, server, &timing);
        if away.is_err() {
            wishes.give_up();
        }
        let asked: Vec<_> = armers.into_iter().map(|armer| armer.join().ok()).collect();
        let away = away?;
        let asked = asked.into_iter().map(|asked| asked.context("an armer ended in a bug")?);
        let asked = asked.collect::<Result<Vec<_>>>()?.concat();

        timing.until(1.0, &format!("{} kills", away.len()));
        settle(&file(server))?;
        for (user, end) in users.iter().zip(&ends) {
            end.at(last_streamed(&Connection::open(file(server))?, &user.name)?);
        }
        let seen = watchers.into_iter().map(|one| one.join().ok().context("a bug")?);
        Ok((asked, seen.collect::<Result<Vec<_>>>()?.concat(), away))
    })
}

fn kill_again_and_again(plan: Plan, server: &mut Server, timing: &Timing) -> Result<Vec<Away>> {
    let mut rng = StdRng::seed_from_u64(plan.seed);
    let mut away = Vec::new();
    for number in 0..plan.kills {
        // Somewhere in its part of the window, and the last one early enough to be back in it.
        let share = (number as f64 + rng.random_range(0.2..0.8)) / plan.kills as f64;
        timing.until(share, &format!("{number} kills"));
        server.kill()?;
        let from = now();
        check_integrity(&file(server))?;
        thread::sleep(AWAY[number % AWAY.len()]);
        server.start()?;
        away.push(Away { from, until: now() });
    }
    Ok(away)
}

/// When things happen.
struct Timing {
    begun: Instant,
    plan: Plan,
    /// Reminders that came so far.
    came: AtomicUsize,
}

impl Timing {
    fn new(plan: Plan) -> Self {
        Self { begun: Instant::now(), plan, came: AtomicUsize::new(0) }
    }

    /// Waits until this share of the window has passed, and now and then says how far it is.
    fn until(&self, share: f64, what: &str) {
        let all = self.plan.lead() + self.plan.window;
        let until = self.plan.lead() + self.plan.window.mul_f64(share);
        let mut told = 0;
        while self.begun.elapsed() < until {
            thread::sleep(LOOK_AGAIN);
            let now = self.begun.elapsed().as_secs();
            if now.is_multiple_of(TELL_EVERY.as_secs()) && now > told {
                told = now;
                let (all, asked) = (all.as_secs(), self.plan.reminders);
                let came = self.came.load(Ordering::Relaxed);
                println!("    {now} s of {all} s: {came} of {asked} reminders came, {what}");
            }
        }
    }
}

/// The last event that a user's streams show; 0 when there is none.
fn last_streamed(database: &Connection, user: &str) -> Result<u64> {
    let query = "select coalesce(max(seq), 0) from events
        where user_id = ?1 and topic in ('task-updates', 'reminders')";
    let last: i64 = database.query_row(query, [user], |row| row.get(0))?;
    Ok(last.try_into()?)
}
