//! The database of a server, looked at from outside.

use std::{
    fs,
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

use anyhow::{Result, bail, ensure};
use conformance::Server;
use rusqlite::{Connection, OpenFlags};

use super::promised::check_events;

/// Longer than all that is under way may take.
const SETTLED_WITHIN: Duration = Duration::from_secs(120);
const LOOK_AGAIN: Duration = Duration::from_millis(20);

/// The database of a server.
pub(crate) fn file(server: &Server) -> PathBuf {
    server.data_dir().join("taskloom.db")
}

/// Waits until the running server has delivered every event and fired every reminder. Then looks
/// whether all events are what was promised.
pub(crate) fn settle(file: &Path) -> Result<()> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let database = Connection::open_with_flags(file, flags)?;
    let open = "select (select count(*) from events where published_at is null),
        (select count(*) from reminders where state = 'scheduled')";
    let deadline = Instant::now() + SETTLED_WITHIN;
    loop {
        let count = |column| database.query_row(open, [], |row| row.get::<_, i64>(column));
        let (events, reminders) = (count(0)?, count(1)?);
        if (events, reminders) == (0, 0) {
            return check_events(&database);
        }
        if Instant::now() > deadline {
            bail!("{events} events and {reminders} reminders are still under way");
        }
        std::thread::sleep(LOOK_AGAIN);
    }
}

/// Looks at a copy, so that it is the next process that repairs the files and not this look.
pub(crate) fn check_integrity(file: &Path) -> Result<()> {
    let folder = tempfile::tempdir()?;
    let copy = folder.path().join("copy.db");
    fs::copy(file, &copy)?;
    let log = |file: &Path| file.with_extension("db-wal");
    if log(file).exists() {
        fs::copy(log(file), log(&copy))?;
    }
    let database = Connection::open(&copy)?;
    let verdict: String = database.query_row("pragma integrity_check", [], |row| row.get(0))?;
    ensure!(verdict == "ok", "integrity_check says: {verdict}");
    Ok(())
}
