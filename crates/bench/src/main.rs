//! Measures a real `taskloom` against peers in the same run and prints ratios.
//!
//! Absolute figures depend on the machine and on what else it does; the ratio to a peer that ran
//! minutes or milliseconds before, and the ratio of a contender to itself (A/A), do not lie as much.
//!
//! With `--servers` it measures what needs real servers, which `cargo xtask bench` provides, together
//! with a network of their own.

#![expect(clippy::print_stdout, clippy::print_stderr, reason = "the result is a table for people")]

mod clock;
mod database;
mod durable;
mod effect;
mod events;
mod floor;
mod hostile;
mod instance;
mod jobs;
mod language;
mod load;
mod postgres;
mod recurrence;
mod relay;
mod reminders;
mod rest;
mod server;
mod site;
mod start;
mod stats;
mod table;

use std::{path::PathBuf, process::ExitCode};

use anyhow::{Context, Result, bail};
use table::Row;

/// What is measured, by name, and the function that does it.
type Measure = (&'static str, fn(&Setup) -> Result<Vec<Row>>);

const MEASURES: &[Measure] = &[
    ("start", start::run),
    ("instance", instance::run),
    ("durable", durable::run),
    ("events", events::run),
    ("hostile", hostile::run),
    ("reminders", reminders::run),
    ("rest", rest::run),
    ("recurrence", recurrence::run),
    ("language", language::run),
];

/// Those that need real servers.
const ON_SERVERS: &[Measure] = &[
    ("postgres", postgres::run),
    ("relay", relay::run),
    ("effect", effect::run),
    ("jobs", jobs::run),
];

/// What the measures need to know.
#[derive(Clone)]
struct Setup {
    /// The binary under test.
    taskloom: PathBuf,
    /// A Python with the packages of `xtask/requirements.txt`.
    python: PathBuf,
    /// A folder with the packages of `xtask/package.json`, for Node.js.
    node: PathBuf,
    /// Variables of the binary under test.
    environment: Vec<(&'static str, String)>,
}

/// What a run is asked for.
struct Asked {
    setup: Setup,
    /// Those to choose from.
    measures: &'static [Measure],
    /// The chosen ones; all of them when there are none.
    names: Vec<String>,
}

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    // The peers that are processes of their own.
    let words: Vec<_> = args.iter().map(String::as_str).collect();
    report(match words[..] {
        ["floor", address] => floor::serve(address),
        ["sleeps", schedule] => reminders::sleeps::run(schedule).map(|told| println!("{told}")),
        _ => measure(&args),
    })
}

fn report(result: Result<()>) -> ExitCode {
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("bench: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn measure(args: &[String]) -> Result<()> {
    let Asked { setup, measures, names } = read(args)?;
    let mut rows = Vec::new();
    for (name, run) in measures {
        if names.is_empty() || names.iter().any(|wanted| wanted == name) {
            eprintln!("    measuring {name} ...");
            rows.extend(run(&setup).with_context(|| format!("measure `{name}`"))?);
        }
    }
    table::print(&rows);
    Ok(())
}

fn read(args: &[String]) -> Result<Asked> {
    let on_servers = args.iter().any(|arg| arg == "--servers");
    let measures = if on_servers { ON_SERVERS } else { MEASURES };
    let mut setup = Setup {
        taskloom: PathBuf::from("target/release/taskloom"),
        python: PathBuf::from("python3"),
        node: PathBuf::from("."),
        environment: Vec::new(),
    };
    let mut names = Vec::new();
    let mut words = args.iter();
    while let Some(word) = words.next() {
        let mut path = || words.next().map(PathBuf::from).context(format!("{word} needs a path"));
        match word.as_str() {
            "--servers" => {}
            "--taskloom" => setup.taskloom = path()?,
            "--python" => setup.python = path()?,
            "--node" => setup.node = path()?,
            name if measures.iter().any(|(known, _)| *known == name) => names.push(name.to_owned()),
            other => {
                let known: Vec<_> = measures.iter().map(|(name, _)| *name).collect();
                bail!("no measure `{other}`; there are {}", known.join(", "));
            }
        }
    }
    setup.taskloom = setup.taskloom.canonicalize().context("no taskloom binary at that path")?;
    Ok(Asked { setup, measures, names })
}
