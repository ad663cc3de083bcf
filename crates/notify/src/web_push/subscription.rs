//! What a browser hands out when it is asked for pushes.

use std::fmt;

use base64::{
    Engine as _, alphabet,
    engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig},
};
use serde::Deserialize;
use serde_json::json;

use super::encryption::{AUTH_BYTES, Keys, POINT_BYTES};
use crate::{HttpUrl, UrlError};

/// Longest address of a push service that is taken.
const ENDPOINT_MAX_BYTES: usize = 2048;
/// Browsers leave the padding out; some libraries do not.
const BASE64: GeneralPurpose = GeneralPurpose::new(
    &alphabet::URL_SAFE,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// A browser that wants pushes. Who knows its endpoint can reach it, so it is not shown.
#[derive(Clone, PartialEq, Eq)]
pub struct Subscription {
    endpoint: HttpUrl,
    keys: Keys,
}

/// What is wrong with a subscription.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SubscriptionError {
    /// It is not what `PushSubscription.toJSON()` gives.
    #[error("has to be an object with `endpoint`, `keys.p256dh` and `keys.auth`")]
    Form,
    /// The endpoint is no address.
    #[error("`endpoint` {0}")]
    Endpoint(UrlError),
    /// Others could read what is sent there.
    #[error("`endpoint` has to begin with https://")]
    NotEncrypted,
    /// The endpoint is longer than any push service's.
    #[error("`endpoint` must not be longer than 2048 bytes")]
    TooLong,
    /// The public key is none.
    #[error("`keys.p256dh` has to be an uncompressed point of P-256, 65 bytes in base64url")]
    PublicKey,
    /// The secret is none.
    #[error("`keys.auth` has to be 16 bytes in base64url")]
    Auth,
}

#[derive(Deserialize)]
struct Form {
    endpoint: String,
    keys: KeysForm,
}

#[derive(Deserialize)]
struct KeysForm {
    p256dh: String,
    auth: String,
}

impl Subscription {
    /// Reads the JSON of `PushSubscription.toJSON()`.
    pub fn parse(json: &str) -> Result<Self, SubscriptionError> {
        let form: Form = serde_json::from_str(json).map_err(|_| SubscriptionError::Form)?;
        if form.endpoint.len() > ENDPOINT_MAX_BYTES {
            return Err(SubscriptionError::TooLong);
        }
        let endpoint = form.endpoint.parse().map_err(SubscriptionError::Endpoint)?;
        let public: [u8; POINT_BYTES] =
            bytes(&form.keys.p256dh).ok_or(SubscriptionError::PublicKey)?;
        if public[0] != 4 {
            return Err(SubscriptionError::PublicKey);
        }
        let auth: [u8; AUTH_BYTES] = bytes(&form.keys.auth).ok_or(SubscriptionError::Auth)?;
        Ok(Self { endpoint, keys: Keys { public, auth } })
    }

    /// What [`Subscription::parse`] reads, and nothing more.
    pub fn to_json(&self) -> String {
        let keys = &self.keys;
        json!({
            "endpoint": self.endpoint_text(),
            "keys": { "p256dh": BASE64.encode(keys.public), "auth": BASE64.encode(keys.auth) },
        })
        .to_string()
    }

    /// The endpoint as it is: a secret.
    pub fn endpoint_text(&self) -> String {
        self.endpoint.reveal()
    }

    /// Where its push service takes messages.
    pub fn endpoint(&self) -> &HttpUrl {
        &self.endpoint
    }

    pub(super) fn keys(&self) -> &Keys {
        &self.keys
    }
}

fn bytes<const BYTES: usize>(text: &str) -> Option<[u8; BYTES]> {
    BASE64.decode(text).ok()?.try_into().ok()
}

impl fmt::Debug for Subscription {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Subscription").field("endpoint", &self.endpoint).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: &str =
        "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4";

    #[track_caller]
    fn check(endpoint: &str, p256dh: &str, auth: &str, expect: &str) {
        let json = json!({
            "endpoint": endpoint, "expirationTime": null,
            "keys": { "p256dh": p256dh, "auth": auth },
        });
        let actual = match Subscription::parse(&json.to_string()) {
            Ok(subscription) => format!("{subscription:?}"),
            Err(error) => error.to_string(),
        };
        assert_eq!(actual, expect);
    }

    #[test]
    fn a_browsers_own_json_is_taken_and_its_endpoint_not_shown() {
        let shown = "Subscription { endpoint: https://push.example/…, .. }";
        check("https://push.example/secret", KEY, "BTBZMqHH6r4Tts7J_aSIgg", shown);
        check("https://push.example/secret", &format!("{KEY}="), "BTBZMqHH6r4Tts7J_aSIgg==", shown);
    }

    #[test]
    fn what_is_written_is_read_again() {
        let keys = json!({ "p256dh": KEY, "auth": "BTBZMqHH6r4Tts7J_aSIgg" });
        let json = json!({ "endpoint": "https://p.example/a?b=c", "keys": keys }).to_string();
        let once = Subscription::parse(&json).unwrap();
        assert_eq!(Subscription::parse(&once.to_json()), Ok(once.clone()));
        assert_eq!(once.endpoint_text(), "https://p.example/a?b=c");
    }

    #[test]
    fn what_is_wrong_is_named() {
        let auth = "BTBZMqHH6r4Tts7J_aSIgg";
        check("push", KEY, auth, "`endpoint` has to begin with https:// or http://");
        let bad_key =
            "`keys.p256dh` has to be an uncompressed point of P-256, 65 bytes in base64url";
        check("https://push.example/", "AAAA", auth, bad_key);
        check("https://push.example/", &KEY.replacen('B', "C", 1), auth, bad_key);
        let bad_auth = "`keys.auth` has to be 16 bytes in base64url";
        check("https://push.example/", KEY, "AAAA", bad_auth);
        check(
            &format!("https://p.example/{}", "x".repeat(2048)),
            KEY,
            auth,
            "`endpoint` must not be longer than 2048 bytes",
        );
        assert_eq!(Subscription::parse("{}"), Err(SubscriptionError::Form));
    }
}
