//! What operators see and do, on an address of its own: `/metrics`, `/healthz`, `/dead-letters`.

mod dead_letters;

use std::{sync::OnceLock, time::Duration};

use axum::{Router, routing::get};
use http::header;
use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusHandle};

use crate::{observe, problem::Problem};

pub use dead_letters::DeadLetters;
pub(crate) use dead_letters::shown;

/// Seconds; fine around the milliseconds in which an event should reach its handlers.
const BUCKETS: &[f64] =
    &[0.001, 0.0025, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 60.0, 3600.0];
/// How often samples are folded into buckets when nobody asks for them.
const UPKEEP_EVERY: Duration = Duration::from_secs(5);

/// Installs the recorder of metrics, once per process, and returns the door to it.
pub fn recorder() -> PrometheusHandle {
    static HANDLE: OnceLock<PrometheusHandle> = OnceLock::new();
    HANDLE.get_or_init(install).clone()
}

/// The routes of the admin address.
pub fn router(metrics: PrometheusHandle, letters: DeadLetters) -> Router {
    let exposition = [(header::CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")];
    Router::new()
        .route("/metrics", get(async move || (exposition, metrics.render())))
        .route("/healthz", get(async || "ok\n"))
        .merge(dead_letters::routes(letters))
        .fallback(async || Problem::RouteNotFound.answer("this address is for operators"))
}

/// Keeps the recorder small for as long as it is polled.
pub async fn upkeep(metrics: PrometheusHandle) {
    loop {
        tokio::time::sleep(UPKEEP_EVERY).await;
        metrics.run_upkeep();
    }
}

fn install() -> PrometheusHandle {
    let suffix = Matcher::Suffix("_seconds".to_owned());
    let builder = PrometheusBuilder::new();
    let builder = builder
        .set_buckets_for_metric(suffix, BUCKETS)
        .unwrap_or_else(|_| PrometheusBuilder::new());
    let recorder = builder.build_recorder();
    let handle = recorder.handle();
    match metrics::set_global_recorder(recorder) {
        Ok(()) => observe::describe(),
        Err(_) => tracing::warn!("another recorder of metrics is installed already"),
    }
    handle
}
