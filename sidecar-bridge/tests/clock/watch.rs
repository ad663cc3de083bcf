//! What a client of the stream sees of reminders, and when by its own clock.

use anyhow::{Context, Result};
use chrono::{DateTime, Utc};
use conformance::{Event, now};
use serde_json::Value;

use crate::rig::{End, follow};

/// A reminder that came.
#[derive(Debug, Clone)]
pub(crate) struct Seen {
    /// Which user.
    pub(crate) user: usize,
    pub(crate) reminder_id: String,
    /// When it fired, as it says.
    pub(crate) fired_at: DateTime<Utc>,
    pub(crate) late_by_ms: u64,
    /// When it was here.
    pub(crate) arrived_at: DateTime<Utc>,
    pub(crate) digest: Option<Digest>,
}

/// Its place among others that were late.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Digest {
    pub(crate) id: String,
    pub(crate) size: u64,
    pub(crate) position: u64,
}

/// Watches the stream of a user to its end; `came` is told of every reminder.
pub(crate) fn watch(
    base: &str,
    (user, token): (usize, &str),
    end: &End,
    came: impl Fn(),
) -> Result<Vec<Seen>> {
    let mut seen = Vec::new();
    follow(base, token, end, |event| {
        if event.name == "reminder.trigger" {
            seen.push(read(user, &event, now()));
            came();
        }
    });
    seen.into_iter().collect()
}

fn read(user: usize, event: &Event, arrived_at: DateTime<Utc>) -> Result<Seen> {
    let payload = event.payload();
    let text =
        |value: &Value| Ok::<_, anyhow::Error>(value.as_str().context("no text")?.to_owned());
    let number = |value: &Value| value.as_u64().context("no number");
    let digest = |digest: &Value| {
        let (size, position) = (number(&digest["size"])?, number(&digest["position"])?);
        Ok::<_, anyhow::Error>(Digest { id: text(&digest["id"])?, size, position })
    };
    Ok(Seen {
        user,
        reminder_id: text(&payload["reminder_id"])?,
        fired_at: text(&event.data["timestamp"])?.parse()?,
        late_by_ms: number(&payload["late_by_ms"])?,
        arrived_at,
        digest: payload.get("digest").map(digest).transpose()?,
    })
}
