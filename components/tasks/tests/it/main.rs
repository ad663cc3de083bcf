//! The component as a client sees it, on a real SQLite in memory.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test that cannot go on stops at once, also in its helpers"
)]

mod app;
mod bad_input;
mod conditions;
mod effects;
mod idempotency;
mod lists;
mod previews;
mod quick_add;
mod races;
mod series;
mod snooze;
mod store_failures;
mod tasks;
mod tokens;
