//! `taskloom migrate`: brings a database to the schema of this version, without serving anything.

use std::io::Write;

use host::sqlite::Mode;
use serde_json::json;

use crate::{
    app,
    cli::{Failure, flags, table},
    config::{Config, Flags},
    lock,
};

#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The database of `spin up`, in place of the one in the data folder.
    #[arg(long, value_name = "FILE")]
    sqlite_file: Option<String>,
    /// Print JSON.
    #[arg(long)]
    json: bool,
}

impl Args {
    pub(super) fn add_to(&self, flags: &mut Flags) {
        flags::add(flags, "sqlite_file", &self.sqlite_file);
    }
}

pub(super) fn run(config: &Config, args: &Args, out: &mut dyn Write) -> Result<(), Failure> {
    let runtime = app::runtime()?;
    let version = runtime.block_on(async {
        if args.sqlite_file.is_some() {
            return app::migrate(config, Mode::Shared).await;
        }
        let _lock = lock::acquire(&config.data_dir)?;
        app::migrate(config, Mode::Embedded).await
    })?;
    if args.json {
        return table::json(out, &json!({ "schema_version": version }));
    }
    Ok(writeln!(out, "the database has schema {version}")?)
}
