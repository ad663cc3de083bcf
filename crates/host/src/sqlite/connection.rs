//! Opens connections and runs one statement on one of them.

use std::{fs, os::unix::fs::OpenOptionsExt as _, path::Path, time::Duration};

use rusqlite::{CachedStatement, Connection, OpenFlags};

use super::{
    Mode,
    error::{Error, ErrorKind},
    guard::Guard,
    value::{Lent, Rows, Value},
};

/// The first SQLite in which a WAL that is reset under a reader cannot damage the file.
const SAFE_VERSION: (i32, &str) = (3_051_003, "3.51.3");
/// How long a shared file may be locked by the other process.
const LOCK_WAIT: Duration = Duration::from_secs(5);
/// Prepared statements that a connection keeps.
const STATEMENTS: usize = 256;
/// Longest answer.
const ANSWER_BYTES: usize = 16 << 20;

/// Memory that SQLite takes for all connections of this process together. Sorts and intermediate
/// tables are kept in memory, and no limit of an instance counts what is on this side.
const HEAP_BYTES: usize = 512 << 20;

/// A connection under guard.
pub(super) struct Guarded {
    pub(super) connection: Connection,
    pub(super) guard: Guard,
}

impl Guarded {
    /// The one connection that writes. Creates the file.
    pub(super) fn writer(path: &Path, mode: Mode) -> Result<Self, Error> {
        if rusqlite::version_number() < SAFE_VERSION.0 {
            let message =
                format!("SQLite {} is too old: {} is needed", rusqlite::version(), SAFE_VERSION.1);
            return Err(Error::new(ErrorKind::Failed, message));
        }
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE;
        if mode == Mode::Embedded {
            make_private(path);
        }
        let connection = open(path, flags)?;
        if mode == Mode::Embedded {
            // Asked first, so that opening a file that is in WAL already writes nothing.
            let journal: String =
                connection.query_row("PRAGMA journal_mode = WAL", [], |row| row.get(0))?;
            if journal != "wal" {
                let message = format!(
                    "the file system under {} cannot keep a write-ahead log",
                    path.display()
                );
                return Err(Error::new(ErrorKind::ReadOnly, message));
            }
            // The writer does all checkpoints, after it has answered.
            connection.execute_batch(
                "PRAGMA wal_autocheckpoint = 0; PRAGMA journal_size_limit = 67108864;",
            )?;
        }
        connection.execute_batch(
            "PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON; PRAGMA temp_store = MEMORY; \
             PRAGMA cache_size = -16384;",
        )?;
        Self::watched(connection)
    }

    /// A connection that cannot write.
    pub(super) fn reader(path: &Path, mode: Mode) -> Result<Self, Error> {
        // A reader of a rollback journal may have to roll it back, so it must be able to write.
        let flags = match mode {
            Mode::Embedded => OpenFlags::SQLITE_OPEN_READ_ONLY,
            Mode::Shared => OpenFlags::SQLITE_OPEN_READ_WRITE,
        };
        let connection = open(path, flags)?;
        connection.execute_batch(
            "PRAGMA wal_autocheckpoint = 0; PRAGMA temp_store = MEMORY; PRAGMA cache_size = -8192; \
             PRAGMA query_only = ON;",
        )?;
        Self::watched(connection)
    }

    fn watched(mut connection: Connection) -> Result<Self, Error> {
        connection.execute_batch(&format!("PRAGMA hard_heap_limit = {HEAP_BYTES}"))?;
        let guard = Guard::install(&mut connection)?;
        Ok(Self { connection, guard })
    }

    /// Runs a statement from outside. `None`: it would write, and `may_write` is false.
    pub(super) fn run(
        &self,
        sql: &str,
        params: &[Value],
        limit: Duration,
        may_write: bool,
    ) -> Result<Option<Rows>, Error> {
        self.guard.watch(limit, || {
            let mut statement = self.prepare(sql)?;
            if !may_write && !statement.readonly() {
                return Ok(None);
            }
            let columns: Vec<String> = statement.column_names().map(str::to_owned).collect();
            let mut cursor =
                statement.query(rusqlite::params_from_iter(params.iter().map(Lent)))?;
            let mut rows = Vec::new();
            let mut size_bytes = 0;
            while let Some(row) = cursor.next()? {
                let mut values = Vec::with_capacity(columns.len());
                for (index, column) in columns.iter().enumerate() {
                    let value = Value::copy(row.get_ref(index)?).map_err(|_| {
                        Error::new(
                            ErrorKind::Invalid,
                            format!("column `{column}` holds text that is not UTF-8"),
                        )
                    })?;
                    size_bytes += value.size_bytes();
                    values.push(value);
                }
                if size_bytes > ANSWER_BYTES {
                    let message = format!("the answer is longer than {ANSWER_BYTES} bytes");
                    return Err(Error::new(ErrorKind::TooBig, message));
                }
                rows.push(values);
            }
            Ok(Some(Rows { columns, rows }))
        })
    }

    /// A connection notices only when it runs something that another one has changed the schema. So
    /// what looks wrong is looked at again with the schema of now.
    fn prepare(&self, sql: &str) -> rusqlite::Result<CachedStatement<'_>> {
        self.connection.prepare_cached(sql).or_else(|_| {
            self.connection.query_row("SELECT count(*) FROM sqlite_schema", [], |_| Ok(()))?;
            self.connection.prepare_cached(sql)
        })
    }
}

/// Makes the file, when it is missing, for its owner only; SQLite gives its log the same rights. What
/// fails here fails again when SQLite opens the file, and is told then.
fn make_private(path: &Path) {
    drop(fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(path));
}

fn open(path: &Path, flags: OpenFlags) -> Result<Connection, Error> {
    // Each connection is used by one thread at a time, so SQLite need not lock it.
    let connection = Connection::open_with_flags(path, flags | OpenFlags::SQLITE_OPEN_NO_MUTEX)?;
    connection.busy_timeout(LOCK_WAIT)?;
    connection.set_prepared_statement_cache_capacity(STATEMENTS);
    Ok(connection)
}
