//! Our engine against dateutil and zoneinfo, and that a fault in it would be noticed.

#![expect(clippy::unwrap_used, reason = "a test says what is wrong by failing")]

mod agreement;
mod faults;
mod laws;
