//! What components share: request scope, problem details, tokens, Spin's SQLite and Postgres.
//!
//! Everything that can be tested natively is plain `http` types; what touches `spin-sdk` exists on
//! `wasm32` only: `entry` (requests and answers), `database` (the store's port, on `sqlite` or
//! `postgres`) and `variables`.

#[cfg(target_arch = "wasm32")]
pub mod database;
#[cfg(target_arch = "wasm32")]
pub mod entry;
#[cfg(target_arch = "wasm32")]
pub mod postgres;
pub mod problem;
pub mod scope;
pub mod settings;
#[cfg(target_arch = "wasm32")]
pub mod sqlite;
pub mod tokens;
#[cfg(target_arch = "wasm32")]
pub mod variables;

pub use problem::{Code, Problem};
pub use scope::Scope;

/// Longest request body that a component takes, in bytes.
pub const BODY_MAX_BYTES: usize = 64 * 1024;
/// Longest body between the bridge and components, in bytes: an event holds the largest task three
/// times, as it is and in its changes before and after.
pub const INTERNAL_BODY_MAX_BYTES: usize = 512 * 1024;

/// A request with its whole body.
pub type Request = http::Request<Vec<u8>>;

/// An answer with its whole body.
pub type Response = http::Response<Vec<u8>>;
