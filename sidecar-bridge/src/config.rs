//! All settings, read once, before anything is bound or opened.
//!
//! `taskloom.toml` < environment `TASKLOOM_*` < flags. Every problem is reported at once, and no
//! value is repeated in a message: one day it may be a secret.

mod bus;
mod dapr;
mod database;
mod kafka;
mod layer;
mod notify;
mod reader;

use std::{net::SocketAddr, path::PathBuf, time::Duration};

use chrono::NaiveTime;
use domain::zone::ZoneName;
use http::Uri;
use language::Locale;
use tracing_subscriber::filter::Targets;

pub use bus::{Bus, Jobs};
pub use dapr::Dapr;
pub use database::{DatabaseUrl, Postgres};
pub use kafka::Kafka;
pub use layer::{Env, Flags, ProcessEnv};
pub use notify::{EmailSettings, Notify, NtfySettings, PushSettings, WebhookSettings};
pub use reader::{ConfigErrors, Setting, Source};

use reader::Reader;

/// One setting: its name in `taskloom.toml`. The environment's name is `TASKLOOM_` and the same in
/// capitals, the flag's is the same with dashes.
#[derive(Debug, Clone, Copy)]
pub struct Spec {
    /// Name in the file.
    pub key: &'static str,
    /// What holds when nobody says anything; `None` is worked out from other settings.
    pub default: Option<&'static str>,
    /// What it is for, one line.
    pub about: &'static str,
}

/// Every setting there is. A key in the file that is not listed here is an error.
pub const SETTINGS: &[Spec] = &[
    spec("data_dir", Some(".taskloom"), "folder that holds everything that must survive"),
    spec("listen", Some("127.0.0.1:8080"), "address of the API"),
    spec("admin_listen", Some("127.0.0.1:9091"), "address of /metrics and /healthz"),
    spec("manifest", None, "the application; spin.toml here, else beside the executable"),
    spec("cache_dir", None, "folder of compiled components; <data_dir>/cache"),
    spec("user", Some("me"), "whose tasks the command line speaks about"),
    spec("log", Some("info"), "level, or target=level pairs"),
    spec("log_format", Some("auto"), "pretty, json, or auto: pretty on a terminal"),
    spec("default_time_zone", Some("UTC"), "zone of tasks that name none"),
    spec("default_locale", Some("en-US"), "language of quick add: en-US, en-GB or de"),
    spec("day_starts_at", Some("09:00"), "when a task with a date only counts as due"),
    spec("shutdown_grace_seconds", Some("20"), "longest time that a stop may take"),
    spec("body_limit_bytes", Some("1048576"), "longest request that the edge lets in"),
    spec("component_memory_mib", Some("64"), "memory of one component instance"),
    spec("component_cpu_ms", Some("1000"), "processor time of one request"),
    spec("component_wall_ms", Some("10000"), "wall-clock time of one request"),
    spec("allow_private_networks", Some("false"), "may components call private addresses"),
    spec("database_url", None, "Postgres that everything is in, as the owner of the tables"),
    spec("database_url_file", None, "the file of that URL, which holds a password"),
    spec("database_app_url", None, "how components get in, as a role bound to their users' rows"),
    spec("database_app_url_file", None, "the file of that URL"),
    spec("database_connections", Some("16"), "connections of this process to Postgres"),
    spec("database_wait_ms", Some("5000"), "longest wait for a connection to Postgres"),
    spec("bus", Some("embedded"), "what carries events: embedded, kafka or dapr"),
    spec("jobs", Some("embedded"), "what wakes us for reminders: embedded or dapr"),
    spec("dapr_grpc_port", Some("50001"), "dapr: port of the sidecar's gRPC side"),
    spec("dapr_http_port", Some("3500"), "dapr: port of the sidecar's HTTP side"),
    spec("dapr_endpoint", None, "dapr: address of the gRPC side, when it is not on 127.0.0.1"),
    spec("dapr_listen", Some("127.0.0.1:9094"), "dapr: where the sidecar calls us back"),
    spec("dapr_pubsub", Some("pubsub"), "dapr: the component that carries events"),
    spec("dapr_statestore", None, "dapr: the component that caches tasks; none without"),
    spec("dapr_components_app", None, "dapr: the app that runs the components; not called without"),
    spec("dapr_api_token", None, "dapr: what the sidecar wants to see of us"),
    spec("dapr_api_token_file", None, "dapr: the file of that token"),
    spec("dapr_app_token", None, "dapr: what we want to see of the sidecar"),
    spec("dapr_app_token_file", None, "dapr: the file of that token"),
    spec("kafka_brokers", Some("127.0.0.1:9092"), "kafka: host:port, with commas between"),
    spec("kafka_group", Some("taskloom"), "kafka: the group that shares the events"),
    spec("kafka_security_protocol", Some("PLAINTEXT"), "kafka: PLAINTEXT, SSL or SASL_..."),
    spec("kafka_sasl_mechanism", Some("SCRAM-SHA-512"), "kafka: PLAIN or SCRAM-SHA-256, -512"),
    spec("kafka_sasl_username", None, "kafka: who we say we are"),
    spec("kafka_sasl_password", None, "kafka: our password"),
    spec("kafka_sasl_password_file", None, "kafka: the file of the password"),
    spec("kafka_ca_file", None, "kafka: whom we trust, PEM; else the system's authorities"),
    spec("kafka_partitions", Some("12"), "kafka: partitions of a topic that we create"),
    spec("kafka_replication", Some("1"), "kafka: copies of a topic that we create"),
    spec("kafka_create_topics", Some("true"), "kafka: create topics that are missing"),
    spec("components_url", Some("http://127.0.0.1:3000"), "bridge: where `spin up` listens"),
    spec("sqlite_file", Some(".spin/sqlite_db.db"), "bridge: the database of `spin up`"),
    spec(
        "notify_allow_private_networks",
        Some("false"),
        "may notifications go to private addresses",
    ),
    spec("notify_webhook_url", None, "webhook: where it listens"),
    spec("notify_webhook_secret", None, "webhook: what signs, whsec_..."),
    spec("notify_webhook_secret_file", None, "webhook: the file of the secret"),
    spec("notify_smtp_url", None, "e-mail: smtps://, smtp:// (STARTTLS) or smtp+plain://"),
    spec("notify_smtp_user", None, "e-mail: user of the server, if it asks for one"),
    spec("notify_smtp_password", None, "e-mail: password of the user"),
    spec("notify_smtp_password_file", None, "e-mail: the file of the password"),
    spec("notify_smtp_from", None, "e-mail: who writes"),
    spec("notify_smtp_to", None, "e-mail: to whom, with commas between"),
    spec("notify_ntfy_url", Some("https://ntfy.sh"), "ntfy: the server"),
    spec("notify_ntfy_topic", None, "ntfy: the topic, which is a secret"),
    spec("notify_ntfy_topic_file", None, "ntfy: the file of the topic"),
    spec("notify_ntfy_token", None, "ntfy: access token"),
    spec("notify_ntfy_token_file", None, "ntfy: the file of the access token"),
    spec("notify_push_subject", None, "web push: whom push services ask, mailto: or https://"),
    spec("notify_push_key_file", None, "web push: VAPID key; <data_dir>/keys/vapid.pem"),
];

const fn spec(key: &'static str, default: Option<&'static str>, about: &'static str) -> Spec {
    Spec { key, default, about }
}

/// The settings of one run, checked.
#[derive(Debug, Clone)]
pub struct Config {
    /// Folder that holds everything that must survive.
    pub data_dir: PathBuf,
    /// Address of the API.
    pub listen: SocketAddr,
    /// Address of `/metrics` and `/healthz`.
    pub admin_listen: SocketAddr,
    /// The application's `spin.toml`.
    pub manifest: PathBuf,
    /// Folder of compiled components.
    pub cache_dir: PathBuf,
    /// Whose tasks the command line speaks about.
    pub user: String,
    /// Which log lines are written.
    pub log: Targets,
    /// How log lines look.
    pub log_format: LogFormat,
    /// Zone of tasks that name none.
    pub default_time_zone: ZoneName,
    /// The language in which text is read.
    pub default_locale: Locale,
    /// When a task with a date only counts as due.
    pub day_starts_at: NaiveTime,
    /// Longest time that a stop may take.
    pub shutdown_grace: Duration,
    /// Longest request that the edge lets in.
    pub body_limit_bytes: u64,
    /// Memory of one component instance, in MiB.
    pub component_memory_mib: u64,
    /// Processor time of one request.
    pub component_cpu: Duration,
    /// Wall-clock time of one request.
    pub component_wall: Duration,
    /// May components call private addresses.
    pub allow_private_networks: bool,
    /// The Postgres that everything is in; none: a file.
    pub postgres: Option<Postgres>,
    /// What carries events from the log to their handlers.
    pub bus: Bus,
    /// What wakes the bridge when a reminder is due.
    pub jobs: Jobs,
    /// The Kafka cluster, for the bus `kafka`.
    pub kafka: Kafka,
    /// The Dapr sidecar.
    pub dapr: Dapr,
    /// `bridge`: where `spin up` listens.
    pub components_url: Uri,
    /// `bridge`: the database of `spin up`.
    pub sqlite_file: PathBuf,
    /// How people are told of reminders.
    pub notify: Notify,
    /// Every setting with its value and where it came from, for `doctor`.
    pub settings: Vec<Setting>,
    /// Variables of the environment that look like settings and are none, for `doctor`.
    pub unused: Vec<String>,
}

/// How log lines look.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LogFormat {
    /// For people when standard error is a terminal, else JSON.
    Auto,
    /// For people.
    Pretty,
    /// One JSON object a line.
    Json,
}

impl Config {
    /// Reads every setting first, then reports all the problems at once.
    pub fn load(env: &dyn Env, flags: &Flags) -> Result<Self, ConfigErrors> {
        let mut read = Reader::open(env, flags);
        let data_dir: Option<PathBuf> = read.value("data_dir");
        let listen = read.value("listen");
        let admin_listen = read.value("admin_listen");
        let manifest = read.value_or("manifest", layer::find_manifest);
        let cache_dir =
            read.value_or("cache_dir", || data_dir.clone().unwrap_or_default().join("cache"));
        let user = read.value("user");
        let log = read.value("log");
        let log_format = read.value("log_format");
        let default_time_zone = read.value("default_time_zone");
        let default_locale = read.value("default_locale");
        let day_starts_at = read.value("day_starts_at");
        let shutdown_grace = read.value("shutdown_grace_seconds").map(Duration::from_secs);
        let body_limit_bytes = read.value("body_limit_bytes");
        let component_memory_mib = read.value("component_memory_mib");
        let component_cpu = read.value("component_cpu_ms").map(Duration::from_millis);
        let component_wall = read.value("component_wall_ms").map(Duration::from_millis);
        let allow_private_networks = read.value("allow_private_networks");
        let postgres = database::read(&mut read);
        let bus = read.value("bus");
        let jobs = read.value("jobs");
        let kafka = kafka::read(&mut read);
        let dapr = dapr::read(&mut read);
        let components_url = read.value("components_url");
        let sqlite_file = read.value("sqlite_file");
        let notify = notify::read(&mut read, data_dir.as_deref());
        read.finish(|read| {
            Some(Self {
                data_dir: data_dir?,
                listen: listen?,
                admin_listen: admin_listen?,
                manifest: manifest?,
                cache_dir: cache_dir?,
                user: user?,
                log: log?,
                log_format: log_format?,
                default_time_zone: default_time_zone?,
                default_locale: default_locale?,
                day_starts_at: day_starts_at?,
                shutdown_grace: shutdown_grace?,
                body_limit_bytes: body_limit_bytes?,
                component_memory_mib: component_memory_mib?,
                component_cpu: component_cpu?,
                component_wall: component_wall?,
                allow_private_networks: allow_private_networks?,
                postgres: postgres?,
                bus: bus?,
                jobs: jobs?,
                kafka: kafka?,
                dapr: dapr?,
                components_url: components_url?,
                sqlite_file: sqlite_file?,
                notify: notify?,
                settings: read.settings,
                unused: read.unused,
            })
        })
    }
}

#[cfg(test)]
mod tests;
