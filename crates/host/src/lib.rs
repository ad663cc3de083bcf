//! The embedded host for Spin applications: engine, limits, routes, SQLite, Postgres, outbound.
//! Knows wasmtime, no task.
//!
//! It reads the same `spin.toml` and runs the same `.wasm` files as Spin 3.6 does, and offers
//! exactly what Taskloom's components import: WASI 0.2 without files or sockets, `wasi:http`, and
//! Spin's `sqlite`, `postgres` and `variables` interfaces. Every request gets an instance of its own, which is
//! gone when the answer is.
//!
//! ```no_run
//! # async fn example(request: http::Request<host::Body>) -> Result<(), Box<dyn std::error::Error>> {
//! use host::{Host, Settings, sqlite};
//!
//! let tasks = sqlite::Database::open("data/taskloom.db".as_ref(), sqlite::Mode::Embedded)?;
//! let mut settings = Settings::new("spin.toml", "target/cwasm");
//! settings.databases.insert("default".to_owned(), tasks);
//!
//! let host = Host::load(settings).await?;
//! let response = host.handle(request).await;
//! # Ok(()) }
//! ```
//!
//! A guest is never trusted. What happens to one that loops, grows, floods or calls where it must
//! not is written down in `docs/decisions/0006-embedded-host-limits.md`.

pub mod manifest;
pub mod postgres;
pub mod sqlite;

mod answer;
mod app;
mod engine;
mod error;
mod exchange;
mod failure;
mod guest;
mod host;
mod linker;
mod logs;
mod outbound;
mod places;
mod routes;
mod settings;
mod state;

pub use error::{CallError, LoadError};
pub use failure::OwnProblem;
pub use host::{Compiled, ComponentInfo, Host, compile};
pub use outbound::is_public;
pub use settings::{Limits, Settings};

/// What a body may fail with on its way.
pub type BoxError = Box<dyn std::error::Error + Send + Sync>;

/// A request or response body: streamed, so that an answer can start before it is complete.
pub type Body = http_body_util::combinators::UnsyncBoxBody<bytes::Bytes, BoxError>;

/// A body that is known whole.
pub fn full(bytes: impl Into<bytes::Bytes>) -> Body {
    use http_body_util::BodyExt as _;
    Body::new(http_body_util::Full::new(bytes.into()).map_err(|never| match never {}))
}
