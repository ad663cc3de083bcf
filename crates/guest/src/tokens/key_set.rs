//! The public keys of the issuer: a JWK set (RFC 7517), of which only Ed25519 keys are taken.

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use ed25519_dalek::VerifyingKey;
use serde::Deserialize;

/// Most keys in a set.
const KEYS_MAX: usize = 16;

/// Longest text of a set, in bytes.
const SET_MAX_BYTES: usize = 64 * 1024;

/// The keys that tokens may be signed with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeySet {
    keys: Vec<Key>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Key {
    id: Option<String>,
    /// Decompressed only when a token asks for this key.
    x: [u8; 32],
}

/// Why a text is no set of keys.
#[derive(Debug, thiserror::Error)]
pub enum KeySetError {
    /// It is longer than any real set.
    #[error("the key set is longer than {SET_MAX_BYTES} bytes")]
    TooLong,
    /// It is not a JWK set.
    #[error("the key set is not a JSON Web Key set")]
    Malformed(#[source] serde_json::Error),
    /// It has more keys than are looked at.
    #[error("the key set has more than {KEYS_MAX} keys")]
    TooMany,
    /// None of its keys can verify an `EdDSA` signature.
    #[error("the key set has no Ed25519 key (kty OKP, crv Ed25519) for signatures")]
    NoUsableKey,
}

#[derive(Deserialize)]
struct JwkSet {
    keys: Vec<Jwk>,
}

#[derive(Deserialize)]
struct Jwk {
    kty: String,
    crv: Option<String>,
    x: Option<String>,
    kid: Option<String>,
    alg: Option<String>,
    r#use: Option<String>,
}

impl KeySet {
    /// Reads a JWK set. Keys of other kinds are passed over, as RFC 7517 asks.
    ///
    /// # Errors
    /// What is wrong with the text, or that no key of it can be used.
    pub fn parse(text: &str) -> Result<Self, KeySetError> {
        if text.len() > SET_MAX_BYTES {
            return Err(KeySetError::TooLong);
        }
        let set: JwkSet = serde_json::from_str(text).map_err(KeySetError::Malformed)?;
        if set.keys.len() > KEYS_MAX {
            return Err(KeySetError::TooMany);
        }
        let keys: Vec<_> = set.keys.into_iter().filter_map(Jwk::into_key).collect();
        if keys.is_empty() { Err(KeySetError::NoUsableKey) } else { Ok(Self { keys }) }
    }

    /// The key that a token names; without a name only the one key of a set with one key. An id
    /// that two keys share names none.
    pub(super) fn pick(&self, id: Option<&str>) -> Option<VerifyingKey> {
        let mut named =
            self.keys.iter().filter(|key| id.is_none_or(|id| key.id.as_deref() == Some(id)));
        match (named.next(), named.next()) {
            (Some(key), None) => VerifyingKey::from_bytes(&key.x).ok(),
            _ => None,
        }
    }
}

impl Jwk {
    fn into_key(self) -> Option<Key> {
        let for_signatures = self.r#use.as_deref().is_none_or(|purpose| purpose == "sig")
            && self.alg.as_deref().is_none_or(|alg| matches!(alg, "EdDSA" | "Ed25519"));
        if self.kty != "OKP" || self.crv.as_deref() != Some("Ed25519") || !for_signatures {
            return None;
        }
        let x = BASE64_URL_SAFE_NO_PAD.decode(self.x?).ok()?;
        Some(Key { id: self.kid, x: x.try_into().ok()? })
    }
}
