//! What cases run against: base URLs, users with tokens, and patience.

use std::{
    fmt::{Debug, Display},
    thread,
    time::{Duration, Instant, SystemTime},
};

use anyhow::{Context, Result, bail, ensure};
use chrono::{DateTime, Utc};
use serde_json::Value;
use uuid::Uuid;

use crate::{Client, Reply, Signer, Stream};

/// How long [`eventually`] waits.
const PATIENCE: Duration = Duration::from_secs(15);
const LOOK_AGAIN: Duration = Duration::from_millis(10);

/// Makes a good token for a user.
pub type Mint = Box<dyn Fn(&str) -> Result<String> + Send + Sync>;

/// A host under test.
pub struct World {
    /// Base URL of the API.
    pub api: String,
    /// Base URL of the live stream.
    pub events: String,
    /// Makes good tokens.
    pub mint: Mint,
    /// Makes bad ones.
    pub signer: Signer,
}

impl World {
    /// A user whom nobody else knows, so that cases do not meet.
    pub fn user(&self) -> Result<User> {
        let name = format!("user-{}", Uuid::now_v7().simple());
        let token = (self.mint)(&name).context("no token")?;
        let client = Client::new(&self.api, Some(&token));
        Ok(User { name, token, client, events: self.events.clone() })
    }

    /// A client without a token.
    pub fn stranger(&self) -> Client {
        Client::new(&self.api, None)
    }
}

/// A user with a token.
#[derive(Debug, Clone)]
pub struct User {
    /// `sub` of the token.
    pub name: String,
    /// A good token.
    pub token: String,
    /// Sends requests with it.
    pub client: Client,
    events: String,
}

impl User {
    /// Creates a task and returns it.
    pub fn create(&self, task: &Value) -> Result<Value> {
        Ok(self.client.post("/api/v1/tasks", task)?.expect(201)?.json)
    }

    /// A task as it is now.
    pub fn task(&self, id: &Value) -> Result<Value> {
        Ok(self.client.get(&path(id))?.expect(200)?.json)
    }

    /// Changes a task and returns it.
    pub fn patch(&self, id: &Value, patch: &Value) -> Result<Value> {
        Ok(self.client.patch(&path(id), patch)?.expect(200)?.json)
    }

    /// Completes a task and returns it.
    pub fn complete(&self, id: &Value) -> Result<Value> {
        Ok(self.act(id, "complete")?.expect(200)?.json)
    }

    /// Opens a task again and returns it.
    pub fn reopen(&self, id: &Value) -> Result<Value> {
        Ok(self.act(id, "reopen")?.expect(200)?.json)
    }

    /// `POST /api/v1/tasks/{id}:{verb}`.
    pub fn act(&self, id: &Value, verb: &str) -> Result<Reply> {
        self.client.request("POST", &format!("{}:{verb}", path(id))).send()
    }

    /// One page of tasks; `query` without its question mark.
    pub fn list(&self, query: &str) -> Result<Value> {
        Ok(self.client.get(&format!("/api/v1/tasks?{query}"))?.expect(200)?.json)
    }

    /// Titles of a page, in its order.
    pub fn titles(&self, query: &str) -> Result<Vec<String>> {
        let page = self.list(query)?;
        let items = page["items"].as_array().context("no `items`")?;
        Ok(items.iter().map(|item| item["title"].as_str().unwrap_or_default().to_owned()).collect())
    }

    /// The next instance of a series, once it exists.
    pub fn next_instance(&self, done: &Value) -> Result<Value> {
        eventually("the next instance", || {
            let task = self.task(&done["id"])?;
            if task["next_id"].is_null() { Ok(None) } else { self.task(&task["next_id"]).map(Some) }
        })
    }

    /// A live stream of what comes from now on, or after the event that the client has.
    pub fn stream(&self, last_event_id: Option<u64>) -> Result<Stream> {
        Stream::open(&self.events, &self.token, last_event_id)
    }
}

/// Where a task lives.
fn path(id: &Value) -> String {
    format!("/api/v1/tasks/{}", id.as_str().unwrap_or_default())
}

/// Looks again and again until there is something, or patience ends.
pub fn eventually<T>(what: &str, mut look: impl FnMut() -> Result<Option<T>>) -> Result<T> {
    let deadline = Instant::now() + PATIENCE;
    loop {
        if let Some(found) = look().with_context(|| what.to_owned())? {
            return Ok(found);
        }
        if Instant::now() > deadline {
            bail!("{what} did not come within {PATIENCE:?}");
        }
        thread::sleep(LOOK_AGAIN);
    }
}

/// Checks that two values are the same.
pub fn same<A, B>(what: impl Display, actual: A, expected: B) -> Result<()>
where
    A: PartialEq<B> + Debug,
    B: Debug,
{
    ensure!(actual == expected, "{what}: expected {expected:?}, got {actual:?}");
    Ok(())
}

/// The time of this machine.
pub fn now() -> DateTime<Utc> {
    SystemTime::now().into()
}
