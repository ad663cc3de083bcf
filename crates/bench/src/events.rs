//! From the answer to `:complete` until the next instance can be seen on the live stream, the whole
//! way: commit, relay, handler component, effects, commit, relay, stream.

use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use http_body_util::BodyExt;
use hyper::{Request, client::conn::http1};
use hyper_util::rt::TokioIo;
use serde_json::Value;
use tokio::{net::TcpStream, sync::mpsc};

use crate::{
    Setup,
    load::{Connection, Shot},
    server::Server,
    stats::quantile,
    table::Row,
};

const COMPLETIONS: usize = 300;
/// Completions that come first and do not count.
const WARM_UPS: usize = 5;
/// Longer than an instance may take to show up, and than consumers take to join their groups.
const PATIENCE: Duration = Duration::from_secs(30);
/// As long is waited for a task before another one is created, until the stream shows any.
const STREAM_AGAIN: Duration = Duration::from_millis(500);

pub(crate) fn run(setup: &Setup) -> Result<Vec<Row>> {
    let server = Server::start(setup)?;
    let (mut requests_ms, mut took_ms) = completions(&server)?;
    let row = |share, name: &str, requests_ms: &mut [f64], took_ms: &mut [f64], aim| {
        let request = quantile(requests_ms, share);
        let what = format!("complete to next instance on the stream, {name}");
        let peer = ("the request to complete", request, "ms");
        Row::new(what, (quantile(took_ms, share), "ms"), peer, aim)
    };
    Ok(vec![
        row(0.5, "p50", &mut requests_ms, &mut took_ms, "-"),
        row(0.99, "p99", &mut requests_ms, &mut took_ms, "≤ 20 ms"),
    ])
}

/// Milliseconds that each `:complete` took, and from its answer to the next instance.
pub(crate) fn completions(server: &Server) -> Result<(Vec<f64>, Vec<f64>)> {
    let token = server.token("bench")?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(measure(&server.address, &token))
}

async fn measure(address: &str, token: &str) -> Result<(Vec<f64>, Vec<f64>)> {
    let mut created = stream(address, token).await?;
    let mut connection = Connection::open(address).await?;
    let create = |body| Shot::create(address, token.to_owned(), body);
    until_live(&mut created, &mut connection, &create(r#"{"title":"Anybody there?"}"#)).await?;
    let first = r#"{"title":"Stretch","due":{"at":"2026-01-01T09:00","time_zone":"Europe/Berlin"},
        "repeat":{"rule":"FREQ=DAILY","mode":"every"}}"#;
    let answer = connection.send(&create(first)).await?;
    let mut id = text(&serde_json::from_slice::<Value>(&answer)?["id"])?;
    let (mut requests_ms, mut took_ms) = (Vec::new(), Vec::new());
    next_new(&mut created, &id).await?;
    for _ in 0..WARM_UPS + COMPLETIONS {
        let path = format!("/api/v1/tasks/{id}:complete");
        let complete = Shot { path, expect: 200, ..create("") };
        let sent = Instant::now();
        connection.send(&complete).await?;
        let answered = Instant::now();
        requests_ms.push((answered - sent).as_secs_f64() * 1000.0);
        id = next_other(&mut created, &id).await?;
        took_ms.push(answered.elapsed().as_secs_f64() * 1000.0);
    }
    Ok((requests_ms.split_off(WARM_UPS), took_ms.split_off(WARM_UPS)))
}

/// Creates tasks until one shows up: a bus may need a moment before it brings anything.
async fn until_live(
    created: &mut mpsc::Receiver<String>,
    connection: &mut Connection,
    create: &Shot,
) -> Result<()> {
    let deadline = Instant::now() + PATIENCE;
    loop {
        connection.send(create).await?;
        match tokio::time::timeout(STREAM_AGAIN, created.recv()).await {
            Ok(seen) => return seen.context("the stream ended").map(drop),
            Err(_) if Instant::now() < deadline => {}
            Err(_) => anyhow::bail!("nothing came on the stream within {PATIENCE:?}"),
        }
    }
}

async fn next_new(created: &mut mpsc::Receiver<String>, id: &str) -> Result<()> {
    while receive(created).await? != id {}
    Ok(())
}

async fn next_other(created: &mut mpsc::Receiver<String>, id: &str) -> Result<String> {
    loop {
        let seen = receive(created).await?;
        if seen != id {
            return Ok(seen);
        }
    }
}

async fn receive(created: &mut mpsc::Receiver<String>) -> Result<String> {
    tokio::time::timeout(PATIENCE, created.recv())
        .await
        .with_context(|| format!("the next instance did not come within {PATIENCE:?}"))?
        .context("the stream ended")
}

/// Opens the live stream; gives the id of every task that a `task.state_changed` names.
async fn stream(address: &str, token: &str) -> Result<mpsc::Receiver<String>> {
    let tcp = TcpStream::connect(address).await?;
    tcp.set_nodelay(true)?;
    let (mut sender, driver) = http1::handshake(TokioIo::new(tcp)).await?;
    tokio::spawn(driver);
    let request = Request::get("/api/v1/stream")
        .header("host", address)
        .header("authorization", format!("Bearer {token}"))
        .body(http_body_util::Empty::<bytes::Bytes>::new())?;
    let answer = sender.send_request(request).await?;
    anyhow::ensure!(answer.status() == 200, "the stream answered {}", answer.status());
    let (tell, told) = mpsc::channel(64);
    let mut body = answer.into_body();
    tokio::spawn(async move {
        let _keep = sender;
        let mut buffer = String::new();
        while let Some(Ok(frame)) = body.frame().await {
            let Some(bytes) = frame.data_ref() else { continue };
            buffer.push_str(&String::from_utf8_lossy(bytes));
            while let Some(end) = buffer.find("\n\n") {
                let event: String = buffer.drain(..end + 2).collect();
                if let Some(id) = new_task(&event)
                    && tell.send(id).await.is_err()
                {
                    return;
                }
            }
        }
    });
    Ok(told)
}

/// The task of this event, when it tells of a task that is there for the first time.
fn new_task(event: &str) -> Option<String> {
    let data = event.lines().find_map(|line| line.strip_prefix("data:"))?;
    let envelope: Value = serde_json::from_str(data.trim()).ok()?;
    let is_new =
        envelope["event_type"] == "task.state_changed" && envelope["payload"]["version"] == 1;
    is_new.then(|| envelope["payload"]["task_id"].as_str().map(str::to_owned))?
}

fn text(value: &Value) -> Result<String> {
    Ok(value.as_str().context("no id in the answer")?.to_owned())
}
