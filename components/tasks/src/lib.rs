//! Tasks over HTTP: a request comes in, the domain decides, one statement stores it.
//!
//! [`dispatch`] is the whole component as a function of plain values, so that tests run it natively.
//! Only `component` knows that there is Spin.

mod answer;
mod body;
mod call;
#[cfg(target_arch = "wasm32")]
mod component;
mod condition;
mod environment;
mod idempotency;
mod parent;
mod query;
mod routes;
mod write;

pub use environment::Environment;
pub use routes::dispatch;
