//! Memory of the process at rest, all components loaded.

use std::time::Duration;

use anyhow::Result;

use crate::{
    Setup,
    floor::Floor,
    server::{Server, resident_mb},
    table::Row,
};

/// How long the process may settle.
const SETTLE: Duration = Duration::from_secs(2);

pub(crate) fn run(setup: &Setup) -> Result<Vec<Row>> {
    let server = Server::start(setup)?;
    let floor = Floor::start()?;
    std::thread::sleep(SETTLE);
    let (ours, peer) = (resident_mb(server.pid())?, resident_mb(floor.pid())?);
    Ok(vec![Row::new(
        "resident at rest",
        (ours, "MB"),
        ("bare HTTP server", peer, "MB"),
        "≤ 60 MB",
    )])
}
