//! Process start to the first answer of a component, compiled components warm.

use std::time::{Duration, Instant};

use anyhow::Result;
use tempfile::TempDir;

use crate::{
    Setup,
    floor::Floor,
    server::{PROBE, Server, free_port, root, spawn, until_answers},
    stats::median,
    table::Row,
};

const RUNS: usize = 25;

pub(crate) fn run(setup: &Setup) -> Result<Vec<Row>> {
    // One start compiles what is not compiled yet.
    drop(Server::start(setup)?);
    let (mut ours, mut again, mut floor) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..RUNS {
        ours.push(taskloom(setup)?);
        floor.push(bare()?);
        again.push(taskloom(setup)?);
    }
    let (ours, again, floor) = (median(&mut ours), median(&mut again), median(&mut floor));
    Ok(vec![
        Row::new(
            "start to first answer, median",
            (ours, "ms"),
            ("bare HTTP server", floor, "ms"),
            "≤ 20 ms",
        ),
        Row::new("start to first answer, A/A", (ours, "ms"), ("itself", again, "ms"), "noise"),
    ])
}

fn taskloom(setup: &Setup) -> Result<f64> {
    let data = TempDir::new()?;
    let address = format!("127.0.0.1:{}", free_port()?);
    let begun = Instant::now();
    let mut child = spawn(setup, &root().join("spin.toml"), data.path(), &address)?;
    until_answers(&address, PROBE, Duration::from_secs(30))?;
    let took = begun.elapsed().as_secs_f64() * 1000.0;
    child.kill()?;
    child.wait()?;
    Ok(took)
}

fn bare() -> Result<f64> {
    let begun = Instant::now();
    let floor = Floor::start()?;
    let took = begun.elapsed().as_secs_f64() * 1000.0;
    drop(floor);
    Ok(took)
}
