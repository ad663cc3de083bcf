//! The Dapr sidecar as this program uses it. Knows no task.
//!
//! [`Sidecar`] goes out: publish, jobs, state, secrets. [`callbacks`] come in: jobs that are due and
//! events of subscriptions. Either side may start first, and either may go away at any time.

pub mod callbacks;
mod calls;
mod error;
mod http_api;
mod jobs;
mod publish;
mod secrets;
mod sidecar;
mod state;

pub use callbacks::{Answer, Callbacks, Events, Jobs, Ready};
pub use error::{SidecarError, SidecarErrorKind};
pub use http_api::HttpApi;
pub use jobs::{Job, JobApi};
pub use publish::{Event, Unpublished};
pub use sidecar::{Endpoint, Sidecar};
pub use state::{Entry, StateStore};

/// The header that carries a token, either way.
pub const TOKEN_HEADER: &str = "dapr-api-token";
