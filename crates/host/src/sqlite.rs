//! SQLite as components see it: one writer with group commit, readers beside it.
//!
//! ```no_run
//! use host::sqlite::{Database, Mode, Value};
//!
//! # fn example() -> Result<(), host::sqlite::Error> {
//! let database = Database::open("data/taskloom.db".as_ref(), Mode::Embedded)?;
//! database.query_blocking("INSERT INTO notes (text) VALUES (?)", vec![Value::Text("hi".into())])?;
//! // The note is on the disk now, not only in a cache.
//! # Ok(()) }
//! ```

mod connection;
mod error;
mod guard;
mod readers;
mod value;
mod writer;

use std::{
    path::Path,
    sync::{
        Arc, Mutex, PoisonError,
        mpsc::{Sender, channel, sync_channel},
    },
    time::Duration,
};

use tokio::sync::{oneshot, watch};

pub use error::{Error, ErrorKind};
pub use value::{Rows, Value};

use connection::Guarded;
use readers::Readers;
use writer::{Order, Write, Writer};

/// How long a component's statement may run.
const GUEST_LIMIT: Duration = Duration::from_secs(2);
/// How long a statement of the embedding program may run: a migration may walk through all rows.
const NATIVE_LIMIT: Duration = Duration::from_secs(600);
/// How long a component's read may run on an async worker before it moves to a thread that may
/// block.
const INLINE_LIMIT: Duration = Duration::from_millis(1);

/// How the file is shared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// This process owns the file: WAL, `synchronous=FULL`.
    Embedded,
    /// Another process (`spin up`) uses it too: its journal mode is left alone, waits up to 5 s for
    /// a lock.
    Shared,
}

/// An open database. Cloning is cheap; all clones share the writer.
#[derive(Clone)]
pub struct Database(Arc<Shared>);

struct Shared {
    mode: Mode,
    readers: Readers,
    orders: Mutex<Option<Sender<Order>>>,
    committed: watch::Sender<u64>,
    failed: watch::Sender<Option<Error>>,
    #[cfg(feature = "planted-faults")]
    early: Arc<std::sync::atomic::AtomicBool>,
}

impl Database {
    /// Opens or creates the file and starts its writer.
    pub fn open(path: &Path, mode: Mode) -> Result<Self, Error> {
        let committed = watch::Sender::new(0);
        let failed = watch::Sender::new(None);
        #[cfg(feature = "planted-faults")]
        let early = Arc::default();
        let writer = Writer::new(
            Guarded::writer(path, mode)?,
            mode,
            committed.clone(),
            failed.clone(),
            #[cfg(feature = "planted-faults")]
            Arc::clone(&early),
        )?;
        let (orders, incoming) = channel();
        std::thread::Builder::new()
            .name("sqlite-writer".to_owned())
            .spawn(move || writer.serve(&incoming))
            .map_err(|error| Error::new(ErrorKind::Failed, error.to_string()))?;
        Ok(Self(Arc::new(Shared {
            mode,
            readers: Readers::new(path.to_owned(), mode),
            orders: Mutex::new(Some(orders)),
            committed,
            failed,
            #[cfg(feature = "planted-faults")]
            early,
        })))
    }

    /// Runs one statement and waits for it; a write has been synced to disk when this returns.
    /// Blocks the thread: not for use on an async worker.
    pub fn query_blocking(&self, sql: &str, params: Vec<Value>) -> Result<Rows, Error> {
        if let Some(rows) = self.0.readers.run(sql, &params, NATIVE_LIMIT)? {
            return Ok(rows);
        }
        let (sender, receiver) = sync_channel(1);
        self.write(sql, params, NATIVE_LIMIT, move |outcome| {
            let _ = sender.send(outcome);
        })?;
        receiver.recv().unwrap_or_else(|_| Err(Error::closed()))
    }

    /// Runs one statement for a component. A write is answered after its group has been synced to
    /// disk.
    pub async fn query(&self, sql: &str, params: Vec<Value>) -> Result<Rows, Error> {
        let (read, params) = self.read(sql, params).await;
        if let Some(rows) = read? {
            return Ok(rows);
        }
        let (sender, receiver) = oneshot::channel();
        self.write(sql, params, GUEST_LIMIT, move |outcome| {
            let _ = sender.send(outcome);
        })?;
        receiver.await.unwrap_or_else(|_| Err(Error::closed()))
    }

    /// Small reads run where they are: they take less time than the way to another thread and back.
    async fn read(
        &self,
        sql: &str,
        params: Vec<Value>,
    ) -> (Result<Option<Rows>, Error>, Vec<Value>) {
        if self.0.mode == Mode::Embedded {
            match self.0.readers.run(sql, &params, INLINE_LIMIT) {
                Err(error) if error.kind == ErrorKind::Timeout => {}
                other => return (other, params),
            }
        }
        let shared = Arc::clone(&self.0);
        let sql = sql.to_owned();
        let read = tokio::task::spawn_blocking(move || {
            let outcome = shared.readers.run(&sql, &params, GUEST_LIMIT);
            (outcome, params)
        });
        read.await.unwrap_or_else(|_| (Err(Error::closed()), Vec::new()))
    }

    fn write(
        &self,
        sql: &str,
        params: Vec<Value>,
        limit: Duration,
        answer: impl FnOnce(Result<Rows, Error>) + Send + 'static,
    ) -> Result<(), Error> {
        let write = Write { sql: sql.to_owned(), params, limit, answer: Box::new(answer) };
        self.order(Order::Write(write))
    }

    fn order(&self, order: Order) -> Result<(), Error> {
        let orders = self.0.orders.lock().unwrap_or_else(PoisonError::into_inner);
        let sender = orders.as_ref().ok_or_else(Error::closed)?;
        sender.send(order).map_err(|_| Error::closed())
    }

    /// Counts group commits: changes whenever this process has stored something.
    pub fn committed(&self) -> watch::Receiver<u64> {
        self.0.committed.subscribe()
    }

    /// Holds an error once the disk has failed under the writer. Every later write is refused, and
    /// the only cure is a new process: what the kernel still holds of the file can no longer be
    /// trusted.
    pub fn failed(&self) -> watch::Receiver<Option<Error>> {
        self.0.failed.subscribe()
    }

    /// Moves the log into the database file, and waits for it.
    pub fn checkpoint(&self) -> Result<(), Error> {
        let (sender, receiver) = sync_channel(1);
        self.order(Order::Checkpoint(sender))?;
        receiver.recv().unwrap_or_else(|_| Err(Error::closed()))
    }

    /// Finishes what is queued, moves the log into the file and stops the writer. Later calls are
    /// refused.
    pub fn close(&self) -> Result<(), Error> {
        self.0.readers.close();
        let (sender, receiver) = sync_channel(1);
        self.order(Order::Close(sender))?;
        self.0.orders.lock().unwrap_or_else(PoisonError::into_inner).take();
        receiver.recv().unwrap_or_else(|_| Err(Error::closed()))
    }

    /// From now on answers writes before they are stored: the crash harness has to notice.
    #[cfg(feature = "planted-faults")]
    pub fn plant_answer_before_commit(&self) {
        self.0.early.store(true, std::sync::atomic::Ordering::Relaxed);
    }
}

impl std::fmt::Debug for Database {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.debug_struct("Database").field("mode", &self.0.mode).finish_non_exhaustive()
    }
}

/// The version of the SQLite library in this program.
pub fn sqlite_version() -> &'static str {
    rusqlite::version()
}

#[cfg(test)]
mod tests;
