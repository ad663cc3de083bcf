//! Tools from crates.io that only some tasks need, kept outside of the checkout.

use std::{path::PathBuf, process::Command};

use anyhow::{Context, Result};

use crate::step::{cargo, step, succeed};

/// A program that `cargo install` brings.
pub(crate) struct Tool {
    /// Of the crate and of the program.
    pub(crate) name: &'static str,
    /// The release to install; the newest without one.
    pub(crate) version: Option<&'static str>,
}

/// The one in our folder, else the one in PATH.
pub(crate) fn find(tool: &Tool) -> Option<PathBuf> {
    let ours = folder().ok()?.join("bin").join(tool.name);
    let found = [ours, PathBuf::from(tool.name)];
    found.into_iter().find(|path| Command::new(path).arg("--version").output().is_ok())
}

/// Builds it into our folder.
pub(crate) fn install(tool: &Tool) -> Result<PathBuf> {
    let folder = folder()?;
    step(&format!("installing {}", tool.name), || {
        let mut command = cargo(&["install", "--locked", tool.name]);
        command.args(tool.version.iter().flat_map(|version| ["--version", version]));
        succeed(command.arg("--root").arg(&folder))
    })?;
    Ok(folder.join("bin").join(tool.name))
}

fn folder() -> Result<PathBuf> {
    let home = std::env::home_dir().context("no home folder to keep tools in")?;
    Ok(home.join(".cache/taskloom/tools"))
}
