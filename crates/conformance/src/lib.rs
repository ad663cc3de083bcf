//! One suite of HTTP cases against base URLs: the embedded host, `spin up`, one day a cluster.
//!
//! It knows nothing of ours but HTTP, the command line of `taskloom` and what `schemas/` promises. [`cases::all`] are the
//! cases, a [`World`] is what they run against, [`host`] starts one, [`run`] brings both together.

mod client;
mod process;
mod report;
mod server;
mod signer;
mod spin;
mod stream;
mod world;

pub mod cases;
pub mod host;
pub mod schema;

pub use client::{Client, Reply, Request};
pub use report::{Outcome, Report, run};
pub use server::{Server, Setup};
pub use signer::{Forged, Signer};
pub use stream::{Event, Stream};
pub use world::{Mint, User, World, eventually, now, same};

use anyhow::Result;

/// One thing that has to hold on every host.
#[derive(Debug, Clone, Copy)]
pub struct Case {
    /// What it is about.
    pub area: &'static str,
    /// What holds, as a sentence.
    pub name: &'static str,
    /// Finds out; an error says what was expected and what came.
    pub run: fn(&World) -> Result<()>,
}
