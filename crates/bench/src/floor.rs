//! The floor: a bare HTTP server in a process of its own, which answers without doing anything.

use std::{
    convert::Infallible,
    process::{Child, Command, Stdio},
    time::Duration,
};

use anyhow::{Context, Result};
use bytes::Bytes;
use http_body_util::Full;
use hyper::{Response, server::conn::http1, service::service_fn};
use hyper_util::rt::TokioIo;
use tokio::net::TcpListener;

use crate::server::{free_port, until_answers};

/// A running floor server.
pub(crate) struct Floor {
    child: Child,
    pub(crate) address: String,
}

impl Floor {
    pub(crate) fn start() -> Result<Self> {
        let address = format!("127.0.0.1:{}", free_port()?);
        let program = std::env::current_exe()?;
        let child = Command::new(program)
            .args(["floor", &address])
            .stdout(Stdio::null())
            .spawn()
            .context("floor server")?;
        until_answers(&address, "/", Duration::from_secs(5))?;
        Ok(Self { child, address })
    }

    pub(crate) fn pid(&self) -> u32 {
        self.child.id()
    }
}

impl Drop for Floor {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

/// Serves until it is killed.
pub(crate) fn serve(address: &str) -> Result<()> {
    let runtime =
        tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    runtime.block_on(async {
        let listener = TcpListener::bind(address).await?;
        loop {
            let (stream, _) = listener.accept().await?;
            stream.set_nodelay(true)?;
            tokio::spawn(async move {
                let hello = service_fn(|_request| async {
                    Ok::<_, Infallible>(Response::new(Full::new(Bytes::from_static(b"{}"))))
                });
                drop(http1::Builder::new().serve_connection(TokioIo::new(stream), hello).await);
            });
        }
    })
}
