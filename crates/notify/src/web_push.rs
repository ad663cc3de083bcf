//! Web Push (RFC 8030): encrypted for one browser (RFC 8291), signed by this installation (RFC 8292).

mod encryption;
mod subscription;
mod vapid;

use std::time::SystemTime;

use async_trait::async_trait;
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use http::{HeaderMap, HeaderName, HeaderValue, header};
use ring::digest;
use serde::Serialize;

use crate::{Channel, Message, Outbound, SendError, message::cut};

pub use subscription::{Subscription, SubscriptionError};
pub use vapid::{Vapid, VapidError};

const TTL: HeaderName = HeaderName::from_static("ttl");
const URGENCY: HeaderName = HeaderName::from_static("urgency");
const TOPIC: HeaderName = HeaderName::from_static("topic");
/// How long a push service keeps a message for a browser that is away.
const TTL_SECONDS: u32 = 24 * 60 * 60;
/// Together with the rest of the message this fits in one record.
const TITLE_MAX_BYTES: usize = 1000;
const BODY_MAX_BYTES: usize = 1500;

/// One browser.
pub struct WebPush {
    outbound: Outbound,
    vapid: Vapid,
    subscription: Subscription,
}

/// What the browser's service worker reads.
#[derive(Serialize)]
struct Payload<'a> {
    /// For `tag`: a repetition takes the place of the first.
    id: &'a str,
    #[serde(rename = "type")]
    kind: &'a str,
    title: String,
    body: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    url: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    task_id: Option<&'a str>,
}

impl WebPush {
    /// Pushes to the browser behind `subscription`.
    pub fn new(outbound: Outbound, vapid: Vapid, subscription: Subscription) -> Self {
        Self { outbound, vapid, subscription }
    }

    fn headers(&self, message: &Message) -> Result<HeaderMap, SendError> {
        let audience = self.subscription.endpoint().origin();
        let authorization = self.vapid.authorization(&audience, SystemTime::now().into());
        let value = |text: &str| {
            let bad = |_| SendError::permanent("the push message cannot be addressed");
            HeaderValue::from_str(text).map_err(bad)
        };
        let mut authorization = value(
            &authorization.ok_or_else(|| SendError::transient("the VAPID key does not sign"))?,
        )?;
        authorization.set_sensitive(true);
        Ok(HeaderMap::from_iter([
            (header::AUTHORIZATION, authorization),
            (header::CONTENT_ENCODING, HeaderValue::from_static("aes128gcm")),
            (header::CONTENT_TYPE, HeaderValue::from_static("application/octet-stream")),
            (TTL, TTL_SECONDS.into()),
            (URGENCY, HeaderValue::from_static("high")),
            (TOPIC, value(&topic(&message.id))?),
        ]))
    }
}

/// A push service keeps only the last message of a topic: at most 32 letters, whatever the id is.
fn topic(id: &str) -> String {
    let hash = digest::digest(&digest::SHA256, id.as_bytes());
    URL_SAFE_NO_PAD.encode(&hash.as_ref()[..24])
}

#[async_trait]
impl Channel for WebPush {
    fn name(&self) -> &'static str {
        "web-push"
    }

    async fn send(&self, message: &Message) -> Result<(), SendError> {
        let payload = serde_json::to_vec(&Payload {
            id: &message.id,
            kind: &message.kind,
            title: cut(&message.title, TITLE_MAX_BYTES),
            body: cut(&message.body, BODY_MAX_BYTES),
            url: message.url.as_deref(),
            task_id: message.data["task_id"].as_str(),
        })
        .map_err(|_| SendError::permanent("the message cannot be written as JSON"))?;
        let body = encryption::encrypt(self.subscription.keys(), payload)
            .map_err(|error| SendError::permanent(error.to_string()))?;
        let headers = self.headers(message)?;
        let answer = self.outbound.post(self.subscription.endpoint(), headers, body).await?;
        // RFC 8030, 7.3: 404 is the answer for a subscription that has expired.
        match answer.status.as_u16() {
            404 => Err(SendError::gone("the push service does not know the subscription any more")),
            _ => answer.outcome(),
        }
    }
}
