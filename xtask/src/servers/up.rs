//! `cargo xtask servers up|down|status|run`: servers that stay until they are told to go.

use std::{
    fs,
    os::unix::fs::{DirBuilderExt, MetadataExt},
    path::{Path, PathBuf},
    process::{Command, Stdio},
    time::{Duration, Instant},
};

use anyhow::{Context, Result, bail};
use servers::{FILE, VARIABLE};

use super::{
    inside::{self, READY, STOP},
    network,
};
use crate::step::{step, succeed};

const HOLDER: &str = "holder";
const LOG: &str = "holder.log";
const PATIENCE: Duration = Duration::from_secs(180);
const LOOK_EVERY: Duration = Duration::from_millis(100);

pub(super) fn up() -> Result<()> {
    let folder = folder()?;
    if let Some(id) = holder(&folder) {
        println!("the servers are up already (process {id})");
        return tell(&folder);
    }
    let provided = super::provide()?;
    network::check()?;
    // Data of the last time: each stack begins empty.
    clear(&folder)?;
    fs::DirBuilder::new().recursive(true).mode(0o711).create(&folder)?;
    fs::copy(provided.folder.join(FILE), folder.join(FILE))?;
    step("servers: starting", || start(&folder, &provided.folder))?;
    tell(&folder)
}

fn start(folder: &Path, provided: &Path) -> Result<()> {
    use std::os::unix::process::CommandExt;
    let log = fs::File::create(folder.join(LOG))?;
    let mut command = inside::holder(folder)?;
    command.env(VARIABLE, provided).process_group(0).stdin(Stdio::null());
    let mut child = command.stdout(log.try_clone()?).stderr(log).spawn()?;
    fs::write(folder.join(HOLDER), child.id().to_string())?;
    let deadline = Instant::now() + PATIENCE;
    while !folder.join(READY).exists() {
        let ended = child.try_wait()?;
        if ended.is_some() || Instant::now() >= deadline {
            let _ = child.kill();
            let _ = child.wait();
            let said = fs::read_to_string(folder.join(LOG)).unwrap_or_default();
            bail!("the servers did not start: {}", said.trim().replace('\n', "; "));
        }
        std::thread::sleep(LOOK_EVERY);
    }
    eprint!("{}", fs::read_to_string(folder.join(LOG)).unwrap_or_default());
    Ok(())
}

pub(super) fn down() -> Result<()> {
    let folder = folder()?;
    let Some(id) = holder(&folder) else {
        clear(&folder)?;
        println!("no servers are up");
        return Ok(());
    };
    fs::write(folder.join(STOP), "")?;
    let deadline = Instant::now() + Duration::from_secs(60);
    while is_ours(id, &folder) {
        if Instant::now() >= deadline {
            // What it started ends with it.
            succeed(Command::new("kill").args(["-KILL", &id.to_string()]))?;
            break;
        }
        std::thread::sleep(LOOK_EVERY);
    }
    clear(&folder)?;
    println!("the servers are down");
    Ok(())
}

pub(super) fn status() -> Result<()> {
    let folder = folder()?;
    match holder(&folder) {
        Some(id) => {
            println!("the servers are up (process {id})");
            tell(&folder)
        }
        None => {
            println!("no servers are up");
            Ok(())
        }
    }
}

/// Runs a command in their network, with the variables by which tests find them.
pub(super) fn run(args: &[String]) -> Result<()> {
    let folder = folder()?;
    let Some((program, args)) = args.split_first() else { bail!("`run` takes a command") };
    let id = holder(&folder).context("no servers are up; `cargo xtask servers up` starts them")?;
    let mut command = network::join(first_inside(id)?, program, args);
    command.env(VARIABLE, &folder).envs(variables(&folder)?);
    succeed(&mut command)
}

fn tell(folder: &Path) -> Result<()> {
    println!("data and logs: {}", folder.display());
    for (name, value) in variables(folder)? {
        println!("{name}={value}");
    }
    println!(
        "they are in a network of their own; a command there: cargo xtask servers run COMMAND"
    );
    println!("their end: cargo xtask servers down");
    Ok(())
}

fn variables(folder: &Path) -> Result<Vec<(String, String)>> {
    let text = fs::read_to_string(folder.join(READY)).context("the servers are not ready")?;
    Ok(serde_json::from_str(&text)?)
}

/// One for each person, where other users can pass through: Postgres does not run as root. A folder of
/// that name that someone else made is not touched.
fn folder() -> Result<PathBuf> {
    let home = std::env::home_dir().context("no home folder")?;
    let me = fs::metadata(&home)?.uid();
    let folder = std::env::temp_dir().join(format!("taskloom-servers-{me}"));
    let owner = fs::symlink_metadata(&folder);
    if owner.is_ok_and(|found| found.uid() != me || !found.is_dir()) {
        bail!("`{}` is not a folder of yours", folder.display());
    }
    Ok(folder)
}

fn clear(folder: &Path) -> Result<()> {
    if folder.exists() {
        fs::remove_dir_all(folder).with_context(|| format!("removing `{}`", folder.display()))?;
    }
    Ok(())
}

/// The process that holds them, when it runs.
fn holder(folder: &Path) -> Option<u32> {
    let id = fs::read_to_string(folder.join(HOLDER)).ok()?.trim().parse().ok()?;
    is_ours(id, folder).then_some(id)
}

/// Ids are given anew: it must also be one that was told this folder.
fn is_ours(id: u32, folder: &Path) -> bool {
    let line = fs::read(format!("/proc/{id}/cmdline")).unwrap_or_default();
    let mut words = line.split(|byte| *byte == 0);
    words.any(|word| word == folder.as_os_str().as_encoded_bytes())
}

/// The first process in the network: the only child of the one that made it.
fn first_inside(holder: u32) -> Result<u32> {
    let children = fs::read_to_string(format!("/proc/{holder}/task/{holder}/children"))?;
    let first = children.split_whitespace().next().context("nothing runs in their network")?;
    Ok(first.parse()?)
}
