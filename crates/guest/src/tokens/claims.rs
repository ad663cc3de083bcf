//! What a token says (RFC 7519), and when it holds.

use serde_json::Value;

use super::{SKEW_SECONDS, TokenError, jose::Object};

/// Longest `sub`, in bytes: it is a key of every table.
const SUBJECT_MAX_BYTES: usize = 255;

/// The last second of the year 9999; a date beyond it is no date.
const LAST_SECOND: i64 = 253_402_300_799;

/// The claims that decide, times in seconds since 1970.
pub(super) struct Claims {
    pub(super) subject: Option<String>,
    pub(super) expires_at: i64,
    pub(super) not_before: Option<i64>,
    pub(super) issued_at: Option<i64>,
}

/// Reads the claims of a token that is from this issuer and for this audience.
pub(super) fn read(Object(members): &Object, issuer: &str, audience: &str) -> Option<Claims> {
    let is_ours = members.get("iss").and_then(Value::as_str) == Some(issuer)
        && members.get("aud").is_some_and(|aud| is_for(aud, audience));
    if !is_ours {
        return None;
    }
    let optional_date = |name| match members.get(name) {
        None => Some(None),
        Some(value) => date(value).map(Some),
    };
    Some(Claims {
        subject: match members.get("sub") {
            None => None,
            Some(value) => Some(subject(value)?),
        },
        expires_at: date(members.get("exp")?)?,
        not_before: optional_date("nbf")?,
        issued_at: optional_date("iat")?,
    })
}

impl Claims {
    /// Whether the token holds at this moment, with some patience for clocks that differ.
    pub(super) fn check_time(&self, now: i64) -> Result<(), TokenError> {
        let begins_later = |date: Option<i64>| date.is_some_and(|date| date > now + SKEW_SECONDS);
        if begins_later(self.not_before) || begins_later(self.issued_at) {
            return Err(TokenError::Invalid);
        }
        if now >= self.expires_at + SKEW_SECONDS { Err(TokenError::Expired) } else { Ok(()) }
    }
}

/// `aud` is a string or a list of strings, one of which is us.
fn is_for(aud: &Value, audience: &str) -> bool {
    match aud {
        Value::String(one) => one == audience,
        Value::Array(several) => {
            several.iter().all(Value::is_string)
                && several.iter().any(|one| one.as_str() == Some(audience))
        }
        _ => false,
    }
}

fn subject(sub: &Value) -> Option<String> {
    let sub = sub.as_str()?;
    let is_usable =
        (1..=SUBJECT_MAX_BYTES).contains(&sub.len()) && !sub.chars().any(char::is_control);
    is_usable.then(|| sub.to_owned())
}

/// A `NumericDate`: a number, possibly with a fraction, and never a string.
fn date(value: &Value) -> Option<i64> {
    let seconds = match value.as_i64() {
        Some(whole) => whole,
        // Out of range becomes i64::MAX or MIN by the cast, NaN cannot be written in JSON.
        None => value.as_f64()?.floor() as i64,
    };
    (0..=LAST_SECOND).contains(&seconds).then_some(seconds)
}
