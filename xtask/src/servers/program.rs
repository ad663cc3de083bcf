//! Programs of others: taken where they are, installed by Debian where that can be asked, else named.

use std::{
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context, Result, bail};

use crate::debian;

/// One program, where it is looked for and which packages bring it.
pub(crate) struct Program {
    /// As in "no ... was found".
    pub(crate) what: &'static str,
    pub(crate) find: fn() -> Option<PathBuf>,
    pub(crate) packages: &'static [&'static str],
    /// What someone else than Debian's root can do.
    pub(crate) otherwise: &'static str,
}

/// What the decision depends on; tests answer for another machine.
pub(crate) trait Machine {
    fn find(&self, program: &Program) -> Option<PathBuf>;
    fn is_debian_as_root(&self) -> bool;
    fn install(&self, program: &Program) -> Result<()>;
}

impl Program {
    /// Finds it, installs it when it is missing, or says in one sentence what to do.
    pub(crate) fn provide(&self) -> Result<PathBuf> {
        self.provide_on(&ThisMachine)
    }

    fn provide_on(&self, machine: &impl Machine) -> Result<PathBuf> {
        if let Some(path) = machine.find(self) {
            return Ok(path);
        }
        let missing = format!(
            "no {} was found: install it, on Debian as root by `apt-get install {}`{}",
            self.what,
            self.packages.join(" "),
            self.otherwise
        );
        if !machine.is_debian_as_root() {
            bail!(missing);
        }
        machine.install(self).with_context(|| missing.clone())?;
        machine.find(self).context(missing)
    }
}

struct ThisMachine;

impl Machine for ThisMachine {
    fn find(&self, program: &Program) -> Option<PathBuf> {
        (program.find)()
    }

    fn is_debian_as_root(&self) -> bool {
        debian::is_debian_as_root()
    }

    fn install(&self, program: &Program) -> Result<()> {
        debian::install(&format!("Debian's {}", program.packages.join(" and ")), program.packages)
    }
}

/// A program in PATH, or where administrators' programs lie, which PATH may not name.
pub(crate) fn in_path(name: &str) -> Option<PathBuf> {
    let path = variable("PATH").unwrap_or_default();
    let folders = std::env::split_paths(&path).chain(["/usr/sbin", "/sbin"].map(PathBuf::from));
    folders.map(|folder| folder.join(name)).find(|file| file.is_file())
}

/// A variable that tells where something is, when it is set.
pub(crate) fn variable(name: &str) -> Option<String> {
    #[expect(clippy::disallowed_methods, reason = "a task runner has no configuration file")]
    std::env::var(name).ok().filter(|value| !value.is_empty())
}

/// All that a program prints, when it runs.
pub(crate) fn says(program: &Path, args: &[&str]) -> Option<String> {
    let out = Command::new(program).args(args).output().ok()?;
    let text = [out.stdout, out.stderr].concat();
    out.status.success().then(|| String::from_utf8_lossy(&text).into_owned())
}

/// The first numbers `a.b` in a text; a lone `a` counts as `a.0`.
pub(crate) fn version(text: &str) -> Option<(u32, u32)> {
    let begin = text.find(|letter: char| letter.is_ascii_digit())?;
    let mut numbers = text[begin..].split(|letter: char| !letter.is_ascii_digit());
    let major = numbers.next()?.parse().ok()?;
    Some((major, numbers.next().and_then(|minor| minor.parse().ok()).unwrap_or(0)))
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use super::*;

    const PROGRAM: Program =
        Program { what: "broker", find: || None, packages: &["broker-deb"], otherwise: "" };

    /// A machine with or without the program, where Debian's package may bring it.
    struct Planned {
        is_there: Cell<bool>,
        debian_as_root: bool,
        package_brings_it: bool,
    }

    impl Machine for Planned {
        fn find(&self, _: &Program) -> Option<PathBuf> {
            self.is_there.get().then(|| "/usr/bin/broker".into())
        }
        fn is_debian_as_root(&self) -> bool {
            self.debian_as_root
        }
        fn install(&self, _: &Program) -> Result<()> {
            assert!(!self.is_there.get(), "nothing is installed when it is there");
            self.is_there.set(self.package_brings_it);
            Ok(())
        }
    }

    fn provided(is_there: bool, debian_as_root: bool, package_brings_it: bool) -> Result<PathBuf> {
        let is_there = Cell::new(is_there);
        PROGRAM.provide_on(&Planned { is_there, debian_as_root, package_brings_it })
    }

    #[test]
    fn what_is_there_is_taken() {
        assert!(provided(true, false, false).is_ok());
        assert!(provided(true, true, true).is_ok());
    }

    #[test]
    fn debian_as_root_gets_it() {
        assert!(provided(false, true, true).is_ok());
    }

    #[test]
    fn elsewhere_one_sentence_says_what_to_install() {
        for error in [provided(false, false, true), provided(false, true, false)] {
            let error = error.unwrap_err().to_string();
            assert!(error.starts_with("no broker was found: install it"), "{error}");
            assert!(error.contains("apt-get install broker-deb"), "{error}");
            assert!(!error.contains('\n'), "{error}");
        }
    }

    #[test]
    fn versions_are_read_from_what_programs_say() {
        assert_eq!(version("openjdk version \"17.0.15\" 2025"), Some((17, 0)));
        assert_eq!(version("go version go1.26.8 linux/amd64"), Some((1, 26)));
        assert_eq!(version("postgres (PostgreSQL) 17 (Debian)"), Some((17, 0)));
        assert_eq!(version("edge"), None);
    }
}
