//! Users at work: they create what they want to be reminded of, change some of it, and write down
//! what they were told.

use std::{
    sync::atomic::{AtomicBool, AtomicUsize, Ordering},
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, bail, ensure};
use chrono::{DateTime, SecondsFormat, TimeDelta, Utc};
use conformance::{Reply, User, now};
use serde_json::{Value, json};

use crate::plan::{Way, Wish};

/// Longer than a killed server may take to be back.
const ANSWERED_WITHIN: Duration = Duration::from_secs(60);
const SEND_AGAIN: Duration = Duration::from_millis(5);

/// A reminder that was acknowledged.
#[derive(Debug, Clone)]
pub(crate) struct Asked {
    pub(crate) reminder_id: String,
    pub(crate) fire_at: DateTime<Utc>,
    /// When the server had said that it knows. It cannot fire in time if that is later.
    pub(crate) known_at: DateTime<Utc>,
    /// Whether it has to fire; `None` when it was called off too late to tell.
    pub(crate) fires: Option<bool>,
}

/// What users want, handed out one after the other.
pub(crate) struct Wishes<'a> {
    wishes: &'a [Wish],
    users: &'a [User],
    next: AtomicUsize,
    given_up: AtomicBool,
}

impl<'a> Wishes<'a> {
    pub(crate) fn new(wishes: &'a [Wish], users: &'a [User]) -> Self {
        Self { wishes, users, next: AtomicUsize::new(0), given_up: AtomicBool::new(false) }
    }

    /// The server is gone: nobody waits for it any more.
    pub(crate) fn give_up(&self) {
        self.given_up.store(true, Ordering::Relaxed);
    }

    /// Works until there are no more of them.
    pub(crate) fn work(&self) -> Result<Vec<Asked>> {
        let mut asked = Vec::new();
        loop {
            let number = self.next.fetch_add(1, Ordering::Relaxed);
            let Some(wish) = self.wishes.get(number) else { return Ok(asked) };
            while now() < wish.not_before {
                ensure!(!self.given_up.load(Ordering::Relaxed), "the server is gone");
                thread::sleep(Duration::from_millis(20));
            }
            asked.extend(self.ask(number, wish).with_context(|| format!("{wish:?}"))?);
        }
    }

    fn ask(&self, number: usize, wish: &Wish) -> Result<Vec<Asked>> {
        let title = format!("wish {number}");
        let (mut body, mut task_path) = (body(wish), "/api/v1/tasks".to_owned());
        body["title"] = title.into();
        let user = &self.users[wish.user];
        let mut task = self.write(user, "POST", &task_path, number, &body, 201)?;
        task_path = format!("{task_path}/{}", task["id"].as_str().context("no id")?);
        if let Way::Moved(by) = wish.way {
            let due = due(wish, TimeDelta::zero());
            task = self.write(user, "PATCH", &task_path, number, &json!({ "due": due }), 200)?;
            ensure!(now() < wish.fire_at[0] + by, "too slow to move it before it fires");
        }
        let mut fires = Some(true);
        if wish.way == Way::Completed {
            let path = format!("{task_path}:complete");
            self.write(user, "POST", &path, number, &Value::Null, 200)?;
            fires = if now() < wish.fire_at[0] { Some(false) } else { None };
        }
        let known_at = now();
        let told = task["reminders"].as_array().context("no reminders")?;
        ensure!(told.len() == wish.fire_at.len(), "told of {} reminders", told.len());
        let asked = |(reminder, fire_at): (&Value, &DateTime<Utc>)| {
            let told: DateTime<Utc> = reminder["fire_at"].as_str().context("no time")?.parse()?;
            ensure!(told == *fire_at, "asked for {fire_at}, told {told}");
            let reminder_id = reminder["id"].as_str().context("no id")?.to_owned();
            Ok(Asked { reminder_id, fire_at: *fire_at, known_at, fires })
        };
        told.iter().zip(&wish.fire_at).map(asked).collect()
    }

    /// Sends a write until it is answered, always under the same key.
    fn write(
        &self,
        user: &User,
        method: &str,
        path: &str,
        number: usize,
        body: &Value,
        status: u16,
    ) -> Result<Reply> {
        let key = format!("{method}-{number}-{}", path.len());
        let deadline = Instant::now() + ANSWERED_WITHIN;
        loop {
            let request = user.client.request(method, path).header("idempotency-key", &key);
            let request = if body.is_null() { request } else { request.json(body) };
            match request.send() {
                Ok(reply) if reply.status != 503 => return reply.expect(status),
                _ if self.given_up.load(Ordering::Relaxed) => bail!("the server is gone"),
                _ if Instant::now() > deadline => bail!("no answer within {ANSWERED_WITHIN:?}"),
                _ => thread::sleep(SEND_AGAIN),
            }
        }
    }
}

/// The task as it is created.
fn body(wish: &Wish) -> Value {
    let before = |at: &DateTime<Utc>| {
        let last = wish.fire_at[wish.fire_at.len() - 1];
        json!({ "before": format!("PT{}S", (last - *at).num_seconds()) })
    };
    match wish.way {
        Way::Moments | Way::Completed => {
            let moments = wish.fire_at.iter().map(|at| json!({ "at": text(*at) }));
            json!({ "reminders": moments.collect::<Vec<_>>() })
        }
        Way::BeforeDue | Way::Moved(_) => {
            let by = if let Way::Moved(by) = wish.way { by } else { TimeDelta::zero() };
            let reminders: Vec<_> = wish.fire_at.iter().map(before).collect();
            json!({ "due": due(wish, by), "reminders": reminders })
        }
    }
}

/// The last reminder fires at the due time.
fn due(wish: &Wish, by: TimeDelta) -> Value {
    json!({ "at": text(wish.fire_at[wish.fire_at.len() - 1] + by), "time_zone": "UTC" })
}

fn text(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::Millis, true)
}
