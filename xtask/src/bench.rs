//! `cargo xtask bench`: speed and memory, always as ratios against a peer in the same run.

use std::process::Command;

use anyhow::{Context, Result, ensure};

use crate::{
    native, node, python,
    servers::{self, Beside, Provided},
    step::{cargo, shown, step, succeed},
    wasm, workspace,
};

/// Measures that need real servers, and a network of their own.
const ON_SERVERS: &[&str] = &["postgres", "relay", "effect", "jobs"];

/// `[NAME ...]`: all measurements, or those named.
pub(crate) fn run(args: &[String]) -> Result<()> {
    let (on_servers, here): (Vec<_>, Vec<_>) =
        args.iter().cloned().partition(|name| ON_SERVERS.contains(&name.as_str()));
    let is_wanted = |names: &[String]| args.is_empty() || !names.is_empty();
    let provided = match is_wanted(&on_servers) {
        true => {
            servers::check()?;
            Some(servers::provide()?)
        }
        false => None,
    };
    wasm::build_all(true)?;
    native::build()?;
    // There is no network inside but loopback: all is built before.
    let mut build = cargo(&["build", "--locked", "--release", "-p", "bench"]);
    step("bench: compiling", || succeed(&mut build))?;
    if is_wanted(&here) {
        let mut command = bench(&here);
        command.arg("--python").arg(python::interpreter()?);
        // One measure only has a peer there; the others do without Node.js.
        if here.is_empty() || here.iter().any(|name| name == "language") {
            command.arg("--node").arg(node::packages()?);
        }
        step("bench", || succeed(&mut command))?;
    }
    if let Some(provided) = provided {
        step("bench on real servers", || inside(&on_servers, &provided))?;
    }
    Ok(())
}

fn bench(names: &[String]) -> Command {
    let mut command = Command::new(workspace::root().join("target/release/bench"));
    command.current_dir(workspace::root());
    command.arg("--taskloom").arg(workspace::taskloom()).args(names);
    command
}

/// Runs these, or all of them, in the network of their own.
fn inside(names: &[String], provided: &Provided) -> Result<()> {
    let mut inner = bench(names);
    inner.arg("--servers").env(::servers::VARIABLE, &provided.folder);
    // Nothing runs beside it that would keep anything there.
    let mut command = servers::command(Beside::Nothing, &std::env::temp_dir(), &inner)?;
    let mut child = command.spawn().context("bench did not start")?;
    // What runs there ends when this is closed.
    let held = child.stdin.take();
    let status = child.wait()?;
    drop(held);
    ensure!(status.success(), "`{}` failed ({status})", shown(&inner));
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bench_knows_the_measures_that_need_servers() {
        let path = workspace::root().join("crates/bench/src/main.rs");
        let text = std::fs::read_to_string(path).unwrap();
        let list = text.split_once("const ON_SERVERS").unwrap().1.split_once("];").unwrap().0;
        let names =
            list.lines().filter_map(|line| line.trim().strip_prefix("(\"")?.split_once('"'));
        assert_eq!(names.map(|(name, _)| name).collect::<Vec<_>>(), ON_SERVERS);
    }
}
