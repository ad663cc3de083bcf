//! A client of the live stream (server-sent events).

use std::{
    io::{BufRead, BufReader},
    sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel},
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, anyhow, bail};
use serde_json::Value;
use ureq::Agent;

/// Longer than any event of a case may take.
const EVENT_WITHIN: Duration = Duration::from_secs(15);

/// One event of a stream.
#[derive(Debug, Clone, PartialEq)]
pub struct Event {
    /// Its place in the log of the user.
    pub id: u64,
    /// Its type.
    pub name: String,
    /// The envelope.
    pub data: Value,
}

impl Event {
    /// The payload of the envelope.
    pub fn payload(&self) -> &Value {
        &self.data["payload"]
    }
}

/// An open stream, read by a thread of its own.
#[derive(Debug)]
pub struct Stream {
    events: Receiver<Result<Event>>,
}

impl Stream {
    /// Opens a stream of what comes from now on, or after the event that the client has.
    pub fn open(base: &str, token: &str, last_event_id: Option<u64>) -> Result<Self> {
        let agent: Agent = Agent::config_builder()
            .http_status_as_error(false)
            .proxy(None)
            // The answer has to begin in time; nobody knows how long it goes on.
            .timeout_connect(Some(EVENT_WITHIN))
            .timeout_recv_response(Some(EVENT_WITHIN))
            .build()
            .into();
        let mut request = agent
            .get(format!("{base}/api/v1/stream"))
            .header("accept", "text/event-stream")
            .header("authorization", format!("Bearer {token}"));
        if let Some(id) = last_event_id {
            request = request.header("last-event-id", id.to_string());
        }
        let mut response = request.call().context("the stream did not open")?;
        if response.status() != 200 {
            let body = response.body_mut().read_to_string().unwrap_or_default();
            bail!("the stream answered {}: {body}", response.status());
        }
        let kind = response.headers().get("content-type").and_then(|value| value.to_str().ok());
        if kind != Some("text/event-stream") {
            bail!("the stream has content type {kind:?}");
        }
        let (sender, events) = channel();
        let body = response.into_body().into_reader();
        thread::spawn(move || read(BufReader::new(body), &sender));
        Ok(Self { events })
    }

    /// The next event.
    pub fn next(&self) -> Result<Event> {
        self.next_before(Instant::now() + EVENT_WITHIN)?.context("no event came in time")
    }

    /// The next event, if it comes before the deadline.
    pub fn next_before(&self, deadline: Instant) -> Result<Option<Event>> {
        match self.events.recv_timeout(deadline.saturating_duration_since(Instant::now())) {
            Ok(event) => event.map(Some),
            Err(RecvTimeoutError::Timeout) => Ok(None),
            Err(RecvTimeoutError::Disconnected) => Err(anyhow!("the stream has ended")),
        }
    }

    /// The next event of this kind; others are passed over.
    pub fn find(&self, what: &str, mut is: impl FnMut(&Event) -> bool) -> Result<Event> {
        let deadline = Instant::now() + EVENT_WITHIN;
        let mut seen = Vec::new();
        while let Some(event) = self.next_before(deadline).with_context(|| what.to_owned())? {
            if is(&event) {
                return Ok(event);
            }
            seen.push(format!("{} {}", event.id, event.name));
        }
        bail!("{what} did not come; what came: {seen:?}")
    }
}

/// Passes events on until the stream, or whoever wants them, is gone.
fn read(lines: impl BufRead, to: &Sender<Result<Event>>) {
    let mut block = Block::default();
    for line in lines.lines() {
        let event = match line {
            Ok(line) if line.is_empty() => std::mem::take(&mut block).event().transpose(),
            Ok(line) => {
                block.take(&line);
                continue;
            }
            Err(error) => Some(Err(anyhow!(error).context("the stream was cut"))),
        };
        if let Some(event) = event
            && to.send(event).is_err()
        {
            return;
        }
    }
}

/// The lines of one event.
#[derive(Debug, Default)]
struct Block {
    id: String,
    name: String,
    data: String,
}

impl Block {
    fn take(&mut self, line: &str) {
        let (field, value) = line.split_once(':').unwrap_or((line, ""));
        let value = value.strip_prefix(' ').unwrap_or(value);
        match field {
            "id" => value.clone_into(&mut self.id),
            "event" => value.clone_into(&mut self.name),
            "data" => self.data.push_str(value),
            _ => {}
        }
    }

    /// `None` for a comment or a `retry`.
    fn event(self) -> Result<Option<Event>> {
        if self.data.is_empty() {
            return Ok(None);
        }
        let id = self.id.parse().with_context(|| format!("`{}` is no id", self.id))?;
        let data = serde_json::from_str(&self.data).context("the data of an event is no JSON")?;
        Ok(Some(Event { id, name: self.name, data }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn events_are_read_and_comments_passed_over() {
        let text = ": hello\nretry: 2000\n\nid: 7\nevent: task.state_changed\ndata: {\"a\":1}\n\n";
        let (sender, events) = channel();
        read(text.as_bytes(), &sender);
        drop(sender);
        let events: Vec<_> = events.iter().map(Result::unwrap).collect();
        let data = serde_json::json!({ "a": 1 });
        assert_eq!(events, [Event { id: 7, name: "task.state_changed".to_owned(), data }]);
    }

    #[test]
    fn what_is_no_event_is_an_error() {
        let (sender, events) = channel();
        read("id: x\ndata: {}\n\nid: 1\ndata: {\n\n".as_bytes(), &sender);
        drop(sender);
        assert!(events.iter().all(|event| event.is_err()));
    }
}
