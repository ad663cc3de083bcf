//! The sidecar's two sides against a stand-in for it that can be told to fail, and callbacks as it
//! makes them.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test says what is wrong by failing, and a measurement by its output"
)]

mod callbacks;
mod fake;
mod http_api;
mod jobs;
mod publish;
mod state;
