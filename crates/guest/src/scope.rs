//! What is true for one request from its first line to its last: its time and its name.

use chrono::{DateTime, SubsecRound, Utc};
use http::{HeaderMap, HeaderName, HeaderValue, header::CACHE_CONTROL};
use uuid::Uuid;

use crate::{Problem, Response};

/// The header that ties a request to everything that follows from it.
pub const CORRELATION_ID: HeaderName = HeaderName::from_static("x-correlation-id");

/// The frame of one request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Scope {
    /// The same from the request to the effects of the last handler.
    pub correlation_id: String,
    /// The time of everything that this request decides, in whole milliseconds, as it is stored.
    pub now: DateTime<Utc>,
}

impl Scope {
    /// Takes over the caller's correlation id where it is one, else makes one from `fresh_id`.
    pub fn open(headers: &HeaderMap, now: DateTime<Utc>, fresh_id: impl FnOnce() -> Uuid) -> Self {
        let given = headers.get(&CORRELATION_ID).and_then(|value| value.to_str().ok());
        let correlation_id = match given.filter(|id| is_correlation_id(id)) {
            Some(id) => id.to_owned(),
            None => fresh_id().to_string(),
        };
        Self { correlation_id, now: now.trunc_subsecs(3) }
    }

    /// Puts on an answer what every answer carries.
    #[must_use]
    pub fn seal(&self, mut response: Response) -> Response {
        let headers = response.headers_mut();
        headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
        if let Ok(id) = HeaderValue::from_str(&self.correlation_id) {
            headers.insert(CORRELATION_ID, id);
        }
        response
    }

    /// The answer of a refused request. What only the operator may know goes to the log.
    #[must_use]
    pub fn refuse(&self, problem: Problem) -> Response {
        if let Some(cause) = problem.cause() {
            self.log(problem.code().as_str(), cause);
        }
        self.seal(problem.into_response())
    }

    /// One line; the host adds time, level and component.
    #[expect(clippy::print_stderr, reason = "standard error is the log of a component")]
    fn log(&self, code: &str, cause: &str) {
        eprintln!("{code} correlation_id={} {}", self.correlation_id, cause.escape_debug());
    }
}

/// 8 to 64 letters, digits, `_` and `-`: nothing that could forge a line of a log.
fn is_correlation_id(text: &str) -> bool {
    (8..=64).contains(&text.len())
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-'))
}

/// The time of day, in whole milliseconds.
#[must_use]
pub fn clock() -> DateTime<Utc> {
    let since_1970 = std::time::SystemTime::UNIX_EPOCH.elapsed().unwrap_or_default();
    DateTime::UNIX_EPOCH + chrono::Duration::milliseconds(since_1970.as_millis() as i64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(given: Option<&str>, expect: &str) {
        let mut headers = HeaderMap::new();
        if let Some(given) = given {
            headers.insert(CORRELATION_ID, HeaderValue::from_str(given).unwrap());
        }
        let scope = Scope::open(&headers, clock(), Uuid::nil);
        assert_eq!(scope.correlation_id, expect);
        let sealed = scope.seal(Response::default());
        assert_eq!(sealed.headers()[CORRELATION_ID], expect);
        assert_eq!(sealed.headers()[CACHE_CONTROL], "no-store");
    }

    #[test]
    fn the_callers_correlation_id_is_kept() {
        check(Some("order-66_and-8"), "order-66_and-8");
    }

    #[test]
    fn what_is_no_correlation_id_is_replaced() {
        let nil = "00000000-0000-0000-0000-000000000000";
        check(None, nil);
        check(Some("short"), nil);
        check(Some(&"x".repeat(65)), nil);
        check(Some("line\tbreak"), nil);
        check(Some("level=error all fine"), nil);
    }

    #[test]
    fn time_is_in_whole_milliseconds() {
        let now = DateTime::from_timestamp(1_700_000_000, 123_456_789).unwrap();
        let scope = Scope::open(&HeaderMap::new(), now, Uuid::nil);
        assert_eq!(scope.now.timestamp_subsec_nanos(), 123_000_000);
        assert_eq!(clock().timestamp_subsec_nanos() % 1_000_000, 0);
    }
}
