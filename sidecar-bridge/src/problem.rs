//! Refusals of the edge, as problem details (RFC 9457). What components refuse as well has their code
//! and its page in `docs/errors`; what only the edge refuses has a word, as the host's refusals do.

use axum::response::{IntoResponse, Response};
use http::{HeaderValue, StatusCode, header};
use serde_json::json;

/// What the edge refuses by itself, without asking a component.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Problem {
    /// The body is longer than the edge lets in.
    BodyTooLong,
    /// There is no bearer token.
    TokenMissing,
    /// The token was good once.
    TokenExpired,
    /// The token is not accepted.
    TokenInvalid,
    /// Nothing is there for people.
    RouteNotFound,
    /// The path takes other methods.
    MethodNotAllowed,
    /// A header has a value that is not accepted.
    InvalidHeader,
    /// A parameter has a value that is not accepted.
    InvalidParameter,
    /// A field has a value that is not accepted.
    InvalidField,
    /// The user has as many browsers as one may have.
    TooManySubscriptions,
    /// The user has as many streams as one may have.
    TooManyStreams,
    /// The store does not answer.
    StoreBusy,
}

impl Problem {
    /// Every refusal, for the test that compares them with their pages.
    pub const ALL: &[Self] = &[
        Self::BodyTooLong,
        Self::TokenMissing,
        Self::TokenExpired,
        Self::TokenInvalid,
        Self::RouteNotFound,
        Self::MethodNotAllowed,
        Self::InvalidHeader,
        Self::InvalidParameter,
        Self::InvalidField,
        Self::TooManySubscriptions,
        Self::TooManyStreams,
        Self::StoreBusy,
    ];

    /// Code, status and title, as the components have them.
    pub fn parts(self) -> (&'static str, StatusCode, &'static str) {
        use StatusCode as Status;
        match self {
            Self::BodyTooLong => {
                ("TASKLOOM-0003", Status::PAYLOAD_TOO_LARGE, "the body is too long")
            }
            Self::InvalidField => ("TASKLOOM-0005", Status::BAD_REQUEST, "invalid field"),
            Self::InvalidParameter => ("TASKLOOM-0006", Status::BAD_REQUEST, "invalid parameter"),
            Self::InvalidHeader => ("TASKLOOM-0008", Status::BAD_REQUEST, "invalid header"),
            Self::TokenMissing => ("TASKLOOM-0009", Status::UNAUTHORIZED, "a token is required"),
            Self::TokenExpired => ("TASKLOOM-0010", Status::UNAUTHORIZED, "the token has expired"),
            Self::TokenInvalid => ("TASKLOOM-0011", Status::UNAUTHORIZED, "the token is not valid"),
            Self::RouteNotFound => ("TASKLOOM-0013", Status::NOT_FOUND, "no such route"),
            Self::MethodNotAllowed => {
                ("TASKLOOM-0014", Status::METHOD_NOT_ALLOWED, "the method is not allowed here")
            }
            Self::StoreBusy => {
                ("TASKLOOM-0021", Status::SERVICE_UNAVAILABLE, "the database is busy")
            }
            Self::TooManySubscriptions => {
                ("too-many-subscriptions", Status::CONFLICT, "too many push subscriptions")
            }
            Self::TooManyStreams => {
                ("too-many-streams", Status::TOO_MANY_REQUESTS, "too many live streams")
            }
        }
    }

    /// The answer; `detail` is about this very request.
    pub fn answer(self, detail: &str) -> Response {
        let (code, status, title) = self.parts();
        let body = json!({
            "type": format!("/errors/{code}"), "title": title, "status": status.as_u16(),
            "detail": detail, "code": code,
        });
        let headers = [
            (header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json")),
            (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
        ];
        let mut response = (status, headers, body.to_string()).into_response();
        let more = match self {
            Self::TokenMissing => Some((header::WWW_AUTHENTICATE, "Bearer")),
            Self::TokenExpired | Self::TokenInvalid => {
                Some((header::WWW_AUTHENTICATE, r#"Bearer error="invalid_token""#))
            }
            Self::MethodNotAllowed => Some((header::ALLOW, "GET, HEAD")),
            Self::StoreBusy => Some((header::RETRY_AFTER, "1")),
            _ => None,
        };
        if let Some((name, value)) = more {
            response.headers_mut().insert(name, HeaderValue::from_static(value));
        }
        response
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_shared_refusal_has_its_page() {
        for problem in Problem::ALL {
            let (code, _, title) = problem.parts();
            if !code.starts_with("TASKLOOM-") {
                continue;
            }
            let page = format!("{}/../docs/errors/{code}.md", env!("CARGO_MANIFEST_DIR"));
            let text = std::fs::read_to_string(&page).unwrap_or_else(|_| panic!("no page {page}"));
            assert!(text.contains(title), "{page} does not speak of `{title}`");
        }
    }
}
