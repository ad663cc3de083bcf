//! A server of the real binary, and a look into its database.

use std::path::Path;

use anyhow::{Context, Result};
use conformance::{Server, Setup, eventually};
use rusqlite::{Connection, OpenFlags};

/// The real binary with the application of this checkout.
pub(crate) fn setup() -> Result<Setup> {
    Ok(Setup {
        taskloom: env!("CARGO_BIN_EXE_taskloom").into(),
        manifest: Path::new(env!("CARGO_MANIFEST_DIR")).join("../spin.toml").canonicalize()?,
        // Tests share what is compiled, and nothing else.
        cache_dir: Some(Path::new(env!("CARGO_TARGET_TMPDIR")).join("cache")),
        log: "info,sidecar_bridge=debug",
    })
}

/// A server that serves.
pub(crate) fn started() -> Result<Server> {
    let mut server = Server::new(setup()?)?;
    server.start()?;
    Ok(server)
}

/// The server's database, also while it runs.
pub(crate) fn database(server: &Server) -> Result<Connection> {
    let file = server.data_dir().join("taskloom.db");
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    Connection::open_with_flags(file, flags).context("the database does not open")
}

/// Waits until every event has reached all handlers.
pub(crate) fn settle(server: &Server) -> Result<()> {
    let database = database(server)?;
    let unpublished = "select count(*) from events where published_at is null";
    eventually("the end of all deliveries", || {
        let waiting: u32 = database.query_row(unpublished, [], |row| row.get(0))?;
        Ok((waiting == 0).then_some(()))
    })
}
