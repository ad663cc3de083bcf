//! Flags that are settings: the same names as in `taskloom.toml`, with dashes. They are checked
//! together with the rest of the configuration.

use std::path::PathBuf;

use clap::Args;

use crate::config::Flags;

/// Understood by every command.
#[derive(Debug, Args)]
pub(super) struct Common {
    /// Settings; `taskloom.toml` in the working directory when it is there.
    #[arg(long, global = true, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Folder that holds everything that must survive [default: .taskloom].
    #[arg(long, global = true, value_name = "DIR")]
    data_dir: Option<String>,
    /// The application [default: spin.toml here, else beside the executable].
    #[arg(long, global = true, value_name = "FILE")]
    manifest: Option<String>,
    /// Folder of compiled components [default: cache in the data folder].
    #[arg(long, global = true, value_name = "DIR")]
    cache_dir: Option<String>,
    /// Postgres that everything is in [default: a file in the data folder]. Others on this machine see
    /// what is written here; a password is better off in a file.
    #[arg(long, global = true, value_name = "URL")]
    database_url: Option<String>,
    /// The file of that URL.
    #[arg(long, global = true, value_name = "FILE")]
    database_url_file: Option<String>,
    /// Whose tasks it is about [default: me].
    #[arg(long, global = true, value_name = "NAME")]
    user: Option<String>,
    /// Level, or target=level pairs [default: info; warn for commands].
    #[arg(long, global = true, value_name = "LEVELS")]
    log: Option<String>,
    /// auto, pretty or json [default: auto].
    #[arg(long, global = true, value_name = "FORMAT")]
    log_format: Option<String>,
}

/// Understood by what listens.
#[derive(Debug, Args)]
pub(super) struct Serve {
    /// Address of the API [default: 127.0.0.1:8080].
    #[arg(long, value_name = "ADDRESS")]
    listen: Option<String>,
    /// Address of /metrics, /healthz and /dead-letters [default: 127.0.0.1:9091].
    #[arg(long, value_name = "ADDRESS")]
    admin_listen: Option<String>,
    /// What carries events: embedded, kafka or dapr [default: embedded].
    #[arg(long, value_name = "NAME")]
    bus: Option<String>,
    /// What wakes us for reminders: embedded or dapr [default: embedded].
    #[arg(long, value_name = "NAME")]
    jobs: Option<String>,
}

/// Understood by `bridge`.
#[derive(Debug, Args)]
pub(super) struct Bridge {
    #[command(flatten)]
    serve: Serve,
    /// Where `spin up` listens [default: http://127.0.0.1:3000].
    #[arg(long, value_name = "URL")]
    components_url: Option<String>,
    /// The database of `spin up` [default: .spin/sqlite_db.db].
    #[arg(long, value_name = "FILE")]
    sqlite_file: Option<String>,
}

impl Common {
    pub(super) fn flags(&self) -> Flags {
        let mut flags = Flags { file: self.config.clone(), values: Vec::new() };
        add(&mut flags, "data_dir", &self.data_dir);
        add(&mut flags, "manifest", &self.manifest);
        add(&mut flags, "cache_dir", &self.cache_dir);
        add(&mut flags, "database_url", &self.database_url);
        add(&mut flags, "database_url_file", &self.database_url_file);
        add(&mut flags, "user", &self.user);
        add(&mut flags, "log", &self.log);
        add(&mut flags, "log_format", &self.log_format);
        flags
    }
}

impl Serve {
    pub(super) fn add_to(&self, flags: &mut Flags) {
        add(flags, "listen", &self.listen);
        add(flags, "admin_listen", &self.admin_listen);
        add(flags, "bus", &self.bus);
        add(flags, "jobs", &self.jobs);
    }
}

impl Bridge {
    pub(super) fn add_to(&self, flags: &mut Flags) {
        self.serve.add_to(flags);
        add(flags, "components_url", &self.components_url);
        add(flags, "sqlite_file", &self.sqlite_file);
    }
}

pub(super) fn add(flags: &mut Flags, key: &'static str, value: &Option<String>) {
    flags.values.extend(value.clone().map(|value| (key, value)));
}
