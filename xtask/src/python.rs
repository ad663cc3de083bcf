//! A Python with the packages of `requirements.txt`: strangers' libraries that tests ask for answers.

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use anyhow::{Context, Result, bail};

use crate::{
    cached, debian,
    step::{step, succeed},
    workspace,
};

/// The variable that tells tests and programs of ours which interpreter to use.
pub(crate) const VARIABLE: &str = "TASKLOOM_PYTHON";

const DEBIAN_PACKAGES: &[&str] = &["python3", "python3-venv"];
/// Debian's own is asked second: `apt-get` cannot mend another one that comes first in PATH.
const CANDIDATES: &[&str] = &["python3", "/usr/bin/python3"];

/// What the decision depends on; tests answer for another machine.
trait Machine {
    /// A Python that can make virtual environments.
    fn base(&self) -> Option<PathBuf>;
    fn is_debian_as_root(&self) -> bool;
    fn install_debian_packages(&self) -> Result<()>;
}

/// The interpreter with all packages, made when it is missing. Says nothing when all is there.
pub(crate) fn interpreter() -> Result<PathBuf> {
    let requirements = workspace::root().join("xtask/requirements.txt");
    let folder = cached::folder("python", &fs::read_to_string(&requirements)?, |folder| {
        let base = choose(&ThisMachine)?;
        step("python: packages that tests ask for answers", || make(&base, folder, &requirements))
    })?;
    Ok(folder.join("bin/python"))
}

fn make(base: &Path, folder: &Path, requirements: &Path) -> Result<()> {
    succeed(Command::new(base).args(["-m", "venv", "--clear"]).arg(folder))?;
    let mut install = Command::new(folder.join("bin/python"));
    install.args(["-m", "pip", "--disable-pip-version-check", "install", "--quiet", "-r"]);
    succeed(install.arg(requirements).stdin(Stdio::null()))
}

fn choose(machine: &impl Machine) -> Result<PathBuf> {
    if let Some(base) = machine.base() {
        return Ok(base);
    }
    let missing = format!(
        "no Python that can make virtual environments: install python3 with venv and ensurepip, \
         on Debian as root by `apt-get install {}`",
        DEBIAN_PACKAGES.join(" ")
    );
    if !machine.is_debian_as_root() {
        bail!(missing);
    }
    machine.install_debian_packages()?;
    machine.base().context(missing)
}

struct ThisMachine;

impl Machine for ThisMachine {
    fn base(&self) -> Option<PathBuf> {
        let able = |python: &&&str| {
            let mut command = Command::new(python);
            command.args(["-c", "import ensurepip, venv"]);
            command.output().is_ok_and(|out| out.status.success())
        };
        CANDIDATES.iter().find(able).map(PathBuf::from)
    }

    fn is_debian_as_root(&self) -> bool {
        debian::is_debian_as_root()
    }

    fn install_debian_packages(&self) -> Result<()> {
        debian::install("Debian's Python", DEBIAN_PACKAGES)
    }
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use super::*;

    /// A machine with or without Python, where Debian's packages bring one.
    struct Planned {
        has_python: Cell<bool>,
        debian_as_root: bool,
    }

    impl Machine for Planned {
        fn base(&self) -> Option<PathBuf> {
            self.has_python.get().then(|| PathBuf::from("python3"))
        }

        fn is_debian_as_root(&self) -> bool {
            self.debian_as_root
        }

        fn install_debian_packages(&self) -> Result<()> {
            assert!(!self.has_python.get(), "nothing is installed when it is there");
            self.has_python.set(true);
            Ok(())
        }
    }

    fn chosen(has_python: bool, debian_as_root: bool) -> Result<PathBuf> {
        choose(&Planned { has_python: Cell::new(has_python), debian_as_root })
    }

    #[test]
    fn a_python_that_is_there_is_taken() {
        assert!(chosen(true, false).is_ok());
        assert!(chosen(true, true).is_ok());
    }

    #[test]
    fn debian_as_root_gets_one() {
        assert!(chosen(false, true).is_ok());
    }

    #[test]
    fn elsewhere_one_sentence_says_what_to_install() {
        let error = chosen(false, false).unwrap_err().to_string();
        assert!(error.contains("apt-get install python3 python3-venv"), "{error}");
        assert!(!error.contains('\n'), "{error}");
    }
}
