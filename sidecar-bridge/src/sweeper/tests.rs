//! Reminders fire once, in time, never early; the rows decide, whatever the alarms say.

use std::collections::BTreeMap;

use domain::{
    change::ChangeSet,
    reminder::{Reminder, ReminderState},
    task::Task,
};
use serde_json::json;
use store::Value;
use testkit::{
    Ids, a_task, change,
    task::{a_reminder, done},
};
use tokio::time::Instant;
use uuid::Uuid;

use super::*;
use crate::{
    database::HostSql,
    fakes::{self, FakeDatabase, SteppingClock, after_ms},
    relay::Keeper,
};

/// A sweeper at work on a database.
struct Rig {
    database: FakeDatabase,
    clock: Arc<dyn Clock>,
    alarms: Arc<Alarms>,
    ids: Ids,
    shutdown: CancellationToken,
}

/// A reminder that fired, as the log tells it; times are milliseconds after the start.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Fired {
    reminder_id: Uuid,
    at_ms: i64,
    fire_at_ms: i64,
    late_by_ms: u64,
}

impl Rig {
    /// Not yet at work: what is stored before [`Rig::start`] was stored during a downtime.
    fn new() -> Self {
        Self::with(fakes::clock(), FakeDatabase::new())
    }

    fn with(clock: Arc<dyn Clock>, database: FakeDatabase) -> Self {
        let alarms = Arc::new(Alarms::new(Arc::clone(&clock)));
        Self { database, clock, alarms, ids: Ids::new(), shutdown: CancellationToken::new() }
    }

    fn start(&self) {
        let (storage, alarms) = (self.database.storage(), Arc::clone(&self.alarms));
        let sweeper = Sweeper::new(storage, alarms, Arc::clone(&self.clock), fakes::settings());
        tokio::spawn(sweeper.run(self.shutdown.clone()));
    }

    fn start_sharing(&self, tenure: Tenure) {
        let (storage, alarms) = (self.database.storage(), Arc::clone(&self.alarms));
        let sweeper = Sweeper::new(storage, alarms, Arc::clone(&self.clock), fakes::settings());
        tokio::spawn(sweeper.sharing(tenure).run(self.shutdown.clone()));
    }

    /// Stores a task of `user` with reminders that fire so many milliseconds after the start.
    fn remind(&mut self, user: &str, fire_at_ms: &[i64]) -> Task {
        let reminders =
            fire_at_ms.iter().map(|ms| a_reminder(self.ids.next_id(), after_ms(*ms))).collect();
        let id = self.ids.next_id();
        let task = Task { id, user_id: user.to_owned(), reminders, ..a_task() };
        self.database.create(&task, &mut self.ids);
        task
    }

    fn change(&mut self, before: &Task, after: &Task) {
        self.database.apply(&change::changed(before, after, &mut self.ids));
    }

    /// Sets the alarms of a task, as the handler's effects do.
    fn set_alarms(&self, task: &Task) {
        self.alarms.set(task.reminders.iter().map(|reminder| reminder.fire_at));
    }

    fn fired(&self) -> Vec<Fired> {
        fired(&self.database)
    }
}

fn fired(database: &FakeDatabase) -> Vec<Fired> {
    let rows = database.store().unpublished(i64::MAX, 1_000_000, &[]).unwrap();
    let after_start = |time: DateTime<Utc>| (time - testkit::now()).num_milliseconds();
    rows.into_iter()
        .filter(|row| row.event_type == "reminder.trigger")
        .map(|row| Fired {
            reminder_id: row.payload["reminder_id"].as_str().unwrap().parse().unwrap(),
            at_ms: after_start(row.timestamp),
            fire_at_ms: after_start(row.payload["fire_at"].as_str().unwrap().parse().unwrap()),
            late_by_ms: row.payload["late_by_ms"].as_u64().unwrap(),
        })
        .collect()
}

async fn seconds(seconds: u64) {
    tokio::time::sleep(Duration::from_secs(seconds)).await;
}

/// Each of `expect` fired once, none early, and none later than `late_max_ms`.
fn check(fired: &[Fired], expect: &[Uuid], late_max_ms: i64) -> Result<(), String> {
    let mut counts: BTreeMap<Uuid, usize> = expect.iter().map(|id| (*id, 0)).collect();
    for one in fired {
        match one.at_ms - one.fire_at_ms {
            late_ms if late_ms < 0 => return Err(format!("{one:?} is early")),
            late_ms if late_ms > late_max_ms => return Err(format!("{one:?} is late")),
            _ => {}
        }
        match counts.get_mut(&one.reminder_id) {
            Some(count) => *count += 1,
            None => return Err(format!("{one:?} was not asked for")),
        }
    }
    match counts.into_iter().find(|(_, count)| *count != 1) {
        Some((id, count)) => Err(format!("{id} fired {count} times")),
        None => Ok(()),
    }
}

#[test]
fn an_early_a_late_a_lost_and_a_doubled_reminder_are_seen() {
    let id = Uuid::from_u128(1);
    let at = |at_ms| Fired { reminder_id: id, at_ms, fire_at_ms: 1000, late_by_ms: 0 };
    assert_eq!(check(&[at(1010)], &[id], 50), Ok(()));
    assert!(check(&[at(999)], &[id], 50).unwrap_err().ends_with("is early"));
    assert!(check(&[at(1051)], &[id], 50).unwrap_err().ends_with("is late"));
    assert!(check(&[], &[id], 50).unwrap_err().ends_with("fired 0 times"));
    assert!(check(&[at(1000), at(1000)], &[id], 50).unwrap_err().ends_with("fired 2 times"));
    assert!(check(&[at(1000)], &[], 50).unwrap_err().ends_with("was not asked for"));
}

fn ids(tasks: &[Task]) -> Vec<Uuid> {
    tasks.iter().flat_map(|task| task.reminders.iter().map(|reminder| reminder.id)).collect()
}

#[tokio::test(start_paused = true)]
async fn with_alarms_reminders_fire_on_the_millisecond() {
    let mut rig = Rig::new();
    rig.start();
    let mut tasks = Vec::new();
    for n in 0..100 {
        let user = format!("user-{}", n % 10);
        tasks.push(rig.remind(&user, &[n * 137 % 5000 + 1, n * 731 % 9000 + 1]));
        rig.set_alarms(tasks.last().unwrap());
    }
    seconds(10).await;
    assert_eq!(check(&rig.fired(), &ids(&tasks), 2), Ok(()));
    assert!(rig.fired().iter().all(|fired| fired.late_by_ms == 0));
}

#[tokio::test(start_paused = true)]
async fn a_reminder_that_every_alarm_clock_forgot_fires_within_a_second() {
    let mut rig = Rig::new();
    rig.start();
    seconds(5).await;
    let task = rig.remind("ada", &[5300, 6700]);
    seconds(4).await;
    assert!(rig.alarms.is_empty());
    assert_eq!(check(&rig.fired(), &ids(&[task]), 1001), Ok(()));
}

#[tokio::test(start_paused = true)]
async fn after_a_downtime_reminders_fire_at_once_and_say_how_late_they_are() {
    let mut rig = Rig::new();
    let task = rig.remind("ada", &[-86_400_000, -5000, -400]);
    rig.start();
    seconds(1).await;
    let late: Vec<_> = rig.fired().iter().map(|fired| fired.late_by_ms).collect();
    assert_eq!(late, [86_400_000, 5000, 0]);
    assert_eq!(check(&rig.fired(), &ids(&[task]), 86_400_001), Ok(()));
}

#[tokio::test(start_paused = true)]
async fn alarms_of_the_near_future_are_taken_from_the_rows() {
    let mut rig = Rig::new();
    let near = rig.remind("ada", &[90_000, 9 * 60_000]);
    let far = rig.remind("ada", &[15 * 60_000 + 123]);
    rig.start();
    seconds(1).await;
    assert_eq!(rig.alarms.len(), 2);
    seconds(20 * 60).await;
    assert_eq!(check(&rig.fired(), &ids(&[near, far]), 2), Ok(()));
}

#[tokio::test(start_paused = true)]
async fn a_cancelled_reminder_does_not_fire_even_if_its_alarm_goes_off() {
    let mut rig = Rig::new();
    rig.start();
    let task = rig.remind("ada", &[2000]);
    rig.set_alarms(&task);
    let cancelled =
        |reminder: &Reminder| Reminder { state: ReminderState::Cancelled, ..reminder.clone() };
    let reminders = task.reminders.iter().map(cancelled).collect();
    let after = Task { reminders, ..done(&task) };
    rig.change(&task, &after);
    seconds(5).await;
    assert_eq!(rig.fired(), []);
}

#[tokio::test(start_paused = true)]
async fn a_rescheduled_reminder_fires_at_its_new_time_only() {
    let mut rig = Rig::new();
    rig.start();
    for (old_ms, new_ms) in [(2000, 4000), (4500, 2500)] {
        let task = rig.remind("ada", &[old_ms]);
        rig.set_alarms(&task);
        let moved =
            Reminder { generation: 2, ..a_reminder(task.reminders[0].id, after_ms(new_ms)) };
        let after = Task { version: 2, reminders: vec![moved], ..task.clone() };
        rig.change(&task, &after);
        rig.set_alarms(&after);
        // A late redelivery of the old event.
        rig.set_alarms(&task);
    }
    seconds(10).await;
    let at: Vec<_> = rig.fired().iter().map(|fired| fired.fire_at_ms).collect();
    assert_eq!(at, [2500, 4000]);
    assert!(rig.fired().iter().all(|fired| (0..=2).contains(&(fired.at_ms - fired.fire_at_ms))));
}

#[tokio::test(start_paused = true)]
async fn an_alarm_that_lies_does_not_make_a_reminder_early() {
    let mut rig = Rig::new();
    rig.start();
    let task = rig.remind("ada", &[3000]);
    let reminder_id = task.reminders[0].id;
    rig.alarms.set([after_ms(100)]);
    seconds(5).await;
    assert_eq!(check(&rig.fired(), &[reminder_id], 1001), Ok(()));
}

#[tokio::test(start_paused = true)]
async fn a_clock_put_back_makes_nothing_early_and_one_put_forward_nothing_lost() {
    for step_s in [-3600, -30, 30, 3600] {
        let clock = SteppingClock::new();
        let mut rig = Rig::with(clock.clone(), FakeDatabase::new());
        rig.start();
        let tasks = [rig.remind("ada", &[5_000]), rig.remind("ada", &[20_000, 3_000_000])];
        tasks.iter().for_each(|task| rig.set_alarms(task));
        seconds(10).await;
        assert_eq!(rig.fired().len(), 1, "step {step_s}");
        clock.step(TimeDelta::seconds(step_s));
        // Put forward, what was due in the jump fires at the next look; put back, all of it waits on,
        // and what has fired stays fired though its time comes again.
        seconds(15).await;
        let due = [30, 3600].iter().filter(|jump| step_s >= **jump).count();
        assert_eq!(rig.fired().len(), 1 + due, "step {step_s}");
        seconds(7200).await;
        let late_max_ms = if step_s > 0 { step_s * 1000 } else { 2 };
        assert_eq!(check(&rig.fired(), &ids(&tasks), late_max_ms), Ok(()), "step {step_s}");
    }
}

#[tokio::test(start_paused = true)]
async fn two_sweepers_on_one_database_fire_each_reminder_once() {
    let mut rig = Rig::new();
    let tasks: Vec<_> = (0..40).map(|n| rig.remind("ada", &[n % 7 * 300, -n])).collect();
    let other = Rig::with(Arc::clone(&rig.clock), rig.database.reborn(None));
    rig.start();
    other.start();
    seconds(5).await;
    assert_eq!(check(&rig.fired(), &ids(&tasks), 1100), Ok(()));
}

#[tokio::test(start_paused = true)]
async fn of_two_sweepers_each_fires_what_is_its_own_and_both_what_the_other_missed() {
    let mut rig = Rig::new();
    let (keeper, tenure) =
        Keeper::new(rig.database.storage(), Arc::clone(&rig.clock), "one".to_owned());
    tokio::spawn(keeper.run(CancellationToken::new()));
    let mut changes = tenure.clone();
    changes.changed().await;
    // The other one never has a lease: everything belongs to the first.
    let (_, without) =
        Keeper::new(rig.database.storage(), Arc::clone(&rig.clock), "two".to_owned());
    let other = Rig::with(Arc::clone(&rig.clock), rig.database.reborn(None));
    other.start_sharing(without);
    let tasks: Vec<_> = (0..20).map(|n| rig.remind(&format!("user-{n}"), &[500])).collect();
    seconds(2).await;
    assert_eq!(rig.fired(), [], "they are not the other one's, and not late yet");
    seconds(2).await;
    assert_eq!(check(&rig.fired(), &ids(&tasks), 3600), Ok(()), "now they are everybody's");

    rig.start_sharing(tenure);
    let more: Vec<_> = (0..20).map(|n| rig.remind(&format!("user-{n}"), &[4_800])).collect();
    more.iter().for_each(|task| rig.set_alarms(task));
    seconds(2).await;
    assert_eq!(check(&rig.fired()[20..], &ids(&more), 2), Ok(()), "its owner is in time");
}

#[tokio::test(start_paused = true)]
async fn reminders_of_a_user_fire_together() {
    let mut rig = Rig::new();
    let tasks: Vec<_> = (0..50).map(|_| rig.remind("ada", &[-1000])).collect();
    rig.start();
    seconds(1).await;
    assert_eq!(check(&rig.fired(), &ids(&tasks), 1100), Ok(()));
    let sql =
        "select count(distinct correlation_id) from events where event_type = 'reminder.trigger'";
    assert_eq!(rig.database.store().sql().rows(sql), [[Value::Integer(1)]]);
}

/// Digests, as the log tells them: their size, and the positions of those that were seen.
fn digests(database: &FakeDatabase) -> Vec<(u64, Vec<u64>)> {
    let rows = database.store().unpublished(i64::MAX, 1_000_000, &[]).unwrap();
    let mut digests = BTreeMap::<String, (u64, Vec<u64>)>::new();
    for digest in rows.iter().filter_map(|row| row.payload.get("digest")) {
        let number = |field: &str| digest[field].as_u64().unwrap();
        let entry = digests.entry(digest["id"].to_string()).or_default();
        entry.0 = number("size");
        entry.1.push(number("position"));
    }
    digests.into_values().collect()
}

#[tokio::test(start_paused = true)]
async fn more_than_five_late_ones_of_a_user_come_as_one_digest() {
    for (late, sizes) in [(5, vec![]), (6, vec![6]), (1001, vec![1000])] {
        let mut rig = Rig::new();
        for n in 0..late {
            rig.remind("ada", &[-2000 - n]);
        }
        // Neither another user's nor what is on time makes it longer.
        let others = [rig.remind("ada", &[-100, -200]), rig.remind("bob", &[-5000])];
        rig.start();
        seconds(2).await;
        assert_eq!(rig.fired().len() as i64, late + ids(&others).len() as i64);
        let expect: Vec<_> = sizes.iter().map(|size| (*size, (1..=*size).collect())).collect();
        assert_eq!(digests(&rig.database), expect, "{late} late");
    }
}

#[tokio::test(start_paused = true)]
async fn a_death_leaves_all_of_a_digest_or_nothing_of_it() {
    let mut whole = 0;
    for number in 0..12 {
        for death in [fakes::Death::Before(number), fakes::Death::After(number)] {
            let mut rig = Rig::new();
            let tasks: Vec<_> = (0..8).map(|n| rig.remind("ada", &[-5000 - n])).collect();
            let first = Rig::with(Arc::clone(&rig.clock), rig.database.reborn(Some(death)));
            first.start();
            tokio::select! {
                () = seconds(2) => {}
                () = first.database.until_dead() => {}
            }
            first.shutdown.cancel();
            let seen = digests(&rig.database);
            assert!(seen.is_empty() || seen == [(8, (1..=8).collect())], "{death:?}: {seen:?}");
            whole += seen.len();
            rig.start();
            seconds(4).await;
            assert_eq!(digests(&rig.database), [(8, (1..=8).collect())], "{death:?}");
            assert_eq!(check(&rig.fired(), &ids(&tasks), 10_000), Ok(()), "{death:?}");
        }
    }
    assert!((1..24).contains(&whole), "{whole} of 24 died after it");
}

#[tokio::test(start_paused = true)]
async fn one_that_somebody_else_fired_does_not_keep_the_others_back() {
    let mut rig = Rig::new();
    let task = rig.remind("ada", &[-1000, -1000]);
    let due = rig.database.store().due_reminders(i64::MAX, 10).unwrap();
    let firing = Firing::new(rig.database.storage(), Arc::clone(&rig.clock), fakes::settings());
    let decided = firing.decide(vec![due.into()]).await.remove(0);
    // Somebody else fires the first one after the decision was made.
    let first = domain::change::ReminderFire { reminder_id: task.reminders[0].id, generation: 1 };
    let fire = ChangeSet { user_id: "ada".to_owned(), fire: vec![first], ..ChangeSet::default() };
    rig.database.apply(&fire);
    assert_eq!(firing.store(decided).await, 1);
    assert_eq!(rig.fired().len(), 1);
    assert_eq!(rig.fired()[0].reminder_id, task.reminders[1].id);
}

#[tokio::test(start_paused = true)]
async fn death_at_any_statement_loses_and_doubles_no_reminder() {
    for number in 0..12 {
        for death in [fakes::Death::Before(number), fakes::Death::After(number)] {
            let mut rig = Rig::new();
            let tasks = [rig.remind("ada", &[-5, 40]), rig.remind("bob", &[-5, 1500])];
            let first = Rig::with(Arc::clone(&rig.clock), rig.database.reborn(Some(death)));
            first.start();
            tokio::select! {
                () = seconds(2) => {}
                () = first.database.until_dead() => {}
            }
            first.shutdown.cancel();
            rig.start();
            seconds(4).await;
            assert_eq!(check(&rig.fired(), &ids(&tasks), 2100), Ok(()), "{death:?}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn the_event_says_what_is_due() {
    let mut rig = Rig::new();
    rig.remind("ada", &[-1500]);
    rig.start();
    let start = Instant::now();
    rig.database.until(|store| !store.unpublished(0, 10, &[]).unwrap().is_empty()).await;
    seconds(1).await;
    let rows = rig.database.store().unpublished(0, 10, &[]).unwrap();
    let row = rows.iter().find(|row| row.event_type == "reminder.trigger").unwrap();
    assert_eq!((row.topic.as_str(), row.payload["late_by_ms"].clone()), ("reminders", json!(1500)));
    assert!(start.elapsed() < Duration::from_secs(2));
}

/// The database of the embedded host: real files, real threads, group commit.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_burst_over_many_users_fires_each_reminder_once_on_the_real_database() {
    const USERS: u64 = 500;
    let folder = tempfile::tempdir().unwrap();
    let mode = host::sqlite::Mode::Embedded;
    let database = host::sqlite::Database::open(&folder.path().join("t.db"), mode).unwrap();
    let storage = Storage::new(HostSql(database.clone()));
    let mut ids = Ids::new();
    let changes: Vec<_> = (0..USERS)
        .map(|n| {
            let reminders = vec![a_reminder(ids.next_id(), after_ms(-1000))];
            let id = ids.next_id();
            let task = Task { id, user_id: format!("user-{n}"), reminders, ..a_task() };
            change::created(&task, &mut ids)
        })
        .collect();
    let migrated = HostSql(database.clone());
    tokio::task::spawn_blocking(move || store::migrate(&migrated)).await.unwrap().unwrap();
    let creating = changes.into_iter().map(|change| {
        storage.write(move |store| store.apply(&change).map_err(|_| SqlError::new("not applied")))
    });
    futures_util::future::try_join_all(creating).await.unwrap();

    let clock: Arc<dyn Clock> = Arc::new(testkit::now);
    let alarms = Arc::new(Alarms::new(Arc::clone(&clock)));
    let shutdown = CancellationToken::new();
    let sweeper = Sweeper::new(storage.clone(), alarms, clock, fakes::settings());
    let sweeping = tokio::spawn(sweeper.run(shutdown.clone()));
    let mut committed = database.committed();
    while !storage.read(|store| store.due_reminders(i64::MAX, 1)).await.unwrap().is_empty() {
        committed.changed().await.unwrap();
    }
    shutdown.cancel();
    sweeping.await.unwrap();
    let rows = storage.read(|store| store.unpublished(0, 10_000, &[])).await.unwrap();
    let triggers = rows.iter().filter(|row| row.event_type == "reminder.trigger").count();
    assert_eq!(triggers as u64, USERS);
}
