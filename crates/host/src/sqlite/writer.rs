//! The one thread that writes. It gathers what is queued into one transaction, so that many
//! statements share one fsync, and it answers nobody before that fsync has returned.
//!
//! A lone statement waits for nothing: the group is what arrived while the disk was busy with the
//! last one.

use std::{
    sync::{
        Arc,
        atomic::{AtomicI32, Ordering},
        mpsc::{Receiver, SyncSender},
    },
    time::Duration,
};

use tokio::sync::watch;

use super::{
    Mode,
    connection::Guarded,
    error::{Error, ErrorKind},
    value::{Rows, Value},
};

/// Statements in one transaction. More only delay the first ones.
const GROUP: usize = 512;
/// Pages in the log from which a checkpoint is due when the queue is empty, and even when it is
/// not.
const CHECKPOINT_PAGES: (i32, i32) = (1_000, 8_000);

/// What the writer is asked to do.
pub(super) enum Order {
    /// Run a statement.
    Write(Write),
    /// Move the log into the file.
    Checkpoint(SyncSender<Result<(), Error>>),
    /// Finish and leave. What is queued behind this is refused.
    Close(SyncSender<Result<(), Error>>),
}

/// A statement that changes something, and who waits for it.
pub(super) struct Write {
    pub(super) sql: String,
    pub(super) params: Vec<Value>,
    pub(super) limit: Duration,
    pub(super) answer: Box<dyn FnOnce(Result<Rows, Error>) + Send>,
}

/// The thread's own state.
pub(super) struct Writer {
    connection: Guarded,
    log_pages: Arc<AtomicI32>,
    mode: Mode,
    committed: watch::Sender<u64>,
    failed: watch::Sender<Option<Error>>,
    #[cfg(feature = "planted-faults")]
    early: Arc<std::sync::atomic::AtomicBool>,
}

/// How a group went: the outcome of each statement, or one error for all of them.
type Outcomes = Result<Vec<Result<Rows, Error>>, Error>;

impl Writer {
    pub(super) fn new(
        mut connection: Guarded,
        mode: Mode,
        committed: watch::Sender<u64>,
        failed: watch::Sender<Option<Error>>,
        #[cfg(feature = "planted-faults")] early: Arc<std::sync::atomic::AtomicBool>,
    ) -> Result<Self, Error> {
        let log_pages = Arc::new(AtomicI32::new(0));
        let counter = log_pages.clone();
        connection.connection.wal_hook(Some(move |_: &mut rusqlite::hooks::Wal, pages| {
            counter.store(pages, Ordering::Relaxed);
            Ok(())
        }))?;
        Ok(Self {
            connection,
            log_pages,
            mode,
            committed,
            failed,
            #[cfg(feature = "planted-faults")]
            early,
        })
    }

    /// Serves until told to close, or until nobody can ask any more.
    pub(super) fn serve(mut self, orders: &Receiver<Order>) {
        let mut put_off = None;
        while let Some(order) = put_off.take().or_else(|| orders.recv().ok()) {
            match order {
                Order::Write(first) => put_off = self.group(first, orders),
                Order::Checkpoint(answer) => {
                    let _ = answer.send(self.checkpoint("TRUNCATE"));
                }
                Order::Close(answer) => {
                    let outcome = self.checkpoint("TRUNCATE");
                    drop(self);
                    let _ = answer.send(outcome);
                    return;
                }
            }
        }
        let _ = self.checkpoint("TRUNCATE");
    }

    /// Runs `first` and what is queued behind it as one transaction. Returns an order that was met
    /// on the way.
    fn group(&mut self, first: Write, orders: &Receiver<Order>) -> Option<Order> {
        let mut group = vec![first];
        let mut put_off = None;
        let outcomes = self.transact(&mut group, || match orders.try_recv() {
            Ok(Order::Write(write)) => Some(write),
            Ok(other) => {
                put_off = Some(other);
                None
            }
            Err(_) => None,
        });
        if matches!(&outcomes, Ok(outcomes) if outcomes.iter().any(Result::is_ok)) {
            self.committed.send_modify(|count| *count += 1);
        }
        answer(group, outcomes);

        let pages = self.log_pages.load(Ordering::Relaxed);
        let due = if put_off.is_none() { CHECKPOINT_PAGES.0 } else { CHECKPOINT_PAGES.1 };
        if pages >= due
            && let Err(error) = self.checkpoint("PASSIVE")
        {
            tracing::warn!(error = &error as &dyn std::error::Error, "checkpoint failed");
        }
        put_off
    }

    /// One transaction over `group`, which `more` may lengthen while it runs.
    fn transact(
        &mut self,
        group: &mut Vec<Write>,
        mut more: impl FnMut() -> Option<Write>,
    ) -> Outcomes {
        let mut set_aside = Vec::new();
        loop {
            let tried = self.attempt(group, &mut set_aside, &mut more);
            if !self.connection.connection.is_autocommit() {
                // Its own failure would change nothing: the next BEGIN will say so.
                let _ = self.connection.connection.execute_batch("ROLLBACK");
            }
            if let Some(outcomes) = tried.transpose() {
                return outcomes;
            }
        }
    }

    /// A statement can take the whole transaction with it (`ON CONFLICT ROLLBACK`, a full disk, its
    /// deadline). Then it is set aside with its error, and `None` asks for another attempt: the
    /// others must not lose what they did.
    fn attempt(
        &mut self,
        group: &mut Vec<Write>,
        set_aside: &mut Vec<Option<Error>>,
        more: &mut impl FnMut() -> Option<Write>,
    ) -> Result<Option<Vec<Result<Rows, Error>>>, Error> {
        self.control("BEGIN IMMEDIATE")?;
        let mut outcomes = Vec::with_capacity(group.len());
        loop {
            let next = outcomes.len();
            if next == group.len() {
                match if next < GROUP { more() } else { None } {
                    Some(write) => group.push(write),
                    None => break,
                }
            }
            set_aside.resize(group.len(), None);
            if let Some(error) = &set_aside[next] {
                outcomes.push(Err(error.clone()));
                continue;
            }
            let outcome = self.one(&group[next])?;
            if self.connection.connection.is_autocommit() {
                let lost = || Error::new(ErrorKind::Invalid, "the statement ended its transaction");
                set_aside[next] = Some(outcome.err().unwrap_or_else(lost));
                return Ok(None);
            }
            outcomes.push(outcome);
        }
        #[cfg(feature = "planted-faults")]
        self.answer_early(group, &mut outcomes);
        self.control("COMMIT")?;
        Ok(Some(outcomes))
    }

    /// The planted fault: tells everyone that all is stored, and stores it only then.
    #[cfg(feature = "planted-faults")]
    fn answer_early(&self, group: &mut Vec<Write>, outcomes: &mut Vec<Result<Rows, Error>>) {
        if self.early.load(Ordering::Relaxed) {
            answer(std::mem::take(group), Ok(std::mem::take(outcomes)));
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    /// One statement in a savepoint. The outer error is one that ends the group.
    fn one(&mut self, write: &Write) -> Result<Result<Rows, Error>, Error> {
        self.control("SAVEPOINT one")?;
        let outcome = self.connection.run(&write.sql, &write.params, write.limit, true);
        if self.connection.connection.is_autocommit() {
            return Ok(outcome.map(Option::unwrap_or_default));
        }
        match outcome {
            Ok(rows) => {
                self.control("RELEASE one")?;
                Ok(Ok(rows.unwrap_or_default()))
            }
            Err(error) if error.kind == ErrorKind::Failed => Err(self.fail(error)),
            Err(error) => {
                self.control("ROLLBACK TO one; RELEASE one")?;
                Ok(Err(error))
            }
        }
    }

    /// Our own statements. Each is prepared anew, so that no guest's text can ever hit a cached
    /// one.
    fn control(&mut self, sql: &str) -> Result<(), Error> {
        if let Some(error) = self.failed.borrow().clone() {
            return Err(error);
        }
        match self.connection.connection.execute_batch(sql).map_err(Error::from) {
            Err(error) if error.kind == ErrorKind::Failed => Err(self.fail(error)),
            other => other,
        }
    }

    /// The disk failed under us. What the kernel holds of the file may differ from the disk from
    /// now on, and a second fsync would say "fine": so nothing is ever written again by this
    /// process.
    fn fail(&self, error: Error) -> Error {
        let message = format!("the database failed and takes no more writes: {error}");
        let error = Error::new(ErrorKind::Failed, message);
        if self.failed.send_replace(Some(error.clone())).is_none() {
            tracing::error!(error = &error as &dyn std::error::Error, "database failed");
        }
        error
    }

    fn checkpoint(&mut self, how: &'static str) -> Result<(), Error> {
        if self.mode == Mode::Shared {
            return Ok(());
        }
        self.log_pages.store(0, Ordering::Relaxed);
        self.control(&format!("PRAGMA wal_checkpoint({how})"))
    }
}

/// Tells everyone of the group how it went.
fn answer(group: Vec<Write>, outcomes: Outcomes) {
    match outcomes {
        Ok(outcomes) => {
            for (write, outcome) in group.into_iter().zip(outcomes) {
                (write.answer)(outcome);
            }
        }
        Err(error) => {
            for write in group {
                (write.answer)(Err(error.clone()));
            }
        }
    }
}
