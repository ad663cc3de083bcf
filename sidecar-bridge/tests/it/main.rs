//! The real binary, in folders and on ports of its own.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test ends at the first surprise")]

mod bad_start;
mod bridge;
mod cli;
mod config;
mod dead_letters;
mod notify;
mod on_postgres;
mod operations;
mod support;
mod up;
