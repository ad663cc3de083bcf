//! Refusals of the inner crates as problems: each kind of failure gets its code here and nowhere else.

use domain::decide::Refusal;
use events::FieldError;
use http::{HeaderValue, header::WWW_AUTHENTICATE};
use store::{SqlError, SqlErrorKind};

use super::{Code, Problem};
use crate::tokens::TokenError;

impl From<TokenError> for Problem {
    fn from(error: TokenError) -> Self {
        let (code, challenge) = match error {
            TokenError::Missing => (Code::TokenMissing, "Bearer"),
            TokenError::Expired => (Code::TokenExpired, r#"Bearer error="invalid_token""#),
            TokenError::Invalid => (Code::TokenInvalid, r#"Bearer error="invalid_token""#),
        };
        Self::new(code, error.to_string())
            .with_header(WWW_AUTHENTICATE, HeaderValue::from_static(challenge))
    }
}

impl From<FieldError> for Problem {
    fn from(error: FieldError) -> Self {
        // Alone, "is missing" says nothing to a person: the sentence names its field too.
        let detail = error.to_string();
        if error.field.is_empty() {
            Self::new(Code::InvalidField, detail)
        } else {
            Self::at(Code::InvalidField, error.field, detail)
        }
    }
}

impl From<Refusal> for Problem {
    fn from(refusal: Refusal) -> Self {
        let code = match refusal {
            Refusal::NotFound => Code::TaskNotFound,
            Refusal::TaskIsDone => Code::TaskIsDone,
            Refusal::SeriesIsOver => Code::SeriesIsOver,
            Refusal::NoSuchReminder => Code::ReminderNotFound,
            _ => Code::InvalidField,
        };
        let detail = refusal.to_string();
        match refusal.field() {
            Some(field) => Self::at(code, field, detail),
            None => Self::new(code, detail),
        }
    }
}

impl From<SqlError> for Problem {
    fn from(error: SqlError) -> Self {
        let message = error.message();
        let says = |sign: &str| message.contains(sign);
        let is_missing = |part: &str| message.starts_with(part) && says("does not exist");
        let (code, detail) = match error.kind() {
            SqlErrorKind::Busy => (Code::StoreBusy, "the database did not answer in time"),
            SqlErrorKind::Away => (Code::StoreBusy, "the database cannot be reached at the moment"),
            SqlErrorKind::Full => (Code::StoreNotWritable, "the disk of the database is full"),
            SqlErrorKind::ReadOnly => (Code::StoreNotWritable, "the database is read-only"),
            // A missing part of the schema has no kind of its own: SQLite and Postgres name the part.
            SqlErrorKind::Other if says("no such table") || is_missing("relation \"") => {
                (Code::NoSchema, "the database has no schema yet; run `taskloom migrate`")
            }
            SqlErrorKind::Other
                if says("no such column")
                    || says("has no column named")
                    || is_missing("column ")
                    || is_missing("function ") =>
            {
                (Code::NoSchema, "the database has an older schema; run `taskloom migrate`")
            }
            _ => (Code::Internal, "the request could not be completed; the log says why"),
        };
        Self::new(code, detail).because(message)
    }
}
