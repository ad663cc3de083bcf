//! The way in: what the sidecar calls when a job is due or an event has arrived.
//!
//! Its rules are not HTTP's: a 404 means "done" to it, for a job and for an event. So no path below
//! `/job/` or `/events/` is ever answered so, and while nobody is ready for it the answer is 503,
//! which means "again".

mod events;
mod jobs;
mod token;

use std::sync::Arc;

use async_trait::async_trait;
use axum::{
    Json, Router,
    extract::{DefaultBodyLimit, State},
    middleware,
    response::{IntoResponse, Response},
    routing::{any, get, post},
};
use bytes::Bytes;
use http::{HeaderMap, StatusCode};
use serde_json::json;

/// The sidecar sends no more by default.
const BODY_MAX_BYTES: usize = 4 * 1024 * 1024;

/// Takes jobs that are due. Called more than once for a job now and then.
#[async_trait]
pub trait Jobs: Send + Sync {
    /// Returns as soon as the job cannot be lost any more: the sidecar waits for as long as it takes.
    /// An error means "again in a second".
    async fn due(&self, name: &str, data: Bytes) -> Result<(), Again>;
}

/// Takes events of subscriptions.
#[async_trait]
pub trait Events: Send + Sync {
    /// Returns when the event cannot be lost any more, or says what shall become of it.
    async fn arrived(&self, topic: &str, headers: &HeaderMap, body: Bytes) -> Answer;
}

/// Whether callbacks are welcome.
pub trait Ready: Send + Sync {
    /// The reason while they are not.
    fn check(&self) -> Result<(), &'static str>;
}

/// What shall become of an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Answer {
    /// It is done.
    Success,
    /// It comes again, and those behind it wait.
    Retry,
    /// It never will be: it goes to the dead letter topic of its subscription.
    Drop,
}

/// A job that was not taken.
#[derive(Debug, thiserror::Error)]
#[error("the job was not taken")]
pub struct Again;

/// Who takes what the sidecar brings.
pub struct Callbacks {
    /// Takes jobs; without, each is asked to come again.
    pub jobs: Option<Arc<dyn Jobs>>,
    /// Takes the events below `/events/`.
    pub events: Option<Arc<dyn Events>>,
    /// Takes the events below `/live/`, which every process gets.
    pub live: Option<Arc<dyn Events>>,
    /// Whether they are ready.
    pub ready: Arc<dyn Ready>,
    /// What the sidecar has to show; without, anybody who can connect is believed.
    pub app_token: Option<String>,
}

type Shared = State<Arc<Callbacks>>;

/// The routes of the address that only the sidecar knows.
pub fn router(callbacks: Callbacks) -> Router {
    let callbacks = Arc::new(callbacks);
    let checked = Router::new()
        .route("/job/{*name}", any(jobs::due))
        .route("/events/{*topic}", post(events::arrived).fallback(events::again))
        .route("/live/{*topic}", post(events::live).fallback(events::again))
        // Both are asked for at the start of the sidecar; what we subscribe to is declared.
        .route("/dapr/subscribe", get(async || Json(json!([]))))
        .route("/dapr/config", get(async || Json(json!({}))))
        .layer(middleware::from_fn_with_state(Arc::clone(&callbacks), token::check));
    Router::new()
        .route("/healthz", get(healthz))
        .merge(checked)
        .layer(DefaultBodyLimit::max(BODY_MAX_BYTES))
        .with_state(callbacks)
}

/// The sidecar holds everything back while this is not 200.
async fn healthz(State(callbacks): Shared) -> Response {
    callbacks.welcome().map_or_else(|refusal| refusal, |()| "ok\n".into_response())
}

impl Callbacks {
    #[expect(clippy::result_large_err, reason = "both are answers, and one of them is sent")]
    fn welcome(&self) -> Result<(), Response> {
        self.ready.check().map_err(|reason| {
            (StatusCode::SERVICE_UNAVAILABLE, format!("{reason}\n")).into_response()
        })
    }
}
