//! What a start needs of this installation: folder, key, database, addresses, components.

use std::{
    net::{SocketAddr, TcpListener},
    os::unix::fs::PermissionsExt,
    path::Path,
};

use host::manifest::Manifest;
use rustix::fs::Access;

use super::{Check, bus, machine, postgres};
use crate::{
    app,
    chain::chain,
    config::Config,
    keys,
    lock::{self, LockError},
    running::Server,
};

/// Everything that is looked at, in the order in which a start needs it.
pub(super) fn all(config: &Config) -> Vec<Check> {
    let (folder, holder) = data_folder(&config.data_dir);
    let mut checks = vec![environment(config), folder];
    checks.extend(key(&config.data_dir));
    checks.push(machine::disk(&config.data_dir));
    checks.push(machine::sqlite());
    match &config.postgres {
        Some(postgres) => checks.extend(postgres::all(config, postgres)),
        None => checks.extend(matches!(holder, Holder::Nobody).then(|| database(config)).flatten()),
    }
    checks.push(address("listen", config.listen, &holder, |server| server.listen));
    checks
        .push(address("admin listen", config.admin_listen, &holder, |server| server.admin_listen));
    checks.push(components(config));
    checks.extend(bus::all(config));
    checks.push(notifications(config));
    checks.push(machine::clock());
    checks.push(machine::time_zones());
    checks
}

/// Who has the data folder at the moment.
enum Holder {
    Nobody,
    /// A server, which says where it answers.
    Server(Server),
    /// A command, or a server that is just starting.
    Somebody,
}

/// Whether the folder can be had, and who has it now.
fn data_folder(folder: &Path) -> (Check, Holder) {
    const NAME: &str = "data folder";
    if !folder.exists() {
        return (will_be_made(NAME, folder), Holder::Nobody);
    }
    let check = match lock::acquire(folder) {
        Ok(_) => private(NAME, folder, 0o077),
        Err(in_use @ LockError::InUse { owner, .. }) => {
            return match Server::of_owner(folder, owner) {
                Some(server) => {
                    let detail = format!("{in_use}, which answers at {}", server.api);
                    (Check::ok(NAME, detail), Holder::Server(server))
                }
                None => (Check::ok(NAME, in_use.to_string()), Holder::Somebody),
            };
        }
        Err(LockError::Folder { cause, .. }) => {
            Check::failed(NAME, format!("{} cannot be written: {cause}", folder.display()))
        }
    };
    (check, Holder::Nobody)
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

/// Whether a start could listen there; `theirs` is where a running server does.
fn address(
    name: &'static str,
    address: SocketAddr,
    holder: &Holder,
    theirs: impl FnOnce(&Server) -> Option<SocketAddr>,
) -> Check {
    let Err(error) = TcpListener::bind(address) else {
        return Check::ok(name, format!("{address} is free"));
    };
    let theirs = match holder {
        Holder::Nobody => return Check::failed(name, format!("{address}: {error}")),
        Holder::Server(server) => theirs(server),
        Holder::Somebody => None,
    };
    match theirs {
        Some(theirs) if is_same(theirs, address) => {
            Check::ok(name, format!("{address} is in use by this data folder's server"))
        }
        _ => Check::warning(name, format!("{address} is in use by another program")),
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

/// Whether who listens on `theirs` is why nobody else can listen on `ours`.
fn is_same(theirs: SocketAddr, ours: SocketAddr) -> bool {
    let either_is_all = theirs.ip().is_unspecified() || ours.ip().is_unspecified();
    theirs.port() == ours.port() && (theirs.ip() == ours.ip() || either_is_all)
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
