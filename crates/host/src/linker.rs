//! What components may import. Nothing else exists for them.
//!
//! WASI 0.2 without sockets, and with a file system that is empty: `std` imports its interfaces
//! even where no file is ever opened. `wasi:http`. Spin's `sqlite`, `postgres` and `variables`.

mod postgres;
mod sqlite;
mod variables;

use wasmtime::{Engine, Result, component::Linker};
use wasmtime_wasi::{
    WasiView as _,
    cli::{WasiCli, WasiCliView as _},
    clocks::{WasiClocks, WasiClocksView as _},
    filesystem::{WasiFilesystem, WasiFilesystemView as _},
    p2::bindings::{cli, clocks, filesystem, random},
    random::WasiRandom,
};

use crate::state::State;

/// A linker with all that this host offers.
pub(crate) fn linker(engine: &Engine) -> Result<Linker<State>> {
    let mut linker = Linker::new(engine);
    let l = &mut linker;
    wasmtime_wasi_io::add_to_linker_async(l)?;
    clocks::wall_clock::add_to_linker::<_, WasiClocks>(l, State::clocks)?;
    clocks::monotonic_clock::add_to_linker::<_, WasiClocks>(l, State::clocks)?;
    random::random::add_to_linker::<_, WasiRandom>(l, |state| state.ctx().ctx.random())?;
    random::insecure::add_to_linker::<_, WasiRandom>(l, |state| state.ctx().ctx.random())?;
    random::insecure_seed::add_to_linker::<_, WasiRandom>(l, |state| state.ctx().ctx.random())?;
    cli::environment::add_to_linker::<_, WasiCli>(l, State::cli)?;
    cli::exit::add_to_linker::<_, WasiCli>(l, State::cli)?;
    cli::stdin::add_to_linker::<_, WasiCli>(l, State::cli)?;
    cli::stdout::add_to_linker::<_, WasiCli>(l, State::cli)?;
    cli::stderr::add_to_linker::<_, WasiCli>(l, State::cli)?;
    cli::terminal_input::add_to_linker::<_, WasiCli>(l, State::cli)?;
    cli::terminal_output::add_to_linker::<_, WasiCli>(l, State::cli)?;
    cli::terminal_stdin::add_to_linker::<_, WasiCli>(l, State::cli)?;
    cli::terminal_stdout::add_to_linker::<_, WasiCli>(l, State::cli)?;
    cli::terminal_stderr::add_to_linker::<_, WasiCli>(l, State::cli)?;
    filesystem::types::add_to_linker::<_, WasiFilesystem>(l, State::filesystem)?;
    filesystem::preopens::add_to_linker::<_, WasiFilesystem>(l, State::filesystem)?;
    wasmtime_wasi_http::p2::add_only_http_to_linker_async(l)?;
    postgres::add(l)?;
    sqlite::add(l)?;
    variables::add(l)?;
    Ok(linker)
}
