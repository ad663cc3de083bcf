//! The packages of `package.json` for Node.js: peers that `cargo xtask bench` measures against, and
//! what a test asks about AsyncAPI.

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use anyhow::{Result, bail};

use crate::{
    cached, debian,
    step::{step, succeed},
    workspace,
};

const PROGRAMS: &[&str] = &["node", "npm"];
const DEBIAN_PACKAGES: &[&str] = &["nodejs", "npm"];

/// What the decision depends on; tests answer for another machine.
trait Machine {
    /// Whether all programs are in PATH and run.
    fn has_node(&self) -> bool;
    fn is_debian_as_root(&self) -> bool;
    fn install_debian_packages(&self) -> Result<()>;
}

/// The folder whose `node_modules` has all packages, made when it is missing; a program that runs in
/// it can import them. Says nothing when all is there.
pub(crate) fn packages() -> Result<PathBuf> {
    provide(&ThisMachine)?;
    let manifest = workspace::root().join("xtask/package.json");
    cached::folder("node", &fs::read_to_string(&manifest)?, |folder| {
        step("node: packages to measure against and to ask", || make(folder, &manifest))
    })
}

fn make(folder: &Path, manifest: &Path) -> Result<()> {
    fs::copy(manifest, folder.join("package.json"))?;
    let mut install = Command::new("npm");
    install.args(["install", "--silent", "--ignore-scripts", "--no-audit", "--no-fund"]);
    succeed(install.current_dir(folder).stdin(Stdio::null()))
}

/// Node.js is there, or it is installed, or one sentence says how.
fn provide(machine: &impl Machine) -> Result<()> {
    if machine.has_node() {
        return Ok(());
    }
    let missing = format!(
        "no Node.js to run its packages with: put {} into PATH, on Debian as root by `apt-get install {}`",
        PROGRAMS.join(" and "),
        DEBIAN_PACKAGES.join(" ")
    );
    if !machine.is_debian_as_root() {
        bail!(missing);
    }
    machine.install_debian_packages()?;
    if !machine.has_node() {
        bail!(missing);
    }
    Ok(())
}

struct ThisMachine;

impl Machine for ThisMachine {
    fn has_node(&self) -> bool {
        let runs = |program: &&str| {
            Command::new(program).arg("--version").output().is_ok_and(|out| out.status.success())
        };
        PROGRAMS.iter().all(runs)
    }

    fn is_debian_as_root(&self) -> bool {
        debian::is_debian_as_root()
    }

    fn install_debian_packages(&self) -> Result<()> {
        debian::install("Debian's Node.js", DEBIAN_PACKAGES)
    }
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use super::*;

    /// A machine with or without Node.js, where Debian's packages may bring it.
    struct Planned {
        has_node: Cell<bool>,
        debian_as_root: bool,
        packages_bring_it: bool,
    }

    impl Machine for Planned {
        fn has_node(&self) -> bool {
            self.has_node.get()
        }

        fn is_debian_as_root(&self) -> bool {
            self.debian_as_root
        }

        fn install_debian_packages(&self) -> Result<()> {
            assert!(!self.has_node.get(), "nothing is installed when it is there");
            self.has_node.set(self.packages_bring_it);
            Ok(())
        }
    }

    fn provided(has_node: bool, debian_as_root: bool, packages_bring_it: bool) -> Result<()> {
        provide(&Planned { has_node: Cell::new(has_node), debian_as_root, packages_bring_it })
    }

    #[test]
    fn a_node_that_is_there_is_taken() {
        assert!(provided(true, false, false).is_ok());
        assert!(provided(true, true, false).is_ok());
    }

    #[test]
    fn debian_as_root_gets_one() {
        assert!(provided(false, true, true).is_ok());
    }

    #[test]
    fn elsewhere_one_sentence_says_what_to_install() {
        for error in [provided(false, false, true), provided(false, true, false)] {
            let error = error.unwrap_err().to_string();
            assert!(error.contains("apt-get install nodejs npm"), "{error}");
            assert!(!error.contains('\n'), "{error}");
        }
    }
}
