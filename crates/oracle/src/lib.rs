//! Recurrence held against strangers: random rules ([`draw`]), what dateutil and zoneinfo say of them
//! ([`stranger`]), what our engine says ([`engine`]), and where the two part ([`verdict`]).
//!
//! [`readings`] are the places where RFC 5545 can be read in two ways and ours is another one than
//! dateutil's. [`laws`] hold for every text whatsoever; they need no stranger and are fuzzed.

pub mod draw;
pub mod engine;
pub mod laws;
pub mod parts;
pub mod question;
pub mod readings;
pub mod stranger;
pub mod verdict;
