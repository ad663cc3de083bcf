//! Tokens as an issuer signs them, and as an attacker would.

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD as BASE64};
use chrono::{DateTime, Utc};
use ed25519_dalek::{Signer, SigningKey};
use hmac::{Hmac, Mac};
use serde_json::{Map, Value, json};
use sha2::Sha256;

/// `iss` of every good token.
pub const ISSUER: &str = "taskloom";
/// `aud` of the tokens of people.
pub const AUDIENCE: &str = "taskloom";
/// `aud` of the tokens that the bridge signs for internal routes.
pub const INTERNAL_AUDIENCE: &str = "taskloom-internal";
/// `aud` of the tokens that the bridge shows to handlers.
pub const HANDLER_AUDIENCE: &str = "taskloom-handler";
/// `kid` of the key.
pub const KEY_ID: &str = "test-key";

const LIFETIME_SECONDS: i64 = 15 * 60;
const INTERNAL_LIFETIME_SECONDS: i64 = 60;

/// A token that can be bent before it is signed.
#[derive(Debug, Clone)]
pub struct Token {
    header: Map<String, Value>,
    claims: Map<String, Value>,
}

impl Token {
    /// A good token of a person.
    pub fn of(user_id: &str, now: DateTime<Utc>) -> Self {
        Self::new(user_id, AUDIENCE, now, LIFETIME_SECONDS)
    }

    /// A good token of the bridge.
    pub fn internal(now: DateTime<Utc>) -> Self {
        Self::new("taskloom-bridge", INTERNAL_AUDIENCE, now, INTERNAL_LIFETIME_SECONDS)
    }

    /// A good token of the bridge, as it shows it to handlers.
    pub fn for_handler(now: DateTime<Utc>) -> Self {
        Self::new("taskloom-bridge", HANDLER_AUDIENCE, now, INTERNAL_LIFETIME_SECONDS)
    }

    fn new(subject: &str, audience: &str, now: DateTime<Utc>, lifetime_seconds: i64) -> Self {
        let mut header = Map::new();
        header.insert("alg".to_owned(), json!("EdDSA"));
        header.insert("kid".to_owned(), json!(KEY_ID));
        let token = Self { header, claims: Map::new() };
        token
            .claim("sub", subject)
            .claim("iss", ISSUER)
            .claim("aud", audience)
            .claim("iat", now.timestamp())
            .claim("exp", now.timestamp() + lifetime_seconds)
    }

    /// With another claim, or another value of it.
    #[must_use]
    pub fn claim(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.claims.insert(name.to_owned(), value.into());
        self
    }

    /// Without a claim.
    #[must_use]
    pub fn without(mut self, name: &str) -> Self {
        self.claims.remove(name);
        self
    }

    /// With another header parameter, or another value of it.
    #[must_use]
    pub fn header(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.header.insert(name.to_owned(), value.into());
        self
    }

    /// Signed with the key of [`jwks`].
    pub fn sign(&self) -> String {
        self.signed_with(&key())
    }

    /// Signed with a key that nobody knows, under the name of the known one.
    pub fn sign_with_foreign_key(&self) -> String {
        self.signed_with(&SigningKey::from_bytes(&[66; 32]))
    }

    /// `alg: none`, no signature.
    pub fn unsigned(&self) -> String {
        format!("{}.", self.clone().header("alg", "none").signing_input())
    }

    /// `alg: HS256`, with the bytes of the public key for a secret.
    pub fn sign_hs256(&self) -> String {
        let input = self.clone().header("alg", "HS256").signing_input();
        let public_key = key().verifying_key().to_bytes();
        let mut mac = Hmac::<Sha256>::new_from_slice(&public_key).expect("any length will do");
        mac.update(input.as_bytes());
        format!("{input}.{}", BASE64.encode(mac.finalize().into_bytes()))
    }

    fn signed_with(&self, key: &SigningKey) -> String {
        let input = self.signing_input();
        let signature = key.sign(input.as_bytes()).to_bytes();
        format!("{input}.{}", BASE64.encode(signature))
    }

    fn signing_input(&self) -> String {
        let encode = |part: &Map<String, Value>| BASE64.encode(json!(part).to_string());
        format!("{}.{}", encode(&self.header), encode(&self.claims))
    }
}

/// The key set of the issuer, JSON.
pub fn jwks() -> String {
    let x = BASE64.encode(key().verifying_key().to_bytes());
    json!({ "keys": [{ "kty": "OKP", "crv": "Ed25519", "kid": KEY_ID, "x": x }] }).to_string()
}

/// Tokens that nobody may accept as one of `user_id`, each with what is wrong with it.
pub fn broken(user_id: &str, now: DateTime<Utc>) -> Vec<(&'static str, String)> {
    let good = || Token::of(user_id, now);
    let signed = good().sign();
    let hour = 3600;
    let (input, signature) = signed.rsplit_once('.').unwrap_or_default();
    let (header, _) = signed.split_once('.').unwrap_or_default();
    let (_, other_claims) = input_of(&Token::of("mallory", now));
    vec![
        ("alg none", good().unsigned()),
        ("alg HS256 with the public key", good().sign_hs256()),
        ("foreign key", good().sign_with_foreign_key()),
        ("unknown kid", good().header("kid", "another").sign()),
        ("crit", good().header("crit", json!(["b64"])).header("b64", false).sign()),
        ("no signature", format!("{input}.")),
        ("other claims under the signature", format!("{header}.{other_claims}.{signature}")),
        ("padded base64", format!("{signed}==")),
        ("a fourth part", format!("{signed}.{signature}")),
        ("expired", good().claim("exp", now.timestamp() - hour).sign()),
        ("exp missing", good().without("exp").sign()),
        ("exp is text", good().claim("exp", (now.timestamp() + hour).to_string()).sign()),
        ("not yet valid", good().claim("nbf", now.timestamp() + hour).sign()),
        ("issued in the future", good().claim("iat", now.timestamp() + hour).sign()),
        ("other issuer", good().claim("iss", "https://elsewhere.example").sign()),
        ("other audience", good().claim("aud", "another-service").sign()),
        ("audience of the bridge", good().claim("aud", INTERNAL_AUDIENCE).sign()),
        ("aud missing", good().without("aud").sign()),
        ("sub missing", good().without("sub").sign()),
        ("no token", "not-a-token".to_owned()),
    ]
}

fn input_of(token: &Token) -> (String, String) {
    let input = token.signing_input();
    let (header, claims) = input.split_once('.').unwrap_or_default();
    (header.to_owned(), claims.to_owned())
}

fn key() -> SigningKey {
    SigningKey::from_bytes(&[7; 32])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock;

    #[test]
    fn a_token_says_whose_it_is() {
        let token = Token::of("ada", clock::now()).sign();
        let claims = token.split('.').nth(1).unwrap();
        let claims: Value = serde_json::from_slice(&BASE64.decode(claims).unwrap()).unwrap();
        assert_eq!(claims["sub"], "ada");
        assert_eq!(claims["exp"], clock::now().timestamp() + LIFETIME_SECONDS);
    }

    #[test]
    fn no_broken_token_is_the_good_one() {
        let good = Token::of("ada", clock::now()).sign();
        for (what, token) in broken("ada", clock::now()) {
            assert_ne!(token, good, "{what}");
        }
    }
}
