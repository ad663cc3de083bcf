//! Whole files in, whole files out.

#![expect(clippy::unwrap_used, reason = "a test says what is wrong by failing")]

mod common;
mod files;
mod hostile;
mod refused;
mod round_trip;
