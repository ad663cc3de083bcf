//! Entry point of `taskloom`: read, build, run, report. Nothing else lives here.

use std::{
    io::{Write as _, stderr},
    process::ExitCode,
};

use sidecar_bridge::{
    chain::chain,
    cli::{self, Failure},
    config::ProcessEnv,
};

fn main() -> ExitCode {
    let mut out = std::io::stdout().lock();
    let done = cli::run(std::env::args_os(), &ProcessEnv, &mut out);
    match done.and_then(|()| out.flush().map_err(Failure::from)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            // What ends the process is said even without a log; that nobody may read it changes
            // nothing.
            _ = match &failure {
                Failure::Parse(error) if error.use_stderr() => write!(stderr(), "{error}"),
                Failure::Parse(help) => write!(out, "{help}"),
                // The reader of our output went away: it has seen what it wanted.
                Failure::Output(_) => Ok(()),
                other => writeln!(stderr(), "taskloom: {}", chain(other)),
            };
            ExitCode::from(failure.exit_code())
        }
    }
}
