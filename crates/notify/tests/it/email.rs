//! E-mail to `aiosmtpd`.

use std::time::Duration;

use anyhow::{Context as _, Result};
use notify::{Channel as _, Email, Message, Networks, Outbound, SendError, SendErrorKind};
use serde_json::json;

use crate::receiver::{Receiver, Socket, message};

fn channel(port: u64, to: &str) -> Result<Email> {
    let outbound = Outbound::new(Networks::All).patience(Duration::from_secs(5));
    let server = format!("smtp+plain://127.0.0.1:{port}").parse()?;
    let from = "Taskloom <taskloom@example.org>".parse()?;
    let to = to.split(',').map(str::parse).collect::<Result<_, _>>()?;
    Ok(Email::new(outbound, server, None, from, to)?)
}

async fn failure(port: u64, to: &str) -> Result<SendError> {
    channel(port, to)?.send(&message()).await.err().context("the letter was taken")
}

#[tokio::test]
async fn a_real_server_gets_the_letter() -> Result<()> {
    let mut receiver = Receiver::start("smtp", "")?;
    let channel = channel(receiver.port(), "a@example.org,B <b@example.org>")?;
    channel.send(&message()).await?;
    let got = receiver.next()?;
    assert_eq!(got["mail_from"], json!("taskloom@example.org"));
    assert_eq!(got["rcpt_tos"], json!(["a@example.org", "b@example.org"]));
    let text = "Due today at 09:00\r\n\r\nhttps://tasks.example.org/t/1\r\n";
    assert_eq!(got["text"], json!(text));
    let id = format!("<{}@example.org>", message().id);
    assert_eq!(got["headers"]["message-id"], json!(id), "{got}");
    assert_eq!(got["headers"]["auto-submitted"], json!("auto-generated"));
    Ok(())
}

#[tokio::test]
async fn a_title_cannot_add_a_receiver() -> Result<()> {
    let mut receiver = Receiver::start("smtp", "")?;
    let title = "x\r\nBcc: thief@example.org\r\n.\r\nRCPT TO:<thief@example.org>".to_owned();
    let hostile = Message { body: title.clone(), title, ..message() };
    channel(receiver.port(), "a@example.org")?.send(&hostile).await?;
    let got = receiver.next()?;
    assert_eq!(got["rcpt_tos"], json!(["a@example.org"]));
    assert_eq!(got["headers"].get("bcc"), None, "{got}");
    Ok(())
}

#[tokio::test]
async fn the_servers_answer_says_whether_to_come_again() -> Result<()> {
    let receiver = Receiver::start("smtp", "")?;
    let later = SendErrorKind::Transient { retry_after: None };
    let error = failure(receiver.port(), "nobody@example.org").await?;
    assert_eq!(error.kind, SendErrorKind::Permanent);
    assert_eq!(error.to_string(), "the mail server `127.0.0.1` answered 550");
    let error = failure(receiver.port(), "busy@example.org").await?;
    assert_eq!(error.kind, later, "{error}");
    Ok(())
}

#[tokio::test]
async fn a_server_that_is_silent_or_away_is_tried_again() -> Result<()> {
    let silent = Socket::open("").await?;
    let outbound = Outbound::new(Networks::All).patience(Duration::from_millis(200));
    let server = format!("smtp+plain://127.0.0.1:{}", silent.port).parse()?;
    let (from, to) = ("t@example.org".parse()?, vec!["a@example.org".parse()?]);
    let channel = Email::new(outbound, server, None, from, to)?;
    let later = SendErrorKind::Transient { retry_after: None };
    assert_eq!(channel.send(&message()).await.unwrap_err().kind, later);
    // Nobody listens on port 1.
    assert_eq!(failure(1, "a@example.org").await?.kind, later);
    Ok(())
}
