//! What can go wrong between us and the sidecar, and whether trying again can help.

use std::error::Error;

use tonic::{Code, Status};

type Cause = Box<dyn Error + Send + Sync>;

/// Something the sidecar did not do. Display says what; the cause is reachable by `source()` only.
#[derive(Debug, thiserror::Error)]
#[error("the sidecar did not {operation}")]
pub struct SidecarError {
    /// Such as "schedule the job `x`".
    pub operation: String,
    /// Whether trying again can help.
    pub kind: SidecarErrorKind,
    #[source]
    cause: Cause,
}

/// Whether trying again can help.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SidecarErrorKind {
    /// Nobody took the call, or what stands behind the sidecar is away. It may have been done.
    Unreachable,
    /// It did not work this time.
    Failed,
    /// The same call will be refused again, because of what it carries.
    Rejected,
    /// It will be refused until somebody changes the configuration of the sidecar or ours.
    Misconfigured,
    /// Somebody else was faster: the entity tag is an old one.
    Conflict,
    /// The store, the component or the thing asked for is not there.
    Missing,
    /// This version of the sidecar does not have it.
    Unsupported,
}

impl SidecarError {
    /// Whether the same call may work later.
    pub fn is_retryable(&self) -> bool {
        use SidecarErrorKind::{Failed, Misconfigured, Unreachable};
        matches!(self.kind, Unreachable | Failed | Misconfigured)
    }

    pub(crate) fn new(
        operation: impl Into<String>,
        kind: SidecarErrorKind,
        cause: impl Into<Cause>,
    ) -> Self {
        Self { operation: operation.into(), kind, cause: cause.into() }
    }

    pub(crate) fn of(operation: impl Into<String>, status: Status) -> Self {
        Self::new(operation, kind(&status), Said(status))
    }
}

/// A status without the bytes of its details, which a log has no use for.
#[derive(Debug)]
struct Said(Status);

impl std::fmt::Display for Said {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:?}: {}", self.0.code(), self.0.message())
    }
}

impl Error for Said {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.0.source()
    }
}

fn kind(status: &Status) -> SidecarErrorKind {
    match status.code() {
        // Broken off on the way, whatever number that got.
        _ if status.source().is_some() => SidecarErrorKind::Unreachable,
        Code::Unavailable | Code::DeadlineExceeded | Code::Cancelled => {
            SidecarErrorKind::Unreachable
        }
        Code::Unimplemented => SidecarErrorKind::Unsupported,
        Code::Aborted | Code::AlreadyExists => SidecarErrorKind::Conflict,
        Code::NotFound => SidecarErrorKind::Missing,
        Code::OutOfRange | Code::ResourceExhausted => SidecarErrorKind::Rejected,
        // A component that is not there is one of these, too.
        Code::InvalidArgument
        | Code::FailedPrecondition
        | Code::PermissionDenied
        | Code::Unauthenticated => SidecarErrorKind::Misconfigured,
        _ => of_message(status.message()),
    }
}

/// What a component says comes as an internal error with its words in it.
fn of_message(message: &str) -> SidecarErrorKind {
    const TOO_LARGE: [&str; 3] = ["too large", "larger than", "exceeds maximum"];
    const AWAY: [&str; 25] = [
        "breaker",
        "brokers",
        "broken pipe",
        "connection re",
        "connect:",
        "dial ",
        "deadline",
        "eof",
        "in-sync",
        "leader",
        "disk error",
        "does not exist on this broker",
        "is closed",
        "latest kafka clients",
        "no such host",
        "not authorized",
        "not available",
        "not connected",
        "not initialized",
        "sasl",
        "shutting down",
        "timed out",
        "timeout",
        "tls:",
        "was closed",
    ];
    let message = message.to_ascii_lowercase();
    let has = |words: &[&str]| words.iter().any(|word| message.contains(word));
    if has(&TOO_LARGE) {
        SidecarErrorKind::Rejected
    } else if has(&AWAY) {
        SidecarErrorKind::Unreachable
    } else {
        SidecarErrorKind::Failed
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(code: Code, message: &str, expect: SidecarErrorKind) {
        assert_eq!(kind(&Status::new(code, message)), expect, "{code:?} {message}");
    }

    #[test]
    fn what_is_away_is_told_from_what_is_refused() {
        use SidecarErrorKind::{
            Conflict, Failed, Misconfigured, Missing, Rejected, Unreachable, Unsupported,
        };
        check(Code::Unavailable, "", Unreachable);
        check(Code::Internal, "kafka: client has run out of available brokers", Unreachable);
        check(Code::Internal, "circuit breaker is open", Unreachable);
        check(Code::Internal, "dial tcp 127.0.0.1:9092: connect: connection refused", Unreachable);
        check(Code::Internal, "kafka server: Message was too large", Rejected);
        check(Code::Internal, "kafka: Failed to deliver 2 messages.", Failed);
        check(Code::Aborted, "possible etag mismatch", Conflict);
        check(Code::NotFound, "", Missing);
        check(Code::Unimplemented, "", Unsupported);
        check(Code::ResourceExhausted, "", Rejected);
        check(Code::InvalidArgument, "pubsub x is not found", Misconfigured);
    }
}
