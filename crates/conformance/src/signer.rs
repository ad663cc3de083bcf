//! Tokens as an attacker would make them, by hand, from a good one.

use anyhow::{Context, Result};
use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD as BASE64};
use ed25519_dalek::{Signer as _, SigningKey, pkcs8::DecodePrivateKey};
use hmac::{Hmac, Mac};
use serde_json::Value;
use sha2::Sha256;

/// The key of the installation under test.
#[derive(Debug, Clone)]
pub struct Signer(SigningKey);

impl Signer {
    /// Reads PKCS#8 in PEM form.
    pub fn from_pem(pem: &str) -> Result<Self> {
        SigningKey::from_pkcs8_pem(pem).map(Self).context("the key cannot be read")
    }

    /// A key that nobody knows.
    pub fn stranger() -> Self {
        Self(SigningKey::from_bytes(&[66; 32]))
    }

    /// Takes a good token apart, so that exactly one thing can be made wrong.
    pub fn forge(&self, good: &str) -> Result<Forged> {
        let mut parts = good.split('.').map(|part| BASE64.decode(part));
        let mut next = || -> Result<Value> {
            let part = parts.next().context("the token has too few parts")??;
            Ok(serde_json::from_slice(&part)?)
        };
        Ok(Forged { header: next()?, claims: next()?, key: self.0.clone() })
    }
}

/// A token that can be bent before it is signed.
#[derive(Debug, Clone)]
pub struct Forged {
    header: Value,
    claims: Value,
    key: SigningKey,
}

impl Forged {
    /// With another claim, or another value of it.
    #[must_use]
    pub fn claim(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.claims[name] = value.into();
        self
    }

    /// Without a claim.
    #[must_use]
    pub fn without(mut self, name: &str) -> Self {
        if let Some(claims) = self.claims.as_object_mut() {
            claims.remove(name);
        }
        self
    }

    /// With another header parameter, or another value of it.
    #[must_use]
    pub fn header(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.header[name] = value.into();
        self
    }

    /// Signed by somebody else.
    #[must_use]
    pub fn by(self, signer: &Signer) -> Self {
        Self { key: signer.0.clone(), ..self }
    }

    /// Signed as it should be.
    pub fn sign(&self) -> String {
        let input = self.input();
        let signature = self.key.sign(input.as_bytes()).to_bytes();
        format!("{input}.{}", BASE64.encode(signature))
    }

    /// `alg: none`, no signature.
    pub fn unsigned(self) -> String {
        format!("{}.", self.header("alg", "none").input())
    }

    /// `alg: HS256` with the public key, which everybody knows, for a secret.
    pub fn sign_hs256(self) -> Result<String> {
        let secret = self.key.verifying_key().to_bytes();
        let input = self.header("alg", "HS256").input();
        let mut mac = Hmac::<Sha256>::new_from_slice(&secret)?;
        mac.update(input.as_bytes());
        Ok(format!("{input}.{}", BASE64.encode(mac.finalize().into_bytes())))
    }

    fn input(&self) -> String {
        let encode = |part: &Value| BASE64.encode(part.to_string());
        format!("{}.{}", encode(&self.header), encode(&self.claims))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_token_is_taken_apart_and_put_together_again() {
        let blank = Forged {
            header: json!({ "alg": "EdDSA" }),
            claims: json!({ "sub": "ada" }),
            key: Signer::stranger().0,
        };
        let token = blank.sign();
        let forged = Signer::stranger().forge(&token).unwrap();
        assert_eq!(forged.sign(), token);
        assert_ne!(forged.clone().claim("sub", "eve").sign(), token);
        assert!(forged.unsigned().ends_with('.'));
    }
}
