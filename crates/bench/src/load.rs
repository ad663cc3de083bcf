//! Closed-loop load over kept connections: each client sends, waits, notes the time, sends again.

use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::{Request, client::conn::http1};
use hyper_util::rt::TokioIo;
use tokio::{net::TcpStream, task::JoinSet};

/// What to send, again and again.
#[derive(Clone)]
pub(crate) struct Shot {
    pub(crate) address: String,
    pub(crate) method: &'static str,
    pub(crate) path: String,
    pub(crate) token: Option<String>,
    pub(crate) body: String,
    /// The only status that counts as an answer.
    pub(crate) expect: u16,
}

impl Shot {
    /// Creates a task.
    pub(crate) fn create(address: &str, token: String, body: impl Into<String>) -> Self {
        Self {
            address: address.to_owned(),
            method: "POST",
            path: "/api/v1/tasks".into(),
            token: Some(token),
            body: body.into(),
            expect: 201,
        }
    }
}

/// What came of it.
pub(crate) struct Volley {
    pub(crate) latencies_ms: Vec<f64>,
    pub(crate) took: Duration,
}

impl Volley {
    pub(crate) fn per_second(&self) -> f64 {
        self.latencies_ms.len() as f64 / self.took.as_secs_f64()
    }
}

/// Runs `clients` connections for `how_long`; another status than the expected one is an error.
pub(crate) fn fire(shot: &Shot, clients: usize, how_long: Duration) -> Result<Volley> {
    fire_each(&vec![shot.clone(); clients], how_long)
}

/// The same with a shot for each connection.
pub(crate) fn fire_each(shots: &[Shot], how_long: Duration) -> Result<Volley> {
    let until = Instant::now() + how_long;
    volley(shots.iter().map(|shot| client(shot.clone(), until)))
}

/// Sends each of these once, by so many connections.
pub(crate) fn send_all(shots: &[Shot], clients: usize) -> Result<Volley> {
    let share = |first| shots.iter().skip(first).step_by(clients).cloned().collect();
    volley((0..clients).map(|first| in_turn(share(first))))
}

fn volley(
    clients: impl Iterator<Item = impl Future<Output = Result<Vec<f64>>> + Send + 'static>,
) -> Result<Volley> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        let begun = Instant::now();
        let mut all = JoinSet::new();
        for client in clients {
            all.spawn(client);
        }
        let mut latencies_ms = Vec::new();
        while let Some(one) = all.join_next().await {
            latencies_ms.extend(one??);
        }
        Ok(Volley { latencies_ms, took: begun.elapsed() })
    })
}

/// Sends it once.
pub(crate) fn send_once(shot: &Shot) -> Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        Connection::open(&shot.address).await?.send(shot).await?;
        Ok(())
    })
}

async fn client(shot: Shot, until: Instant) -> Result<Vec<f64>> {
    let mut connection = Connection::open(&shot.address).await?;
    let mut latencies_ms = Vec::new();
    while Instant::now() < until {
        let sent = Instant::now();
        connection.send(&shot).await?;
        latencies_ms.push(sent.elapsed().as_secs_f64() * 1000.0);
    }
    Ok(latencies_ms)
}

async fn in_turn(shots: Vec<Shot>) -> Result<Vec<f64>> {
    let Some(first) = shots.first() else { return Ok(Vec::new()) };
    let mut connection = Connection::open(&first.address).await?;
    let mut latencies_ms = Vec::with_capacity(shots.len());
    for shot in &shots {
        let sent = Instant::now();
        connection.send(shot).await?;
        latencies_ms.push(sent.elapsed().as_secs_f64() * 1000.0);
    }
    Ok(latencies_ms)
}

/// A kept HTTP/1.1 connection.
pub(crate) struct Connection {
    sender: http1::SendRequest<Full<Bytes>>,
}

impl Connection {
    pub(crate) async fn open(address: &str) -> Result<Self> {
        let stream = TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        let (sender, driver) = http1::handshake(TokioIo::new(stream)).await?;
        tokio::spawn(driver);
        Ok(Self { sender })
    }

    /// Sends one and gives the body of the answer.
    pub(crate) async fn send(&mut self, shot: &Shot) -> Result<Bytes> {
        let mut request =
            Request::builder().method(shot.method).uri(&shot.path).header("host", &shot.address);
        if let Some(token) = &shot.token {
            request = request.header("authorization", format!("Bearer {token}"));
        }
        if !shot.body.is_empty() {
            request = request.header("content-type", "application/json");
        }
        let request = request.body(Full::new(Bytes::from(shot.body.clone())))?;
        self.sender.ready().await?;
        let answer = self.sender.send_request(request).await.context(shot.path.clone())?;
        let status = answer.status().as_u16();
        let body = answer.into_body().collect().await?.to_bytes();
        if status != shot.expect {
            bail!(
                "{} {} answered {status}: {}",
                shot.method,
                shot.path,
                String::from_utf8_lossy(&body)
            );
        }
        Ok(body)
    }
}
