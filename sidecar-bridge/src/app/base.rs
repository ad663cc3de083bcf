//! What the ways to run do not share: whose the database file is, and how components are called.

use std::{collections::BTreeMap, sync::Arc};

use domain::change::Settings;
use host::{ComponentInfo, Host, Limits, manifest::Manifest, sqlite};
use tracing::{info, warn};

use super::AppError;
use crate::{
    components::{Components, Embedded, Http, TokenMint},
    config::Config,
    dapr,
    database::{Database, Storage, components_pool, operator_text},
    dispatcher::Subscription,
    keys::Keys,
    notify::Channels,
};

/// The ground that events move on.
pub(super) struct Base {
    pub(super) database: Database,
    pub(super) storage: Storage,
    pub(super) components: Arc<dyn Components>,
    pub(super) subscriptions: Vec<Subscription>,
    pub(super) channels: Channels,
}

impl Base {
    /// The file is ours alone, and the components run in this process.
    pub(super) async fn embedded(
        config: &Config,
        keys: Arc<Keys>,
    ) -> Result<(Self, Arc<Host>), AppError> {
        let channels = Channels::open(&config.notify)?;
        let database = open(config, sqlite::Mode::Embedded).await?;
        let loading = Host::load(host_settings(config, &keys, &database));
        // Neither waits for the other: no request comes before both are done.
        let (migrated, host) = tokio::join!(migrate(&database), loading);
        migrated?;
        let host = Arc::new(host?);
        let subscriptions = subscriptions(host.components())?;
        let tokens: Arc<dyn TokenMint> = keys;
        let components = Arc::new(Embedded::new(Arc::clone(&host), tokens));
        let storage = database.storage();
        Ok((Self { database, storage, components, subscriptions, channels }, host))
    }

    /// The file is shared with `spin up`, which runs the components.
    pub(super) async fn beside_spin(config: &Config, keys: Arc<Keys>) -> Result<Self, AppError> {
        let channels = Channels::open(&config.notify)?;
        let manifest = Manifest::read(&config.manifest)?;
        let components: Vec<_> = manifest.components.into_iter().map(ComponentInfo::from).collect();
        let subscriptions = subscriptions(&components)?;
        let database = open(config, sqlite::Mode::Shared).await?;
        migrate(&database).await?;
        let tokens: Arc<dyn TokenMint> = keys;
        let components = match dapr::components(&config.dapr, Arc::clone(&tokens))? {
            Some(invoked) => invoked,
            None => Arc::new(Http::new(&config.components_url.to_string(), tokens)),
        };
        let storage = database.storage();
        Ok(Self { database, storage, components, subscriptions, channels })
    }

    /// Gives parked events another try: who starts the process anew has put something right.
    pub(super) async fn release_parked(&self) {
        match self.storage.write(|store| store.release_all()).await {
            Ok(0) => {}
            Ok(parked) => info!("{parked} parked events are tried again"),
            Err(error) => {
                warn!(error = operator_text(&error), "parked events could not be released");
            }
        }
    }

    /// Moves the log into the file and closes it.
    pub(super) async fn close(self) -> Result<(), AppError> {
        close(self.database).await
    }
}

/// What decisions depend on.
pub(super) fn settings(config: &Config) -> Settings {
    Settings { zone: config.default_time_zone.clone(), day_starts_at: config.day_starts_at }
}

/// Brings a database to the schema of this version.
pub(super) async fn migrate(database: &Database) -> Result<u32, AppError> {
    let database = database.clone();
    blocking(move || database.migrate().map_err(AppError::Migrate)).await
}

/// The Postgres of the settings; a file where they name none.
pub(super) async fn open(config: &Config, mode: sqlite::Mode) -> Result<Database, AppError> {
    if let Some(postgres) = &config.postgres {
        let away =
            |cause| AppError::Postgres { address: Box::new(postgres.url.address.clone()), cause };
        return Database::postgres(postgres).await.map_err(away);
    }
    let path = match mode {
        sqlite::Mode::Embedded => config.data_dir.join("taskloom.db"),
        sqlite::Mode::Shared => config.sqlite_file.clone(),
    };
    blocking(move || {
        Database::sqlite(path.clone(), mode).map_err(|cause| AppError::Database { path, cause })
    })
    .await
}

/// The schema of a database.
pub(super) async fn schema_version(database: &Database) -> Result<u32, AppError> {
    let database = database.clone();
    blocking(move || database.schema_version().map_err(|error| AppError::Migrate(error.into())))
        .await
}

/// Lets a role of Postgres serve people.
pub(super) async fn grant(database: &Database, role: &str) -> Result<(), AppError> {
    let (database, role) = (database.clone(), role.to_owned());
    blocking(move || {
        database.grant(&role).map_err(|source| AppError::Grant { role: role.clone(), source })
    })
    .await
}

/// Moves the log into the file and closes it, or ends the connections.
pub(super) async fn close(database: Database) -> Result<(), AppError> {
    blocking(move || database.close().map_err(AppError::Close)).await
}

fn host_settings(config: &Config, keys: &Keys, database: &Database) -> host::Settings {
    let mut settings = host::Settings::new(&config.manifest, &config.cache_dir);
    settings.variables = BTreeMap::from([
        ("auth_jwks".to_owned(), keys.jwks().to_string()),
        ("default_time_zone".to_owned(), config.default_time_zone.to_string()),
        ("default_locale".to_owned(), config.default_locale.to_string()),
        ("day_starts_at".to_owned(), config.day_starts_at.format("%H:%M").to_string()),
    ]);
    match database {
        Database::Sqlite(file) => {
            settings.databases = BTreeMap::from([("default".to_owned(), file.clone())]);
            // The manifest names a host for those who have one; here nobody may go there.
            settings
                .variables
                .insert("database_host".to_owned(), "nowhere.invalid:5432".to_owned());
        }
        Database::Postgres { .. } => settings.absent_databases.push("default".to_owned()),
    }
    if let Some(postgres) = &config.postgres {
        let url = &postgres.app_url;
        settings.variables.insert("database_url".to_owned(), url.reveal().to_owned());
        settings.variables.insert("database_host".to_owned(), url.endpoint());
        settings.postgres = components_pool(postgres);
    }
    settings.limits = Limits {
        memory_bytes: usize::try_from(config.component_memory_mib << 20).unwrap_or(usize::MAX),
        cpu: config.component_cpu,
        wall: config.component_wall,
        request_bytes: usize::try_from(config.body_limit_bytes).unwrap_or(usize::MAX),
        ..Limits::default()
    };
    settings.allow_private_networks = config.allow_private_networks;
    settings
}

/// Every component with a `tool.taskloom` table is a handler; its first route is where it is called.
fn subscriptions(components: &[ComponentInfo]) -> Result<Vec<Subscription>, AppError> {
    components.iter().filter_map(|component| subscription(component).transpose()).collect()
}

fn subscription(component: &ComponentInfo) -> Result<Option<Subscription>, AppError> {
    let Some(table) = component.tool.get("taskloom") else { return Ok(None) };
    let failed = |problem: &str| AppError::Tool {
        component: component.id.clone(),
        problem: problem.to_owned(),
    };
    let names = |key: &str| {
        let list = table.get(key).and_then(|value| value.as_array());
        let names = list.map(|list| list.iter().map(|name| name.as_str().map(str::to_owned)));
        names
            .and_then(|names| names.collect::<Option<Vec<String>>>())
            .ok_or_else(|| failed(&format!("needs `{key}`, a list of names")))
    };
    let path = component.routes.first().ok_or_else(|| failed("needs a route to be called at"))?;
    Ok(Some(Subscription::new(&component.id, path, &names("subscribe")?, &names("effects")?)?))
}

/// Runs what blocks where it may.
async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, AppError> + Send + 'static,
) -> Result<T, AppError> {
    tokio::task::spawn_blocking(work).await.unwrap_or_else(|bug| Err(AppError::Bug(bug)))
}
