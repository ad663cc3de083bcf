//! `taskloom notify test`: one message through each channel, now, and what became of it.

use std::{io::Write, sync::Arc};

use ::notify::{Channel, Message};
use host::sqlite::Mode;
use serde_json::json;
use uuid::Uuid;

use crate::{
    app,
    cli::{Failure, table},
    clock::{Clock as _, SystemClock},
    config::Config,
    database::{Database, operator_text},
    notify::Channels,
};

#[derive(Debug, clap::Subcommand)]
pub(super) enum Command {
    /// Send a test message to every receiver that is set up.
    Test(TestArgs),
}

#[derive(Debug, clap::Args)]
pub(super) struct TestArgs {
    /// Only through this one: webhook, email, ntfy, web-push.
    #[arg(long, value_name = "NAME")]
    channel: Option<String>,
    /// Print JSON.
    #[arg(long)]
    json: bool,
}

/// A receiver and what became of its message.
struct Outcome {
    channel: &'static str,
    failure: Option<String>,
}

pub(super) fn run(config: &Config, command: &Command, out: &mut dyn Write) -> Result<(), Failure> {
    let Command::Test(args) = command;
    let channels = Channels::open(&config.notify).map_err(Failure::config)?;
    let message = message();
    let (receivers, results): (_, Vec<_>) = app::runtime()?.block_on(async {
        let receivers = receivers(config, &channels, args.channel.as_deref()).await?;
        let sends = receivers.iter().map(|channel| channel.send(&message));
        let results = futures_util::future::join_all(sends).await;
        Ok::<_, Failure>((receivers, results))
    })?;
    let failed = results.iter().filter(|result| result.is_err()).count();
    let rows = receivers.iter().zip(&results).map(|(channel, result)| Outcome {
        channel: channel.name(),
        failure: result.as_ref().err().map(ToString::to_string),
    });
    if args.json {
        let rows = rows.map(|row| {
            json!({ "channel": row.channel, "sent": row.failure.is_none(), "failure": row.failure })
        });
        table::json(out, &rows.collect::<Vec<_>>())?;
    } else {
        let rows = rows.map(|row| {
            let state = if row.failure.is_none() { "sent" } else { "failed" };
            vec![row.channel.to_owned(), state.to_owned(), row.failure.unwrap_or_default()]
        });
        table::print(out, &["channel", "state", "detail"], rows)?;
    }
    match failed {
        0 => Ok(()),
        1 => Err(Failure::failed("1 message was not sent")),
        many => Err(Failure::failed(format!("{many} messages were not sent"))),
    }
}

/// The receivers of the channel `only`, or of all that are set up.
async fn receivers(
    config: &Config,
    channels: &Channels,
    only: Option<&str>,
) -> Result<Vec<Arc<dyn Channel>>, Failure> {
    let names = channels.names();
    if names.is_empty() {
        let text = "no channel is set up; the settings begin with `notify_`";
        return Err(Failure::config(text));
    }
    if let Some(unknown) = only.filter(|only| !names.contains(only)) {
        let names = names.join(", ");
        return Err(Failure::Usage(format!("`{unknown}` is not set up; there are {names}")));
    }
    let fixed = channels.fixed().iter().cloned();
    let all: Vec<_> = fixed.chain(browsers(config, channels).await?).collect();
    let wanted: Vec<_> =
        all.into_iter().filter(|one| only.is_none_or(|only| only == one.name())).collect();
    if wanted.is_empty() {
        let user = &config.user;
        return Err(Failure::failed(format!("no browser of `{user}` is subscribed")));
    }
    Ok(wanted)
}

/// The browsers of the user. A server may be at work on the same database.
async fn browsers(config: &Config, channels: &Channels) -> Result<Vec<Arc<dyn Channel>>, Failure> {
    if channels.push_key().is_none() {
        return Ok(Vec::new());
    }
    let database = match &config.postgres {
        Some(postgres) => Database::postgres(postgres).await.map_err(Failure::failed)?,
        None => {
            let files = [config.data_dir.join("taskloom.db"), config.sqlite_file.clone()];
            let Some(file) = files.into_iter().find(|file| file.exists()) else {
                return Ok(Vec::new());
            };
            Database::sqlite(file, Mode::Shared).map_err(Failure::failed)?
        }
    };
    let user = config.user.clone();
    let found = database.storage().read(move |store| store.push_subscriptions(&user)).await;
    let closing = tokio::task::spawn_blocking(move || database.close());
    closing.await.map_err(Failure::failed)?.map_err(Failure::failed)?;
    let found = found.map_err(|error| Failure::failed(operator_text(&error)))?;
    found
        .iter()
        .filter_map(|one| channels.browser(&one.subscription).transpose())
        .collect::<Result<_, _>>()
        .map_err(Failure::failed)
}

fn message() -> Message {
    Message {
        id: Uuid::now_v7().to_string(),
        kind: "test".to_owned(),
        at: SystemClock.now(),
        title: "Taskloom can reach you".to_owned(),
        body: "This is a test of your notifications.".to_owned(),
        url: None,
        data: json!({}),
    }
}
