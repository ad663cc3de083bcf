//! What a guest writes to its standard output and error becomes log lines, up to a limit.

use std::{
    fmt::Write as _,
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering::Relaxed},
    },
    task::{Context, Poll},
};

use bytes::Bytes;
use wasmtime_wasi::{
    cli::{IsTerminal, StdoutStream},
    p2::{OutputStream, Pollable, StreamError, StreamResult},
};

/// Log lines that one request may cause, however short they are.
const LINES: usize = 64;
/// Most that a guest may write at once.
const WRITE_BYTES: usize = 4096;

/// One of a guest's two streams. Both draw on the same allowance.
#[derive(Clone)]
pub(crate) struct Stream {
    allowance: Arc<Allowance>,
    is_error: bool,
}

struct Allowance {
    component: Arc<str>,
    bytes: AtomicUsize,
    lines: AtomicUsize,
}

/// The standard output and error of one instance.
pub(crate) fn streams(component: &Arc<str>, limit_bytes: usize) -> (Stream, Stream) {
    let allowance = Arc::new(Allowance {
        component: Arc::clone(component),
        bytes: AtomicUsize::new(limit_bytes),
        lines: AtomicUsize::new(LINES),
    });
    (
        Stream { allowance: Arc::clone(&allowance), is_error: false },
        Stream { allowance, is_error: true },
    )
}

impl Stream {
    /// What does not fit is dropped, and that is said once.
    fn log(&self, bytes: &[u8]) {
        let left = self.allowance.bytes.load(Relaxed);
        if left == 0 {
            return;
        }
        let (fitting, rest) = bytes.split_at(bytes.len().min(left));
        let mut over = !rest.is_empty();
        self.allowance.bytes.store(left - fitting.len(), Relaxed);
        for line in fitting.split(|byte| *byte == b'\n').filter(|line| !line.is_empty()) {
            let lines = self.allowance.lines.load(Relaxed);
            over |= lines == 0;
            if over {
                break;
            }
            self.allowance.lines.store(lines - 1, Relaxed);
            self.line(&printable(line));
        }
        if over {
            self.allowance.bytes.store(0, Relaxed);
            let component = &*self.allowance.component;
            tracing::warn!(
                component.id = component,
                "component `{component}` logs too much, dropping the rest of this request's"
            );
        }
    }

    fn line(&self, line: &str) {
        let component = &*self.allowance.component;
        if self.is_error {
            tracing::warn!(target: "guest", { component.id = component }, "{line}");
        } else {
            tracing::info!(target: "guest", { component.id = component }, "{line}");
        }
    }
}

/// A guest must not be able to forge lines or steer a terminal.
fn printable(line: &[u8]) -> String {
    let mut text = String::with_capacity(line.len());
    for character in String::from_utf8_lossy(line).chars() {
        if character.is_control() {
            let _ = write!(text, "{}", character.escape_default());
        } else {
            text.push(character);
        }
    }
    text
}

impl IsTerminal for Stream {
    fn is_terminal(&self) -> bool {
        false
    }
}

impl StdoutStream for Stream {
    fn p2_stream(&self) -> Box<dyn OutputStream> {
        Box::new(self.clone())
    }

    fn async_stream(&self) -> Box<dyn tokio::io::AsyncWrite + Send + Sync> {
        Box::new(self.clone())
    }
}

#[async_trait::async_trait]
impl Pollable for Stream {
    async fn ready(&mut self) {}
}

impl OutputStream for Stream {
    fn write(&mut self, bytes: Bytes) -> StreamResult<()> {
        self.log(&bytes);
        Ok(())
    }

    fn flush(&mut self) -> StreamResult<()> {
        Ok(())
    }

    fn check_write(&mut self) -> Result<usize, StreamError> {
        Ok(WRITE_BYTES)
    }
}

impl tokio::io::AsyncWrite for Stream {
    fn poll_write(
        self: Pin<&mut Self>,
        _: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<std::io::Result<usize>> {
        self.log(bytes);
        Poll::Ready(Ok(bytes.len()))
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<std::io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<std::io::Result<()>> {
        Poll::Ready(Ok(()))
    }
}
