//! Makes tokens: good ones, and ones with exactly one thing wrong.

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use ed25519_dalek::{Signer, SigningKey};
use hmac::{Hmac, Mac};
use serde_json::{Map, Value, json};

/// The moment at which all these tests happen.
pub(super) const NOW: i64 = 1_790_000_000;
pub(super) const KEY_ID: &str = "key-1";

pub(super) struct Forged {
    header: Map<String, Value>,
    claims: Map<String, Value>,
}

/// A good token of `ada` for people.
pub(super) fn token() -> Forged {
    let object = |value: Value| value.as_object().unwrap().clone();
    Forged {
        header: object(json!({ "alg": "EdDSA", "kid": KEY_ID })),
        claims: object(json!({
            "iss": "taskloom", "aud": "taskloom", "sub": "ada", "iat": NOW, "exp": NOW + 900,
        })),
    }
}

impl Forged {
    pub(super) fn header(mut self, name: &str, value: Value) -> Self {
        self.header.insert(name.to_owned(), value);
        self
    }

    pub(super) fn without_header(mut self, name: &str) -> Self {
        self.header.remove(name);
        self
    }

    pub(super) fn claim(mut self, name: &str, value: Value) -> Self {
        self.claims.insert(name.to_owned(), value);
        self
    }

    pub(super) fn without_claim(mut self, name: &str) -> Self {
        self.claims.remove(name);
        self
    }

    pub(super) fn with_claims(self, claims: Value) -> Self {
        Self { claims: claims.as_object().unwrap().clone(), ..self }
    }

    pub(super) fn claims_text(&self) -> String {
        Value::Object(self.claims.clone()).to_string()
    }

    pub(super) fn mint(self) -> String {
        sign_text(&Value::Object(self.header.clone()).to_string(), &self.claims_text())
    }
}

fn key() -> SigningKey {
    SigningKey::from_bytes(&[7; 32])
}

pub(super) fn b64(bytes: &[u8]) -> String {
    BASE64_URL_SAFE_NO_PAD.encode(bytes)
}

/// The public half as Better Auth shows it: without `alg` and `use`.
pub(super) fn jwk(id: &str) -> Value {
    json!({ "kty": "OKP", "crv": "Ed25519", "x": b64(key().verifying_key().as_bytes()), "kid": id })
}

pub(super) fn sign_text(header: &str, claims: &str) -> String {
    let signed = format!("{}.{}", b64(header.as_bytes()), b64(claims.as_bytes()));
    let signature = key().sign(signed.as_bytes());
    format!("{signed}.{}", b64(&signature.to_bytes()))
}

pub(super) fn unsigned(alg: &str) -> String {
    let header = json!({ "alg": alg, "kid": KEY_ID }).to_string();
    format!("{}.{}.", b64(header.as_bytes()), b64(token().claims_text().as_bytes()))
}

/// The classic confusion: the public key, which everybody knows, used as an HMAC secret.
pub(super) fn hs256() -> String {
    let header = json!({ "alg": "HS256", "kid": KEY_ID }).to_string();
    let signed = format!("{}.{}", b64(header.as_bytes()), b64(token().claims_text().as_bytes()));
    let mut mac = Hmac::<sha2::Sha256>::new_from_slice(key().verifying_key().as_bytes()).unwrap();
    mac.update(signed.as_bytes());
    format!("{signed}.{}", b64(&mac.finalize().into_bytes()))
}
