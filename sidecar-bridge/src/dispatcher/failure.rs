//! Why a delivery came to nothing, and whether the same delivery may succeed later.

use http::StatusCode;
use serde::Deserialize;

use crate::{
    alarm::AlarmError,
    bus::PublishErrorKind,
    components::{Answer, CallError, CallErrorKind},
    effects::EffectRefused,
};

type BoxError = Box<dyn std::error::Error + Send + Sync>;

/// The code of the embedded host when it has no place for a call.
const HOST_BUSY: &str = "host-busy";
/// The longest reason that is kept.
const REASON_MAX_CHARS: usize = 1000;

/// A delivery to one handler that came to nothing. Display quotes nothing that people wrote.
#[derive(Debug, thiserror::Error)]
pub(super) enum Failure {
    #[error("nothing came back for `{component}`")]
    Call {
        component: String,
        #[source]
        cause: CallError,
    },
    #[error("the answer for `{component}` was {status}{}", code.as_deref().map(|code| format!(" {code}")).unwrap_or_default())]
    Status {
        component: String,
        status: StatusCode,
        code: Option<String>,
        detail: String,
        /// There was no room for the call, says somebody who has to know.
        busy: bool,
    },
    #[error("the answer for `{component}` is not what was agreed")]
    Unreadable {
        component: String,
        #[source]
        cause: BoxError,
    },
    #[error("`{component}` asked for what it does not get")]
    Refused {
        component: String,
        #[source]
        cause: EffectRefused,
    },
    #[error("an alarm for `{component}` was not set")]
    Alarm {
        component: String,
        #[source]
        cause: AlarmError,
    },
}

/// Who was called for a handler's delivery.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Called {
    /// The handler, which may say anything.
    Handler,
    /// The tasks component, which is part of the platform.
    Tasks,
}

/// What is of interest in problem details.
#[derive(Deserialize, Default)]
#[serde(default)]
struct Problem {
    code: Option<String>,
    detail: String,
}

impl Failure {
    /// An answer of status 200, or what is wrong with it.
    pub(super) fn unless_ok(
        component: &str,
        called: Called,
        answer: Result<Answer, CallError>,
    ) -> Result<Answer, Self> {
        let component = component.to_owned();
        let answer = match answer {
            Ok(answer) if answer.status == StatusCode::OK => return Ok(answer),
            Ok(answer) => answer,
            Err(cause) => return Err(Self::Call { component, cause }),
        };
        let problem: Problem = serde_json::from_slice(&answer.body).unwrap_or_default();
        // A code is a short word; anything else would be somebody's text.
        let code = problem.code.filter(|code| {
            code.len() <= 32
                && code.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
        });
        let (status, detail) = (answer.status, problem.detail);
        let platform = called == Called::Tasks || code.as_deref() == Some(HOST_BUSY);
        let busy = platform && status == StatusCode::SERVICE_UNAVAILABLE;
        Err(Self::Status { component, status, code, detail, busy })
    }

    pub(super) fn unreadable(component: &str, cause: impl Into<BoxError>) -> Self {
        Self::Unreadable { component: component.to_owned(), cause: cause.into() }
    }

    pub(super) fn refused(component: &str, cause: EffectRefused) -> Self {
        Self::Refused { component: component.to_owned(), cause }
    }

    pub(super) fn alarm(component: &str, cause: AlarmError) -> Self {
        Self::Alarm { component: component.to_owned(), cause }
    }

    /// Whether the same delivery may succeed later.
    pub(super) fn kind(&self) -> PublishErrorKind {
        match self {
            Self::Call { cause, .. } if cause.kind == CallErrorKind::Unreachable => {
                PublishErrorKind::Unreachable
            }
            Self::Call { .. } | Self::Alarm { .. } => PublishErrorKind::Failed,
            Self::Status { busy: true, .. } => PublishErrorKind::Busy,
            Self::Status { status, .. } if is_final(*status) => PublishErrorKind::Rejected,
            Self::Status { .. } => PublishErrorKind::Failed,
            // Handlers are pure: the same event will get the same answer.
            Self::Unreadable { .. } | Self::Refused { .. } => PublishErrorKind::Rejected,
        }
    }

    /// For the operator's eyes: what happened, with what the other side said about it.
    pub(super) fn reason(&self) -> String {
        let said = match self {
            Self::Status { detail, .. } => detail.clone(),
            Self::Unreadable { cause, .. } => cause.to_string(),
            Self::Refused { cause, .. } => cause.to_string(),
            Self::Call { cause, .. } => cause.to_string(),
            Self::Alarm { cause, .. } => cause.to_string(),
        };
        let reason = if said.is_empty() { self.to_string() } else { format!("{self}: {said}") };
        // Postgres has no text with a NUL in it.
        reason.chars().filter(|one| *one != '\0').take(REASON_MAX_CHARS).collect()
    }
}

/// The request itself is at fault. Not so where somebody may be about to put the other side right:
/// keys (401, 403), routes (404, 405), load (408, 425, 429).
fn is_final(status: StatusCode) -> bool {
    status.is_client_error() && !matches!(status.as_u16(), 401 | 403 | 404 | 405 | 408 | 425 | 429)
}
