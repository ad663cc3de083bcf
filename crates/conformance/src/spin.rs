//! Real Spin with the same manifest and the same `.wasm` files, and `taskloom bridge` beside it.

use std::{
    fs,
    os::unix::fs::symlink,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context, Result};
use tempfile::TempDir;

use crate::{
    Setup, World,
    process::{Process, free_port, output},
    server,
};

/// Both processes and their files.
#[derive(Debug)]
pub(crate) struct Peer {
    _spin: Process,
    _bridge: Process,
    _folder: TempDir,
}

impl Peer {
    /// Starts both and waits until they serve.
    pub(crate) fn start(setup: &Setup, spin: &Path) -> Result<(Self, World)> {
        let folder = tempfile::Builder::new().prefix("taskloom-spin-").tempdir()?;
        let root = folder.path();
        let manifest = copy_application(&setup.manifest, root)?;
        let setup = Setup { manifest: manifest.clone(), ..setup.clone() };
        let data_dir = root.join("data");
        fs::create_dir_all(&data_dir)?;
        // Where Spin keeps the database `default` of an application.
        let database = root.join(".spin").join("sqlite_db.db");
        fs::create_dir_all(root.join(".spin"))?;
        output(setup.command("migrate", &data_dir).arg("--sqlite-file").arg(&database))?;
        let jwks = output(&mut setup.command("jwks", &data_dir))?;

        let port = free_port()?;
        let api = format!("http://127.0.0.1:{port}");
        let mut up = Command::new(spin);
        up.args(["up", "--from"])
            .arg(&manifest)
            .args(["--listen", &format!("127.0.0.1:{port}")])
            .args(["--variable", &format!("auth_jwks={jwks}")])
            .arg("--quiet")
            .current_dir(root)
            // No telemetry, no plugins, no settings of the developer's.
            .env("HOME", root)
            .env("XDG_CONFIG_HOME", root)
            .env("XDG_CACHE_HOME", root)
            .env("XDG_DATA_HOME", root);
        let mut spin = Process::start("spin up", &mut up, &root.join("spin.log"))?;
        spin.ready(&api, "/api/v1/tasks", 401)?;

        let (bridge_port, admin_port) = (free_port()?, free_port()?);
        let events = format!("http://127.0.0.1:{bridge_port}");
        let mut command = setup.serve("bridge", &data_dir, bridge_port, admin_port);
        command.args(["--components-url", &api]).arg("--sqlite-file").arg(&database);
        let mut bridge = Process::start("taskloom bridge", &mut command, &root.join("bridge.log"))?;
        bridge.ready(&events, "/readyz", 200)?;

        let world = server::world(&setup, &data_dir, api, events)?;
        Ok((Self { _spin: spin, _bridge: bridge, _folder: folder }, world))
    }
}

/// The manifest as it is, and beside it what its relative paths lead to: Spin keeps its state next
/// to the manifest, and that of the checkout is not ours.
fn copy_application(manifest: &Path, to: &Path) -> Result<PathBuf> {
    let manifest = manifest.canonicalize().context("no manifest")?;
    let text = fs::read_to_string(&manifest)?;
    let table: toml::Table = text.parse().context("the manifest is no TOML")?;
    let home = manifest.parent().unwrap_or(Path::new("/"));
    let components = table.get("component").and_then(toml::Value::as_table);
    let sources = components.into_iter().flatten().filter_map(|(_, it)| it.get("source")?.as_str());
    for source in sources {
        let copy = to.join(source);
        fs::create_dir_all(copy.parent().unwrap_or(to))?;
        symlink(home.join(source), copy)?;
    }
    let copy = to.join("spin.toml");
    fs::write(&copy, text)?;
    Ok(copy)
}
