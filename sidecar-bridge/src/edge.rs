//! The address that people and programs reach: takes away what may not come from outside, gives
//! every request its correlation id, serves the live stream, and hands the rest to the components.

mod guard;
mod health;
mod push;

use std::sync::Arc;

use axum::{
    Router,
    body::Body,
    extract::{Query, State, rejection::QueryRejection},
    middleware,
    response::{IntoResponse, Response},
    routing::get,
};
use http::{HeaderMap, Request, header};
use http_body_util::{BodyExt as _, Limited};
use serde::Deserialize;

use crate::{
    clock::Clock,
    database::operator_text,
    keys::{Keys, Person, Refused},
    problem::Problem,
    stream::{self, Hub, OpenError, SinceError},
};

pub use health::Health;
pub use push::Push;

/// What the edge needs of the rest.
pub struct Edge {
    /// Checks the tokens of streams.
    pub keys: Arc<Keys>,
    /// Says what time it is.
    pub clock: Arc<dyn Clock>,
    /// Serves the live stream.
    pub streams: Arc<Hub>,
    /// Keeps the browsers that are pushed to.
    pub push: Push,
    /// Whether traffic is welcome.
    pub health: Health,
    /// The components; none beside `spin up`, which serves them itself.
    pub host: Option<Arc<host::Host>>,
    /// Longest body that is let in.
    pub body_limit_bytes: u64,
}

type Shared = State<Arc<Edge>>;

/// The routes of the public address.
pub fn router(edge: Edge) -> Router {
    let edge = Arc::new(edge);
    Router::new()
        .route("/healthz", get(async || "ok\n"))
        .route("/readyz", get(ready))
        .route("/api/v1/stream", get(live))
        .merge(push::routes())
        .method_not_allowed_fallback(async || {
            Problem::MethodNotAllowed.answer("this path answers GET only")
        })
        .fallback(components)
        .layer(middleware::from_fn_with_state(Arc::clone(&edge), guard::guard))
        .with_state(edge)
}

async fn ready(State(edge): Shared) -> Response {
    match edge.health.check() {
        Ok(()) => "ready\n".into_response(),
        Err(reason) => {
            (http::StatusCode::SERVICE_UNAVAILABLE, format!("{reason}\n")).into_response()
        }
    }
}

#[derive(Deserialize)]
struct StreamQuery {
    since: Option<String>,
}

async fn live(
    State(edge): Shared,
    query: Result<Query<StreamQuery>, QueryRejection>,
    headers: HeaderMap,
) -> Response {
    let Person { user, until } = match person(&edge, &headers) {
        Ok(person) => person,
        Err((problem, detail)) => return problem.answer(&detail),
    };
    let Ok(Query(query)) = query else {
        return Problem::InvalidParameter.answer("the query takes `since`, once");
    };
    let since = match stream::since(&headers, query.since.as_deref()) {
        Ok(since) => since,
        Err(error @ SinceError::LastEventId) => {
            return Problem::InvalidHeader.answer(&error.to_string());
        }
        Err(error @ SinceError::Since) => {
            return Problem::InvalidParameter.answer(&error.to_string());
        }
    };
    match edge.streams.open(&user, since).await {
        Ok(live) => {
            let time_left = (until - edge.clock.now()).to_std().unwrap_or_default();
            stream::answer(live, time_left)
        }
        Err(error @ OpenError::TooMany) => Problem::TooManyStreams.answer(&error.to_string()),
        Err(error @ OpenError::Unavailable(_)) => {
            tracing::warn!(error = operator_text(&error), "a live stream could not be opened");
            Problem::StoreBusy.answer(&error.to_string())
        }
    }
}

async fn components(State(edge): Shared, request: Request<Body>) -> Response {
    let Some(host) = &edge.host else {
        return Problem::RouteNotFound.answer("this address serves the live stream only");
    };
    // What is announced too long is refused in `guard`; what turns out too long is cut here.
    let limit = usize::try_from(edge.body_limit_bytes).unwrap_or(usize::MAX);
    let request = request.map(|body| Limited::new(body, limit).boxed_unsync());
    let response = host.handle(request).await;
    match response.extensions().get() {
        Some(own) => Problem::of_host(own).answer(own.detail),
        None => response.map(Body::new),
    }
}

fn user(edge: &Edge, headers: &HeaderMap) -> Result<String, (Problem, String)> {
    person(edge, headers).map(|person| person.user)
}

fn person(edge: &Edge, headers: &HeaderMap) -> Result<Person, (Problem, String)> {
    let missing = || (Problem::TokenMissing, "send `Authorization: Bearer <token>`".to_owned());
    let mut given = headers.get_all(header::AUTHORIZATION).iter();
    let (value, more) = (given.next().ok_or_else(missing)?, given.next());
    let token = value.to_str().ok().filter(|_| more.is_none()).and_then(bearer);
    let refused = |refused: Refused| {
        let problem = match refused {
            Refused::Expired => Problem::TokenExpired,
            Refused::Foreign | Refused::Purpose => Problem::TokenInvalid,
        };
        (problem, refused.to_string())
    };
    edge.keys.person(token.ok_or_else(missing)?, edge.clock.now()).map_err(refused)
}

/// The token of `Bearer <token>`; the scheme is compared without case (RFC 9110).
fn bearer(value: &str) -> Option<&str> {
    let (scheme, token) = value.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then_some(token)
}

#[cfg(test)]
mod tests;
