//! Packages from Debian, where this is Debian and we are root.

use std::{path::Path, process::Command};

use anyhow::Result;

use crate::step::{step, succeed};

/// Whether `apt-get install` can be asked without asking a person.
pub(crate) fn is_debian_as_root() -> bool {
    let root = Command::new("id").arg("-u").output().is_ok_and(|out| out.stdout == b"0\n");
    root && Path::new("/etc/debian_version").is_file()
}

/// Installs packages under a headline.
pub(crate) fn install(what: &str, packages: &[&str]) -> Result<()> {
    step(&format!("installing {what}"), || {
        succeed(Command::new("apt-get").args(["-qq", "update"]))?;
        let install = || {
            let mut command = Command::new("apt-get");
            command.args(["-qq", "install", "-y"]).args(packages);
            succeed(command.env("DEBIAN_FRONTEND", "noninteractive"))
        };
        // dpkg can stop half way over a diverted file; mending and asking again gets it done.
        install().or_else(|_| {
            succeed(Command::new("apt-get").args(["-qq", "-y", "-f", "install"]))?;
            install()
        })
    })
}
