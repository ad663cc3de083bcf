//! One cell: users write, something breaks, everything heals, and the reckoning.

use std::{
    fmt,
    sync::atomic::{AtomicBool, Ordering},
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context, Result};
use conformance::now;
use faults::{
    history::{Findings, History, Kind, State, check},
    site::{Psql, Site, array},
};
use rand::{SeedableRng, rngs::StdRng};

use crate::{
    acts::Scene,
    cells::{Act, Processes},
    evidence,
    writer::{Ledger, Writer},
};

const USERS: usize = 5;
/// Users are well under way when something breaks, and go on for a little when it is over.
const BEFORE: Duration = Duration::from_millis(700);
const AFTER: Duration = Duration::from_millis(500);
/// Longer than what is under way may take once everything has healed.
pub(crate) const RESTED_WITHIN: Duration = Duration::from_secs(120);
const LOOK_AGAIN: Duration = Duration::from_millis(50);

/// What came of a cell.
#[derive(Debug)]
pub(crate) struct Report {
    pub(crate) acknowledged: usize,
    events: usize,
    records: Option<usize>,
    instances: usize,
    reminders: usize,
    repeated: u64,
    internal: u64,
    drained: Option<Duration>,
    took: Duration,
    pub(crate) findings: Findings,
    pub(crate) odd: Vec<String>,
}

impl Report {
    /// Nothing was lost, doubled or torn, and nothing else was wrong.
    pub(crate) fn is_clean(&self) -> bool {
        self.findings.is_clean() && self.odd.is_empty()
    }
}

/// Runs one cell.
pub(crate) fn run(
    site: &mut Site,
    act: Act,
    processes: Processes,
    seed: u64,
    rested_within: Duration,
) -> Result<Report> {
    let begun = Instant::now();
    let since_ms = now().timestamp_millis();
    if processes != Processes::One {
        site.start_twin()?;
    }
    let own = site.server.url();
    let urls = match (processes, &site.twin) {
        (Processes::Two, Some(twin)) => vec![own, twin.url()],
        (Processes::Second, Some(twin)) => vec![twin.url()],
        _ => vec![own],
    };
    let users = (0..USERS).map(|_| site.world.user()).collect::<Result<Vec<_>>>()?;
    let names: Vec<_> = users.iter().map(|user| user.name.clone()).collect();
    let panics = panics(site)?;
    let stop = AtomicBool::new(false);
    let (ledgers, acted) = thread::scope(|scope| -> Result<_> {
        let writers: Vec<_> = users
            .iter()
            .zip(0..)
            .map(|(user, number)| {
                let seed = seed.wrapping_mul(1000).wrapping_add(number);
                let writer = Writer::new(&urls, (&user.name, &user.token), &stop, seed);
                scope.spawn(move || writer.work())
            })
            .collect();
        thread::sleep(BEFORE);
        let rng = StdRng::seed_from_u64(seed);
        let acted = act(&mut Scene { site, users: &names, rng });
        if acted.is_ok() {
            thread::sleep(AFTER);
        }
        stop.store(true, Ordering::Relaxed);
        // Who waits for an answer gets one only from something that works.
        let healed = site.heal();
        let ledgers = writers.into_iter().map(|writer| writer.join().ok());
        let ledgers =
            ledgers.collect::<Option<Vec<Ledger>>>().context("a writer ended in a bug")?;
        healed?;
        Ok((ledgers, acted))
    })?;
    site.stop_twin()?;
    let drained = rest(&site.psql, &names, &ledgers, rested_within)?;
    let mut report = reckon(site, ledgers, &names, since_ms)?;
    report.drained = drained;
    report.took = begun.elapsed();
    if drained.is_none() {
        report.odd.push(format!("did not come to rest within {rested_within:?}"));
    }
    if self::panics(site)? > panics {
        report.odd.push("the program panicked: see its log".to_owned());
    }
    if let Err(error) = acted {
        report.odd.push(format!("{error:#}"));
    }
    Ok(report)
}

/// How often the program has panicked so far.
fn panics(site: &Site) -> Result<usize> {
    Ok(site.server.log()?.matches("panicked at").count())
}

/// Waits until nothing is under way any more; how long that took.
fn rest(
    psql: &Psql,
    users: &[String],
    ledgers: &[Ledger],
    within: Duration,
) -> Result<Option<Duration>> {
    let of_users = format!("user_id = any({})", array(users));
    let under_way = format!(
        "select (select count(*) from events where {of_users} and published_at is null)
           + (select count(*) from reminders where {of_users} and state = 'scheduled'
                and fire_at <= 1000 * extract(epoch from clock_timestamp()) + 5000)
           + (select count(*) from tasks t where {of_users} and status = 'done'
                and series_id is not null and not exists (select from tasks n
                  where n.user_id = t.user_id and n.series_id = t.series_id
                    and n.occurrence = t.occurrence + 1))"
    );
    let due_ms = ledgers.iter().flat_map(|ledger| &ledger.promises).map(|one| one.fire_at_ms).max();
    let begun = Instant::now();
    let mut deadline = begun + within;
    while begun.elapsed() < within {
        // Reminders that are not due yet are not late.
        if due_ms.is_some_and(|due_ms| now().timestamp_millis() < due_ms) {
            deadline = Instant::now() + within;
        } else if psql.number(&under_way)? == 0 {
            let took = begun.elapsed();
            // What was begun and has no name in the database: handlers of what was just published.
            thread::sleep(LOOK_AGAIN * 4);
            if psql.number(&under_way)? == 0 {
                return Ok(Some(took));
            }
        }
        if Instant::now() > deadline {
            break;
        }
        thread::sleep(LOOK_AGAIN);
    }
    Ok(None)
}

fn reckon(site: &Site, ledgers: Vec<Ledger>, users: &[String], since_ms: i64) -> Result<Report> {
    let repeated = ledgers.iter().map(|ledger| ledger.repeated).sum();
    let internal = ledgers.iter().map(|ledger| ledger.internal).sum();
    let odd = ledgers.iter().flat_map(|ledger| ledger.odd.clone()).collect();
    let rested_at_ms = now().timestamp_millis();
    // Broker and database have one clock here; the margin is for records that waited in a batch.
    let stranger = site.stranger.as_ref();
    let history = evidence::collect(&site.psql, stranger, ledgers, since_ms - 1000, rested_at_ms)?;
    let mut findings = check(&history);
    for letter in evidence::dead_letters(&site.psql, users)? {
        findings.add(Kind::LostEffect, format!("a dead letter of {letter}"));
    }
    let History { writes, tasks, log, records, reminders, .. } = history;
    Ok(Report {
        acknowledged: writes.iter().filter(|write| write.acknowledged).count(),
        events: log.len(),
        records: records.map(|records| records.len()),
        instances: tasks
            .iter()
            .filter(|task| task.place.as_ref().is_some_and(|(_, occurrence)| *occurrence > 1))
            .count(),
        reminders: reminders.iter().filter(|reminder| reminder.state == State::Fired).count(),
        repeated,
        internal,
        drained: None,
        took: Duration::ZERO,
        findings,
        odd,
    })
}

impl fmt::Display for Report {
    /// One line when all is well.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const SHOWN_MAX: usize = 5;
        let Self { acknowledged, events, instances, reminders, repeated, internal, .. } = self;
        write!(f, "{acknowledged} acknowledged, {events} events, ")?;
        if let Some(records) = self.records {
            write!(f, "{records} records, ")?;
        }
        write!(f, "{instances} instances, {reminders} reminders; {repeated} repeated")?;
        if *internal > 0 {
            write!(f, " ({internal} after a 500)")?;
        }
        if let Some(drained) = self.drained {
            write!(f, ", drained in {:.1} s", drained.as_secs_f64())?;
        }
        write!(f, ", {:.1} s: {}", self.took.as_secs_f64(), self.findings)?;
        for odd in self.odd.iter().take(SHOWN_MAX) {
            write!(f, "\n  odd: {odd}")?;
        }
        Ok(())
    }
}
