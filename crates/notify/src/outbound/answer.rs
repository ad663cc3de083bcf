//! The head of an answer, and what it means for the message.

use std::time::Duration;

use chrono::{DateTime, Utc};
use http::{HeaderMap, StatusCode, header};

use crate::SendError;

/// The longest pause that a receiver may ask for.
const RETRY_AFTER_MAX: Duration = Duration::from_secs(24 * 60 * 60);

/// The head of an answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Answer {
    host: String,
    pub(crate) status: StatusCode,
    retry_after: Option<Duration>,
}

impl Answer {
    pub(super) fn new(host: &str, status: StatusCode, headers: &HeaderMap) -> Self {
        let asked = headers.get(header::RETRY_AFTER).and_then(|value| value.to_str().ok());
        let retry_after =
            asked.and_then(|text| retry_after(text, std::time::SystemTime::now().into()));
        Self { host: host.to_owned(), status, retry_after }
    }

    /// What the status means. Where somebody may be about to put the other side right (keys, routes,
    /// load) the message is tried again.
    pub(crate) fn outcome(&self) -> Result<(), SendError> {
        let Self { host, status, retry_after } = self;
        let reason = format!("`{host}` answered {}", status.as_u16());
        match status.as_u16() {
            200..=299 => Ok(()),
            300..=399 => Err(SendError::permanent(format!("{reason}: redirects are not followed"))),
            410 => Err(SendError::gone(reason)),
            401 | 403 | 404 | 405 | 408 | 425 | 429 | 500.. => {
                Err(SendError::later(*retry_after, reason))
            }
            _ => Err(SendError::permanent(reason)),
        }
    }
}

/// Seconds, or a date of RFC 9110.
fn retry_after(text: &str, now: DateTime<Utc>) -> Option<Duration> {
    let pause = match text.trim().parse::<u64>() {
        Ok(seconds) => Duration::from_secs(seconds),
        Err(_) => {
            let at = DateTime::parse_from_rfc2822(text.trim()).ok()?;
            (at.to_utc() - now).to_std().unwrap_or_default()
        }
    };
    Some(pause.min(RETRY_AFTER_MAX))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::SendErrorKind;

    #[test]
    fn retry_after_is_read_in_both_forms_and_has_an_end() {
        let now = DateTime::from_timestamp_secs(1_445_412_470).unwrap();
        let seconds = |text| retry_after(text, now).map(|pause| pause.as_secs());
        assert_eq!(seconds("120"), Some(120));
        assert_eq!(seconds("Wed, 21 Oct 2015 07:28:00 GMT"), Some(10));
        assert_eq!(seconds("Wed, 21 Oct 2015 07:00:00 GMT"), Some(0));
        assert_eq!(seconds("99999999999"), Some(86_400));
        assert_eq!(seconds("soon"), None);
        assert_eq!(seconds("-1"), None);
    }

    #[test]
    fn a_status_says_whether_to_come_again() {
        let kind = |status: u16| {
            let status = StatusCode::from_u16(status).unwrap();
            Answer::new("h", status, &HeaderMap::new()).outcome().map_err(|error| error.kind)
        };
        let later = Err(SendErrorKind::Transient { retry_after: None });
        for (status, expect) in [
            (200, Ok(())),
            (204, Ok(())),
            (302, Err(SendErrorKind::Permanent)),
            (400, Err(SendErrorKind::Permanent)),
            (401, later),
            (404, later),
            (410, Err(SendErrorKind::Gone)),
            (413, Err(SendErrorKind::Permanent)),
            (429, later),
            (500, later),
            (503, later),
        ] {
            assert_eq!(kind(status), expect, "{status}");
        }
    }
}
