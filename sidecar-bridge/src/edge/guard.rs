//! What every request passes on its way in and every answer on its way out.

use std::{borrow::Cow, sync::Arc, time::Instant};

use axum::{body::Body, extract::State, middleware::Next, response::Response};
use http::{HeaderMap, HeaderName, HeaderValue, Method, Request, StatusCode, header};
use percent_encoding::percent_decode_str;
use tracing::Instrument as _;
use uuid::Uuid;

use super::Edge;
use crate::problem::Problem;

const CORRELATION_ID: HeaderName = HeaderName::from_static("x-correlation-id");
/// Longest body of every route but one, as the components have it.
const API_BODY_BYTES: u64 = 64 * 1024;
/// The one that takes whole files.
const IMPORT_PATH: &str = "/api/v1/import";
/// Headers that only the platform may set: a component believes them.
const RESERVED: &[&str] = &["spin-", "x-user-"];

/// Cleans the request, names it, refuses what is not for the outside, and writes the access log.
pub(super) async fn guard(
    State(edge): State<Arc<Edge>>,
    mut request: Request<Body>,
    next: Next,
) -> Response {
    let started = Instant::now();
    strip_reserved(request.headers_mut());
    let id = correlation_id(request.headers());
    let Ok(value) = HeaderValue::from_str(&id) else {
        return Problem::InvalidHeader.answer("`x-correlation-id` cannot be used");
    };
    request.headers_mut().insert(CORRELATION_ID, value.clone());
    let method = request.method().clone();
    let path = request.uri().path().to_owned();

    let span = tracing::info_span!("http.request", otel.kind = "server", correlation_id = %id);
    let mut response = match refusal(&edge, &request) {
        Some(refusal) => refusal,
        None => next.run(request).instrument(span).await,
    };
    response.headers_mut().insert(CORRELATION_ID, value);
    log(&method, &path, response.status(), started, &id);
    response
}

fn refusal(edge: &Edge, request: &Request<Body>) -> Option<Response> {
    if is_internal(request.uri().path()) {
        return Some(Problem::RouteNotFound.answer("there is nothing at this path"));
    }
    let announced = request.headers().get(header::CONTENT_LENGTH);
    let announced: u64 = announced.and_then(|value| value.to_str().ok()?.parse().ok()).unwrap_or(0);
    let limit = body_limit_bytes(edge, request.uri().path());
    (announced > limit)
        .then(|| Problem::BodyTooLong.answer(&format!("a body has at most {limit} bytes")))
}

/// How long a body this path takes. Most routes take less than the edge lets in, and a client should
/// be told the same number whoever refuses it.
fn body_limit_bytes(edge: &Edge, path: &str) -> u64 {
    if path == IMPORT_PATH {
        edge.body_limit_bytes
    } else {
        edge.body_limit_bytes.min(API_BODY_BYTES)
    }
}

/// Whether a path leads to routes that are for the platform only, however it is written.
fn is_internal(path: &str) -> bool {
    let path = percent_decode_str(path).decode_utf8_lossy().replace('\\', "/");
    let mut segments = path.split('/').filter(|segment| !matches!(*segment, "" | "." | ".."));
    segments.next().is_some_and(|first| first.eq_ignore_ascii_case("internal"))
}

fn strip_reserved(headers: &mut HeaderMap) {
    let is_reserved =
        |name: &HeaderName| RESERVED.iter().any(|prefix| name.as_str().starts_with(prefix));
    let reserved: Vec<HeaderName> =
        headers.keys().filter(|name| is_reserved(name)).cloned().collect();
    for name in reserved {
        headers.remove(name);
    }
}

/// The client's own id where it is one, else a fresh one.
fn correlation_id(headers: &HeaderMap) -> String {
    let given = headers.get(CORRELATION_ID).and_then(|value| value.to_str().ok());
    match given.filter(|id| is_correlation_id(id)) {
        Some(id) => id.to_owned(),
        None => Uuid::now_v7().to_string(),
    }
}

/// 8 to 64 letters, digits, `_` and `-`: nothing that could forge a line of a log.
fn is_correlation_id(text: &str) -> bool {
    (8..=64).contains(&text.len())
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-'))
}

/// One line per request. The query is left out: it may hold what a person searched for.
fn log(method: &Method, path: &str, status: StatusCode, started: Instant, id: &str) {
    if matches!(path, "/healthz" | "/readyz") {
        return;
    }
    let (method, path) = (shown(method.as_str(), 16), shown(path, 200));
    let status = status.as_u16();
    let duration_us = u64::try_from(started.elapsed().as_micros()).unwrap_or(u64::MAX);
    tracing::info!(
        http.request.method = &*method,
        url.path = &*path,
        http.response.status_code = status,
        duration_us,
        correlation_id = id,
        "{method} {path} {status}",
    );
}

/// The beginning, in plain characters: a stranger must neither fill the log nor steer the terminal on
/// which it is read.
fn shown(text: &str, chars: usize) -> Cow<'_, str> {
    let text = text.char_indices().nth(chars).map_or(text, |(end, _)| &text[..end]);
    match text.bytes().all(|byte| byte.is_ascii_graphic()) {
        true => Cow::Borrowed(text),
        false => Cow::Owned(text.escape_default().to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_stranger_sends_is_shown_in_short_and_plain() {
        assert_eq!(shown("/api", 4), "/api");
        assert_eq!(shown("/äpi/v1", 2), r"/\u{e4}");
        assert_eq!(shown("/\u{9b}31m\u{202e}x", 100), r"/\u{9b}31m\u{202e}x");
        assert_eq!(shown("", 2), "");
    }

    #[test]
    fn internal_routes_are_known_however_they_are_written() {
        for path in [
            "/internal",
            "/internal/tasks/effects",
            "//internal/x",
            "/./internal/x",
            "/../internal/x",
            "/%69nternal/x",
            "/INTERNAL/x",
            "\\internal\\x",
            "/%2finternal/x",
        ] {
            assert!(is_internal(path), "{path}");
        }
        for path in ["/", "/api/v1/tasks", "/internals", "/api/internal/x", "/healthz"] {
            assert!(!is_internal(path), "{path}");
        }
    }

    #[test]
    fn headers_of_the_platform_are_taken_away() {
        let mut headers = HeaderMap::new();
        for name in ["spin-path-info", "Spin-Client-Addr", "x-user-id", "X-User-Roles", "accept"] {
            headers.append(name.parse::<HeaderName>().unwrap(), HeaderValue::from_static("x"));
        }
        headers.append("x-user-id", HeaderValue::from_static("second"));
        strip_reserved(&mut headers);
        assert_eq!(headers.keys().map(HeaderName::as_str).collect::<Vec<_>>(), ["accept"]);
    }

    #[test]
    fn a_correlation_id_is_kept_when_it_is_one() {
        let id = |value: &'static str| {
            let headers = HeaderMap::from_iter([(CORRELATION_ID, HeaderValue::from_static(value))]);
            correlation_id(&headers)
        };
        assert_eq!(id("order-66_and-8"), "order-66_and-8");
        for bad in ["short", "level=error all fine", "tab\there"] {
            assert!(Uuid::parse_str(&id(bad)).is_ok(), "{bad}");
        }
    }
}
