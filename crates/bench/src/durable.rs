//! Durable creates: an answer leaves after the fsync of its task, however many wait together.

use std::time::{Duration, Instant};

use anyhow::Result;
use rusqlite::Connection;
use tempfile::TempDir;

use crate::{
    Setup,
    load::{Shot, fire},
    server::Server,
    stats::{median, quantile},
    table::Row,
};

const BLOCKS: usize = 4;
const BLOCK: Duration = Duration::from_secs(3);
const MANY: usize = 64;
/// What is created.
pub(crate) const TASK: &str = r#"{"title":"Water the plants","tags":["home"]}"#;

pub(crate) fn run(setup: &Setup) -> Result<Vec<Row>> {
    let server = Server::start(setup)?;
    let shot = Shot::create(&server.address, server.token("bench")?, TASK);
    fire(&shot, MANY, BLOCK)?;
    let (mut many, mut again, mut one, mut loop_) = (vec![], vec![], vec![], vec![]);
    let mut p99 = vec![];
    for _ in 0..BLOCKS {
        let mut volley = fire(&shot, MANY, BLOCK)?;
        many.push(volley.per_second());
        p99.push(quantile(&mut volley.latencies_ms, 0.99));
        loop_.push(bare_loop()?);
        one.push(fire(&shot, 1, BLOCK)?.per_second());
        again.push(fire(&shot, MANY, BLOCK)?.per_second());
    }
    let (many, again, one) = (median(&mut many), median(&mut again), median(&mut one));
    let bare = median(&mut loop_);
    Ok(vec![
        Row::new(
            "durable creates, 64 clients",
            (many, "/s"),
            ("same server, 1 client", one, "/s"),
            "≥ 2,000/s",
        ),
        Row::new(
            "durable creates, 64 clients",
            (many, "/s"),
            ("bare SQLite WAL+FULL loop", bare, "/s"),
            "-",
        ),
        Row::new(
            "durable creates, 1 client",
            (one, "/s"),
            ("bare SQLite WAL+FULL loop", bare, "/s"),
            "-",
        ),
        Row::new(
            "durable creates, 64 clients, A/A",
            (many, "/s"),
            ("itself", again, "/s"),
            "noise",
        ),
        Row::new(
            "durable create, 64 clients, p99",
            (median(&mut p99), "ms"),
            ("mean at that rate", MANY as f64 / many * 1000.0, "ms"),
            "-",
        ),
    ])
}

/// One insert a transaction, as fast as this disk flushes.
fn bare_loop() -> Result<f64> {
    let folder = TempDir::new()?;
    let sqlite = Connection::open(folder.path().join("bare.db"))?;
    sqlite
        .execute_batch("pragma journal_mode=wal; pragma synchronous=full; create table t(a, b);")?;
    let mut insert = sqlite.prepare("insert into t values (?1, ?2)")?;
    let begun = Instant::now();
    let mut done = 0_u32;
    while begun.elapsed() < BLOCK {
        insert.execute((done, "Water the plants"))?;
        done += 1;
    }
    Ok(f64::from(done) / begun.elapsed().as_secs_f64())
}
