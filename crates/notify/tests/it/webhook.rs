//! Webhooks, checked by the library of Standard Webhooks for Python.

use anyhow::Result;
use notify::{Channel as _, Networks, Outbound, Secret, SendErrorKind, Webhook, WebhookKeys};
use serde_json::json;

use crate::receiver::{Receiver, message};

const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
const OTHER: &str = "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD";

fn channel(receiver: &Receiver, secret: &str) -> Result<Webhook> {
    let url = format!("http://127.0.0.1:{}/hook?token=1", receiver.port()).parse()?;
    let keys = WebhookKeys::parse(&Secret::new(secret))?;
    Ok(Webhook::new(Outbound::new(Networks::All), url, keys))
}

#[tokio::test]
async fn another_library_verifies_the_signature_and_finds_every_fault() -> Result<()> {
    let mut receiver = Receiver::start("webhook", SECRET)?;
    channel(&receiver, SECRET)?.send(&message()).await?;
    let got = receiver.next()?;
    for fact in ["verified", "tampered_refused", "other_id_refused", "replay_refused"] {
        assert_eq!(got[fact], json!(true), "{fact}: {got}");
    }
    assert_eq!(got["id"], json!(message().id));
    let body = json!({
        "type": "reminder.trigger", "timestamp": "1970-01-01T00:00:00.000Z", "data": message().data,
    });
    assert_eq!(got["body"], body);
    Ok(())
}

#[tokio::test]
async fn a_wrong_secret_is_refused_and_may_be_put_right() -> Result<()> {
    let mut receiver = Receiver::start("webhook", SECRET)?;
    let refused = channel(&receiver, OTHER)?.send(&message()).await.unwrap_err();
    assert_eq!(refused.kind, SendErrorKind::Transient { retry_after: None });
    assert_eq!(receiver.next()?["verified"], json!(false));
    assert!(!format!("{refused:?}").contains("token"), "{refused:?}");
    Ok(())
}

#[tokio::test]
async fn either_secret_is_good_while_they_change() -> Result<()> {
    for known in [SECRET, OTHER] {
        let mut receiver = Receiver::start("webhook", known)?;
        channel(&receiver, &format!("{OTHER} {SECRET}"))?.send(&message()).await?;
        assert_eq!(receiver.next()?["verified"], json!(true));
    }
    Ok(())
}
