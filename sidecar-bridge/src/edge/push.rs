//! Browsers that want notifications: the key with which they subscribe, and their subscriptions.

use std::sync::Arc;

use axum::{
    Json, Router,
    extract::{DefaultBodyLimit, Path, State, rejection::BytesRejection},
    response::{IntoResponse, Response},
    routing::{delete, get},
};
use bytes::Bytes;
use chrono::{DateTime, SecondsFormat};
use http::{HeaderMap, HeaderValue, StatusCode, header};
use serde_json::{Value, json};
use store::{PUSH_SUBSCRIPTIONS_MAX, PushSubscription, SqlError};
use uuid::Uuid;

use super::{Edge, Shared, user};
use crate::{
    database::{Storage, operator_text},
    notify::Channels,
    problem::Problem,
};

/// Longest subscription that is read.
const BODY_MAX_BYTES: usize = 8 * 1024;

/// What pushes need.
pub struct Push {
    /// Where subscriptions are kept.
    pub storage: Storage,
    /// Whether browsers are pushed to, and with which key.
    pub channels: Channels,
}

pub(super) fn routes() -> Router<Arc<Edge>> {
    Router::new()
        .route("/api/v1/push-key", get(key))
        .route(
            "/api/v1/push-subscriptions",
            get(list).post(subscribe).fallback(async || other_method("GET, HEAD, POST")),
        )
        .route(
            "/api/v1/push-subscriptions/{id}",
            delete(unsubscribe).fallback(async || other_method("DELETE")),
        )
        .layer(DefaultBodyLimit::max(BODY_MAX_BYTES))
}

async fn key(State(edge): Shared, headers: HeaderMap) -> Result<Json<Value>, Refused> {
    user(&edge, &headers)?;
    Ok(Json(json!({ "key": edge.push.key()? })))
}

async fn list(State(edge): Shared, headers: HeaderMap) -> Result<Json<Value>, Refused> {
    let user = user(&edge, &headers)?;
    let found = edge.push.storage.read(move |store| store.push_subscriptions(&user)).await?;
    Ok(Json(json!({ "items": found.iter().map(shown).collect::<Vec<_>>() })))
}

async fn subscribe(
    State(edge): Shared,
    headers: HeaderMap,
    body: Result<Bytes, BytesRejection>,
) -> Result<(StatusCode, Json<Value>), Refused> {
    let user = user(&edge, &headers)?;
    edge.push.key()?;
    let body = body.map_err(|_| {
        let detail = format!("a body may have up to {BODY_MAX_BYTES} bytes");
        Refused(Problem::BodyTooLong, detail)
    })?;
    let subscription = edge
        .push
        .channels
        .subscription(&String::from_utf8_lossy(&body))
        .map_err(|error| Refused(Problem::InvalidField, error.to_string()))?;
    let mut browser = PushSubscription {
        id: Uuid::now_v7(),
        subscription: subscription.to_json(),
        created_ms: edge.clock.now().timestamp_millis(),
    };
    let (new, endpoint) = (browser.clone(), subscription.endpoint_text());
    let stored = edge
        .push
        .storage
        .write(move |store| store.put_push_subscription(&user, &endpoint, &new))
        .await?;
    (browser.id, browser.created_ms) = stored.ok_or_else(|| {
        let detail = format!("{PUSH_SUBSCRIPTIONS_MAX} browsers are subscribed already");
        Refused(Problem::TooManySubscriptions, detail)
    })?;
    Ok((StatusCode::CREATED, Json(shown(&browser))))
}

async fn unsubscribe(
    State(edge): Shared,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Result<StatusCode, Refused> {
    let user = user(&edge, &headers)?;
    let none = || Refused(Problem::RouteNotFound, "there is no such subscription".to_owned());
    let id = Uuid::parse_str(&id).map_err(|_| none())?;
    let storage = &edge.push.storage;
    let removed = storage.write(move |store| store.remove_push_subscription(&user, id)).await?;
    removed.then_some(StatusCode::NO_CONTENT).ok_or_else(none)
}

/// What is wrong with a request, and the words for this one.
struct Refused(Problem, String);

impl From<(Problem, String)> for Refused {
    fn from((problem, detail): (Problem, String)) -> Self {
        Self(problem, detail)
    }
}

impl From<SqlError> for Refused {
    fn from(error: SqlError) -> Self {
        tracing::warn!(error = operator_text(&error), "push subscriptions cannot be looked up");
        Self(Problem::StoreBusy, "the subscriptions cannot be looked up".to_owned())
    }
}

impl IntoResponse for Refused {
    fn into_response(self) -> Response {
        self.0.answer(&self.1)
    }
}

impl Push {
    fn key(&self) -> Result<String, Refused> {
        let none = || Refused(Problem::RouteNotFound, "web push is not set up here".to_owned());
        self.channels.push_key().ok_or_else(none)
    }
}

/// The endpoint itself is a secret; where it is is enough to tell browsers apart.
fn shown(one: &PushSubscription) -> Value {
    let subscription = ::notify::Subscription::parse(&one.subscription);
    let created_at = DateTime::from_timestamp_millis(one.created_ms).unwrap_or_default();
    json!({
        "id": one.id,
        "push_service": subscription.map(|one| one.endpoint().origin()).unwrap_or_default(),
        "created_at": created_at.to_rfc3339_opts(SecondsFormat::Millis, true),
    })
}

fn other_method(allowed: &'static str) -> Response {
    let detail = format!("this path takes {allowed}");
    let mut answer = Problem::MethodNotAllowed.answer(&detail);
    answer.headers_mut().insert(header::ALLOW, HeaderValue::from_static(allowed));
    answer
}
