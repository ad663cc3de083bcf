//! One step of a task: says what it does, runs it, says how long it took.

use std::{
    io::IsTerminal,
    process::Command,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, bail};

/// Runs `work` under a headline. Steps that took no noticeable time leave no second line.
pub(crate) fn step<T>(what: &str, work: impl FnOnce() -> Result<T>) -> Result<T> {
    eprintln!("{} {what}", paint("==>"));
    let begun = Instant::now();
    let done = work().with_context(|| what.to_owned())?;
    let took = begun.elapsed();
    if took >= Duration::from_secs(2) {
        eprintln!("    {} s", took.as_secs());
    }
    Ok(done)
}

/// `cargo` of the toolchain that runs this program, in the workspace's root.
pub(crate) fn cargo(args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO"));
    command.current_dir(crate::workspace::root()).args(args);
    command
}

/// Runs to the end with inherited output; any other exit than 0 is an error that names the command.
pub(crate) fn succeed(command: &mut Command) -> Result<()> {
    let shown = shown(command);
    let status = command.status().with_context(|| format!("`{shown}` did not start"))?;
    if !status.success() {
        bail!("`{shown}` failed ({status})");
    }
    Ok(())
}

/// The command as one would type it, without its environment.
pub(crate) fn shown(command: &Command) -> String {
    let program = std::path::Path::new(command.get_program());
    let name = program.file_name().unwrap_or(program.as_os_str());
    std::iter::once(name)
        .chain(command.get_args())
        .map(|word| word.to_string_lossy())
        .collect::<Vec<_>>()
        .join(" ")
}

fn paint(text: &str) -> String {
    if std::io::stderr().is_terminal() { format!("\x1b[1;32m{text}\x1b[0m") } else { text.into() }
}
