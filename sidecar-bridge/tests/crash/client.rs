//! The load of one user: writes of all kinds, each repeated under its key until it is answered.

use std::{
    sync::atomic::{AtomicBool, Ordering},
    thread,
    time::{Duration, Instant},
};

use anyhow::{Result, bail, ensure};
use chrono::{SecondsFormat, TimeDelta};
use conformance::{Client, Reply, now};
use rand::{Rng, SeedableRng, rngs::StdRng};
use serde_json::{Value, json};

use crate::ledger::{Ledger, Plain, Series};

/// Longer than a killed server may take to be back.
const ANSWERED_WITHIN: Duration = Duration::from_secs(60);
const SEND_AGAIN: Duration = Duration::from_millis(4);

/// What a user does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Habit {
    /// Everything.
    All,
    /// New tasks only.
    CreateOnly,
}

/// Tells users to stop.
#[derive(Debug, Default)]
pub(crate) struct Stop {
    soon: AtomicBool,
    at_once: AtomicBool,
}

impl Stop {
    /// What is begun is finished.
    pub(crate) fn after_what_is_begun(&self) {
        self.soon.store(true, Ordering::Relaxed);
    }

    /// Nobody answers any more: what is begun is left.
    pub(crate) fn at_once(&self) {
        self.at_once.store(true, Ordering::Relaxed);
        self.after_what_is_begun();
    }
}

/// One user at work.
pub(crate) struct Writer<'a> {
    client: Client,
    stop: &'a Stop,
    rng: StdRng,
    habit: Habit,
    ledger: Ledger,
    requests: u64,
}

impl<'a> Writer<'a> {
    pub(crate) fn new(client: Client, stop: &'a Stop, user: &str, seed: u64, habit: Habit) -> Self {
        let ledger = Ledger { user: user.to_owned(), ..Ledger::default() };
        Self { client, stop, rng: StdRng::seed_from_u64(seed), habit, ledger, requests: 0 }
    }

    /// Works until told to stop, and finishes what it has begun.
    pub(crate) fn work(mut self) -> Ledger {
        // However short the lives of the server are, everybody has something that recurs.
        let mut done = match self.habit {
            Habit::All => self.create_series().and_then(|()| self.finish(0)),
            Habit::CreateOnly => Ok(()),
        };
        loop {
            if let Err(error) = done {
                self.ledger.odd.push(format!("{}: {error:#}", self.ledger.user));
            }
            if self.stop.soon.load(Ordering::Relaxed) {
                return self.ledger;
            }
            done = self.step();
        }
    }

    fn step(&mut self) -> Result<()> {
        if self.habit == Habit::CreateOnly {
            return self.create(false);
        }
        match self.rng.random_range(0..100) {
            0..25 => self.create(false),
            25..32 => self.create(true),
            32..40 => self.create_series(),
            40..58 => self.on_plain(Self::patch),
            58..66 => self.on_plain(Self::complete),
            66..72 => self.on_plain(Self::delete),
            _ => self.on_series(),
        }
    }

    fn create(&mut self, reminding: bool) -> Result<()> {
        let title = format!("{} plain {}", self.ledger.user, self.ledger.plain.len());
        let in_ms = self.rng.random_range(200..2500);
        let at = reminding.then(|| now() + TimeDelta::milliseconds(in_ms));
        let reminders = at.map(|at| at.to_rfc3339_opts(SecondsFormat::Millis, true));
        let reminders: Vec<_> = reminders.iter().map(|at| json!({ "at": at })).collect();
        let body = json!({ "title": title, "reminders": reminders });
        let task = self.write("POST", "/api/v1/tasks", &body, 201)?;
        self.ledger.plain.push(Plain {
            title,
            id: text(&task, "id"),
            version: 1,
            description: String::new(),
            done: false,
            deleted: false,
            remind_at: at,
        });
        Ok(())
    }

    /// Does something with a random task that is there and that no reminder waits for.
    fn on_plain(&mut self, act: fn(&mut Self, usize) -> Result<()>) -> Result<()> {
        let free = |task: &Plain| !task.deleted && task.remind_at.is_none();
        let plain = self.ledger.plain.iter().enumerate();
        let free: Vec<usize> =
            plain.filter(|(_, task)| free(task)).map(|(index, _)| index).collect();
        match free.as_slice() {
            [] => self.create(false),
            some => {
                let index = some[self.rng.random_range(0..some.len())];
                act(self, index)
            }
        }
    }

    fn patch(&mut self, index: usize) -> Result<()> {
        let description = format!("change {}", self.requests);
        let path = path(&self.ledger.plain[index].id);
        let body = json!({ "description": description });
        let reply = self.write("PATCH", &path, &body, 200)?;
        self.ledger.plain[index].description = description;
        self.changed(index, &reply)
    }

    fn complete(&mut self, index: usize) -> Result<()> {
        let path = format!("{}:complete", path(&self.ledger.plain[index].id));
        let reply = self.write("POST", &path, &Value::Null, 200)?;
        if std::mem::replace(&mut self.ledger.plain[index].done, true) {
            return Ok(());
        }
        self.changed(index, &reply)
    }

    fn delete(&mut self, index: usize) -> Result<()> {
        let path = path(&self.ledger.plain[index].id);
        self.write("DELETE", &path, &Value::Null, 204)?;
        let task = &mut self.ledger.plain[index];
        task.deleted = true;
        task.version += 1;
        Ok(())
    }

    /// One change raises the version by one, however often it was sent.
    fn changed(&mut self, index: usize, reply: &Reply) -> Result<()> {
        let task = &mut self.ledger.plain[index];
        task.version += 1;
        if reply["version"] != task.version {
            bail!("`{}` has version {}, not {}", task.title, reply["version"], task.version);
        }
        Ok(())
    }

    fn create_series(&mut self) -> Result<()> {
        let title = format!("{} series {}", self.ledger.user, self.ledger.series.len());
        let body = json!({
            "title": title, "due": { "date": "2020-01-01" },
            "repeat": { "rule": "FREQ=DAILY", "mode": "every" },
        });
        let task = self.write("POST", "/api/v1/tasks", &body, 201)?;
        self.ledger.series.push(Series {
            id: text(&task, "series_id"),
            title,
            current: text(&task, "id"),
            occurrence: 1,
            done: Default::default(),
        });
        Ok(())
    }

    fn on_series(&mut self) -> Result<()> {
        if self.ledger.series.is_empty() {
            return self.create_series();
        }
        let index = self.rng.random_range(0..self.ledger.series.len());
        if self.ledger.series[index].waits() {
            return self.move_on(index);
        }
        self.finish(index)?;
        // Some change their mind, whether or not the next instance has come by then. What comes in
        // the end has to be made from what the task was at its last completion.
        if self.rng.random_bool(0.3) {
            let series = &self.ledger.series[index];
            let (path, occurrence) = (path(&series.current), series.occurrence);
            self.write("POST", &format!("{path}:reopen"), &Value::Null, 200)?;
            self.ledger.series[index].done.remove(&occurrence);
            let title = format!("{} again {}", self.ledger.user, self.requests);
            self.write("PATCH", &path, &json!({ "title": title }), 200)?;
            self.ledger.series[index].title = title;
            self.finish(index)?;
        }
        Ok(())
    }

    fn finish(&mut self, index: usize) -> Result<()> {
        let path = format!("{}:complete", path(&self.ledger.series[index].current));
        self.write("POST", &path, &Value::Null, 200)?;
        let series = &mut self.ledger.series[index];
        series.done.insert(series.occurrence, series.title.clone());
        Ok(())
    }

    /// Goes to the next instance, if it is there and the server too.
    fn move_on(&mut self, index: usize) -> Result<()> {
        let path = |id: &str| format!("/api/v1/tasks/{id}");
        let client = &self.client;
        let series = &mut self.ledger.series[index];
        let Ok(done) = client.get(&path(&series.current)) else { return Ok(()) };
        let Some(next_id) = done["next_id"].as_str() else { return Ok(()) };
        let Ok(next) = client.get(&path(next_id)) else { return Ok(()) };
        if next.status != 200 {
            return Ok(());
        }
        next_id.clone_into(&mut series.current);
        series.occurrence += 1;
        let expected = &series.title;
        ensure!(next["title"] == expected.as_str(), "not made from `{expected}`: {next}");
        Ok(())
    }

    /// Sends a write until it is answered, always under the same key.
    fn write(&mut self, method: &str, path: &str, body: &Value, status: u16) -> Result<Reply> {
        self.requests += 1;
        let key = format!("{}-{}", self.requests, self.rng.random::<u64>());
        let deadline = Instant::now() + ANSWERED_WITHIN;
        loop {
            let request = self.client.request(method, path).header("idempotency-key", &key);
            let request = if body.is_null() { request } else { request.json(body) };
            match request.send() {
                Ok(reply) if reply.status == 503 => {}
                Ok(reply) => {
                    let reply = reply.expect(status)?;
                    self.ledger.acknowledged += 1;
                    let replayed = reply.header("idempotency-replayed").is_some();
                    self.ledger.replayed += u64::from(replayed);
                    return Ok(reply);
                }
                Err(_) => self.ledger.cut += 1,
            }
            if Instant::now() > deadline || self.stop.at_once.load(Ordering::Relaxed) {
                bail!("{method} {path} was not answered within {ANSWERED_WITHIN:?}");
            }
            thread::sleep(SEND_AGAIN);
        }
    }
}

fn text(reply: &Reply, field: &str) -> String {
    reply[field].as_str().unwrap_or_default().to_owned()
}

fn path(id: &str) -> String {
    format!("/api/v1/tasks/{id}")
}
