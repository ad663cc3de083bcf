//! ntfy, by its JSON form: <https://docs.ntfy.sh/publish/#publish-as-json>.

use async_trait::async_trait;
use http::{HeaderMap, HeaderValue, header};
use serde::Serialize;

use crate::{Channel, HttpUrl, Message, Outbound, Secret, SendError, message::cut};

/// ntfy makes an attachment of what is longer than 4096 bytes.
const MESSAGE_MAX_BYTES: usize = 4000;
/// Titles are one line on a phone.
const TITLE_MAX_BYTES: usize = 250;
/// High: makes a sound and shows itself.
const PRIORITY: u8 = 4;

/// The topic of a server. Who knows its name can read it, so it is a secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Topic(Secret);

/// The text is no name of a topic.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("has to be 1 to 64 letters, digits, `-` or `_`")]
pub struct TopicError;

impl Topic {
    /// Checks the name.
    pub fn parse(name: &Secret) -> Result<Self, TopicError> {
        let text = name.reveal();
        let fits = (1..=64).contains(&text.len())
            && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'));
        fits.then(|| Self(name.clone())).ok_or(TopicError)
    }
}

/// One topic of a server.
pub struct Ntfy {
    outbound: Outbound,
    server: HttpUrl,
    topic: Topic,
    token: Option<Secret>,
}

#[derive(Serialize)]
struct Publish<'a> {
    topic: &'a str,
    title: String,
    message: String,
    priority: u8,
    tags: [&'static str; 1],
    #[serde(skip_serializing_if = "Option::is_none")]
    click: Option<&'a str>,
    /// A server that knows it shows a repetition in place of the first.
    sequence_id: &'a str,
}

impl Ntfy {
    /// Publishes to `topic` at the root of `server`, with the access token of a user if there is one.
    pub fn new(outbound: Outbound, server: HttpUrl, topic: Topic, token: Option<Secret>) -> Self {
        Self { outbound, server, topic, token }
    }

    fn headers(&self) -> Result<HeaderMap, SendError> {
        let json = HeaderValue::from_static("application/json");
        let mut headers = HeaderMap::from_iter([(header::CONTENT_TYPE, json)]);
        if let Some(token) = &self.token {
            let bearer = HeaderValue::from_str(&format!("Bearer {}", token.reveal()));
            let mut bearer =
                bearer.map_err(|_| SendError::permanent("the ntfy token fits in no header"))?;
            bearer.set_sensitive(true);
            headers.insert(header::AUTHORIZATION, bearer);
        }
        Ok(headers)
    }
}

#[async_trait]
impl Channel for Ntfy {
    fn name(&self) -> &'static str {
        "ntfy"
    }

    async fn send(&self, message: &Message) -> Result<(), SendError> {
        // An empty message would be shown as "triggered".
        let text = if message.body.is_empty() { &message.title } else { &message.body };
        let publish = Publish {
            topic: self.topic.0.reveal(),
            title: cut(&message.title, TITLE_MAX_BYTES),
            message: cut(text, MESSAGE_MAX_BYTES),
            priority: PRIORITY,
            tags: ["alarm_clock"],
            click: message.url.as_deref(),
            sequence_id: &message.id,
        };
        let body = serde_json::to_vec(&publish)
            .map_err(|_| SendError::permanent("the message cannot be written as JSON"))?;
        self.outbound.post(&self.server, self.headers()?, body).await?.outcome()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_topic_is_a_short_word_and_a_secret() {
        for (name, fits) in
            [("a-B_9", true), ("", false), ("a/b", false), ("ä", false), (&"x".repeat(65), false)]
        {
            assert_eq!(Topic::parse(&Secret::new(name)).is_ok(), fits, "{name}");
        }
        let topic = Topic::parse(&Secret::new("home-4711")).unwrap();
        assert!(!format!("{topic:?}").contains("4711"));
    }
}
