//! A client of the live stream (server-sent events). It takes no event that is not what was promised.

use std::{
    io::{BufRead, BufReader},
    sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel},
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, anyhow, bail};
use serde_json::Value;
use ureq::Agent;

use crate::schema::{self, Faults};

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
        let event = Event { id, name: self.name, data };
        event.check()?;
        Ok(Some(event))
    }
}

impl Event {
    /// The envelope keeps to its schema, and what stands beside it says the same.
    fn check(&self) -> Result<(), Faults> {
        schema::validate(&self.data)?;
        let mut faults = Vec::new();
        if self.data["event_type"] != self.name {
            faults.push(format!("/event_type: the stream says `{}`", self.name));
        }
        if self.payload().get("seq").is_some_and(|seq| *seq != self.id) {
            faults.push(format!("/payload/seq: the stream says {}", self.id));
        }
        if faults.is_empty() { Ok(()) } else { Err(Faults(faults)) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A sample that was kept with its schema, and its place.
    const SAMPLE: &str =
        include_str!("../../../schemas/versions/1/samples/task.state_changed.with-seq.json");
    const PLACE: u64 = 41;

    fn sample() -> Value {
        serde_json::from_str(SAMPLE).unwrap()
    }

    fn block(id: impl ToString, name: &str, data: &Value) -> String {
        format!("id: {}\nevent: {name}\ndata: {data}\n\n", id.to_string())
    }

    fn taken(text: &str) -> Vec<Result<Event>> {
        let (sender, events) = channel();
        read(text.as_bytes(), &sender);
        drop(sender);
        events.iter().collect()
    }

    #[test]
    fn events_are_read_and_comments_passed_over() {
        let event = block(PLACE, "task.state_changed", &sample());
        let events = taken(&format!(": hello\nretry: 2000\n\n{event}"));
        let events: Vec<_> = events.into_iter().map(Result::unwrap).collect();
        let name = "task.state_changed".to_owned();
        assert_eq!(events, [Event { id: PLACE, name, data: sample() }]);
    }

    #[test]
    fn what_is_no_event_is_an_error() {
        let events = taken("id: x\ndata: {}\n\nid: 1\ndata: {\n\n");
        assert_eq!(events.len(), 2);
        assert!(events.iter().all(|event| event.is_err()));
    }

    #[test]
    fn an_event_that_is_not_what_was_promised_is_an_error() {
        let mut other = sample();
        other["payload"]["version"] = "2".into();
        for text in [
            block(PLACE, "task.state_changed", &other),
            block(PLACE, "task.created", &sample()),
            block(PLACE + 1, "task.state_changed", &sample()),
        ] {
            let events = taken(&text);
            let [Err(error)] = &events[..] else { panic!("{text}") };
            assert!(error.is::<Faults>(), "{error:#}");
        }
    }
}
