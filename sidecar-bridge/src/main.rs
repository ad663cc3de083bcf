//! Entry point of `taskloom`: read, build, run, report. Nothing else lives here.

#![expect(clippy::print_stderr, reason = "what ends the process is said even without a log")]

use std::{io::Write as _, process::ExitCode};

use sidecar_bridge::{
    cli::{self, Failure},
    config::ProcessEnv,
};

fn main() -> ExitCode {
    let mut out = std::io::stdout().lock();
    let done = cli::run(std::env::args_os(), &ProcessEnv, &mut out);
    match done.and_then(|()| out.flush().map_err(Failure::from)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            match &failure {
                Failure::Parse(error) if error.use_stderr() => eprint!("{error}"),
                Failure::Parse(help) => _ = write!(out, "{help}"),
                // The reader of our output went away: it has seen what it wanted.
                Failure::Output(_) => {}
                other => eprintln!("taskloom: {}", cli::chain(other)),
            }
            ExitCode::from(failure.exit_code())
        }
    }
}
