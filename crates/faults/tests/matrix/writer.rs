//! The load of one user: writes of all kinds, each repeated under its key until it is answered, and
//! written down as it was answered.

use std::{
    sync::atomic::{AtomicBool, Ordering},
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, bail, ensure};
use chrono::{DateTime, SecondsFormat, TimeDelta, Utc};
use conformance::{Client, Reply, now};
use faults::history::{Promise, Write};
use rand::{Rng, SeedableRng, rngs::StdRng};
use serde_json::{Value, json};

/// Longer than any fault of a cell.
const ANSWERED_WITHIN: Duration = Duration::from_secs(90);
const SEND_AGAIN: Duration = Duration::from_millis(25);
/// Between two writes of one user: a cell is about what is under way, not about speed.
const PACE: Duration = Duration::from_millis(60);

/// What one user was told, and what it took.
#[derive(Debug, Default)]
pub(crate) struct Ledger {
    pub(crate) user: String,
    pub(crate) writes: Vec<Write>,
    pub(crate) promises: Vec<Promise>,
    /// Requests that got no answer, or one that said to come again.
    pub(crate) repeated: u64,
    /// Of those, answers with status 500: nobody meant them.
    pub(crate) internal: u64,
    /// What is not as it should be.
    pub(crate) odd: Vec<String>,
}

/// A task as its user knows it.
#[derive(Debug, Clone)]
struct Known {
    id: String,
    /// The title that it was created with.
    title: String,
    version: u64,
    done: bool,
    deleted: bool,
}

/// A series: the task is its latest instance that the user knows of.
#[derive(Debug)]
struct Series {
    current: Known,
}

/// One user at work.
pub(crate) struct Writer<'a> {
    clients: Vec<Client>,
    client: usize,
    stop: &'a AtomicBool,
    rng: StdRng,
    ledger: Ledger,
    plain: Vec<Known>,
    series: Vec<Series>,
    requests: u64,
}

impl<'a> Writer<'a> {
    /// A user of these servers, which share a database.
    pub(crate) fn new(
        urls: &[String],
        (user, token): (&str, &str),
        stop: &'a AtomicBool,
        seed: u64,
    ) -> Self {
        let clients: Vec<_> = urls.iter().map(|url| Client::new(url, Some(token))).collect();
        let rng = StdRng::seed_from_u64(seed);
        let ledger = Ledger { user: user.to_owned(), ..Ledger::default() };
        let client = usize::try_from(seed).unwrap_or(0) % clients.len();
        let (plain, series) = (Vec::new(), Vec::new());
        Self { clients, client, stop, rng, ledger, plain, series, requests: 0 }
    }

    /// Works until told to stop, and finishes what it has begun.
    pub(crate) fn work(mut self) -> Ledger {
        let mut done = self.create_series().and_then(|()| self.finish(0));
        let mut failures = 0;
        loop {
            if let Err(error) = done {
                failures += 1;
                self.ledger.odd.push(format!("{}: {error:#}", self.ledger.user));
            }
            if self.stop.load(Ordering::Relaxed) || failures > 2 {
                return self.ledger;
            }
            thread::sleep(PACE);
            done = self.step();
        }
    }

    fn step(&mut self) -> Result<()> {
        match self.rng.random_range(0..100) {
            0..20 => self.create(false),
            20..32 => self.create(true),
            32..40 => self.create_series(),
            40..55 => self.on_plain("PATCH"),
            55..62 => self.on_plain("complete"),
            62..67 => self.on_plain("DELETE"),
            _ => self.on_series(),
        }
    }

    fn create(&mut self, reminding: bool) -> Result<()> {
        let title = format!("{} task {}", self.ledger.user, self.requests);
        let in_ms = self.rng.random_range(300..3000);
        let at = reminding.then(|| now() + TimeDelta::milliseconds(in_ms));
        let at = at.map(|at| at.to_rfc3339_opts(SecondsFormat::Millis, true));
        let reminders: Vec<_> = at.iter().map(|at| json!({ "at": at })).collect();
        let body = json!({ "title": title, "reminders": reminders });
        let known = Known::new(&title);
        let (known, reply) = self.change(known, "POST", "/api/v1/tasks", &body, 201)?;
        if !reminding {
            self.plain.push(known);
            return Ok(());
        }
        let told = &reply["reminders"][0];
        let fire_at: DateTime<Utc> = told["fire_at"].as_str().context("no time")?.parse()?;
        self.ledger.promises.push(Promise {
            user: self.ledger.user.clone(),
            reminder: text(told, "id"),
            fire_at_ms: fire_at.timestamp_millis(),
        });
        Ok(())
    }

    fn create_series(&mut self) -> Result<()> {
        let title = format!("{} series {}", self.ledger.user, self.requests);
        let body = json!({
            "title": title, "due": { "date": "2020-01-01" },
            "repeat": { "rule": "FREQ=DAILY", "mode": "every" },
        });
        let known = Known::new(&title);
        let (current, _) = self.change(known, "POST", "/api/v1/tasks", &body, 201)?;
        self.series.push(Series { current });
        Ok(())
    }

    /// Does something with a random plain task that is there.
    fn on_plain(&mut self, what: &str) -> Result<()> {
        let free: Vec<_> = (0..self.plain.len()).filter(|at| !self.plain[*at].deleted).collect();
        let [_, ..] = free.as_slice() else { return self.create(false) };
        let at = free[self.rng.random_range(0..free.len())];
        // Until it is answered nobody knows what became of it.
        let mut known = self.plain.swap_remove(at);
        let path = known.path();
        let known = match what {
            "PATCH" => {
                let body = json!({ "description": format!("change {}", self.requests) });
                self.change(known, "PATCH", &path, &body, 200)?.0
            }
            "complete" if known.done => known,
            "complete" => {
                known.done = true;
                self.change(known, "POST", &format!("{path}:complete"), &Value::Null, 200)?.0
            }
            _ => {
                known.deleted = true;
                self.change(known, "DELETE", &path, &Value::Null, 204)?.0
            }
        };
        self.plain.push(known);
        Ok(())
    }

    fn on_series(&mut self) -> Result<()> {
        if self.series.is_empty() {
            return self.create_series();
        }
        let index = self.rng.random_range(0..self.series.len());
        if self.series[index].current.done {
            return self.move_on(index);
        }
        self.finish(index)?;
        // Some change their mind, whether or not the next instance has come by then.
        if self.rng.random_bool(0.3) {
            self.on_current(index, "reopen", false)?;
            self.finish(index)?;
        }
        Ok(())
    }

    fn finish(&mut self, index: usize) -> Result<()> {
        self.on_current(index, "complete", true)
    }

    fn on_current(&mut self, index: usize, verb: &str, done: bool) -> Result<()> {
        let mut known = self.series.swap_remove(index).current;
        let path = format!("{}:{verb}", known.path());
        known.done = done;
        let (current, _) = self.change(known, "POST", &path, &Value::Null, 200)?;
        // It keeps its place, for what comes next.
        self.series.push(Series { current });
        let last = self.series.len() - 1;
        self.series.swap(index, last);
        Ok(())
    }

    /// Goes to the next instance, if it is there and the server too.
    fn move_on(&mut self, index: usize) -> Result<()> {
        let client = &self.clients[self.client];
        let current = &mut self.series[index].current;
        let Ok(done) = client.get(&current.path()) else { return Ok(()) };
        let Some(next_id) = done["next_id"].as_str() else { return Ok(()) };
        let next = Known { id: next_id.to_owned(), done: false, version: 1, ..current.clone() };
        let Ok(reply) = client.get(&next.path()) else { return Ok(()) };
        if reply.status != 200 {
            return Ok(());
        }
        ensure!(reply["version"] == 1, "a next instance nobody touched: {reply}");
        *current = next;
        Ok(())
    }

    /// Writes, and notes what came of it. A task whose write was never answered is not given back:
    /// nobody knows its version any more.
    fn change(
        &mut self,
        mut known: Known,
        method: &str,
        path: &str,
        body: &Value,
        status: u16,
    ) -> Result<(Known, Reply)> {
        known.version += 1;
        let reply = self.write(method, path, body, status);
        if let Ok(reply) = &reply
            && known.id.is_empty()
        {
            known.id = text(&reply.json, "id");
        }
        self.ledger.writes.push(Write {
            user: self.ledger.user.clone(),
            task: Some(known.id.clone()).filter(|id| !id.is_empty()),
            title: known.title.clone(),
            version: known.version,
            done: known.done,
            deleted: known.deleted,
            acknowledged: reply.is_ok(),
        });
        let reply = reply?;
        if status != 204 && reply["version"] != known.version {
            bail!("`{}` should have version {}: {reply}", known.title, known.version);
        }
        Ok((known, reply))
    }

    /// Sends a write until it is answered, always under the same key.
    fn write(&mut self, method: &str, path: &str, body: &Value, status: u16) -> Result<Reply> {
        self.requests += 1;
        let key = format!("{}-{}", self.requests, self.rng.random::<u64>());
        let deadline = Instant::now() + ANSWERED_WITHIN;
        loop {
            let client = &self.clients[self.client];
            let request = client.request(method, path).header("idempotency-key", &key);
            let request = if body.is_null() { request } else { request.json(body) };
            match request.send() {
                Ok(reply) if reply.status < 500 && reply.status != 429 => {
                    return reply.expect(status);
                }
                Ok(reply) => self.ledger.internal += u64::from(reply.status == 500),
                Err(_) => {}
            }
            self.ledger.repeated += 1;
            ensure!(Instant::now() < deadline, "{method} {path} was never answered");
            // Another server may be there.
            self.client = (self.client + 1) % self.clients.len();
            thread::sleep(SEND_AGAIN);
        }
    }
}

impl Known {
    fn new(title: &str) -> Self {
        let (id, title) = (String::new(), title.to_owned());
        Self { id, title, version: 0, done: false, deleted: false }
    }

    fn path(&self) -> String {
        format!("/api/v1/tasks/{}", self.id)
    }
}

fn text(value: &Value, field: &str) -> String {
    value[field].as_str().unwrap_or_default().to_owned()
}
