//! `cargo xtask test`: everything this project can prove without a cluster.

use std::{fs, path::PathBuf, time::Instant};

use ::servers::Postgres;
use anyhow::{Context, Result, bail};

use crate::{
    check, clock, e2e, imports, python,
    servers::{self, Provided},
    step::{cargo, step, succeed},
    wasm,
    watch::{Tally, watch},
};

/// Parts of names of plain tests that need a real server or what one needs.
const OF_SERVERS: [&str; 2] = ["on_postgres", "in_a_network_of_its_own"];
/// By which tests find a Postgres that they may do anything to.
const POSTGRES_VARIABLE: &str = "TASKLOOM_TEST_POSTGRES";

/// `[--quick]` leaves out fmt and clippy, `[--without-servers]` all that asks a real server.
pub(crate) fn run(args: &[String]) -> Result<()> {
    let (mut quick, mut without_servers) = (false, false);
    for flag in args {
        match flag.as_str() {
            "--quick" => quick = true,
            "--without-servers" => without_servers = true,
            _ => bail!("unknown arguments; `--quick` and `--without-servers` are accepted"),
        }
    }
    let begun = Instant::now();
    // What cannot be had is said before anything is built.
    let servers = if without_servers {
        None
    } else {
        let why = "real servers cannot be had (`--without-servers` leaves them out)";
        Some(Servers::provide().context(why)?)
    };
    wasm::build_all(true)?;
    step("imports: only what Spin 3.6 offers", || imports::run(&[]))?;
    let python = python::interpreter()?;
    let mut tally = Tally::default();
    let selection = ["test", "--locked", "--release", "--workspace", "--no-fail-fast"];
    step("tests: compiling", || succeed(cargo(&selection).arg("--no-run")))?;
    let mut suites = cargo(&selection);
    clock::provide_faketime(&mut suites)?;
    suites.env(python::VARIABLE, &python);
    match &servers {
        Some(servers) => suites.env(POSTGRES_VARIABLE, servers.postgres.url("postgres")),
        None => suites.arg("--").args(OF_SERVERS.iter().flat_map(|part| ["--skip", part])),
    };
    let mut ended_well = step("tests", || watch(&mut suites, &mut tally))?;
    if let Some(servers) = servers {
        let provided = servers.end();
        ended_well &= e2e::all(&provided, &mut tally)?;
    }
    if !quick {
        check::lint()?;
    }
    let minutes = begun.elapsed().as_secs_f64() / 60.0;
    let left_out =
        if without_servers { ", without real servers: Postgres, Kafka and Dapr" } else { "" };
    tally.close(ended_well, &format!(" ({minutes:.1} min{left_out})"))
}

/// What the plain suites need of real servers: one Postgres, on a port of its own.
struct Servers {
    postgres: Postgres,
    provided: Provided,
    folder: PathBuf,
}

impl Servers {
    fn provide() -> Result<Self> {
        servers::check()?;
        let provided = servers::provide()?;
        let folder = std::env::temp_dir().join(format!("taskloom-test-{}", std::process::id()));
        let port = ::servers::Ports::free().postgres;
        // Nothing of it outlives the tests: what the disk keeps does not matter.
        let fast = [("fsync", "off"), ("full_page_writes", "off"), ("synchronous_commit", "off")];
        let start = || Ok(Postgres::start_with(&provided.binaries, &folder, port, &fast)?);
        let postgres = step("postgres: starting one for the tests", start)?;
        Ok(Self { postgres, provided, folder })
    }

    fn end(mut self) -> Provided {
        self.postgres.stop();
        let _ = fs::remove_dir_all(&self.folder);
        self.provided
    }
}
