//! Against librdkafka's own mock of a cluster, which fails when it is told to.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test says what is wrong by failing")]

mod errors;
mod moves;
mod support;
