//! The only task runner: `cargo xtask help` lists all tasks.

#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a task runner speaks to a terminal"
)]

#[cfg(test)]
mod asyncapi;
mod bench;
mod cached;
mod check;
mod clock;
mod component;
mod conformance;
mod debian;
mod e2e;
mod fuzz;
mod imports;
mod native;
mod node;
mod provision;
mod python;
mod servers;
mod sizes;
mod step;
mod test;
mod tools;
mod up;
mod wasm;
mod watch;
mod workspace;

use std::process::ExitCode;

/// A task: its name, what it takes, what it does, and the function that does it.
struct Task {
    name: &'static str,
    takes: &'static str,
    does: &'static str,
    run: fn(&[String]) -> anyhow::Result<()>,
}

const TASKS: &[Task] = &[
    Task {
        name: "up",
        takes: "[OPTIONS OF taskloom up]",
        does: "provision, build and run the whole assistant on this machine",
        run: up::run,
    },
    Task {
        name: "test",
        takes: "[--quick] [--without-servers]",
        does: "everything this project can prove without a cluster, with a closing count",
        run: test::run,
    },
    Task {
        name: "servers",
        takes: "up | down | status | run COMMAND ...",
        does: "real Postgres, Kafka and Dapr in a network of their own, made when missing",
        run: servers::run,
    },
    Task {
        name: "e2e",
        takes: "servers [FILTER]",
        does: "the suites that ask real servers",
        run: e2e::run,
    },
    Task {
        name: "faults",
        takes: "[--cells N|all]",
        does: "the matrix of faults: servers and processes that fail while histories are checked",
        run: e2e::faults,
    },
    Task {
        name: "check",
        takes: "[--deny]",
        does: "fmt, clippy -D warnings, tidy; with --deny also cargo-deny, installed when missing",
        run: check::run,
    },
    Task {
        name: "wasm",
        takes: "[ID ...] [--dist] [--test-guests] [--no-native]",
        does: "components -> target/components/<id>.wasm and native code (.cwasm) in its cache; --dist spends fat LTO",
        run: wasm::run,
    },
    Task {
        name: "imports",
        takes: "",
        does: "compare what the components import with what Spin 3.6 offers",
        run: imports::run,
    },
    Task {
        name: "conformance",
        takes: "[--spin PATH]",
        does: "the HTTP cases on the embedded host and, with --spin or SPIN_BIN, on real Spin",
        run: conformance::run,
    },
    Task {
        name: "clock",
        takes: "[--reminders N] [--seconds N] [--kills N] [--seed N]",
        does: "10,000 reminders in ten minutes by the real clock, with ten kills in between",
        run: clock::run,
    },
    Task {
        name: "fuzz-recurrence",
        takes: "--seeds N [--from SEED]",
        does: "1,000 random rules a seed, and 1,000 in zones, against dateutil and zoneinfo",
        run: fuzz::recurrence,
    },
    Task {
        name: "fuzz",
        takes: "TARGET [--executions N]",
        does: "libFuzzer on a target of fuzz/; cargo-fuzz is installed when missing",
        run: fuzz::run,
    },
    Task {
        name: "bench",
        takes: "[NAME ...]",
        does: "speed and memory as a table of ratios against a peer in the same run",
        run: bench::run,
    },
];

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let (name, rest) = match args.split_first() {
        None => ("help", &[][..]),
        Some((name, rest)) => (name.as_str(), rest),
    };
    if matches!(name, "help" | "--help" | "-h") {
        help();
        return ExitCode::SUCCESS;
    }
    let Some(task) = TASKS.iter().find(|task| task.name == name) else {
        eprintln!("xtask: no task `{name}`; `cargo xtask help` lists all");
        return ExitCode::from(2);
    };
    match (task.run)(rest) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("xtask {name}: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn help() {
    println!("usage: cargo xtask <task> [arguments]\n");
    for task in TASKS {
        println!("  {:<16} {}", task.name, task.does);
        if !task.takes.is_empty() {
            println!("  {:<16}   takes {}", "", task.takes);
        }
    }
}
