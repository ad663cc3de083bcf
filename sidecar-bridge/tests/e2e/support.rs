//! A server of the real binary, and a look into its database.

use std::path::Path;

use anyhow::{Context, Result};
use conformance::{Server, Setup, eventually};
use rand::{rngs::StdRng, seq::SliceRandom};
use rusqlite::{Connection, OpenFlags, params};

/// What the stories are told of.
pub(crate) type Site = Server;

/// The real binary with the application of this checkout.
fn setup() -> Result<Setup> {
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
fn database(server: &Server) -> Result<Connection> {
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

/// Numbers of all instances of a series, deleted ones too.
pub(crate) fn occurrences(server: &Server, series: &str) -> Result<Vec<u32>> {
    let database = database(server)?;
    let mut query = database
        .prepare("select occurrence from tasks where series_id = ?1 order by occurrence")?;
    Ok(query.query_map([series], |row| row.get(0))?.collect::<Result<_, _>>()?)
}

/// Events that have had their effect and would be delivered once more.
pub(crate) fn delivered_but_not_marked(server: &Server) -> Result<u32> {
    let query = "select count(*) from events e join inbox i using (event_id)
        where e.published_at is null";
    Ok(database(server)?.query_row(query, [], |row| row.get(0))?)
}

/// As if none of the completions had been marked as delivered, and in another order. Only while the
/// server is away.
pub(crate) fn deliver_again(server: &Server, rng: &mut StdRng) -> Result<()> {
    let mut database = database(server)?;
    let change = database.transaction()?;
    let rows: Vec<(i64, String)> = change
        .prepare("select position, event_id from events where event_type = 'task.completed'")?
        .query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?
        .collect::<Result<_, _>>()?;
    let mut positions: Vec<i64> = rows.iter().map(|(position, _)| *position).collect();
    positions.shuffle(rng);
    // Out of the way first: a position is taken once.
    change.execute(
        "update events set position = -position where event_type = 'task.completed'",
        [],
    )?;
    for ((_, event_id), position) in rows.iter().zip(positions) {
        change.execute(
            "update events set position = ?2, published_at = null where event_id = ?1",
            params![event_id, position],
        )?;
    }
    Ok(change.commit()?)
}
