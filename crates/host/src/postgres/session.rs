//! One connection while somebody has it: what runs on it, and in what state it goes back.

use std::{sync::Arc, time::Duration};

use deadpool_postgres::Object;
use futures_util::TryStreamExt as _;
use tokio::time::timeout;
use tokio_postgres::{Row, types::Type};

use super::{Error, ErrorKind, Parameter, Shared};

/// Statements that are kept prepared on one connection.
const STATEMENTS_MAX: usize = 256;
/// How long a connection may take to become clean, or a statement to be cancelled.
const CLEAN_LIMIT: Duration = Duration::from_secs(2);
/// Ends what a guest has begun and takes back what it has set. `begin` comes first because a
/// `rollback` without it makes the server write a warning, and in a transaction that has failed it
/// fails, which is as well: then the connection is not used again.
const CLEAN: &str = "begin; rollback; close all; set session authorization default; reset all; \
     unlisten *; select pg_advisory_unlock_all(); discard temp; discard sequences";
/// First words of statements after which `CLEAN` leaves nothing behind. After any other, such as
/// `deallocate` or `copy`, the connection is not used again.
const CLEANABLE: [&str; 14] = [
    "select", "insert", "update", "delete", "with", "values", "merge", "begin", "start", "commit",
    "rollback", "set", "show", "explain",
];
/// First words of statements that store something. A function that does so after `select` is not
/// known to us; it tells by `NOTIFY`.
const WRITES: [&str; 10] =
    ["insert", "update", "delete", "merge", "do", "call", "create", "alter", "drop", "truncate"];

/// What a statement returned, as the driver has it.
pub(crate) struct Answer {
    /// Names and types.
    pub(crate) columns: Vec<(String, Type)>,
    pub(crate) rows: Vec<Row>,
    /// How many rows were changed, or returned.
    pub(crate) affected: u64,
}

/// A connection that is somebody's alone until it is dropped.
pub(crate) struct Session {
    /// Gone only while this is dropped.
    object: Option<Object>,
    shared: Arc<Shared>,
    /// Whoever has it may do anything: it goes back clean.
    is_guest: bool,
    /// A statement is under way, or was left in the middle.
    unsettled: bool,
    /// There is more to clean up than can be.
    tainted: bool,
}

impl Session {
    pub(super) fn new(object: Object, shared: Arc<Shared>, is_guest: bool) -> Self {
        Self { object: Some(object), shared, is_guest, unsettled: false, tainted: false }
    }

    /// Runs one statement; one that takes longer than `limit` is cancelled, and the connection is
    /// not used again.
    pub(crate) async fn run(
        &mut self,
        sql: &str,
        params: &[Parameter],
        limit: Duration,
    ) -> Result<Answer, Error> {
        let Some(object) = &self.object else {
            return Err(Error::new(ErrorKind::Away, "the connection is gone"));
        };
        if self.unsettled {
            return Err(Error::new(ErrorKind::Away, "the connection broke before"));
        }
        let word = first_word(sql);
        self.tainted |= self.is_guest && !CLEANABLE.contains(&word.as_str());
        self.unsettled = true;
        let running = exchange(object, sql, params, self.shared.settings.result_bytes_max);
        let outcome = timeout(limit, running).await.unwrap_or_else(|_| {
            let message = format!("the statement ran longer than {} ms", limit.as_millis());
            Err(Error::new(ErrorKind::Timeout, message))
        });
        self.unsettled = outcome.as_ref().is_err_and(Error::spoils);
        if outcome.is_ok() && WRITES.contains(&word.as_str()) {
            self.shared.committed.send_modify(|count| *count = count.wrapping_add(1));
        }
        outcome
    }
}

async fn exchange(
    object: &Object,
    sql: &str,
    params: &[Parameter],
    bytes_max: usize,
) -> Result<Answer, Error> {
    if object.statement_cache.size() >= STATEMENTS_MAX {
        object.statement_cache.clear();
    }
    let statement = object.prepare_cached(sql).await?;
    let wanted = statement.params().len();
    if wanted != params.len() {
        let message = format!("the statement has {wanted} parameters, and {} came", params.len());
        return Err(Error::new(ErrorKind::Invalid, message));
    }
    let columns =
        statement.columns().iter().map(|one| (one.name().to_owned(), one.type_().clone()));
    let columns = columns.collect();
    let mut stream = std::pin::pin!(object.query_raw(&statement, params).await?);
    let (mut rows, mut bytes) = (Vec::new(), 0_usize);
    while let Some(row) = stream.try_next().await? {
        bytes = bytes.saturating_add(size_of::<Row>() + row.raw_size_bytes());
        if bytes > bytes_max {
            let message = format!("the answer is longer than {bytes_max} bytes");
            return Err(Error::new(ErrorKind::TooBig, message));
        }
        rows.push(row);
    }
    Ok(Answer { columns, rows, affected: stream.rows_affected().unwrap_or_default() })
}

/// In lower case; empty when the statement begins with something else, such as a comment.
fn first_word(sql: &str) -> String {
    let letters = sql.trim_start().chars().take_while(char::is_ascii_alphabetic);
    letters.map(|letter| letter.to_ascii_lowercase()).collect()
}

impl Drop for Session {
    fn drop(&mut self) {
        let Some(object) = self.object.take() else { return };
        let runtime = &self.shared.runtime;
        if self.unsettled {
            let (running, tls) = (object.cancel_token(), self.shared.tls.clone());
            drop(Object::take(object));
            runtime.spawn(async move {
                // It is a kindness to the server: the connection is closed either way.
                let _ = timeout(CLEAN_LIMIT, running.cancel_query(tls)).await;
            });
        } else if self.tainted {
            drop(Object::take(object));
        } else if self.is_guest {
            runtime.spawn(async move {
                let clean = timeout(CLEAN_LIMIT, object.batch_execute(CLEAN)).await;
                if !matches!(clean, Ok(Ok(()))) {
                    drop(Object::take(object));
                }
            });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_word_says_what_a_statement_leaves_behind() {
        for (sql, word) in [
            ("  SELECT 1", "select"),
            ("begin", "begin"),
            ("/* */ deallocate all", ""),
            ("-- x\nselect 1", ""),
            ("", ""),
            ("do $$ begin end $$", "do"),
        ] {
            assert_eq!(first_word(sql), word, "{sql}");
        }
        assert!(!CLEANABLE.contains(&"") && !CLEANABLE.contains(&"deallocate"));
    }
}
