//! The command line: what can be said, and what it ends with.

mod add;
mod client;
mod compile;
mod dead_letters;
mod doctor;
mod flags;
mod list;
mod migrate;
mod notify;
mod parse;
mod rule;
mod serve;
mod table;
mod task;
mod token;

use std::{ffi::OsString, io::Write};

use clap::{Parser, Subcommand};

use crate::{
    app::AppError,
    config::{Config, Env, LogFormat, Source},
    telemetry,
};

/// A todo assistant built from sandboxed WebAssembly components.
#[derive(Debug, Parser)]
#[command(name = "taskloom", version, disable_help_subcommand = true)]
struct Cli {
    #[command(flatten)]
    settings: flags::Common,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Serve everything from this one process.
    Up(flags::Serve),
    /// Move events and fire reminders beside `spin up`, which serves the components.
    Bridge(flags::Bridge),
    /// Bring the database to the schema of this version.
    Migrate(migrate::Args),
    /// Print a token for a user, and nothing else.
    Token(token::Args),
    /// Print the JWK set by which tokens are checked.
    Jwks,
    /// Create a task from a line of text, or with flags.
    Add(add::Args),
    /// Say what a line of text is understood as.
    Parse(parse::Args),
    /// List tasks, open ones unless said otherwise.
    List(list::Args),
    /// Show a task.
    Show(task::Args),
    /// Complete a task.
    Done(task::Args),
    /// Open a completed task again.
    Reopen(task::Args),
    /// Look at recurrence rules.
    #[command(subcommand)]
    Rule(rule::Command),
    /// Look after the ways in which people are told of reminders.
    #[command(subcommand)]
    Notify(notify::Command),
    /// Look after events that a consumer could not take.
    #[command(subcommand)]
    DeadLetters(dead_letters::Command),
    /// Show every setting with its source, and check what a start needs.
    Doctor(doctor::Args),
    /// Compile the components ahead of time.
    Compile(compile::Args),
}

/// Why a command did not do what it was asked.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// The words were not understood, or help was asked for. Prints itself.
    #[error(transparent)]
    Parse(clap::Error),
    /// The words were understood and make no sense.
    #[error("{0}")]
    Usage(String),
    /// A start would fail again until somebody changes the configuration.
    #[error(transparent)]
    Config(BoxError),
    /// It did not work.
    #[error(transparent)]
    Failed(BoxError),
    /// Nobody reads what we print.
    #[error("cannot print")]
    Output(#[from] std::io::Error),
}

type BoxError = Box<dyn std::error::Error + Send + Sync>;

impl Failure {
    /// It did not work, for this reason.
    pub(crate) fn failed(cause: impl Into<BoxError>) -> Self {
        Self::Failed(cause.into())
    }

    /// Somebody has to change the configuration.
    pub(crate) fn config(cause: impl Into<BoxError>) -> Self {
        Self::Config(cause.into())
    }

    /// 0 done, 1 failed, 2 usage, 78 bad configuration (`EX_CONFIG`).
    pub fn exit_code(&self) -> u8 {
        match self {
            Self::Parse(error) => u8::try_from(error.exit_code()).unwrap_or(2),
            Self::Usage(_) => 2,
            Self::Config(_) => 78,
            Self::Failed(_) => 1,
            Self::Output(error) => u8::from(error.kind() != std::io::ErrorKind::BrokenPipe),
        }
    }
}

impl From<AppError> for Failure {
    fn from(error: AppError) -> Self {
        if error.is_configuration() { Self::config(error) } else { Self::failed(error) }
    }
}

/// Reads the words and does what they say; results go to `out`, log lines to standard error.
pub fn run(
    words: impl Iterator<Item = OsString>,
    env: &dyn Env,
    out: &mut dyn Write,
) -> Result<(), Failure> {
    let cli = Cli::try_parse_from(words).map_err(Failure::Parse)?;
    if let Command::Rule(rule) = cli.command {
        return rule::run(rule, out);
    }
    let mut flags = cli.settings.flags();
    match &cli.command {
        Command::Up(serve) => serve.add_to(&mut flags),
        Command::Bridge(bridge) => bridge.add_to(&mut flags),
        Command::Doctor(doctor) => doctor.serve.add_to(&mut flags),
        Command::Migrate(migrate) => migrate.add_to(&mut flags),
        _ => {}
    }
    let config = Config::load(env, &flags).map_err(Failure::config)?;
    start_log(&config, &cli.command);
    match cli.command {
        Command::Up(_) => serve::up(config, out),
        Command::Bridge(_) => serve::bridge(config, out),
        Command::Migrate(args) => migrate::run(&config, &args, out),
        Command::Token(args) => token::run(&config, &args, out),
        Command::Jwks => token::jwks(&config, out),
        Command::Add(args) => add::run(config, args, out),
        Command::Parse(args) => parse::run(&config, &args, out),
        Command::List(args) => list::run(config, &args, out),
        Command::Show(args) => task::show(config, &args, out),
        Command::Done(args) => task::act(config, &args, "complete", out),
        Command::Reopen(args) => task::act(config, &args, "reopen", out),
        Command::Rule(rule) => rule::run(rule, out),
        Command::Notify(command) => notify::run(&config, &command, out),
        Command::DeadLetters(command) => dead_letters::run(config, &command, out),
        Command::Doctor(args) => doctor::run(&config, &args, out),
        Command::Compile(args) => compile::run(&config, &args, out),
    }
}

/// A server tells what it does; a command is quiet unless somebody asked for more.
fn start_log(config: &Config, command: &Command) {
    let serves = matches!(command, Command::Up(_) | Command::Bridge(_));
    let asked = config
        .settings
        .iter()
        .any(|setting| setting.key == "log" && setting.source != Source::Default);
    if serves || asked {
        telemetry::init(&config.log, config.log_format);
    } else {
        let warnings = tracing_subscriber::filter::LevelFilter::WARN;
        telemetry::init(
            &tracing_subscriber::filter::Targets::new().with_default(warnings),
            LogFormat::Pretty,
        );
    }
}
