//! Refusals as problem details (RFC 9457). A client branches on `code`; a person reads `detail`;
//! `type` leads to the page in `docs/errors` that says what to do.

mod code;
mod from;

use http::{
    HeaderName, HeaderValue, StatusCode,
    header::{CONTENT_TYPE, RETRY_AFTER},
};
use serde::Serialize;

use crate::Response;

pub use code::Code;

/// Why a request was not done. Boxed, because it is the rare half of many results.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem(Box<Parts>);

#[derive(Debug, Clone, PartialEq, Eq)]
struct Parts {
    code: Code,
    detail: String,
    field: Option<String>,
    errors: Vec<FieldProblem>,
    headers: Vec<(HeaderName, HeaderValue)>,
    cause: Option<String>,
}

/// One of several things that are wrong.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FieldProblem {
    /// Where: `due.time_zone`, or the name of a parameter or header.
    pub field: String,
    /// What, and what would be accepted.
    pub detail: String,
}

#[derive(Serialize)]
struct Body<'a> {
    r#type: String,
    title: &'a str,
    status: u16,
    detail: &'a str,
    code: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    field: Option<&'a str>,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    errors: &'a [FieldProblem],
}

impl Problem {
    /// A problem of this kind; `detail` is about this very request, in one clause, for a person.
    pub fn new(code: Code, detail: impl Into<String>) -> Self {
        Self(Box::new(Parts {
            code,
            detail: detail.into(),
            field: None,
            errors: Vec::new(),
            headers: Vec::new(),
            cause: None,
        }))
    }

    /// A problem with one field, parameter or header.
    pub fn at(code: Code, field: impl Into<String>, detail: impl Into<String>) -> Self {
        let mut problem = Self::new(code, detail);
        problem.0.field = Some(field.into());
        problem
    }

    /// Several problems at once; the first one also stands alone.
    pub fn of_fields(code: Code, errors: Vec<FieldProblem>) -> Self {
        let first = errors.first().cloned();
        let (field, detail) = first.map_or((None, String::new()), |e| (Some(e.field), e.detail));
        let mut problem = Self::new(code, detail);
        problem.0.field = field;
        problem.0.errors = errors;
        problem
    }

    /// The problem with one more header in its answer.
    #[must_use]
    pub fn with_header(mut self, name: HeaderName, value: HeaderValue) -> Self {
        self.0.headers.push((name, value));
        self
    }

    /// The problem with what the operator's log shall say about it, and no client.
    #[must_use]
    pub fn because(mut self, cause: impl Into<String>) -> Self {
        self.0.cause = Some(cause.into());
        self
    }

    /// What the operator's log shall say about it.
    pub fn cause(&self) -> Option<&str> {
        self.0.cause.as_deref()
    }

    /// The kind.
    pub fn code(&self) -> Code {
        self.0.code
    }

    /// The HTTP status.
    pub fn status(&self) -> StatusCode {
        self.0.code.status()
    }

    /// What is wrong with this very request.
    pub fn detail(&self) -> &str {
        &self.0.detail
    }

    /// Which field, parameter or header is wrong.
    pub fn field(&self) -> Option<&str> {
        self.0.field.as_deref()
    }

    /// The answer.
    pub fn into_response(self) -> Response {
        let body = Body {
            r#type: format!("/errors/{}", self.0.code.as_str()),
            title: self.0.code.title(),
            status: self.status().as_u16(),
            detail: &self.0.detail,
            code: self.0.code.as_str(),
            field: self.0.field.as_deref(),
            errors: &self.0.errors,
        };
        // A map of strings and numbers always serialises.
        let mut response = Response::new(serde_json::to_vec(&body).unwrap_or_default());
        *response.status_mut() = self.status();
        let headers = response.headers_mut();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        if self.status() == StatusCode::SERVICE_UNAVAILABLE {
            headers.insert(RETRY_AFTER, HeaderValue::from_static("1"));
        }
        headers.extend(self.0.headers);
        response
    }
}

#[cfg(test)]
mod tests;
