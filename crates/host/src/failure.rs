//! How a guest can fail, what its caller is told, and the one line that is logged about it.

use std::time::Duration;

use http::{HeaderValue, Response, StatusCode, header};
use wasmtime::Trap;

use crate::{Body, full};

/// Why a request was not answered by its component, or not to the end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Failure {
    /// The guest did something that ends it: an unreachable, a stack overflow, an access out of
    /// bounds.
    Trap(String),
    /// It needed more memory than it may have.
    Memory,
    /// It needed larger tables than it may have.
    Table,
    /// It used up its processor time.
    Cpu(Duration),
    /// The exchange took too long.
    Wall(Duration),
    /// It ended without an answer.
    NoAnswer,
    /// It answered with something that is no HTTP.
    BadAnswer(String),
    /// Its answer was longer than it may be.
    AnswerTooLong(usize),
    /// No place was free for it.
    Busy,
    /// The request's body is longer than it may be.
    RequestTooLong(usize),
    /// The request cannot be handed to a guest.
    BadRequest(&'static str),
    /// Components called each other too deep.
    TooDeep(usize),
}

impl Failure {
    /// Sorts what wasmtime reports. `limit` is what the limiter refused before, if it did.
    pub(crate) fn of(error: &wasmtime::Error, limit: Option<Self>) -> Self {
        if error.is::<wasmtime::PoolConcurrencyLimitError>() {
            return Self::Busy;
        }
        // Most guests answer a refused `memory.grow` with a trap; the cause is the better news.
        if let Some(limit) = limit {
            return limit;
        }
        match error.downcast_ref::<Trap>() {
            Some(trap) => Self::Trap(trap.to_string()),
            None => Self::Trap(error.root_cause().to_string()),
        }
    }

    pub(crate) fn status(&self) -> StatusCode {
        match self {
            Self::Trap(_) | Self::Memory | Self::Table | Self::NoAnswer => {
                StatusCode::INTERNAL_SERVER_ERROR
            }
            Self::BadAnswer(_) | Self::AnswerTooLong(_) => StatusCode::INTERNAL_SERVER_ERROR,
            Self::Cpu(_) | Self::Wall(_) => StatusCode::GATEWAY_TIMEOUT,
            Self::Busy => StatusCode::SERVICE_UNAVAILABLE,
            Self::RequestTooLong(_) => StatusCode::PAYLOAD_TOO_LARGE,
            Self::BadRequest(_) => StatusCode::BAD_REQUEST,
            Self::TooDeep(_) => StatusCode::LOOP_DETECTED,
        }
    }

    /// A word for programs.
    pub(crate) fn code(&self) -> &'static str {
        match self {
            Self::Trap(_) => "component-trap",
            Self::Memory => "component-memory",
            Self::Table => "component-table",
            Self::Cpu(_) => "component-cpu",
            Self::Wall(_) => "component-timeout",
            Self::NoAnswer => "component-no-answer",
            Self::BadAnswer(_) => "component-bad-answer",
            Self::AnswerTooLong(_) => "component-answer-too-long",
            Self::Busy => "host-busy",
            Self::RequestTooLong(_) => "request-too-long",
            Self::BadRequest(_) => "request-invalid",
            Self::TooDeep(_) => "call-too-deep",
        }
    }

    /// What the caller may know: nothing of the inside.
    fn detail(&self) -> &'static str {
        match self {
            Self::Trap(_) | Self::NoAnswer | Self::BadAnswer(_) => {
                "the component failed while it handled this request"
            }
            Self::Memory | Self::Table => "the component needed more memory than it may use",
            Self::Cpu(_) => "the component used more processor time than it may",
            Self::Wall(_) => "the component did not answer in time",
            Self::AnswerTooLong(_) => "the component's answer is longer than it may be",
            Self::Busy => "too many requests at once, try again in a moment",
            Self::RequestTooLong(_) => "the request's body is longer than this server takes",
            Self::BadRequest(why) => why,
            Self::TooDeep(_) => "components call each other too deep",
        }
    }

    /// The answer in the component's place.
    pub(crate) fn response(&self) -> Response<Body> {
        let mut response = problem(self.status(), self.code(), self.detail());
        if *self == Self::Busy {
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from_static("1"));
        }
        response
    }

    /// The line in the log. What only the client did wrong is not worth one.
    pub(crate) fn log(&self, component: &str) {
        let status = self.status();
        if status.is_client_error() {
            return;
        }
        tracing::warn!(
            component.id = component,
            http.response.status_code = status.as_u16(),
            error.r#type = self.code(),
            "component `{component}`: {self}"
        );
    }
}

impl std::fmt::Display for Failure {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Trap(reason) => write!(out, "trapped: {reason}"),
            Self::Memory => out.write_str("stopped at its memory limit"),
            Self::Table => out.write_str("stopped at its table limit"),
            Self::Cpu(limit) => write!(out, "stopped after {limit:?} of processor time"),
            Self::Wall(limit) => write!(out, "stopped after {limit:?}"),
            Self::NoAnswer => out.write_str("ended without an answer"),
            Self::BadAnswer(reason) => write!(out, "answered with no valid response: {reason}"),
            Self::AnswerTooLong(limit) => {
                write!(out, "cut off, its answer is longer than {limit} bytes")
            }
            Self::Busy => out.write_str("refused, too many requests at once"),
            Self::RequestTooLong(limit) => {
                write!(out, "refused, the request is longer than {limit} bytes")
            }
            Self::BadRequest(reason) => write!(out, "refused, {reason}"),
            Self::TooDeep(limit) => write!(out, "refused, more than {limit} calls deep"),
        }
    }
}

impl std::error::Error for Failure {}

/// Marks an answer, by an extension of this type, that the host gave in a component's place. Who
/// embeds the host may put it into words of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OwnProblem {
    /// A word for programs; `docs/decisions/0006-embedded-host-limits.md` lists them.
    pub code: &'static str,
    /// What the caller may know, in one clause.
    pub detail: &'static str,
}

/// A problem (RFC 9457) of the host's own. Components have their own catalogue of errors.
pub(crate) fn problem(
    status: StatusCode,
    code: &'static str,
    detail: &'static str,
) -> Response<Body> {
    let body = serde_json::json!({
        "type": "about:blank",
        "title": status.canonical_reason().unwrap_or("Error"),
        "status": status.as_u16(),
        "code": code,
        "detail": detail,
    });
    let mut response = Response::new(full(body.to_string()));
    *response.status_mut() = status;
    response.extensions_mut().insert(OwnProblem { code, detail });
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}
