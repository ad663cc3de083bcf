//! `cargo xtask clock`: reminders by the real clock for ten minutes, with kills in between; and what
//! the tests need that jump with a clock.

use std::{path::PathBuf, process::Command};

use anyhow::{Result, bail};

use crate::{
    debian, native,
    step::{cargo, step, succeed},
    wasm,
};

/// The variable by which tests find the library.
const VARIABLE: &str = "TASKLOOM_FAKETIME";
/// Its file in Debian's package `faketime`, below the folder of the machine's architecture.
const LIBRARY: &str = "faketime/libfaketimeMT.so.1";
const LIBRARIES: &str = "/usr/lib";

/// What may be chosen, what it is when it is not, and how the harness is told.
const OPTIONS: [(&str, &str, &str); 4] = [
    ("--reminders", "10000", "TASKLOOM_CLOCK_REMINDERS"),
    ("--seconds", "600", "TASKLOOM_CLOCK_SECONDS"),
    ("--kills", "10", "TASKLOOM_CLOCK_KILLS"),
    ("--seed", "", "TASKLOOM_CLOCK_SEED"),
];

/// `[--reminders N] [--seconds N] [--kills N] [--seed N]`.
pub(crate) fn run(args: &[String]) -> Result<()> {
    let settings = settings(args)?;
    wasm::build_all(false)?;
    native::build()?;
    let mut command =
        cargo(&["test", "--locked", "--release", "-p", "sidecar-bridge", "--test", "clock"]);
    command.args([
        "--",
        "--nocapture",
        "--exact",
        "reminders_fire_once_and_in_time_whatever_is_killed",
    ]);
    step("reminders by the real clock", || succeed(command.envs(settings)))
}

/// Names of variables and their values.
fn settings(args: &[String]) -> Result<Vec<(&'static str, String)>> {
    let mut settings: Vec<_> =
        OPTIONS.iter().map(|(_, default, variable)| (*variable, (*default).to_owned())).collect();
    for pair in args.chunks(2) {
        let known = OPTIONS.iter().position(|(option, _, _)| *option == pair[0]);
        match (known, pair) {
            (Some(index), [_, value]) if value.parse::<u32>().is_ok() => {
                settings[index].1.clone_from(value);
            }
            (Some(_), _) => bail!("`{}` needs a number", pair[0]),
            (None, _) => {
                let names = OPTIONS.map(|(option, _, _)| option).join(", ");
                bail!("unknown option `{}`; {names} are accepted", pair[0]);
            }
        }
    }
    settings.retain(|(_, value)| !value.is_empty());
    Ok(settings)
}

/// Makes sure that the library is there by which a process is shown another time, and tells a command
/// where. Where it cannot be had, the command is told to do without.
pub(crate) fn provide_faketime(command: &mut Command) -> Result<()> {
    if library().is_none() && debian::is_debian_as_root() {
        debian::install("Debian's `faketime`", &["faketime"])?;
    }
    match library() {
        Some(library) => command.env(VARIABLE, library),
        None => {
            eprintln!("    no libfaketime: jumps of the clock are tested inside the process only");
            command.env(VARIABLE, "none")
        }
    };
    Ok(())
}

fn library() -> Option<PathBuf> {
    let folders = std::fs::read_dir(LIBRARIES).ok()?;
    let files = folders.filter_map(|folder| Some(folder.ok()?.path().join(LIBRARY)));
    files.into_iter().find(|file| file.is_file())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(args: &[&str], expect: &str) {
        let args: Vec<_> = args.iter().map(|arg| (*arg).to_owned()).collect();
        let actual = match settings(&args) {
            Ok(settings) => {
                settings.into_iter().map(|(_, value)| value).collect::<Vec<_>>().join(" ")
            }
            Err(error) => error.to_string(),
        };
        assert_eq!(actual, expect);
    }

    #[test]
    fn what_is_not_chosen_is_the_long_run() {
        check(&[], "10000 600 10");
        check(&["--seconds", "60", "--seed", "7"], "10000 60 10 7");
    }

    #[test]
    fn what_is_no_choice_is_named() {
        check(&["--kills"], "`--kills` needs a number");
        check(&["--kills", "x"], "`--kills` needs a number");
        let accepted = "--reminders, --seconds, --kills, --seed are accepted";
        check(&["--fast"], &format!("unknown option `--fast`; {accepted}"));
    }
}
