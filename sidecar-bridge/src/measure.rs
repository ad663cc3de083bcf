//! Temporary.
use crate::{
    alarm::Alarms,
    clock::{Clock, SystemClock},
    database::{HostSql, Storage},
    fakes,
    sweeper::Sweeper,
};
use domain::task::Task;
use host::sqlite::{Database, Mode};
use std::{
    sync::Arc,
    time::{Duration, Instant},
};
use store::Sql as _;
use testkit::{Ids, a_task, change, task::a_reminder};
use tokio_util::sync::CancellationToken;

fn cpu_ms() -> u64 {
    let s = std::fs::read_to_string("/proc/self/stat").unwrap();
    let f: Vec<&str> = s.rsplit(')').next().unwrap().split_whitespace().collect();
    (f[11].parse::<u64>().unwrap() + f[12].parse::<u64>().unwrap()) * 10
}

async fn setup(
    users: usize,
    total: usize,
    fire_at: chrono::DateTime<chrono::Utc>,
) -> (tempfile::TempDir, Database, Storage) {
    let dir = tempfile::tempdir_in("/work").unwrap();
    let database = Database::open(&dir.path().join("t.db"), Mode::Embedded).unwrap();
    let storage = Storage::new(HostSql(database.clone()));
    let sql = HostSql(database.clone());
    tokio::task::spawn_blocking(move || store::migrate(&sql)).await.unwrap().unwrap();
    let mut ids = Ids::new();
    let mut set = tokio::task::JoinSet::new();
    for n in 0..total {
        let reminders = vec![a_reminder(ids.next_id(), fire_at)];
        let task = Task {
            id: ids.next_id(),
            user_id: format!("user-{}", n % users),
            reminders,
            ..a_task()
        };
        let change = change::created(&task, &mut ids);
        let storage = storage.clone();
        set.spawn(async move {
            storage
                .write(move |store| store.apply(&change).map_err(|_| store::SqlError::new("x")))
                .await
                .unwrap()
        });
        if set.len() > 200 {
            set.join_next().await;
        }
    }
    while set.join_next().await.is_some() {}
    (dir, database, storage)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn burst() {
    for (users, total) in [(20_000, 20_000)] {
        let t = Instant::now();
        let now = SystemClock.now();
        let fire_at = now + chrono::TimeDelta::seconds(3600);
        let (_dir, database, storage) = setup(users, total, fire_at).await;
        println!("setup {users} users {total} reminders: {:?}", t.elapsed());
        let offset = fire_at - SystemClock.now() - chrono::TimeDelta::seconds(1);
        let clock: Arc<dyn Clock> = Arc::new(move || SystemClock.now() + offset);
        let alarms = Arc::new(Alarms::new(Arc::clone(&clock)));
        let cpu = cpu_ms();
        let shutdown = CancellationToken::new();
        let sweeper = Sweeper::new(storage.clone(), alarms, Arc::clone(&clock), fakes::settings());
        tokio::spawn(sweeper.run(shutdown.clone()));
        let mut committed = database.committed();
        loop {
            let due = storage.read(|store| store.due_reminders(i64::MAX, 1)).await.unwrap();
            if due.is_empty() {
                break;
            }
            committed.changed().await.unwrap();
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        let lat = HostSql(database.clone()).run("select count(*), min(late), max(late), avg(late) from (select timestamp_ms - ?1 as late from events where event_type='reminder.trigger')", &[store::Value::Integer(fire_at.timestamp_millis())]).unwrap();
        println!("cpu {} ms", cpu_ms() - cpu);
        println!(
            "drained after {} ms since due: {:?}",
            (clock.now() - fire_at).num_milliseconds(),
            lat.rows
        );
        shutdown.cancel();
    }
}

use crate::{
    bus::{PublishError, Publisher, embedded::EmbeddedBus},
    dispatcher::Dispatcher,
    relay::{Pace, Relay},
    stream::Hub,
};
struct Sink;
#[async_trait::async_trait]
impl Publisher for Sink {
    async fn publish(&self, _: &[store::LogRow]) -> Result<(), PublishError> {
        Ok(())
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn throughput() {
    for (users, total) in [(1000, 20_000), (10, 20_000), (10_000, 20_000)] {
        let (_dir, database, storage) =
            setup(users, total, SystemClock.now() + chrono::TimeDelta::days(3)).await;
        let clock: Arc<dyn Clock> = Arc::new(SystemClock);
        let t = Instant::now();
        let cpu = cpu_ms();
        let shutdown = CancellationToken::new();
        let dispatcher = Dispatcher {
            subscriptions: vec![],
            components: Arc::new(fakes::FakeComponents::new(
                &fakes::FakeDatabase::new(),
                |_, _| fakes::Reply::Effects(vec![]),
            )),
            alarms: Arc::new(Alarms::new(Arc::clone(&clock))),
            storage: storage.clone(),
            clock: Arc::clone(&clock),
        };
        let _ = Sink;
        let bus = Arc::new(EmbeddedBus::new(
            dispatcher,
            Arc::new(Hub::new(storage.clone(), shutdown.clone())),
        ));
        let relay = Relay::new(storage.clone(), bus, clock, database.committed(), Pace::default());
        let h = tokio::spawn(relay.run(shutdown.clone()));
        let mut committed = database.committed();
        loop {
            let lag = storage.read(|store| store.lag()).await.unwrap();
            if lag.depth == 0 {
                break;
            }
            let _ = tokio::time::timeout(Duration::from_millis(50), committed.changed()).await;
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        println!(
            "{users} users: {} events relayed in {:?} cpu {} ms",
            total * 2,
            t.elapsed(),
            cpu_ms() - cpu
        );
        shutdown.cancel();
        h.await.unwrap();
    }
}
