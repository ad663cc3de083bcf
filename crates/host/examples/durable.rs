//! Inserts per second that are on the disk before they are answered: this crate's group commit with
//! one thread and with many, against a plain loop of one connection with the same journal and the
//! same `synchronous`.
//!
//! `cargo run --release -p host --example durable -- FOLDER [SECONDS] [THREADS]`

#![expect(clippy::print_stdout, reason = "it is a program for people")]

use std::{
    error::Error,
    path::{Path, PathBuf},
    sync::atomic::{AtomicU64, Ordering::Relaxed},
    thread,
    time::{Duration, Instant},
};

use host::sqlite::{Database, Mode, Value};

const TABLE: &str = "CREATE TABLE IF NOT EXISTS notes (id INTEGER PRIMARY KEY, text TEXT)";
const INSERT: &str = "INSERT INTO notes (text) VALUES (?)";

fn main() -> Result<(), Box<dyn Error>> {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let folder = PathBuf::from(words.first().ok_or("give a folder on the disk to measure")?);
    let seconds: f64 = words.get(1).map_or(Ok(3.0), |number| number.parse())?;
    let threads: usize = words.get(2).map_or(Ok(64), |number| number.parse())?;
    std::fs::create_dir_all(&folder)?;
    let limit = Duration::from_secs_f64(seconds);

    // Twice each, in turn, so that the difference between two equal runs shows how much any figure
    // is worth.
    for _ in 0..2 {
        let bare = bare(&folder, limit)?;
        println!("bare loop, WAL, synchronous=FULL   {bare:>8.0}/s");
        for threads in [1, threads] {
            let (rate, group, p50, p99) = grouped(&folder, limit, threads)?;
            let ratio = rate / bare;
            println!(
                "group commit, {threads:>3} threads          {rate:>8.0}/s  x{ratio:<6.2} {group:.1} per commit, p50 {p50:.2} ms, p99 {p99:.2} ms"
            );
        }
    }
    Ok(())
}

fn bare(folder: &Path, limit: Duration) -> Result<f64, Box<dyn Error>> {
    let connection = rusqlite::Connection::open(folder.join("bare.db"))?;
    connection.query_row("PRAGMA journal_mode = WAL", [], |_| Ok(()))?;
    connection.execute_batch("PRAGMA synchronous = FULL")?;
    connection.execute(TABLE, [])?;
    let mut insert = connection.prepare(INSERT)?;
    let (began, mut count) = (Instant::now(), 0);
    while began.elapsed() < limit {
        insert.execute(["a task of usual length, with a word or two more"])?;
        count += 1;
    }
    Ok(f64::from(count) / began.elapsed().as_secs_f64())
}

/// Inserts per second, inserts per commit, and the median and 99th percentile of one insert in
/// milliseconds.
fn grouped(
    folder: &Path,
    limit: Duration,
    threads: usize,
) -> Result<(f64, f64, f64, f64), Box<dyn Error>> {
    let database = Database::open(&folder.join("grouped.db"), Mode::Embedded)?;
    database.query_blocking(TABLE, vec![])?;
    let commits = database.committed();
    let commits_before = *commits.borrow();
    let count = AtomicU64::new(0);
    let began = Instant::now();
    let times = thread::scope(|scope| {
        let running: Vec<_> = (0..threads)
            .map(|_| {
                scope.spawn(|| {
                    let mut times = Vec::new();
                    while began.elapsed() < limit {
                        let text = Value::Text(
                            "a task of usual length, with a word or two more".to_owned(),
                        );
                        let before = Instant::now();
                        database.query_blocking(INSERT, vec![text])?;
                        times.push(before.elapsed());
                        count.fetch_add(1, Relaxed);
                    }
                    Ok::<_, host::sqlite::Error>(times)
                })
            })
            .collect();
        let joined =
            running.into_iter().map(|thread| thread.join().unwrap_or_else(|_| Ok(Vec::new())));
        joined.collect::<Result<Vec<_>, _>>()
    })?;
    let took = began.elapsed().as_secs_f64();
    let mut times = times.concat();
    times.sort_unstable();
    let at = |part: usize| {
        times.get(times.len() * part / 100).map_or(0.0, |time| time.as_secs_f64() * 1e3)
    };
    let (count, commits) = (count.into_inner() as f64, *commits.borrow() - commits_before);
    let figures = (count / took, count / commits as f64, at(50), at(99));
    database.close()?;
    Ok(figures)
}
