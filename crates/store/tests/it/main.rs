//! The store on a real SQLite, through the port that components use.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on stops at once")]

mod apply;
mod arbitrary;
mod deliveries;
mod list;
mod log;
mod migrate;
mod plans;
mod rejected;
mod relay;
mod tasks;
