//! `taskloom dead-letters`: events that a consumer could never take. Asks the running server of the
//! data folder, or, when there is none, opens the database itself.

mod letters;

use std::io::Write;

use serde_json::{Value, json};

use crate::{
    cli::{Failure, table},
    config::Config,
};

use letters::Letters;

#[derive(Debug, clap::Subcommand)]
pub(super) enum Command {
    /// List them, latest first.
    List(ListArgs),
    /// Hand one to its consumer again, or all of them.
    Replay(ReplayArgs),
    /// Forget one. Its event stays in the log; its consumer never gets it.
    Drop(DropArgs),
}

#[derive(Debug, clap::Args)]
pub(super) struct ListArgs {
    /// At most so many.
    #[arg(long, default_value_t = 100, value_parser = clap::value_parser!(u32).range(1..=1000))]
    limit: u32,
    /// Print JSON, with the events and their sources.
    #[arg(long)]
    json: bool,
}

#[derive(Debug, clap::Args)]
pub(super) struct ReplayArgs {
    /// Its number, as `list` prints it.
    #[arg(required_unless_present = "all")]
    id: Option<u64>,
    /// All that are listed and can be replayed, up to 1000.
    #[arg(long, conflicts_with = "id")]
    all: bool,
    /// Print JSON.
    #[arg(long)]
    json: bool,
}

#[derive(Debug, clap::Args)]
pub(super) struct DropArgs {
    /// Its number, as `list` prints it.
    id: u64,
    /// Print JSON.
    #[arg(long)]
    json: bool,
}

pub(super) fn run(config: Config, command: &Command, out: &mut dyn Write) -> Result<(), Failure> {
    match command {
        Command::List(args) => list(config, args, out),
        Command::Replay(args) => replay(config, args, out),
        Command::Drop(args) => drop_one(config, args, out),
    }
}

fn list(config: Config, args: &ListArgs, out: &mut dyn Write) -> Result<(), Failure> {
    let found = letters::with(config, async |letters| letters.list(args.limit).await)?;
    if args.json {
        return table::json(out, &found);
    }
    if found.is_empty() {
        return Ok(writeln!(out, "no dead letters")?);
    }
    let cell = |letter: &Value, key: &str| match &letter[key] {
        Value::String(text) => text.clone(),
        Value::Null => String::new(),
        other => other.to_string(),
    };
    let rows = found.iter().map(|letter| {
        let replay = if letter["replay_at"].is_null() { "" } else { "asked for" };
        let mut row: Vec<_> =
            ["id", "at", "consumer", "user_id"].map(|key| cell(letter, key)).into();
        row.extend([cell(&letter["event"], "event_type"), replay.to_owned()]);
        row.push(cell(letter, "reason"));
        row
    });
    table::print(out, &["id", "at", "consumer", "user", "event", "replay", "reason"], rows)
}

fn replay(config: Config, args: &ReplayArgs, out: &mut dyn Write) -> Result<(), Failure> {
    let (asked, served) = letters::with(config, async |letters: &Letters| {
        let asked = match args.id {
            Some(id) => vec![letters.replay(id).await?],
            None => letters.replay_all().await?,
        };
        Ok((asked, letters.are_served()))
    })?;
    if args.json {
        return table::json(out, &asked);
    }
    if asked.is_empty() {
        return Ok(writeln!(out, "nothing to replay")?);
    }
    let when = if served { "now" } else { "when a server runs" };
    for letter in &asked {
        let consumer = letter["consumer"].as_str().unwrap_or_default();
        writeln!(out, "{} goes to `{}` again {when}", letter["id"], table::plain(consumer))?;
    }
    Ok(())
}

fn drop_one(config: Config, args: &DropArgs, out: &mut dyn Write) -> Result<(), Failure> {
    letters::with(config, async |letters| letters.drop_one(args.id).await)?;
    if args.json {
        return table::json(out, &json!({ "id": args.id, "dropped": true }));
    }
    Ok(writeln!(out, "dropped {}", args.id)?)
}
