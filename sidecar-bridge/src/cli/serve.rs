//! `taskloom up` and `taskloom bridge`: serve until told to stop.

use std::{io::Write, path::PathBuf};

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

use crate::{
    app::{self, App, AppError, Mode},
    cli::Failure,
    config::{Config, Source},
    shutdown::Signals,
};

pub(super) fn up(config: Config, out: &mut dyn Write) -> Result<(), Failure> {
    let try_this = format!("{} add \"Pay rent\" --due 2030-01-31", this_command(&config));
    let database = address(&config);
    serve(config, Mode::Embedded, out, |app| {
        let mut lines = vec![
            ("api", format!("http://{}/api/v1/tasks", app.api_address())),
            ("stream", format!("http://{}/api/v1/stream", app.api_address())),
            ("metrics", format!("http://{}/metrics", app.admin_address())),
            ("data", app.data_dir().display().to_string()),
        ];
        lines.extend(database.map(|database| ("database", database)));
        lines.push(("try", try_this));
        lines
    })
}

pub(super) fn bridge(config: Config, out: &mut dyn Write) -> Result<(), Failure> {
    let components = config.components_url.to_string();
    let database = address(&config).unwrap_or_else(|| config.sqlite_file.display().to_string());
    serve(config, Mode::BesideSpin, out, |app| {
        vec![
            ("stream", format!("http://{}/api/v1/stream", app.api_address())),
            ("metrics", format!("http://{}/metrics", app.admin_address())),
            ("components", components),
            ("database", database),
            ("data", app.data_dir().display().to_string()),
        ]
    })
}

/// Where the Postgres is, without its password.
fn address(config: &Config) -> Option<String> {
    config.postgres.as_ref().map(|postgres| postgres.url.address.to_string())
}

fn serve(
    config: Config,
    mode: Mode,
    out: &mut dyn Write,
    lines: impl FnOnce(&App) -> Vec<(&'static str, String)>,
) -> Result<(), Failure> {
    let runtime = app::runtime()?;
    let result = runtime.block_on(async {
        raise_descriptor_limit();
        // Before anything is opened: from here on a signal means an orderly end.
        let signals = Signals::listen().map_err(AppError::Runtime)?;
        let app = App::start(config, mode).await?;
        if let Err(error) = say(out, &lines(&app)) {
            // Who started us may not listen. Those who speak to the API do.
            tracing::info!(%error, "nobody reads where this server answers");
        }
        Ok(app.run(signals).await?)
    });
    // What still runs after an end that was cut short is not waited for.
    runtime.shutdown_background();
    result
}

fn say(out: &mut dyn Write, lines: &[(&'static str, String)]) -> std::io::Result<()> {
    writeln!(out, "taskloom {} is up", env!("CARGO_PKG_VERSION"))?;
    for (name, value) in lines {
        writeln!(out, "  {name:<11}{value}")?;
    }
    out.flush()
}

/// Every live stream needs a descriptor; the usual limit of 1024 is for programs that use `select`.
fn raise_descriptor_limit() {
    let limit = getrlimit(Resource::Nofile);
    let raised = Rlimit { current: limit.maximum, maximum: limit.maximum };
    if let Err(error) = setrlimit(Resource::Nofile, raised) {
        tracing::debug!(%error, "the limit of open files stays as it is");
    }
}

/// How this program is called from here, for the same data.
fn this_command(config: &Config) -> String {
    let here = std::env::current_dir().unwrap_or_default();
    let program = std::env::current_exe().unwrap_or_else(|_| PathBuf::from("taskloom"));
    let program = match program.strip_prefix(&here) {
        Ok(below) => format!("./{}", below.display()),
        Err(_) => program.display().to_string(),
    };
    let data_dir = config
        .settings
        .iter()
        .find(|setting| setting.key == "data_dir" && setting.source != Source::Default)
        .map(|setting| format!(" --data-dir {}", setting.value));
    program + &data_dir.unwrap_or_default()
}
