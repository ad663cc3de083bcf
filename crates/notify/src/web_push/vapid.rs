//! VAPID (RFC 8292): by this signature push services tell the servers that push apart.

use std::sync::Arc;

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::{DateTime, TimeDelta, Utc};
use pem_rfc7468::LineEnding;
use ring::{
    rand::SystemRandom,
    signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair as _},
};
use serde_json::json;

use crate::Secret;

/// RFC 8292 allows up to a day.
const GOOD_FOR: TimeDelta = TimeDelta::hours(12);
const LABEL: &str = "PRIVATE KEY";

/// The key of this installation and how its operator is reached. Cloning is cheap.
#[derive(Clone)]
pub struct Vapid {
    key: Arc<EcdsaKeyPair>,
    subject: String,
}

/// Why nothing can be signed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum VapidError {
    /// The file holds something else.
    #[error("is no P-256 key in PKCS#8 PEM form")]
    Key,
    /// Push services want to know whom to ask.
    #[error("has to begin with mailto: or https://")]
    Subject,
    /// The system gives no random numbers.
    #[error("no key can be made")]
    Random,
}

impl Vapid {
    /// A new key, in PKCS#8 PEM form.
    pub fn generate() -> Result<Secret, VapidError> {
        let der =
            EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &SystemRandom::new())
                .map_err(|_| VapidError::Random)?;
        let pem = pem_rfc7468::encode_string(LABEL, LineEnding::LF, der.as_ref());
        pem.map(|pem| Secret::new(&pem)).map_err(|_| VapidError::Key)
    }

    /// Signs with the key in `pem`; `subject` is where the operator is reached.
    pub fn new(pem: &Secret, subject: &str) -> Result<Self, VapidError> {
        if !Self::is_subject(subject) {
            return Err(VapidError::Subject);
        }
        let (label, der) =
            pem_rfc7468::decode_vec(pem.reveal().as_bytes()).map_err(|_| VapidError::Key)?;
        let algorithm = &ECDSA_P256_SHA256_FIXED_SIGNING;
        let key = EcdsaKeyPair::from_pkcs8(algorithm, &der, &SystemRandom::new());
        match key {
            Ok(key) if label == LABEL => {
                Ok(Self { key: Arc::new(key), subject: subject.to_owned() })
            }
            _ => Err(VapidError::Key),
        }
    }

    /// Whether `text` says where an operator is reached.
    pub fn is_subject(text: &str) -> bool {
        text.starts_with("mailto:") || text.starts_with("https://")
    }

    /// What browsers need to subscribe: `applicationServerKey`, base64url.
    pub fn public_key(&self) -> String {
        URL_SAFE_NO_PAD.encode(self.key.public_key())
    }

    /// The `Authorization` header for the push service at `audience`.
    pub(super) fn authorization(&self, audience: &str, now: DateTime<Utc>) -> Option<String> {
        let header = json!({ "typ": "JWT", "alg": "ES256" });
        let exp = (now + GOOD_FOR).timestamp();
        let claims = json!({ "aud": audience, "exp": exp, "sub": self.subject });
        let encode = |part: serde_json::Value| URL_SAFE_NO_PAD.encode(part.to_string());
        let signed = format!("{}.{}", encode(header), encode(claims));
        let signature = self.key.sign(&SystemRandom::new(), signed.as_bytes()).ok()?;
        let token = format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature));
        Some(format!("vapid t={token}, k={}", self.public_key()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_that_was_made_can_be_used_and_stays_the_same() {
        let pem = Vapid::generate().unwrap();
        assert!(pem.reveal().starts_with("-----BEGIN PRIVATE KEY-----\n"));
        let first = Vapid::new(&pem, "mailto:admin@example.org").unwrap();
        let again = Vapid::new(&pem, "https://example.org").unwrap();
        assert_eq!(first.public_key(), again.public_key());
        assert_eq!(URL_SAFE_NO_PAD.decode(first.public_key()).unwrap().len(), 65);
    }

    #[test]
    fn what_is_no_key_or_no_subject_is_refused() {
        let pem = Vapid::generate().unwrap();
        assert_eq!(Vapid::new(&pem, "admin").err(), Some(VapidError::Subject));
        let other = Secret::new("-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n");
        assert_eq!(Vapid::new(&other, "https://example.org").err(), Some(VapidError::Key));
        assert_eq!(Vapid::new(&Secret::new("x"), "https://a.example").err(), Some(VapidError::Key));
    }
}
