//! Webhooks, signed as Standard Webhooks says: who has the secret can tell that a message is ours,
//! whole, and not older than it claims to be.

use std::time::SystemTime;

use async_trait::async_trait;
use base64::{Engine as _, engine::general_purpose::STANDARD};
use chrono::{DateTime, SecondsFormat, Utc};
use http::{HeaderMap, HeaderName, HeaderValue, header};
use ring::hmac;
use serde_json::json;

use crate::{Channel, HttpUrl, Message, Outbound, Secret, SendError};

const ID: HeaderName = HeaderName::from_static("webhook-id");
const TIMESTAMP: HeaderName = HeaderName::from_static("webhook-timestamp");
const SIGNATURE: HeaderName = HeaderName::from_static("webhook-signature");
/// How a secret begins.
const PREFIX: &str = "whsec_";
/// How long the key in a secret may be.
const KEY_BYTES: std::ops::RangeInclusive<usize> = 24..=64;

/// The keys that sign; more than one while the receiver changes from the old one to the new one.
#[derive(Clone, Debug)]
pub struct WebhookKeys(Vec<hmac::Key>);

/// The text is no secret of Standard Webhooks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "has to be `whsec_` and 24 to 64 bytes in base64; more than one, with a space between, while they change"
)]
pub struct WebhookSecretError;

impl WebhookKeys {
    /// Reads one or more secrets with white space between them.
    pub fn parse(secret: &Secret) -> Result<Self, WebhookSecretError> {
        let keys: Option<Vec<_>> = secret.reveal().split_whitespace().map(key).collect();
        keys.filter(|keys| !keys.is_empty()).map(Self).ok_or(WebhookSecretError)
    }

    /// One `v1` signature for each key.
    fn sign(&self, id: &str, timestamp: i64, body: &str) -> String {
        let signed = format!("{id}.{timestamp}.{body}");
        let sign = |key| STANDARD.encode(hmac::sign(key, signed.as_bytes()));
        let signatures: Vec<_> = self.0.iter().map(|key| format!("v1,{}", sign(key))).collect();
        signatures.join(" ")
    }
}

fn key(secret: &str) -> Option<hmac::Key> {
    let bytes = STANDARD.decode(secret.strip_prefix(PREFIX)?).ok()?;
    KEY_BYTES.contains(&bytes.len()).then(|| hmac::Key::new(hmac::HMAC_SHA256, &bytes))
}

/// One receiver of webhooks.
pub struct Webhook {
    outbound: Outbound,
    url: HttpUrl,
    keys: WebhookKeys,
}

impl Webhook {
    /// Posts to `url` and signs with `keys`.
    pub fn new(outbound: Outbound, url: HttpUrl, keys: WebhookKeys) -> Self {
        Self { outbound, url, keys }
    }

    fn headers(&self, id: &str, body: &str, now: DateTime<Utc>) -> Result<HeaderMap, SendError> {
        let timestamp = now.timestamp();
        let signature = self.keys.sign(id, timestamp, body);
        let value = |text: &str| {
            let bad = |_| SendError::permanent("the id of the message fits in no header");
            HeaderValue::from_str(text).map_err(bad)
        };
        Ok(HeaderMap::from_iter([
            (header::CONTENT_TYPE, HeaderValue::from_static("application/json")),
            (ID, value(id)?),
            (TIMESTAMP, timestamp.into()),
            (SIGNATURE, value(&signature)?),
        ]))
    }
}

#[async_trait]
impl Channel for Webhook {
    fn name(&self) -> &'static str {
        "webhook"
    }

    async fn send(&self, message: &Message) -> Result<(), SendError> {
        let body = json!({
            "type": message.kind,
            "timestamp": message.at.to_rfc3339_opts(SecondsFormat::Millis, true),
            "data": message.data,
        })
        .to_string();
        // Signed anew at each attempt: a late one must not look like a replay.
        let headers = self.headers(&message.id, &body, SystemTime::now().into())?;
        self.outbound.post(&self.url, headers, body.into_bytes()).await?.outcome()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// From the specification's own example.
    const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

    #[test]
    fn the_signature_is_that_of_the_specification() {
        let keys = WebhookKeys::parse(&Secret::new(SECRET)).unwrap();
        let signed =
            keys.sign("msg_p5jXN8AQM9LWM0D4loKWxJek", 1_614_265_330, r#"{"test": 2432232314}"#);
        assert_eq!(signed, "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
    }

    #[test]
    fn two_secrets_make_two_signatures() {
        let other = format!("{PREFIX}{}", STANDARD.encode([7; 32]));
        let both = WebhookKeys::parse(&Secret::new(&format!("{SECRET} {other}\n"))).unwrap();
        let signed = both.sign("id", 1, "{}");
        let one = WebhookKeys::parse(&Secret::new(&other)).unwrap().sign("id", 1, "{}");
        assert_eq!(signed.split(' ').collect::<Vec<_>>()[1], one);
        assert_eq!(signed.split(' ').count(), 2);
    }

    #[test]
    fn what_is_no_secret_is_refused() {
        for text in [
            "",
            "hunter2",
            "whsec_",
            "whsec_c2hvcnQ=",
            "whsec_!",
            "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
        ] {
            assert!(WebhookKeys::parse(&Secret::new(text)).is_err(), "{text}");
        }
        let long = format!("{PREFIX}{}", STANDARD.encode([7; 65]));
        assert!(WebhookKeys::parse(&Secret::new(&long)).is_err());
    }
}
