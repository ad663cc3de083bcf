//! The host with real components: the hostile test guest, and a few written by hand.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test that cannot go on has failed"
)]

mod harness;
mod hostile;
mod loading;
mod neighbours;
mod on_postgres;
mod outbound;
mod requests;
mod tables;
