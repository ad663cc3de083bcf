//! An event that has arrived.

use std::sync::Arc;

use axum::{
    Json,
    extract::{Path, State},
    response::{IntoResponse, Response},
};
use bytes::Bytes;
use http::{HeaderMap, StatusCode};
use serde_json::json;

use super::{Answer, Callbacks, Events, Shared};

/// For handlers: each event once in the whole installation.
pub(super) async fn arrived(
    State(callbacks): Shared,
    Path(topic): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    answer(&callbacks, callbacks.events.as_ref(), &topic, &headers, body).await
}

/// For live views: each event in every process.
pub(super) async fn live(
    State(callbacks): Shared,
    Path(topic): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    answer(&callbacks, callbacks.live.as_ref(), &topic, &headers, body).await
}

/// A call that is no event: not "done", not "dead".
pub(super) async fn again() -> Response {
    (StatusCode::SERVICE_UNAVAILABLE, "events are sent by POST\n").into_response()
}

async fn answer(
    callbacks: &Callbacks,
    taker: Option<&Arc<dyn Events>>,
    topic: &str,
    headers: &HeaderMap,
    body: Bytes,
) -> Response {
    if let Err(refusal) = callbacks.welcome() {
        return refusal;
    }
    let answer = match taker {
        Some(taker) => taker.arrived(topic, headers, body).await,
        None => Answer::Retry,
    };
    let status = match answer {
        Answer::Success => "SUCCESS",
        Answer::Retry => "RETRY",
        Answer::Drop => "DROP",
    };
    Json(json!({ "status": status })).into_response()
}
