//! `GET /api/v1/tasks/{id}/history`: every change, oldest first. The history of a deleted task stays.

use chrono::{DateTime, Utc};
use guest::{Code, Problem, Response};
use serde::Serialize;
use serde_json::Value;
use store::{HistoryEntry, Sql};
use uuid::Uuid;

use crate::{
    answer::Answer,
    call::{Call, no_such_task},
    query::Query,
};

const LIMIT_MAX: u32 = 200;
const LIMIT_DEFAULT: u32 = 50;

#[derive(Serialize)]
struct History {
    items: Vec<Entry>,
    next_cursor: Option<String>,
}

#[derive(Serialize)]
struct Entry {
    seq: u64,
    timestamp: DateTime<Utc>,
    event_type: String,
    actor: String,
    correlation_id: String,
    changes: Value,
}

pub(super) fn history<S: Sql>(call: &Call<'_, S>, id: &str) -> Result<Response, Problem> {
    let query = Query::read(call.request, &["limit", "cursor"])?;
    let limit = query.number("limit", 1, LIMIT_MAX, LIMIT_DEFAULT)?;
    let after_seq = match query.one("cursor")? {
        None => 0,
        Some(cursor) => cursor.parse().map_err(|_| {
            let detail = "the cursor is not one that a page gave";
            Problem::at(Code::InvalidCursor, "cursor", detail)
        })?,
    };
    let id = Uuid::parse_str(id).map_err(|_| no_such_task())?;

    // One more than asked for tells whether there is a next page.
    let mut entries = call.store().history(&call.user_id, id, after_seq, limit + 1)?;
    if entries.is_empty() && after_seq == 0 {
        return Err(no_such_task());
    }
    let has_more = entries.len() > limit as usize;
    entries.truncate(limit as usize);
    let next_cursor = entries.last().filter(|_| has_more).map(|last| last.seq.to_string());
    let items = entries.into_iter().map(Into::into).collect();
    Ok(Answer::json(&History { items, next_cursor }).into())
}

impl From<HistoryEntry> for Entry {
    fn from(entry: HistoryEntry) -> Self {
        Self {
            seq: entry.seq,
            timestamp: entry.timestamp,
            event_type: entry.event_type,
            actor: entry.actor,
            correlation_id: entry.correlation_id,
            changes: entry.changes,
        }
    }
}
