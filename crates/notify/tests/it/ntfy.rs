//! ntfy: the request has the documented shape.

use anyhow::{Context as _, Result};
use notify::{Channel as _, Message, Networks, Ntfy, Outbound, Secret, Topic};
use serde_json::{Value, json};

use crate::receiver::{Socket, message};

async fn published(token: Option<&str>, message: &Message) -> Result<(String, Value)> {
    let mut socket = Socket::open("HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}").await?;
    let server = format!("http://127.0.0.1:{}", socket.port).parse()?;
    let topic = Topic::parse(&Secret::new("home-4711"))?;
    let channel = Ntfy::new(Outbound::new(Networks::All), server, topic, token.map(Secret::new));
    channel.send(message).await?;
    let request = socket.requests.recv().await.context("no request")?;
    let (head, body) = request.split_once("\r\n\r\n").context("no body")?;
    Ok((head.to_lowercase(), serde_json::from_str(body)?))
}

#[tokio::test]
async fn a_message_is_published_as_json_at_the_root() -> Result<()> {
    let (head, body) = published(Some("tk_secret"), &message()).await?;
    assert!(head.starts_with("post / http/1.1\r\n"), "{head}");
    assert!(head.contains("\r\nauthorization: bearer tk_secret"), "{head}");
    let Message { id, title, body: text, url, .. } = message();
    let expect = json!({
        "topic": "home-4711", "title": title, "message": text, "priority": 4,
        "tags": ["alarm_clock"], "click": url, "sequence_id": id,
    });
    assert_eq!(body, expect);
    Ok(())
}

#[tokio::test]
async fn without_a_token_nothing_is_claimed_and_a_bare_title_is_the_message() -> Result<()> {
    let bare = Message { body: String::new(), url: None, ..message() };
    let (head, body) = published(None, &bare).await?;
    assert!(!head.contains("authorization"), "{head}");
    assert_eq!(body["message"], json!(bare.title));
    assert_eq!(body.get("click"), None);
    Ok(())
}
