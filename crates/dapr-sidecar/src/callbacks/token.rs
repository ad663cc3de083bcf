//! Whether it is our sidecar that calls.

use std::sync::Arc;

use axum::{
    extract::{Request, State},
    middleware::Next,
    response::{IntoResponse, Response},
};
use http::StatusCode;
use sha2::{Digest as _, Sha256};

use super::Callbacks;
use crate::TOKEN_HEADER;

/// Turns away who does not show the token of the app.
pub(super) async fn check(
    State(callbacks): State<Arc<Callbacks>>,
    request: Request,
    next: Next,
) -> Response {
    let shown = request.headers().get(TOKEN_HEADER).map(|value| value.as_bytes());
    match (&callbacks.app_token, shown) {
        (None, _) => next.run(request).await,
        (Some(token), Some(shown)) if is_same(token.as_bytes(), shown) => next.run(request).await,
        _ => {
            tracing::warn!("a call without the token of the app was turned away");
            (StatusCode::UNAUTHORIZED, "the token of the app is missing or wrong\n").into_response()
        }
    }
}

/// By their digests: how long it takes says nothing of how much of it was right.
fn is_same(token: &[u8], shown: &[u8]) -> bool {
    Sha256::digest(token) == Sha256::digest(shown)
}
