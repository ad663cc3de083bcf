//! The native bridge between components and the outside world.

pub mod admin;
pub mod alarm;
pub mod app;
pub mod bus;
pub mod chain;
pub mod cli;
pub mod clock;
pub mod components;
pub mod config;
pub mod dapr;
pub mod database;
pub mod dead_letters;
pub mod dispatcher;
pub mod edge;
pub mod effects;
#[cfg(test)]
mod fakes;
pub mod keys;
pub mod lock;
pub mod notify;
pub mod observe;
pub mod problem;
pub mod relay;
pub mod running;
pub mod server;
pub mod service;
pub mod shutdown;
pub mod stream;
pub mod sweeper;
pub mod task_cache;
pub mod telemetry;
