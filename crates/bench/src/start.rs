//! Process start to the first answer of a component, compiled components warm.

use std::{
    path::Path,
    time::{Duration, Instant},
};

use anyhow::Result;
use tempfile::TempDir;

use crate::{
    Setup,
    floor::Floor,
    server::{PROBE, free_port, root, spawn, until_answers},
    stats::median,
    table::Row,
};

const RUNS: usize = 25;

pub(crate) fn run(setup: &Setup) -> Result<Vec<Row>> {
    // One start compiles what is not compiled yet and makes the database.
    let data = TempDir::new()?;
    taskloom(setup, data.path())?;
    let (mut ours, mut again, mut first, mut floor) = (vec![], vec![], vec![], vec![]);
    for _ in 0..RUNS {
        ours.push(taskloom(setup, data.path())?);
        floor.push(bare()?);
        again.push(taskloom(setup, data.path())?);
        first.push(taskloom(setup, TempDir::new()?.path())?);
    }
    let (ours, again, first) = (median(&mut ours), median(&mut again), median(&mut first));
    let floor = ("bare HTTP server", median(&mut floor), "ms");
    Ok(vec![
        Row::new("start to first answer, median", (ours, "ms"), floor, "≤ 20 ms"),
        Row::new("start to first answer, A/A", (ours, "ms"), ("itself", again, "ms"), "noise"),
        Row::new("first start of a data folder", (first, "ms"), ("a later start", ours, "ms"), "-"),
    ])
}

fn taskloom(setup: &Setup, data: &Path) -> Result<f64> {
    let address = format!("127.0.0.1:{}", free_port()?);
    let begun = Instant::now();
    let mut child = spawn(setup, &root().join("spin.toml"), data, &address)?;
    until_answers(&address, PROBE, Duration::from_secs(120))?;
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
