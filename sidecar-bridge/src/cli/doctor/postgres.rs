//! Whether the Postgres of the settings can be used, by the bridge and by components.

use host::postgres::Database;

use super::Check;
use crate::{
    app,
    chain::chain,
    config::{Config, Postgres},
    database::components_pool,
};

const NAME: &str = "database";
const COMPONENTS: &str = "components' database";

pub(super) fn all(config: &Config, postgres: &Postgres) -> Vec<Check> {
    let runtime = match app::runtime() {
        Ok(runtime) => runtime,
        Err(error) => return vec![Check::failed(NAME, chain(&error))],
    };
    runtime.block_on(async {
        let mut checks = vec![schema(config, postgres).await];
        if postgres.app_url.reveal() != postgres.url.reveal() {
            checks.push(components(postgres).await);
        }
        checks
    })
}

async fn schema(config: &Config, postgres: &Postgres) -> Check {
    let (address, known) = (&postgres.url.address, store::migrate::known_version());
    match app::schema_version(config).await {
        Ok(found) if found > known => {
            Check::failed(NAME, format!("schema {found} is newer than {known}, our own"))
        }
        Ok(0) => Check::ok(NAME, format!("{address} has no schema yet; a start makes it")),
        Ok(found) => Check::ok(NAME, format!("{address} has schema {found}")),
        Err(error) => Check::failed(NAME, chain(&error)),
    }
}

async fn components(postgres: &Postgres) -> Check {
    let address = &postgres.app_url.address;
    let answer = match Database::connect(address, components_pool(postgres)) {
        Ok(database) => database.ping().await,
        Err(error) => Err(error),
    };
    match answer {
        Ok(()) => Check::ok(COMPONENTS, format!("{address} answers")),
        Err(error) => Check::failed(COMPONENTS, format!("{address}: {error}")),
    }
}
