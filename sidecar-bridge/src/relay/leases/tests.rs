//! Two processes share the users. One of them is stopped, as a machine that sleeps is, wherever it is
//! then, and goes on after the other has taken over: nothing is lost, and no user's events come out of
//! order.
//!
//! Each process has a runtime and a clock of its own. While its runtime is not driven it is asleep, and
//! its clock is put forward by the time that it slept before it goes on.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Mutex,
};

use async_trait::async_trait;
use domain::task::Task;
use store::{LogRow, Value};
use testkit::{Ids, a_task, change};
use tokio::runtime::{Builder, Runtime};

use super::*;
use crate::{
    bus::{PublishError, PublishErrorKind, Publisher},
    fakes::{self, FakeDatabase},
    relay::{Backoff, Pace, Relay},
};

/// One process: a keeper of leases and a relay.
struct Process {
    runtime: Runtime,
    database: FakeDatabase,
    tenure: Tenure,
    shutdown: CancellationToken,
    relay: tokio::task::JoinHandle<()>,
    /// How long it has lived, asleep or not.
    lived: Duration,
}

/// What was published, by whom: process, user, place in the user's log.
type Published = Arc<Mutex<Vec<(&'static str, String, u64)>>>;

/// Says how publishing fails after so long a life, if it does.
type Script = fn(Duration) -> Option<PublishErrorKind>;

struct Recorder {
    name: &'static str,
    started: Instant,
    each_takes: Duration,
    script: Script,
    published: Published,
}

#[async_trait]
impl Publisher for Recorder {
    async fn publish(&self, batch: &[LogRow]) -> Result<(), PublishError> {
        for row in batch {
            sleep(self.each_takes).await;
            if let Some(kind) = (self.script)(self.started.elapsed()) {
                return Err(PublishError::new(row, kind, "planted"));
            }
            self.published.lock().unwrap().push((self.name, row.user_id.clone(), row.seq));
        }
        Ok(())
    }
}

struct Plan {
    name: &'static str,
    each_takes: Duration,
    script: Script,
    attempts_max: u32,
    fenced: bool,
}

impl Plan {
    fn sound(name: &'static str) -> Self {
        let each_takes = Duration::from_millis(20);
        Self { name, each_takes, script: |_| None, attempts_max: 8, fenced: true }
    }
}

impl Process {
    fn start(database: FakeDatabase, published: &Published, plan: Plan) -> Self {
        let runtime =
            Builder::new_current_thread().enable_time().start_paused(true).build().unwrap();
        let _inside = runtime.enter();
        let clock = fakes::clock();
        let (storage, owner) = (database.storage(), plan.name.to_owned());
        let (keeper, mut tenure) = Keeper::new(storage.clone(), Arc::clone(&clock), owner);
        tenure.fenced = plan.fenced;
        let recorder = Arc::new(Recorder {
            name: plan.name,
            started: Instant::now(),
            each_takes: plan.each_takes,
            script: plan.script,
            published: Arc::clone(published),
        });
        let retry = Backoff::new(Duration::from_millis(500), Duration::from_secs(2));
        let pace = Pace { attempts_max: plan.attempts_max, retry, ..Pace::default() };
        let relay = Relay::new(storage, recorder, clock, database.committed(), pace);
        let relay = relay.sharing(tenure.clone());
        let shutdown = CancellationToken::new();
        runtime.spawn(keeper.run(shutdown.clone()));
        let relay = runtime.spawn(relay.run(shutdown.clone()));
        drop(_inside);
        Self { runtime, database, tenure, shutdown, relay, lived: Duration::ZERO }
    }

    /// Lives for so long.
    fn live(&mut self, time: Duration) {
        self.runtime.block_on(async { sleep(time).await });
        self.lived += time;
    }

    /// Goes on after it slept until the other had lived for so long.
    fn wake(&mut self, lived: Duration) {
        self.runtime.block_on(async { tokio::time::advance(lived - self.lived).await });
        self.lived = lived;
    }

    fn leases(&self) -> usize {
        let _inside = self.runtime.enter();
        self.tenure.leases().len()
    }

    /// Lives until its database stands still; `false` if it does not within some seconds.
    fn live_until_stopped(&mut self) -> bool {
        for _ in 0..400 {
            for _ in 0..20 {
                if self.database.stands_still() {
                    return true;
                }
                self.runtime.block_on(async {
                    for _ in 0..10 {
                        tokio::task::yield_now().await
                    }
                });
                std::thread::sleep(Duration::from_micros(20));
            }
            let step = Duration::from_millis(10);
            self.runtime.block_on(async { tokio::time::advance(step).await });
            self.lived += step;
        }
        false
    }
}

/// A test that fails must not wait for a statement that stands still.
impl Drop for Process {
    fn drop(&mut self) {
        self.database.go_on();
    }
}

/// Both live side by side.
fn live(processes: [&mut Process; 2], time: Duration) {
    let step = Duration::from_millis(50);
    let [one, other] = processes;
    for _ in 0..time.as_millis() / step.as_millis() {
        one.live(step);
        other.live(step);
    }
}

fn create(database: &FakeDatabase, user: &str, ids: &mut Ids) {
    let task = Task { id: ids.next_id(), user_id: user.to_owned(), ..a_task() };
    database.apply(&change::created(&task, ids));
}

/// All events of each user were published, for the first time each in the order of the log.
fn check(database: &FakeDatabase, published: &Published) -> Result<(), String> {
    let left = database.store().lag().unwrap();
    if left.depth > 0 {
        return Err(format!("{} events were not published: {left:?}", left.depth));
    }
    let (mut seen, mut users) = (BTreeSet::new(), BTreeMap::<String, Vec<u64>>::new());
    for (_, user, seq) in published.lock().unwrap().iter() {
        if seen.insert((user.clone(), *seq)) {
            users.entry(user.clone()).or_default().push(*seq);
        }
    }
    for (user, seqs) in users {
        if !seqs.iter().copied().eq(1..=seqs.len() as u64) {
            return Err(format!("{user}: {seqs:?}"));
        }
    }
    Ok(())
}

#[test]
fn two_processes_share_the_users_and_publish_each_event_once() {
    let (database, mut ids, published) = (FakeDatabase::new(), Ids::new(), Published::default());
    let mut one = Process::start(database.reborn(None), &published, Plan::sound("one"));
    one.live(Duration::from_secs(1));
    assert_eq!(one.leases(), 32, "alone it serves everybody");
    let mut two = Process::start(database.reborn(None), &published, Plan::sound("two"));
    two.wake(one.lived);
    live([&mut one, &mut two], Duration::from_secs(20));
    assert_eq!((one.leases(), two.leases()), (16, 16));

    for n in 0..240 {
        create(&database, &format!("user-{}", n % 60), &mut ids);
    }
    live([&mut one, &mut two], Duration::from_secs(10));
    assert_eq!(check(&database, &published), Ok(()));
    let all = published.lock().unwrap().clone();
    let distinct: BTreeSet<_> = all.iter().map(|(_, user, seq)| (user, seq)).collect();
    assert_eq!(all.len(), distinct.len(), "nothing is published twice");
    let of_one = all.iter().filter(|(name, ..)| *name == "one").count();
    assert!((all.len() / 5..all.len() * 4 / 5).contains(&of_one), "{of_one} of {}", all.len());

    // One ends in order: the other has its users at once, not after the leases have run out.
    one.shutdown.cancel();
    one.live(Duration::from_secs(1));
    assert!(one.relay.is_finished());
    two.wake(one.lived);
    two.live(Duration::from_secs(6));
    assert_eq!(two.leases(), 32);
}

#[test]
fn a_process_that_slept_while_it_published_goes_on_without_a_loss_and_in_order() {
    for slept_at_ms in [5, 30, 65, 110, 250, 400] {
        let (database, mut ids, published) =
            (FakeDatabase::new(), Ids::new(), Published::default());
        let mut one = Process::start(database.reborn(None), &published, Plan::sound("one"));
        one.live(Duration::from_secs(1));
        for n in 0..300 {
            create(&database, &format!("user-{}", n % 50), &mut ids);
        }
        one.live(Duration::from_millis(slept_at_ms));
        let before = published.lock().unwrap().len();

        let mut two = Process::start(database.reborn(None), &published, Plan::sound("two"));
        two.wake(one.lived);
        two.live(Duration::from_secs(10));
        assert_eq!(two.leases(), 0, "the leases of one are still good");
        two.live(Duration::from_secs(10));
        assert_eq!(two.leases(), 32, "and now they are not");
        one.wake(two.lived);
        assert_eq!(one.leases(), 0, "it knows that its leases have run out");
        live([&mut one, &mut two], Duration::from_secs(30));
        assert_eq!(check(&database, &published), Ok(()), "slept at {slept_at_ms} ms");
        assert!(before < 600, "{before} were published before it slept");
    }
}

/// One process cannot publish and gives up at the first failure. It is stopped at a statement, and
/// goes on while the other, which has the lease by then, tries and tries, and succeeds in the end.
/// `None` when it came to that statement too late: it had given up while the lease was its own.
fn stopped_at(statement: usize, fenced: bool) -> Option<Result<(), String>> {
    let (database, mut ids, published) = (FakeDatabase::new(), Ids::new(), Published::default());
    create(&database, "ada", &mut ids);
    create(&database, "ada", &mut ids);
    let broken = Plan {
        script: |_| Some(PublishErrorKind::Failed),
        attempts_max: 1,
        fenced,
        ..Plan::sound("one")
    };
    let mut one = Process::start(database.stopping_at(statement), &published, broken);
    let stopped = one.live_until_stopped();
    if !stopped || database.store().lag().unwrap().parked_users > 0 {
        one.database.go_on();
        return None;
    }
    let recovering = Plan {
        script: |lived| (lived < Duration::from_secs(30)).then_some(PublishErrorKind::Failed),
        attempts_max: 1000,
        ..Plan::sound("two")
    };
    let mut two = Process::start(database.reborn(None), &published, recovering);
    two.wake(one.lived);
    two.live(Duration::from_secs(22));
    assert_eq!(two.leases(), 32);
    one.database.go_on();
    one.wake(two.lived);
    // It is sound again, or it would rightly give up when it gets its share of the users.
    one.live(Duration::from_millis(200));
    one.shutdown.cancel();
    live([&mut one, &mut two], Duration::from_secs(30));
    Some(check(&database, &published))
}

fn stopped_everywhere(fenced: bool) -> Vec<Result<(), String>> {
    (0..40).map_while(|statement| stopped_at(statement, fenced)).collect()
}

#[test]
fn a_process_that_was_stopped_at_any_statement_writes_nothing_under_a_lease_that_it_lost() {
    let ends = stopped_everywhere(true);
    assert!((3..40).contains(&ends.len()), "{} statements", ends.len());
    for (statement, end) in ends.into_iter().enumerate() {
        assert_eq!(end, Ok(()), "stopped at statement {statement}");
    }
}

#[test]
fn the_same_stops_without_the_fence_are_seen_to_strand_a_user() {
    let found: Vec<_> = stopped_everywhere(false).into_iter().filter_map(Result::err).collect();
    assert!(found.iter().any(|one| one.contains("not published")), "{found:?}");
}

#[tokio::test(start_paused = true)]
async fn a_database_that_does_not_answer_ends_the_tenure_by_its_own_clock() {
    let database = FakeDatabase::new();
    let (keeper, tenure) = Keeper::new(database.storage(), fakes::clock(), "one".to_owned());
    let stop = CancellationToken::new();
    let keeping = tokio::spawn(keeper.run(stop.clone()));
    tenure.clone().changed().await;
    let lease = tenure.of("ada").unwrap();
    let lost = tokio::spawn(tenure.clone().lost(lease));
    let since = Instant::now();
    database.kill();
    lost.await.unwrap();
    let took = since.elapsed();
    assert!(took > Duration::from_secs(9) && took <= TTL, "{took:?}");
    assert!(tenure.leases().is_empty() && tenure.of("ada").is_none());
    stop.cancel();
    keeping.await.unwrap();
    let rows = database.store().sql().rows("select count(*) from relay_leases where owner = 'one'");
    assert_ne!(rows, [[Value::Integer(0)]], "nobody could give them back");
}
