//! One round: a server, users at work, kills, and the reckoning.

use std::{
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, ensure};
use conformance::{Client, Server, User};
use rand::{Rng, SeedableRng, rngs::StdRng};
use rusqlite::Connection;

use crate::{
    client::{Habit, Stop, Writer},
    facts,
    fault::{self, Fault},
    findings::Findings,
    hasty,
    ledger::Ledger,
    reconcile::reconcile,
    rig::{End, check_integrity, file, follow, settle, setup},
};

/// Users at work, each with a connection of its own.
const USERS: usize = 6;
/// A process lives at most so long. Some die while they start.
const LIFE_MAX_MS: u64 = 600;
/// So often the files are disturbed between two lives; else the next process finds them exactly as
/// the kill left them.
const DISTURBED: f64 = 0.25;

/// What a round is to be.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Plan {
    pub(crate) seed: u64,
    pub(crate) kills: u32,
    pub(crate) fault: Fault,
}

impl Plan {
    /// Runs it and reports what was found.
    pub(crate) fn run(self) -> Result<Findings> {
        let begun = Instant::now();
        let mut findings = Findings::default();
        let mut server = Server::new(setup()?)?;
        server.start()?;
        let world = server.world()?;
        let users = (0..USERS).map(|_| world.user()).collect::<Result<Vec<_>>>()?;
        if self.fault != Fault::None {
            server.stop()?;
            self.fault.plant(&file(&server))?;
            server.start()?;
        }

        let end = End::default();
        let (ledgers, streamed) = thread::scope(|scope| -> Result<_> {
            let follower = scope.spawn(|| {
                let mut ids = Vec::new();
                follow(&world.events, &users[0].token, &end, |event| ids.push(event.id));
                ids
            });
            let _ends_anyway = end.or_at_once();
            let ledgers = self.load_and_kill(&mut server, &users, &mut findings)?;
            settle(&file(&server))?;
            let ids = facts::streamed(&Connection::open(file(&server))?, &users[0].name)?;
            end.at(ids.last().copied().unwrap_or(0));
            let seen = follower.join().ok().context("the follower ended in a bug")?;
            Ok((ledgers, (ids, seen)))
        })?;
        ensure!(server.stop()?.success(), "the server did not end in order");
        self.try_all_again(&mut server, &mut findings)?;
        self.reckon(&server, ledgers, streamed, &mut findings)?;
        findings.took = begun.elapsed();
        Ok(findings)
    }

    /// Lets the users work and kills the server under them, again and again.
    fn load_and_kill(
        self,
        server: &mut Server,
        users: &[User],
        findings: &mut Findings,
    ) -> Result<Vec<Ledger>> {
        let front = Front::before(server, users, self.fault)?;
        let stop = Stop::default();
        thread::scope(|scope| {
            let writers: Vec<_> = users
                .iter()
                .enumerate()
                .map(|(number, user)| {
                    let seed = self.seed.wrapping_mul(1000).wrapping_add(number as u64);
                    let client = Client::new(front.url(number), Some(&user.token));
                    let writer = Writer::new(client, &stop, &user.name, seed, front.habit);
                    scope.spawn(move || writer.work())
                })
                .collect();
            let killed = self.kill_again_and_again(server, findings);
            match &killed {
                Ok(()) => stop.after_what_is_begun(),
                Err(_) => stop.at_once(),
            }
            let ledgers = writers.into_iter().map(|writer| writer.join().ok());
            let ledgers = ledgers.collect::<Option<_>>().context("a writer ended in a bug")?;
            killed.map(|()| ledgers)
        })
    }

    fn kill_again_and_again(self, server: &mut Server, findings: &mut Findings) -> Result<()> {
        let mut rng = StdRng::seed_from_u64(self.seed);
        for _ in 0..self.kills {
            thread::sleep(Duration::from_millis(rng.random_range(0..LIFE_MAX_MS)));
            if self.fault == Fault::EndsByItself && findings.kills > 1 {
                server.stop()?;
            }
            server.kill()?;
            findings.kills += 1;
            check_integrity(&file(server))?;
            if rng.random_bool(DISTURBED) {
                findings.disturbed(fault::disturb(&file(server), &mut rng)?);
            }
            server.launch()?;
        }
        server.ready()
    }

    /// Now that everything has had its effect, tries to have effects twice; and every delivery that had
    /// one is made once more, and each has to be known by its id.
    fn try_all_again(self, server: &mut Server, findings: &mut Findings) -> Result<()> {
        let mut rng = StdRng::seed_from_u64(self.seed);
        findings.disturbed(fault::disturb(&file(server), &mut rng)?);
        let again = fault::deliver_all_again(&file(server))?;
        server.start()?;
        settle(&file(server))?;
        let known = server.counter("taskloom_duplicates_suppressed_total")?;
        ensure!(server.stop()?.success(), "the server did not end in order");
        findings.redelivered += again;
        if known != again as u64 {
            findings.doubled.push(format!("of {again} repeated deliveries {known} were known"));
        }
        Ok(())
    }

    /// Compares what was told with what is there, now that nobody writes any more.
    fn reckon(
        self,
        server: &Server,
        ledgers: Vec<Ledger>,
        (stored, seen): (Vec<u64>, Vec<u64>),
        findings: &mut Findings,
    ) -> Result<()> {
        check_integrity(&file(server))?;
        let database = Connection::open(file(server))?;
        let rows = facts::rows(&database)?;
        findings.next_instances = rows.iter().filter(|row| row.occurrence > Some(1)).count();
        findings.reminders = rows.iter().map(|row| row.triggers).sum();
        findings.streamed = seen.len();
        if seen != stored {
            let (seen, stored) = (seen.len(), stored.len());
            findings.odd.push(format!("a stream showed {seen} of {stored} events, or others"));
        }
        facts::check_invariants(&database, findings)?;
        reconcile(&ledgers, &rows, findings);
        let log = server.log()?;
        let is_bug =
            |line: &&str| line.contains("panicked") || line.contains("\"level\":\"ERROR\"");
        findings.odd.extend(log.lines().filter(is_bug).map(str::to_owned));
        for ledger in ledgers {
            findings.acknowledged += ledger.acknowledged;
            findings.cut += ledger.cut;
            findings.replayed += ledger.replayed;
            findings.odd.extend(ledger.odd);
        }
        Ok(())
    }
}

/// What the users talk to, and what they do there.
struct Front {
    urls: Vec<String>,
    habit: Habit,
    /// Keeps what stands in front of the server alive.
    _runtime: Option<tokio::runtime::Runtime>,
}

impl Front {
    fn before(server: &Server, users: &[User], fault: Fault) -> Result<Self> {
        if fault != Fault::AnswerBeforeCommit {
            return Ok(Self { urls: vec![server.url()], habit: Habit::All, _runtime: None });
        }
        let runtime = tokio::runtime::Runtime::new()?;
        let hasty =
            users.iter().map(|user| runtime.block_on(hasty::serve(&server.url(), &user.token)));
        let urls = hasty.collect::<Result<_, _>>()?;
        Ok(Self { urls, habit: Habit::CreateOnly, _runtime: Some(runtime) })
    }

    fn url(&self, number: usize) -> &str {
        &self.urls[number % self.urls.len()]
    }
}
