//! The stories of `e2e`, word for word, on real servers: Postgres with Kafka, and Postgres with Dapr.
//! And what a stranger sees who reads the topics.
//!
//! `cargo xtask e2e servers` runs this, in a network of its own.

#![expect(clippy::duplicate_mod, reason = "the same stories, in every mode")]

mod dapr;
mod installation;
mod kafka;
mod postgres;
