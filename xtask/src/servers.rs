//! Real servers for tests: finds, fetches or builds Postgres, Kafka and Dapr, and `cargo xtask servers`.

mod dapr;
mod go;
mod inside;
mod kafka;
mod network;
mod postgres;
mod program;
mod up;

use std::{fs, path::PathBuf};

use anyhow::{Result, bail};
use servers::{Binaries, FILE};

pub(crate) use inside::{Beside, command};
pub(crate) use network::check;

use crate::cached;

/// Programs, and the folder by which test processes find them.
pub(crate) struct Provided {
    pub(crate) binaries: Binaries,
    pub(crate) folder: PathBuf,
}

/// All servers. Says nothing when all is there.
pub(crate) fn provide() -> Result<Provided> {
    let postgres_bin = postgres::provide()?;
    let kafka = Some(kafka::provide()?);
    let kcat = kafka::kcat();
    let dapr = dapr::provide()?;
    let (daprd, scheduler) = (Some(dapr.daprd), Some(dapr.scheduler));
    let binaries = Binaries { postgres_bin, kafka, daprd, scheduler, kcat };
    // What was found elsewhere may be elsewhere tomorrow: another list is another folder.
    let text = binaries.text();
    let write = |folder: &std::path::Path| Ok(fs::write(folder.join(FILE), &text)?);
    let folder = cached::folder("servers", &text, write)?;
    Ok(Provided { binaries, folder })
}

/// `up|down|status|run COMMAND ...`.
pub(crate) fn run(args: &[String]) -> Result<()> {
    match args.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["up"] => up::up(),
        ["down"] => up::down(),
        ["status"] => up::status(),
        ["run", ..] => up::run(&args[1..]),
        ["inside", ..] => inside::run(&args[1..]),
        _ => bail!("`up`, `down`, `status` and `run COMMAND ...` are accepted"),
    }
}
