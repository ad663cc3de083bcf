//! The peer: jobs of Dapr whose application does nothing but look at the clock.

use std::{net::TcpListener, sync::Arc, time::Instant};

use anyhow::{Context, Result, ensure};
use async_trait::async_trait;
use bytes::Bytes;
use chrono::DateTime;
use dapr_sidecar::{
    Callbacks, Job, JobApi, Jobs, Ready, Sidecar,
    callbacks::{self, Again},
};
use futures_util::{StreamExt as _, TryStreamExt as _, stream};
use serde_json::{Value, json};
use servers::{Binaries, Ports};
use tokio::{
    sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel},
    time::timeout,
};

use super::{AT_ONCE, COUNT, Fired, LEAD, offset_ms};
use crate::{
    clock::now_ms,
    site::{self, App, Dapr},
};

/// Jobs whose registration is timed, and those before them that are not.
const REGISTERED: u32 = 2_000;
const WARM_UPS: u32 = 200;
const DAY_MS: i64 = 86_400_000;
/// What comes along with a job.
const DUE_MS: &str = "due_ms";

pub(super) fn fire() -> Result<Fired> {
    let (binaries, folder, ports) = (Binaries::from_env()?, site::folder()?, Ports::free());
    let listener = TcpListener::bind("127.0.0.1:0")?;
    listener.set_nonblocking(true)?;
    let app = App { id: "bench", port: listener.local_addr()?.port() };
    let runtime =
        tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    let (tell, mut told) = unbounded_channel();
    runtime.spawn(serve(listener, tell));
    let mut dapr = Dapr::start(&binaries, folder.path(), ports, app, None)?;
    dapr.wait_for_app()?;
    runtime.block_on(async {
        let jobs = Sidecar::connect(&dapr.endpoint())?.jobs();
        let tomorrow_ms = now_ms()? + DAY_MS;
        register(&jobs, "warm", (0..WARM_UPS).map(|_| tomorrow_ms)).await?;
        let begun = Instant::now();
        register(&jobs, "far", (0..REGISTERED).map(|_| tomorrow_ms)).await?;
        let armed_per_second = f64::from(REGISTERED) / begun.elapsed().as_secs_f64();

        let start_ms = now_ms()? + i64::try_from(LEAD.as_millis())?;
        let due_ms = (0..COUNT).map(|number| start_ms + offset_ms(number));
        register(&jobs, "near", due_ms).await?;
        ensure!(now_ms()? < start_ms, "too slow to register them in time");
        Ok(Fired { armed_per_second, late_ms: late(&mut told).await? })
    })
}

async fn register(jobs: &JobApi, name: &str, due_ms: impl Iterator<Item = i64>) -> Result<()> {
    let all = due_ms.enumerate().map(|(number, due_ms)| async move {
        let name = format!("{name}-{number}");
        let due = DateTime::from_timestamp_millis(due_ms).context("no such time")?;
        Ok::<_, anyhow::Error>(
            jobs.schedule(&Job { name, due, data: json!({ DUE_MS: due_ms }) }).await?,
        )
    });
    stream::iter(all).buffer_unordered(AT_ONCE).try_collect().await
}

/// How late each of those came that are due now.
async fn late(told: &mut UnboundedReceiver<i64>) -> Result<Vec<f64>> {
    let mut late_ms = Vec::new();
    while late_ms.len() < COUNT as usize {
        let by_ms = timeout(LEAD * 2, told.recv()).await.context("a job did not come")?;
        late_ms.push(by_ms.context("the application went away")? as f64);
    }
    Ok(late_ms)
}

async fn serve(listener: TcpListener, tell: UnboundedSender<i64>) -> Result<()> {
    let listener = tokio::net::TcpListener::from_std(listener)?;
    let router = callbacks::router(Callbacks {
        jobs: Some(Arc::new(Looks { tell })),
        events: None,
        live: None,
        ready: Arc::new(Always),
        app_token: None,
    });
    Ok(axum::serve(listener, router).await?)
}

/// Tells how late a job is.
struct Looks {
    tell: UnboundedSender<i64>,
}

#[async_trait]
impl Jobs for Looks {
    async fn due(&self, _: &str, data: Bytes) -> Result<(), Again> {
        let data: Value = serde_json::from_slice(&data).map_err(|_| Again)?;
        let due_ms = data[DUE_MS].as_i64().ok_or(Again)?;
        let now_ms = now_ms().map_err(|_| Again)?;
        self.tell.send(now_ms - due_ms).map_err(|_| Again)
    }
}

struct Always;

impl Ready for Always {
    fn check(&self) -> Result<(), &'static str> {
        Ok(())
    }
}
