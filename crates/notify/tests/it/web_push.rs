//! Web Push, decrypted by `http_ece` and its VAPID token checked by `PyJWT`.

use anyhow::Result;
use notify::{
    Channel as _, Message, Networks, Outbound, SendErrorKind, Subscription, Vapid, WebPush,
};
use serde_json::{Value, json};

use crate::receiver::{Receiver, Socket, message};

fn channel(subscription: &Value) -> Result<(WebPush, Vapid)> {
    let vapid = Vapid::new(&Vapid::generate()?, "mailto:admin@example.org")?;
    let subscription = Subscription::parse(&subscription.to_string())?;
    Ok((WebPush::new(Outbound::new(Networks::All), vapid.clone(), subscription), vapid))
}

#[tokio::test]
async fn other_libraries_decrypt_the_payload_and_verify_the_sender() -> Result<()> {
    let mut receiver = Receiver::start("web-push", "")?;
    let (channel, vapid) = channel(&receiver.about["about"])?;
    channel.send(&message()).await?;
    let got = receiver.next()?;
    let Message { id, title, body, url, data, .. } = message();
    let payload = json!({
        "id": id, "type": "reminder.trigger", "title": title, "body": body, "url": url,
        "task_id": data["task_id"],
    });
    assert_eq!(got["payload"], payload);
    for fact in ["tampered_refused", "other_auth_refused", "other_audience_refused"] {
        assert_eq!(got[fact], json!(true), "{fact}: {got}");
    }
    assert_eq!((&got["scheme"], &got["signer"]), (&json!("vapid"), &json!(vapid.public_key())));
    assert_eq!(got["claims"]["sub"], json!("mailto:admin@example.org"));
    let topic = got["headers"]["topic"].as_str().unwrap_or_default();
    assert_eq!(topic.len(), 32, "{got}");
    assert_eq!(got["headers"]["ttl"], json!("86400"));

    // The same message again has the same topic, so that it takes the place of the first.
    channel.send(&message()).await?;
    assert_eq!(receiver.next()?["headers"]["topic"], json!(topic));
    Ok(())
}

#[tokio::test]
async fn the_longest_text_still_fits() -> Result<()> {
    let mut receiver = Receiver::start("web-push", "")?;
    let (channel, _) = channel(&receiver.about["about"])?;
    let long = Message { title: "ü".repeat(5000), body: "\"🦷\"\\".repeat(5000), ..message() };
    channel.send(&long).await?;
    let got = receiver.next()?;
    assert!(got["payload"]["title"].as_str().unwrap_or_default().ends_with("ü…"), "{got}");
    assert!(got["payload"]["body"].as_str().unwrap_or_default().ends_with('…'), "{got}");
    Ok(())
}

#[tokio::test]
async fn a_subscription_that_is_gone_is_known_by_its_answer() -> Result<()> {
    let receiver = Receiver::start("web-push", "")?;
    for answer in ["HTTP/1.1 410 Gone\r\n\r\n", "HTTP/1.1 404 Not Found\r\n\r\n"] {
        let socket = Socket::open(answer).await?;
        let mut subscription = receiver.about["about"].clone();
        subscription["endpoint"] = json!(socket.url());
        let (channel, _) = channel(&subscription)?;
        let error = channel.send(&message()).await.unwrap_err();
        assert_eq!(error.kind, SendErrorKind::Gone, "{answer}");
    }
    Ok(())
}
