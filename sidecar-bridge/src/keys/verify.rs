//! Checks a person's token. The API's routes check in the component; this is for what the bridge
//! serves itself.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::{DateTime, Utc};
use ed25519_dalek::{Signature, VerifyingKey};
use serde::Deserialize;

use super::ISSUER;

/// Longest token that is looked at.
const TOKEN_MAX_BYTES: usize = 8 * 1024;
/// How far two clocks may differ.
const SKEW_SECONDS: i64 = 60;

/// Why a token is refused. The answer to the client is the same for all: 401.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// It is no signed token of ours.
    #[error("the token is not signed by this server")]
    Foreign,
    /// It was good once.
    #[error("the token has expired")]
    Expired,
    /// It is ours, for another purpose or a later time.
    #[error("the token is not meant for this API, or not yet")]
    Purpose,
}

/// Whom a token speaks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Person {
    /// The `sub`.
    pub user: String,
    /// From then on the token is expired, whatever the clocks differ by.
    pub until: DateTime<Utc>,
}

/// Unknown members are refused, `crit` and a second `alg` among them.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Header {
    alg: String,
    kid: String,
    #[serde(default)]
    typ: Option<String>,
}

/// Members that an issuer adds are let through; one of these that is there twice is refused.
#[derive(Deserialize)]
struct Claims {
    iss: String,
    aud: Audience,
    sub: String,
    exp: i64,
    iat: Option<i64>,
    nbf: Option<i64>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Audience {
    One(String),
    Several(Vec<String>),
}

/// Whom the token speaks for that `key` signed for `audience`.
pub(super) fn bearer(
    key: &VerifyingKey,
    kid: &str,
    audience: &str,
    token: &str,
    now: DateTime<Utc>,
) -> Result<Person, Refused> {
    let claims = signed_claims(key, kid, token).ok_or(Refused::Foreign)?;
    let is_for_us = match &claims.aud {
        Audience::One(one) => one == audience,
        Audience::Several(several) => several.iter().any(|one| one == audience),
    };
    if claims.iss != ISSUER || !is_for_us || !is_subject(&claims.sub) {
        return Err(Refused::Purpose);
    }
    let now = now.timestamp();
    let begins_later = |date: Option<i64>| date.is_some_and(|date| date > now + SKEW_SECONDS);
    if begins_later(claims.iat) || begins_later(claims.nbf) {
        return Err(Refused::Purpose);
    }
    let until = claims.exp.saturating_add(SKEW_SECONDS);
    if until <= now {
        return Err(Refused::Expired);
    }
    // A time that no calendar has is one that never comes.
    let until = DateTime::from_timestamp(until, 0).unwrap_or(DateTime::<Utc>::MAX_UTC);
    Ok(Person { user: claims.sub, until })
}

/// `sub` is a key of every table.
fn is_subject(sub: &str) -> bool {
    (1..=255).contains(&sub.len()) && !sub.chars().any(char::is_control)
}

fn signed_claims(key: &VerifyingKey, kid: &str, token: &str) -> Option<Claims> {
    if token.len() > TOKEN_MAX_BYTES {
        return None;
    }
    let (message, signature) = token.rsplit_once('.')?;
    let (header, claims) = message.split_once('.')?;
    let header: Header = serde_json::from_slice(&URL_SAFE_NO_PAD.decode(header).ok()?).ok()?;
    let ours = header.alg == "EdDSA" && header.kid == kid;
    if !ours || header.typ.is_some_and(|typ| typ != "JWT") {
        return None;
    }
    let signature = Signature::from_slice(&URL_SAFE_NO_PAD.decode(signature).ok()?).ok()?;
    key.verify_strict(message.as_bytes(), &signature).ok()?;
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(claims).ok()?).ok()
}
