//! SQLite in memory that counts commits, and can die at a statement like a process that is killed.

use std::sync::{
    Arc, Condvar, Mutex,
    atomic::{AtomicUsize, Ordering},
};

use domain::task::Task;
use store::{Rows, Sql, SqlError, Store, Value};
use testkit::{Ids, change, sqlite::Connection};
use tokio::sync::watch;
use uuid::Uuid;

use crate::database::Storage;

/// When the process dies: at a statement, with or without its effect. Nothing has an effect after.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Death {
    Before(usize),
    After(usize),
}

/// What outlives a process (`disk`), and one life of a process that uses it.
#[derive(Clone)]
pub(crate) struct FakeDatabase {
    disk: Arc<Connection>,
    committed: watch::Sender<u64>,
    dead: watch::Sender<bool>,
    death: Option<Death>,
    statements: Arc<AtomicUsize>,
    /// The statement at which everything stands still, and whether it does.
    stop: Option<(usize, Arc<Gate>)>,
    /// Held by the statement that runs.
    running: Arc<Mutex<()>>,
}

/// Where a statement waits, and how it goes on.
type Gate = (Mutex<Standing>, Condvar);

/// How far the one stop of a life has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Standing {
    NotYet,
    Still,
    Over,
}

impl FakeDatabase {
    /// An empty database, migrated, in a life that does not end.
    pub(crate) fn new() -> Self {
        let disk = Connection::in_memory();
        store::migrate(&disk).unwrap();
        Self {
            disk: Arc::new(disk),
            committed: watch::Sender::new(0),
            dead: watch::Sender::new(false),
            death: None,
            statements: Arc::default(),
            stop: None,
            running: Arc::default(),
        }
    }

    /// The next life on the same disk.
    pub(crate) fn reborn(&self, death: Option<Death>) -> Self {
        Self {
            disk: Arc::clone(&self.disk),
            committed: watch::Sender::new(0),
            dead: watch::Sender::new(false),
            death,
            statements: Arc::default(),
            stop: None,
            running: Arc::default(),
        }
    }

    /// A life on the same disk in which nothing moves from a statement on, until it may go on.
    pub(crate) fn stopping_at(&self, statement: usize) -> Self {
        let stop = Some((statement, Arc::new((Mutex::new(Standing::NotYet), Condvar::new()))));
        Self { stop, ..self.reborn(None) }
    }

    /// Whether a statement has reached the stop and waits there.
    pub(crate) fn stands_still(&self) -> bool {
        let standing = |(_, stop): &(usize, Arc<Gate>)| *stop.0.lock().unwrap();
        self.stop.as_ref().map(standing) == Some(Standing::Still)
    }

    /// Lets everything move again.
    pub(crate) fn go_on(&self) {
        if let Some((_, stop)) = &self.stop {
            *stop.0.lock().unwrap() = Standing::Over;
            stop.1.notify_all();
        }
    }

    /// Waits at the stop.
    fn pass(&self, number: usize) {
        let Some((at, stop)) = &self.stop else { return };
        let mut standing = stop.0.lock().unwrap();
        if number < *at || *standing == Standing::Over {
            return;
        }
        *standing = Standing::Still;
        drop(stop.1.wait_while(standing, |standing| *standing == Standing::Still).unwrap());
    }

    pub(crate) fn storage(&self) -> Storage {
        Storage::new(self.clone())
    }

    /// The same rows, for the test itself.
    pub(crate) fn store(&self) -> Store<Arc<Connection>> {
        Store::new(Arc::clone(&self.disk))
    }

    /// For relays, as the host has it.
    pub(crate) fn committed(&self) -> watch::Receiver<u64> {
        self.committed.subscribe()
    }

    /// Stores a task with its events, as a component would.
    pub(crate) fn create(&self, task: &Task, ids: &mut Ids) {
        self.apply(&change::created(task, ids));
    }

    /// Stores a change, as a component would.
    pub(crate) fn apply(&self, change: &domain::change::ChangeSet) {
        self.store().apply(change).unwrap();
        self.committed.send_modify(|count| *count += 1);
    }

    /// Waits until `done` holds; looks after every commit.
    pub(crate) async fn until(&self, done: impl Fn(&Store<Arc<Connection>>) -> bool) {
        let mut committed = self.committed();
        while !done(&self.store()) {
            committed.changed().await.unwrap();
        }
    }

    /// Waits until every event is published and marked.
    pub(crate) async fn until_published(&self) {
        self.until(|store| store.lag().unwrap().depth == 0).await;
    }

    /// Waits until this life has ended.
    pub(crate) async fn until_dead(&self) {
        self.dead.subscribe().wait_for(|dead| *dead).await.unwrap();
    }

    /// Ends this life; a statement that runs ends before, and none begins after.
    pub(crate) fn kill(&self) {
        let _running = self.running.lock().unwrap();
        self.dead.send_replace(true);
    }

    pub(crate) fn is_dead(&self) -> bool {
        *self.dead.borrow()
    }

    /// Statements that this life has begun.
    pub(crate) fn statements(&self) -> usize {
        self.statements.load(Ordering::SeqCst)
    }

    /// One column of the event log, by event.
    pub(crate) fn event_column(&self, column: &str, event_id: Uuid) -> Value {
        let sql = format!("select {column} from events where event_id = '{event_id}'");
        self.disk.rows(&sql).remove(0).remove(0)
    }

    fn dies(&self) -> SqlError {
        self.dead.send_replace(true);
        SqlError::new("the process is dead")
    }
}

impl Sql for FakeDatabase {
    fn run(&self, sql: &str, params: &[Value]) -> Result<Rows, SqlError> {
        let number = self.statements.fetch_add(1, Ordering::SeqCst);
        self.pass(number);
        let _running = self.running.lock().unwrap();
        if self.is_dead() || self.death == Some(Death::Before(number)) {
            return Err(self.dies());
        }
        let rows = self.disk.run(sql, params);
        if self.death == Some(Death::After(number)) {
            return Err(self.dies());
        }
        if !sql.trim_start().starts_with("select") {
            self.committed.send_modify(|count| *count += 1);
        }
        rows
    }
}
