//! What receives: other people's libraries in a process of their own, or a socket that answers what
//! it was told to.

use std::{
    io::{BufRead, BufReader, Lines, Write as _},
    process::{Child, ChildStdin, ChildStdout, Command, Stdio},
};

use anyhow::{Context as _, Result};
use notify::Message;
use serde_json::{Value, json};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpListener,
    sync::mpsc,
};

/// A message as a reminder makes it.
pub(crate) fn message() -> Message {
    Message {
        id: "0199c1d2-0000-7000-8000-000000000001-x".to_owned(),
        kind: "reminder.trigger".to_owned(),
        at: std::time::SystemTime::UNIX_EPOCH.into(),
        title: "Zahnarzt anrufen 🦷".to_owned(),
        body: "Due today at 09:00".to_owned(),
        url: Some("https://tasks.example.org/t/1".to_owned()),
        data: json!({ "task_id": "0199c1d2-0000-7000-8000-000000000002", "late_by_ms": 0 }),
    }
}

/// A receiver of `receivers.py`. Ends with this value.
pub(crate) struct Receiver {
    child: Child,
    lines: Lines<BufReader<ChildStdout>>,
    /// The receiver goes when this is closed.
    _stdin: ChildStdin,
    /// What it said of itself.
    pub(crate) about: Value,
}

impl Receiver {
    /// Starts the receiver `name` and tells it `secret`, by a pipe.
    pub(crate) fn start(name: &str, secret: &str) -> Result<Self> {
        let mut child = Command::new(testkit::python::python())
            .args([concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/receivers.py"), name])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()?;
        let mut stdin = child.stdin.take().context("no stdin")?;
        writeln!(stdin, "{secret}")?;
        let lines = BufReader::new(child.stdout.take().context("no stdout")?).lines();
        let mut receiver = Self { child, lines, _stdin: stdin, about: Value::Null };
        receiver.about = receiver.next()?;
        Ok(receiver)
    }

    pub(crate) fn port(&self) -> u64 {
        self.about["port"].as_u64().unwrap_or_default()
    }

    /// What it got next.
    pub(crate) fn next(&mut self) -> Result<Value> {
        let line = self.lines.next().context("the receiver has ended")??;
        serde_json::from_str(&line).with_context(|| line)
    }
}

impl Drop for Receiver {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A socket that gives every request the same answer and passes on what it read.
pub(crate) struct Socket {
    pub(crate) port: u16,
    pub(crate) requests: mpsc::UnboundedReceiver<String>,
}

impl Socket {
    /// Answers with `answer` as it is; an empty one is never sent.
    pub(crate) async fn open(answer: &'static str) -> Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let port = listener.local_addr()?.port();
        let (sender, requests) = mpsc::unbounded_channel();
        tokio::spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                let sender = sender.clone();
                tokio::spawn(async move {
                    let mut read = Vec::new();
                    while !is_whole(&read) && stream.read_buf(&mut read).await.unwrap_or(0) > 0 {}
                    let _ = sender.send(String::from_utf8_lossy(&read).into_owned());
                    if answer.is_empty() {
                        std::future::pending::<()>().await;
                    }
                    let _ = stream.write_all(answer.as_bytes()).await;
                });
            }
        });
        Ok(Self { port, requests })
    }

    pub(crate) fn url(&self) -> String {
        format!("http://127.0.0.1:{}/hook", self.port)
    }
}

/// Whether a request, or at least something that is none, has arrived.
fn is_whole(read: &[u8]) -> bool {
    let text = String::from_utf8_lossy(read);
    let Some((head, body)) = text.split_once("\r\n\r\n") else {
        return !read.is_empty() && !text.starts_with("POST");
    };
    let length = head.to_lowercase().split("content-length: ").nth(1).and_then(|rest| {
        rest.lines().next().and_then(|digits| digits.trim().parse::<usize>().ok())
    });
    body.len() >= length.unwrap_or_default()
}
