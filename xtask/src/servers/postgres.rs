//! Postgres: named by `TASKLOOM_POSTGRES_BIN`, in PATH, in Debian's folders, or Debian's package.

use std::path::{Path, PathBuf};

use anyhow::{Result, bail};

use super::program::{self, Program};
use crate::debian;

const VARIABLE: &str = "TASKLOOM_POSTGRES_BIN";
const DEBIAN: &str = "/usr/lib/postgresql";
/// Where Debian's package asks whether to begin a cluster of its own.
const DEBIAN_ASKS: &str = "/etc/postgresql-common/createcluster.conf";

/// The folder with `initdb` and `postgres`.
pub(super) fn provide() -> Result<PathBuf> {
    if let Some(named) = program::variable(VARIABLE) {
        if !is_one(Path::new(&named)) {
            bail!("{VARIABLE} names `{named}`, where no `initdb` and `postgres` are");
        }
        return Ok(named.into());
    }
    const POSTGRES: Program = Program {
        what: "Postgres",
        find,
        packages: &["postgresql"],
        otherwise: ", or name the folder with `initdb` by TASKLOOM_POSTGRES_BIN",
    };
    if find().is_none() && debian::is_debian_as_root() {
        leave_off_debians_cluster()?;
    }
    POSTGRES.provide()
}

/// Only the programs are wanted. What an operator has decided stays.
fn leave_off_debians_cluster() -> Result<()> {
    let asks = Path::new(DEBIAN_ASKS);
    if !asks.exists() {
        std::fs::create_dir_all(asks.parent().unwrap_or(asks))?;
        std::fs::write(asks, "create_main_cluster = false\n")?;
    }
    Ok(())
}

fn find() -> Option<PathBuf> {
    // What lies in PATH may be a link out of the folder with all its programs.
    let in_path = program::in_path("postgres")
        .and_then(|path| Some(path.canonicalize().ok()?.parent()?.to_owned()));
    let debian = std::fs::read_dir(DEBIAN).into_iter().flatten().flatten();
    let mut debian: Vec<_> = debian.map(|entry| entry.path()).collect();
    debian.sort_by_key(|path| path.file_name().and_then(|name| name.to_str()?.parse::<u32>().ok()));
    let debian = debian.into_iter().rev().map(|version| version.join("bin"));
    in_path.into_iter().chain(debian).find(|folder| is_one(folder))
}

fn is_one(folder: &Path) -> bool {
    ["initdb", "postgres"].iter().all(|name| folder.join(name).is_file())
}
