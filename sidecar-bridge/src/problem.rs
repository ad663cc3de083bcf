//! Refusals of the edge, as problem details (RFC 9457). What components refuse as well has their
//! code; what only the edge refuses, or the host in a component's place, has one of its own from 1001
//! on. Every code has its page in `docs/errors`.

use axum::response::{IntoResponse, Response};
use host::OwnProblem;
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
    /// There is no such dead letter.
    DeadLetterNotFound,
    /// This dead letter is for reading only.
    NotReplayed,
    /// The store does not answer.
    StoreBusy,
    /// There is no room for the request.
    Busy,
    /// The component took longer than it may.
    TooSlow,
    /// The component did not come to an answer.
    ComponentFailed,
    /// The request cannot be handed on.
    InvalidRequest,
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
        Self::DeadLetterNotFound,
        Self::NotReplayed,
        Self::StoreBusy,
        Self::Busy,
        Self::TooSlow,
        Self::ComponentFailed,
        Self::InvalidRequest,
    ];

    /// What the host refused in a component's place, as a client is told.
    pub fn of_host(own: &OwnProblem) -> Self {
        match own.code {
            "no-route" => Self::RouteNotFound,
            "request-too-long" => Self::BodyTooLong,
            "request-invalid" => Self::InvalidRequest,
            "host-busy" => Self::Busy,
            "component-cpu" | "component-timeout" => Self::TooSlow,
            _ => Self::ComponentFailed,
        }
    }

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
                ("TASKLOOM-1006", Status::CONFLICT, "too many push subscriptions")
            }
            Self::TooManyStreams => {
                ("TASKLOOM-1001", Status::TOO_MANY_REQUESTS, "too many live streams")
            }
            Self::DeadLetterNotFound => ("TASKLOOM-1007", Status::NOT_FOUND, "no such dead letter"),
            Self::NotReplayed => {
                ("TASKLOOM-1008", Status::CONFLICT, "this dead letter is not replayed")
            }
            Self::Busy => {
                ("TASKLOOM-1002", Status::SERVICE_UNAVAILABLE, "too many requests at once")
            }
            Self::TooSlow => {
                ("TASKLOOM-1003", Status::GATEWAY_TIMEOUT, "the request took too long")
            }
            Self::ComponentFailed => {
                ("TASKLOOM-1004", Status::INTERNAL_SERVER_ERROR, "the component failed")
            }
            Self::InvalidRequest => {
                ("TASKLOOM-1005", Status::BAD_REQUEST, "the request cannot be handed on")
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
            Self::StoreBusy | Self::Busy => Some((header::RETRY_AFTER, "1")),
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
    fn every_refusal_has_its_page() {
        let folder = format!("{}/../docs/errors", env!("CARGO_MANIFEST_DIR"));
        let table = std::fs::read_to_string(format!("{folder}/README.md")).unwrap();
        for problem in Problem::ALL {
            let (code, status, title) = problem.parts();
            let page = std::fs::read_to_string(format!("{folder}/{code}.md")).unwrap();
            assert!(page.starts_with(&format!("# {code}: {title}\n")), "{code}.md: {title}");
            for section in ["## Meaning\n", "## Cause\n", "## What to do\n"] {
                assert!(page.contains(section), "{code}.md has no section `{}`", section.trim());
            }
            let row = format!("| [{code}]({code}.md) | {} | {title} |", status.as_u16());
            assert!(table.contains(&row), "docs/errors/README.md lacks the row\n{row}");
        }
    }

    #[test]
    fn every_page_of_the_bridge_has_its_refusal() {
        let folder = format!("{}/../docs/errors", env!("CARGO_MANIFEST_DIR"));
        let pages = std::fs::read_dir(folder).unwrap();
        let names = pages.map(|page| page.unwrap().file_name().into_string().unwrap());
        for name in names.filter(|name| name.starts_with("TASKLOOM-1")) {
            let has_page = |problem: &Problem| format!("{}.md", problem.parts().0) == name;
            assert!(Problem::ALL.iter().any(has_page), "{name} is nobody's");
        }
    }

    #[test]
    fn the_hosts_words_become_numbers() {
        let check = |code, expect| {
            assert_eq!(Problem::of_host(&OwnProblem { code, detail: "" }), expect, "{code}");
        };
        check("no-route", Problem::RouteNotFound);
        check("host-busy", Problem::Busy);
        check("component-cpu", Problem::TooSlow);
        check("component-trap", Problem::ComponentFailed);
    }
}
