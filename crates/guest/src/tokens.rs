//! Bearer tokens: EdDSA JSON Web Tokens, checked strictly and by us alone.
//!
//! The algorithm is fixed here and never taken from the token; the key comes from the configured
//! key set and never from the token. Everything that is not understood is refused. What was wrong
//! is told to nobody beyond the class in [`TokenError`].

mod claims;
mod jose;
mod key_set;

use chrono::{DateTime, Utc};
use http::{HeaderMap, header::AUTHORIZATION};

pub use key_set::{KeySet, KeySetError};

/// Longest token that is looked at, in bytes.
pub const TOKEN_MAX_BYTES: usize = 8 * 1024;

/// How far the clocks of issuer and component may be apart, in seconds.
pub const SKEW_SECONDS: i64 = 60;

/// Audience of the tokens that the bridge signs for its calls of internal routes.
pub const INTERNAL_AUDIENCE: &str = "taskloom-internal";

/// Audience of the tokens that the bridge shows to handlers. Another one, because a handler may be a
/// stranger's: what it is shown must not open the routes that write.
pub const HANDLER_AUDIENCE: &str = "taskloom-handler";

/// Longest life of such a token (`exp` - `iat`), in seconds.
pub const INTERNAL_LIFETIME_MAX_SECONDS: i64 = 60;

/// Why a request is not let in. The class is all that a client learns.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TokenError {
    /// There is no bearer token in the request.
    #[error("a bearer token is required")]
    Missing,
    /// The token was good, but its time is over.
    #[error("the bearer token has expired")]
    Expired,
    /// Anything else.
    #[error("the bearer token is not valid here")]
    Invalid,
}

/// Lets people and the bridge in: the keys, and what a token has to say.
#[derive(Debug, Clone)]
pub struct Verifier {
    /// The keys of the issuer.
    pub keys: KeySet,
    /// `iss` of every token.
    pub issuer: String,
    /// `aud` of the tokens of people.
    pub audience: String,
}

impl Verifier {
    /// The user (`sub`) whose token the request carries.
    ///
    /// # Errors
    /// The class of what is wrong with the token, or that there is none.
    pub fn person(&self, headers: &HeaderMap, now: DateTime<Utc>) -> Result<String, TokenError> {
        let claims = self.claims(bearer(headers)?, &self.audience, now)?;
        claims.subject.ok_or(TokenError::Invalid)
    }

    /// That the request comes from the bridge: a token for the internal routes, with a short life.
    ///
    /// # Errors
    /// The class of what is wrong with the token, or that there is none.
    pub fn bridge(&self, headers: &HeaderMap, now: DateTime<Utc>) -> Result<(), TokenError> {
        self.short_lived(headers, INTERNAL_AUDIENCE, now)
    }

    /// That the request comes from the bridge to a handler, with a token that is good for nothing
    /// else.
    ///
    /// # Errors
    /// The class of what is wrong with the token, or that there is none.
    pub fn bridge_to_handler(
        &self,
        headers: &HeaderMap,
        now: DateTime<Utc>,
    ) -> Result<(), TokenError> {
        self.short_lived(headers, HANDLER_AUDIENCE, now)
    }

    fn short_lived(
        &self,
        headers: &HeaderMap,
        audience: &str,
        now: DateTime<Utc>,
    ) -> Result<(), TokenError> {
        let claims = self.claims(bearer(headers)?, audience, now)?;
        let lifetime = claims.issued_at.map(|issued_at| claims.expires_at - issued_at);
        match lifetime {
            Some(1..=INTERNAL_LIFETIME_MAX_SECONDS) => Ok(()),
            _ => Err(TokenError::Invalid),
        }
    }

    /// Signature first: nothing inside a token is believed before.
    fn claims(
        &self,
        token: &str,
        audience: &str,
        now: DateTime<Utc>,
    ) -> Result<claims::Claims, TokenError> {
        let payload = jose::verified_payload(token, &self.keys).ok_or(TokenError::Invalid)?;
        let claims = claims::read(&payload, &self.issuer, audience).ok_or(TokenError::Invalid)?;
        claims.check_time(now.timestamp())?;
        Ok(claims)
    }
}

/// The token of `Authorization: Bearer <token>`; two such headers are one too many.
fn bearer(headers: &HeaderMap) -> Result<&str, TokenError> {
    let mut values = headers.get_all(AUTHORIZATION).iter();
    let value = values.next().ok_or(TokenError::Missing)?;
    if values.next().is_some() {
        return Err(TokenError::Invalid);
    }
    let value = value.to_str().map_err(|_| TokenError::Invalid)?;
    match value.split_once(' ') {
        Some((scheme, token)) if scheme.eq_ignore_ascii_case("bearer") => {
            Ok(token.trim_matches(' '))
        }
        _ => Err(TokenError::Missing),
    }
}

#[cfg(test)]
mod tests;
