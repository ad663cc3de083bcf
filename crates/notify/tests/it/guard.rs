//! Where nothing is sent, whatever a receiver or a name service says.

use std::{
    io,
    net::{IpAddr, Ipv4Addr, SocketAddr},
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use anyhow::{Context as _, Result};
use async_trait::async_trait;
use notify::{
    Channel as _, Networks, Outbound, Resolve, Secret, SendError, SendErrorKind, Webhook,
    WebhookKeys,
};

use crate::receiver::{Socket, message};

const LATER: SendErrorKind = SendErrorKind::Transient { retry_after: None };

async fn send(outbound: Outbound, url: &str) -> Result<Result<(), SendError>> {
    let keys = WebhookKeys::parse(&Secret::new("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"))?;
    Ok(Webhook::new(outbound, url.parse()?, keys).send(&message()).await)
}

/// For these tests this address is the open internet, and the rest of the machine is not.
const OPEN: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);

fn public() -> Outbound {
    Outbound::new(Networks::Public(|address| address == OPEN))
}

/// A name service that gives one answer after the other, and the last one for ever.
struct Names {
    answers: Vec<Vec<IpAddr>>,
    asked: Arc<AtomicUsize>,
}

#[async_trait]
impl Resolve for Names {
    async fn resolve(&self, _: &str, port: u16) -> io::Result<Vec<SocketAddr>> {
        let number = self.asked.fetch_add(1, Ordering::SeqCst).min(self.answers.len() - 1);
        Ok(self.answers[number].iter().map(|ip| SocketAddr::new(*ip, port)).collect())
    }
}

fn names(answers: &[&[IpAddr]]) -> (Names, Arc<AtomicUsize>) {
    let asked = Arc::new(AtomicUsize::new(0));
    let answers = answers.iter().map(|answer| answer.to_vec()).collect();
    (Names { answers, asked: Arc::clone(&asked) }, asked)
}

const NEIGHBOUR: IpAddr = IpAddr::V4(Ipv4Addr::new(127, 0, 0, 2));

#[tokio::test]
async fn a_name_that_leads_to_a_neighbour_is_not_followed() -> Result<()> {
    for answer in [&[NEIGHBOUR][..], &[OPEN, NEIGHBOUR], &[NEIGHBOUR, OPEN]] {
        let (resolver, _) = names(&[answer]);
        let error = send(public().resolver(resolver), "https://trap.example/").await?.unwrap_err();
        assert_eq!(error.kind, SendErrorKind::Permanent);
        let text = "`trap.example` leads to 127.0.0.2, which is not of the open internet";
        assert_eq!(error.to_string(), text);
    }
    Ok(())
}

#[tokio::test]
async fn an_address_in_disguise_is_known_by_where_it_leads() -> Result<()> {
    let none = || Outbound::new(Networks::Public(|_| false));
    for host in [
        "localhost",
        "127.0.0.1",
        "127.1",
        "2130706433",
        "0x7f000001",
        "[::1]",
        "[::ffff:127.0.0.1]",
    ] {
        let error = send(none(), &format!("https://{host}:1/")).await?.unwrap_err();
        assert_eq!(error.kind, SendErrorKind::Permanent, "{host}: {error}");
        assert!(error.to_string().contains("not of the open internet"), "{host}: {error}");
    }
    Ok(())
}

#[tokio::test]
async fn a_name_service_that_changes_its_mind_is_asked_once() -> Result<()> {
    let mut socket = Socket::open("nonsense").await?;
    let (resolver, asked) = names(&[&[OPEN], &[NEIGHBOUR]]);
    let url = format!("https://rebinds.example:{}/", socket.port);
    let error = send(public().resolver(resolver), &url).await?.unwrap_err();
    // The first answer was used: a handshake arrived there, which this socket cannot answer.
    assert_eq!(socket.requests.recv().await.context("nothing")?.as_bytes()[0], 0x16);
    assert_eq!((error.kind, asked.load(Ordering::SeqCst)), (LATER, 1), "{error}");
    Ok(())
}

#[tokio::test]
async fn what_is_not_encrypted_stays_at_home() -> Result<()> {
    let mut socket = Socket::open("HTTP/1.1 204 No Content\r\n\r\n").await?;
    let error = send(public(), &socket.url()).await?.unwrap_err();
    assert_eq!(error.kind, SendErrorKind::Permanent);
    assert!(socket.requests.try_recv().is_err());
    // The same receiver is fine for who allows private networks.
    send(Outbound::new(Networks::All), &socket.url()).await??;
    assert!(socket.requests.recv().await.is_some());
    Ok(())
}

#[tokio::test]
async fn redirects_are_not_followed() -> Result<()> {
    for answer in [
        "HTTP/1.1 302 Found\r\nlocation: http://127.0.0.1:1/\r\n\r\n",
        "HTTP/1.1 307 Temporary Redirect\r\nlocation: http://169.254.169.254/latest/\r\n\r\n",
        "HTTP/1.1 301 Moved Permanently\r\nlocation: /again\r\n\r\n",
    ] {
        let mut socket = Socket::open(answer).await?;
        let error = send(Outbound::new(Networks::All), &socket.url()).await?.unwrap_err();
        assert_eq!(error.kind, SendErrorKind::Permanent, "{answer}");
        assert!(socket.requests.recv().await.is_some());
        assert!(socket.requests.try_recv().is_err(), "a second request: {answer}");
    }
    Ok(())
}

#[tokio::test]
async fn a_receiver_that_hangs_costs_no_more_than_the_patience() -> Result<()> {
    let silent = Socket::open("").await?;
    let outbound = Outbound::new(Networks::All).patience(Duration::from_millis(200));
    let error = send(outbound, &silent.url()).await?.unwrap_err();
    assert_eq!(error.kind, LATER);
    assert_eq!(error.to_string(), "no answer from `127.0.0.1` in 0.2 s");
    Ok(())
}

#[tokio::test]
async fn an_endless_or_broken_answer_is_cut() -> Result<()> {
    for answer in ["", "HTTP/1.1 200", "nonsense\r\n\r\n"] {
        let socket = Socket::open(answer).await?;
        let outbound = Outbound::new(Networks::All).patience(Duration::from_millis(300));
        assert_eq!(send(outbound, &socket.url()).await?.unwrap_err().kind, LATER, "{answer:?}");
    }
    // The body is not waited for.
    let socket = Socket::open("HTTP/1.1 200 OK\r\ncontent-length: 999999999\r\n\r\n").await?;
    send(Outbound::new(Networks::All), &socket.url()).await??;
    Ok(())
}

#[tokio::test]
async fn a_receiver_says_when_to_come_again_or_never() -> Result<()> {
    for (answer, kind) in [
        (
            "HTTP/1.1 429 Too Many Requests\r\nretry-after: 7\r\n\r\n",
            SendErrorKind::Transient { retry_after: Some(Duration::from_secs(7)) },
        ),
        ("HTTP/1.1 503 Service Unavailable\r\n\r\n", LATER),
        ("HTTP/1.1 410 Gone\r\n\r\n", SendErrorKind::Gone),
        ("HTTP/1.1 422 Unprocessable Content\r\n\r\n", SendErrorKind::Permanent),
    ] {
        let socket = Socket::open(answer).await?;
        let error = send(Outbound::new(Networks::All), &socket.url()).await?.unwrap_err();
        assert_eq!(error.kind, kind, "{answer}");
    }
    Ok(())
}
