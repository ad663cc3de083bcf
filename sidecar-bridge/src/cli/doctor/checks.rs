//! What a start needs of this installation: folder, key, database, addresses, components.

use std::{
    net::{SocketAddr, TcpListener},
    os::unix::fs::PermissionsExt,
    path::Path,
};

use host::manifest::Manifest;
use rustix::fs::Access;

use super::{Check, machine};
use crate::{
    app,
    cli::chain,
    config::Config,
    keys,
    lock::{self, LockError},
    running::Server,
};

/// Everything that is looked at, in the order in which a start needs it.
pub(super) fn all(config: &Config) -> Vec<Check> {
    let (folder, running) = data_folder(&config.data_dir);
    let mut checks = vec![environment(config), folder];
    checks.extend(key(&config.data_dir));
    checks.push(machine::disk(&config.data_dir));
    checks.push(machine::sqlite());
    checks.extend((!running).then(|| database(config)).flatten());
    checks.push(address("listen", config.listen, running));
    checks.push(address("admin listen", config.admin_listen, running));
    checks.push(components(config));
    checks.push(notifications(config));
    checks.push(machine::clock());
    checks.push(machine::time_zones());
    checks
}

/// Whether the folder can be had, and whether a server has it now.
fn data_folder(folder: &Path) -> (Check, bool) {
    const NAME: &str = "data folder";
    if !folder.exists() {
        return (will_be_made(NAME, folder), false);
    }
    let check = match lock::acquire(folder) {
        Ok(_) => private(NAME, folder, 0o077),
        Err(in_use @ LockError::InUse { .. }) => {
            let server = Server::read(folder);
            let at = server.map(|server| format!(", which answers at {}", server.api));
            return (Check::ok(NAME, format!("{in_use}{}", at.unwrap_or_default())), true);
        }
        Err(LockError::Folder { cause, .. }) => {
            Check::failed(NAME, format!("{} cannot be written: {cause}", folder.display()))
        }
    };
    (check, false)
}

fn will_be_made(name: &'static str, folder: &Path) -> Check {
    let shown = folder.display();
    // The parent of a relative path of one part is written as nothing.
    let parent = folder.ancestors().skip(1).find(|path| path.exists()).unwrap_or(Path::new("."));
    match rustix::fs::access(parent, Access::WRITE_OK) {
        Ok(()) => Check::ok(name, format!("{shown} will be made")),
        Err(error) => Check::failed(name, format!("{shown} cannot be made: {error}")),
    }
}

/// A misspelt name is easily overlooked, and cannot be refused: others put names there, too.
fn environment(config: &Config) -> Check {
    match config.unused.as_slice() {
        [] => Check::ok("environment", "no name that is no setting"),
        names => Check::warning("environment", format!("{} is no setting", names.join(", "))),
    }
}

fn key(data_dir: &Path) -> Option<Check> {
    let path = keys::path(data_dir);
    if !path.exists() {
        return None;
    }
    Some(match keys::Keys::open(data_dir) {
        Ok(_) => private("key", &path, 0o077),
        Err(error) => Check::failed("key", chain(&error)),
    })
}

/// Fine when nobody but the owner has any of the rights in `others`.
fn private(name: &'static str, path: &Path, others: u32) -> Check {
    let shown = path.display();
    match std::fs::metadata(path).map(|metadata| metadata.permissions().mode() & 0o777) {
        Ok(mode) if mode & others == 0 => Check::ok(name, format!("{shown} is yours alone")),
        Ok(mode) => Check::warning(name, format!("{shown} is open to others (mode {mode:o})")),
        Err(error) => Check::failed(name, format!("{shown}: {error}")),
    }
}

/// Opens a database that is there already; none is no fault.
fn database(config: &Config) -> Option<Check> {
    let path = config.data_dir.join("taskloom.db");
    if !path.exists() {
        return None;
    }
    let schema = app::runtime().and_then(|runtime| {
        runtime.block_on(async {
            let _lock = lock::acquire(&config.data_dir)?;
            app::schema_version(config).await
        })
    });
    let known = store::migrate::known_version();
    Some(match schema {
        Ok(found) if found > known => {
            Check::failed("database", format!("schema {found} is newer than {known}, our own"))
        }
        Ok(found) => Check::ok("database", format!("{} has schema {found}", path.display())),
        Err(error) => Check::failed("database", chain(&error)),
    })
}

fn address(name: &'static str, address: SocketAddr, running: bool) -> Check {
    match TcpListener::bind(address) {
        Ok(_) => Check::ok(name, format!("{address} is free")),
        Err(_) if running => Check::ok(name, format!("{address} is taken; a server runs")),
        Err(error) => Check::failed(name, format!("{address}: {error}")),
    }
}

/// Which ways there are to tell people of reminders; no message is sent.
fn notifications(config: &Config) -> Check {
    const NAME: &str = "notifications";
    let settings = &config.notify;
    let names = [
        ("webhook", settings.webhook.is_some()),
        ("email", settings.email.is_some()),
        ("ntfy", settings.ntfy.is_some()),
        ("web-push", settings.push.is_some()),
    ];
    let names: Vec<_> = names.iter().filter(|(_, is_set)| *is_set).map(|(name, _)| *name).collect();
    match names.as_slice() {
        [] => Check::ok(NAME, "the live stream only"),
        names => Check::ok(NAME, format!("the live stream, {}", names.join(", "))),
    }
}

/// The manifest is right, every component is there; how many need no compiling at the next start.
fn components(config: &Config) -> Check {
    const NAME: &str = "components";
    let manifest = match Manifest::read(&config.manifest) {
        Ok(manifest) => manifest,
        Err(error) => return Check::failed(NAME, chain(&error)),
    };
    if let Some(missing) = manifest.components.iter().find(|one| !one.source.exists()) {
        let file = missing.source.display();
        return Check::failed(NAME, format!("`{}`: there is no file at {file}", missing.id));
    }
    let count = manifest.components.len();
    let compiled = std::fs::read_dir(&config.cache_dir).map_or(0, |files| {
        let is_compiled = |path: &Path| path.extension().is_some_and(|end| end == "cwasm");
        files.filter_map(Result::ok).filter(|file| is_compiled(&file.path())).count()
    });
    let cache = config.cache_dir.display();
    if compiled < count {
        let detail = format!(
            "{count} in {}; {compiled} compiled in {cache}, `taskloom compile` does the rest",
            config.manifest.display()
        );
        return Check::warning(NAME, detail);
    }
    Check::ok(NAME, format!("{count} in {}, compiled in {cache}", config.manifest.display()))
}
