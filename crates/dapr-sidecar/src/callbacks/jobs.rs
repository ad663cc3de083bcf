//! A job that is due.

use axum::{
    body::Body,
    extract::{Path, State},
    response::{IntoResponse, Response},
};
use bytes::Bytes;
use http::StatusCode;
use http_body_util::{BodyExt as _, Limited};

use super::{BODY_MAX_BYTES, Shared};

/// Answers 204 or 503, whatever the name and the method.
pub(super) async fn due(
    State(callbacks): Shared,
    Path(name): Path<String>,
    body: Body,
) -> Response {
    if let Err(refusal) = callbacks.welcome() {
        return refusal;
    }
    let taken = match (&callbacks.jobs, read(body).await) {
        (Some(jobs), Some(data)) => jobs.due(&name, data).await.is_ok(),
        _ => false,
    };
    if taken {
        StatusCode::NO_CONTENT.into_response()
    } else {
        tracing::warn!(job.name = name, "a job was not taken; it comes again");
        (StatusCode::SERVICE_UNAVAILABLE, "not taken\n").into_response()
    }
}

async fn read(body: Body) -> Option<Bytes> {
    let body = Limited::new(body, BODY_MAX_BYTES).collect().await;
    body.ok().map(|body| body.to_bytes())
}
