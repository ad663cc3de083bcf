//! `conformance --taskloom PATH [--spin PATH] [--only SUBSTRING]`: starts the hosts, runs the cases,
//! prints a table.

#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a command talks to a person")]

use std::{path::PathBuf, process::ExitCode};

use anyhow::{Result, ensure};
use clap::Parser;
use conformance::{Case, Outcome, Report, Setup, cases, host::Host, run};

/// Runs the same HTTP cases on the embedded host and on real Spin.
#[derive(Debug, Parser)]
struct Args {
    /// The program `taskloom`.
    #[arg(long)]
    taskloom: PathBuf,
    /// The program `spin`; without it only the embedded host is looked at.
    #[arg(long)]
    spin: Option<PathBuf>,
    /// The application.
    #[arg(long, default_value = "spin.toml")]
    manifest: PathBuf,
    /// Only cases whose area or name contains this.
    #[arg(long, default_value = "")]
    only: String,
}

fn main() -> ExitCode {
    match suite(&Args::parse()) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("conformance: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn suite(args: &Args) -> Result<bool> {
    let only = |case: &Case| format!("{} {}", case.area, case.name).contains(&args.only);
    let cases: Vec<Case> = cases::all().into_iter().filter(only).collect();
    ensure!(!cases.is_empty(), "no case is called `{}`", args.only);
    let setup = Setup {
        taskloom: args.taskloom.canonicalize()?,
        manifest: args.manifest.canonicalize()?,
        cache_dir: None,
        log: "warn",
    };

    let mut report = Report::new(&cases);
    report.add("embedded", outcomes(&cases, "embedded", Host::embedded(&setup)));
    if let Some(spin) = &args.spin {
        report.add("spin", outcomes(&cases, "spin", Host::spin(&setup, &spin.canonicalize()?)));
    }
    print!("{report}");
    Ok(report.is_clean())
}

fn outcomes(cases: &[Case], name: &str, host: Result<Host>) -> Option<Vec<Outcome>> {
    let host = host.inspect_err(|error| eprintln!("{name}: {error:#}")).ok()?;
    eprintln!("{name}: {} cases", cases.len());
    Some(run(cases, host.world()))
}
