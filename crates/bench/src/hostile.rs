//! What a client notices when a component beside the one it talks to misbehaves.

use std::{
    fs,
    sync::atomic::{AtomicBool, Ordering},
    time::Duration,
};

use anyhow::{Context, Result};
use tempfile::TempDir;

use crate::{
    Setup,
    load::{Shot, fire},
    server::{PROBE, Server, answers, root},
    stats::{median, quantile},
    table::Row,
};

const BLOCKS: usize = 3;
const BLOCK: Duration = Duration::from_secs(3);
const CLIENTS: usize = 4;
/// One attacker that asks for each of these in turn, without a pause.
const ATTACKS: &[&str] = &["/loop", "/memory", "/recursion", "/logs", "/trap"];

pub(crate) fn run(setup: &Setup) -> Result<Vec<Row>> {
    let (_folder, manifest) = manifest_with_hostile()?;
    let server = Server::start_with(setup, &manifest)?;
    let shot = Shot {
        address: server.address.clone(),
        method: "GET",
        path: PROBE.into(),
        token: Some(server.token("bench")?),
        body: String::new(),
        expect: 200,
    };
    fire(&shot, CLIENTS, BLOCK)?;
    let (mut quiet, mut again, mut attacked) = (vec![], vec![], vec![]);
    for _ in 0..BLOCKS {
        quiet.push(p99(&shot)?);
        attacked.push(under_attack(&server.address, || p99(&shot))?);
        again.push(p99(&shot)?);
    }
    let (quiet, again, attacked) = (median(&mut quiet), median(&mut again), median(&mut attacked));
    Ok(vec![
        Row::new(
            "p99 of others beside a hostile component",
            (attacked, "ms"),
            ("quiet server", quiet, "ms"),
            "< 2",
        ),
        Row::new("p99 of a quiet server, A/A", (quiet, "ms"), ("itself", again, "ms"), "noise"),
    ])
}

fn p99(shot: &Shot) -> Result<f64> {
    Ok(quantile(&mut fire(shot, CLIENTS, BLOCK)?.latencies_ms, 0.99))
}

/// Runs `work` while another thread attacks.
fn under_attack<T>(address: &str, work: impl FnOnce() -> Result<T>) -> Result<T> {
    let over = AtomicBool::new(false);
    std::thread::scope(|threads| {
        threads.spawn(|| {
            for attack in ATTACKS.iter().cycle() {
                if over.load(Ordering::Relaxed) {
                    return;
                }
                answers(address, &format!("/hostile{attack}"));
            }
        });
        let result = work();
        over.store(true, Ordering::Relaxed);
        result
    })
}

/// The application of the checkout with the hostile guest added, in a folder of its own.
fn manifest_with_hostile() -> Result<(TempDir, std::path::PathBuf)> {
    let mut manifest: toml::Table = fs::read_to_string(root().join("spin.toml"))?.parse()?;
    let components = root().join("target/components").canonicalize()?;
    let table =
        manifest.get_mut("component").and_then(toml::Value::as_table_mut).context("component")?;
    let hostile: toml::Table = "source = 'hostile.wasm'\nsqlite_databases = ['default']".parse()?;
    table.insert("hostile".into(), toml::Value::Table(hostile));
    for (id, component) in table.iter_mut() {
        let source = components.join(format!("{id}.wasm")).display().to_string();
        component.as_table_mut().context("component table")?.insert("source".into(), source.into());
    }
    let route: toml::Table = "route = '/hostile/...'\ncomponent = 'hostile'".parse()?;
    manifest
        .get_mut("trigger")
        .and_then(|trigger| trigger.get_mut("http"))
        .and_then(toml::Value::as_array_mut)
        .context("trigger.http")?
        .push(toml::Value::Table(route));
    let folder = TempDir::new()?;
    let path = folder.path().join("spin.toml");
    fs::write(&path, toml::to_string(&manifest)?)?;
    Ok((folder, path))
}
