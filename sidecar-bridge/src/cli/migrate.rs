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
    /// Postgres: let this role serve people, each within their own rows. It has to be there.
    #[arg(long, value_name = "NAME")]
    app_role: Option<String>,
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
    if args.app_role.is_some() && config.postgres.is_none() {
        return Err(Failure::Usage("`--app-role` needs `--database-url`".to_owned()));
    }
    let runtime = app::runtime()?;
    let version = runtime.block_on(async {
        // Steps on a server exclude each other there, whoever takes them.
        if config.postgres.is_some() {
            return app::migrate(config, Mode::Shared, args.app_role.as_deref()).await;
        }
        if args.sqlite_file.is_some() {
            return app::migrate(config, Mode::Shared, None).await;
        }
        let _lock = lock::acquire(&config.data_dir)?;
        app::migrate(config, Mode::Embedded, None).await
    })?;
    if args.json {
        return table::json(out, &json!({ "schema_version": version }));
    }
    Ok(writeln!(out, "the database has schema {version}")?)
}
