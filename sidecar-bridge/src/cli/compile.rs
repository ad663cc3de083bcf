//! `taskloom compile`: machine code for every component, so that no start has to make it.

use std::io::Write;

use serde_json::json;

use crate::{
    app::AppError,
    cli::{Failure, table},
    config::Config,
};

#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Print JSON.
    #[arg(long)]
    json: bool,
}

pub(super) fn run(config: &Config, args: &Args, out: &mut dyn Write) -> Result<(), Failure> {
    let compiled = host::compile(&config.manifest, &config.cache_dir).map_err(AppError::from)?;
    if args.json {
        let rows: Vec<_> = compiled
            .iter()
            .map(|one| json!({ "component": one.component, "path": one.path, "fresh": one.fresh }))
            .collect();
        return table::json(out, &rows);
    }
    let rows = compiled.iter().map(|one| {
        let state = if one.fresh { "compiled" } else { "was there" };
        vec![one.component.clone(), state.to_owned(), one.path.display().to_string()]
    });
    table::print(out, &["component", "state", "file"], rows)
}
