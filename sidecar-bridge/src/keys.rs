//! The Ed25519 key of this installation: makes it, publishes it, signs and checks tokens with it.

mod file;
mod verify;

use std::{
    collections::BTreeMap,
    path::Path,
    sync::{Mutex, PoisonError},
    time::Duration,
};

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::{DateTime, Utc};
use ed25519_dalek::{Signer, SigningKey};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::{
    clock::{Clock as _, SystemClock},
    components::TokenMint,
};

pub(crate) use file::write_new;
pub use file::{KeyError, path};
pub use verify::{Person, Refused};

/// `iss` of every token made here.
pub const ISSUER: &str = "taskloom";
/// `aud` of people's tokens.
pub const AUDIENCE: &str = "taskloom";
/// `aud` of the bridge's own calls to internal routes.
pub const INTERNAL_AUDIENCE: &str = "taskloom-internal";
/// `aud` of the bridge's calls to handlers.
pub const HANDLER_AUDIENCE: &str = "taskloom-handler";

/// `aud` of an operator's calls to the admin address.
pub const ADMIN_AUDIENCE: &str = "taskloom-admin";

/// `sub` of an operator's calls.
const ADMIN_SUBJECT: &str = "taskloom-operator";
/// `sub` of the bridge's own calls.
const INTERNAL_SUBJECT: &str = "taskloom-bridge";
/// How long an internal token is good.
const INTERNAL_TTL: Duration = Duration::from_secs(60);
/// A cached internal token this close to its end is made anew.
const INTERNAL_REST: Duration = Duration::from_secs(20);

/// The signing key and what follows from it.
pub struct Keys {
    signing: SigningKey,
    kid: String,
    internal: Mutex<BTreeMap<&'static str, Cached>>,
}

struct Cached {
    token: String,
    made_at: DateTime<Utc>,
}

impl Cached {
    /// Good for a while yet. One from the future is not: the clock was put back, and whoever checks
    /// it has the same clock.
    fn is_fresh(&self, now: DateTime<Utc>) -> bool {
        self.made_at <= now && now + INTERNAL_REST < self.made_at + INTERNAL_TTL
    }
}

impl Keys {
    /// Reads the key of a data folder; makes it when there is none yet.
    pub fn open(data_dir: &Path) -> Result<Self, KeyError> {
        file::open(data_dir).map(Self::new)
    }

    fn new(signing: SigningKey) -> Self {
        let x = URL_SAFE_NO_PAD.encode(signing.verifying_key().as_bytes());
        // RFC 7638: the required members only, in lexical order, without spaces.
        let members = format!(r#"{{"crv":"Ed25519","kty":"OKP","x":"{x}"}}"#);
        let kid = URL_SAFE_NO_PAD.encode(Sha256::digest(members));
        Self { signing, kid, internal: Mutex::default() }
    }

    /// The JWK set by which others check what is signed here.
    pub fn jwks(&self) -> Value {
        let x = URL_SAFE_NO_PAD.encode(self.signing.verifying_key().as_bytes());
        json!({ "keys": [{
            "kty": "OKP", "crv": "Ed25519", "x": x,
            "kid": self.kid, "alg": "EdDSA", "use": "sig",
        }] })
    }

    /// A token with which `user` may call the API until `now + ttl`.
    pub fn user_token(&self, user: &str, ttl: Duration, now: DateTime<Utc>) -> String {
        self.mint(AUDIENCE, user, ttl, now)
    }

    /// A token with which an operator may change things on the admin address until `now + ttl`.
    pub fn admin_token(&self, ttl: Duration, now: DateTime<Utc>) -> String {
        self.mint(ADMIN_AUDIENCE, ADMIN_SUBJECT, ttl, now)
    }

    /// The bridge's own token for this audience; the same one for a while.
    fn internal_token_at(&self, audience: &'static str, now: DateTime<Utc>) -> String {
        let mut cached = self.internal.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(found) = cached.get(audience).filter(|found| found.is_fresh(now)) {
            return found.token.clone();
        }
        let token = self.mint(audience, INTERNAL_SUBJECT, INTERNAL_TTL, now);
        cached.insert(audience, Cached { token: token.clone(), made_at: now });
        token
    }

    /// The person whose token this is, or why it is refused.
    pub fn person(&self, token: &str, now: DateTime<Utc>) -> Result<Person, Refused> {
        verify::bearer(&self.signing.verifying_key(), &self.kid, AUDIENCE, token, now)
    }

    /// Whether this is an operator's token.
    pub fn operator(&self, token: &str, now: DateTime<Utc>) -> Result<(), Refused> {
        let key = self.signing.verifying_key();
        verify::bearer(&key, &self.kid, ADMIN_AUDIENCE, token, now).map(drop)
    }

    fn mint(&self, audience: &str, subject: &str, ttl: Duration, now: DateTime<Utc>) -> String {
        let iat = now.timestamp();
        let exp = iat.saturating_add(i64::try_from(ttl.as_secs()).unwrap_or(i64::MAX));
        let header = json!({ "alg": "EdDSA", "kid": self.kid });
        let claims =
            json!({ "iss": ISSUER, "aud": audience, "sub": subject, "iat": iat, "exp": exp });
        let encode = |part: Value| URL_SAFE_NO_PAD.encode(part.to_string());
        let message = format!("{}.{}", encode(header), encode(claims));
        let signature = self.signing.sign(message.as_bytes());
        format!("{message}.{}", URL_SAFE_NO_PAD.encode(signature.to_bytes()))
    }
}

impl TokenMint for Keys {
    fn internal_token(&self) -> String {
        self.internal_token_at(INTERNAL_AUDIENCE, SystemClock.now())
    }

    fn handler_token(&self) -> String {
        self.internal_token_at(HANDLER_AUDIENCE, SystemClock.now())
    }
}

#[cfg(test)]
mod tests;
