//! The real sidecar, with a real broker, database and scheduler behind it and the project's own
//! components, subscriptions and policies in it. Run in a network of its own by
//! `cargo xtask e2e servers`; by hand with `TASKLOOM_SERVERS` set, inside of
//! `unshare --net --pid --fork --kill-child --mount-proc`, where `lo` is up and has multicast.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "a test says what is wrong by failing, and a measurement by its output"
)]

mod events;
mod jobs;
mod rig;
