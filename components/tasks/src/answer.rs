//! Answers as values: made once, sent, and kept under the idempotency key of the request.

use domain::{change::IdempotencyRecord, task::Task};
use events::api::TaskSnapshot;
use guest::{Problem, Response};
use http::{
    HeaderName, HeaderValue, StatusCode,
    header::{CONTENT_TYPE, ETAG, LOCATION},
};
use serde::Serialize;
use store::Sql;
use uuid::Uuid;

use crate::{call::Call, condition};

/// Says that an answer was given before.
const REPLAYED: HeaderName = HeaderName::from_static("idempotency-replayed");

/// An answer that is no refusal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Answer {
    status: StatusCode,
    etag: Option<String>,
    location: Option<String>,
    body: String,
}

#[derive(Serialize)]
struct TaskAnswer {
    #[serde(flatten)]
    task: TaskSnapshot,
    /// The next instance of the series, once there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    next_id: Option<Uuid>,
}

impl Answer {
    /// 200 with a body.
    pub(crate) fn json(body: &impl Serialize) -> Self {
        // Plain shapes with string keys always serialise.
        let body = serde_json::to_string(body).unwrap_or_default();
        Self { status: StatusCode::OK, etag: None, location: None, body }
    }

    /// 200 with a task, its `ETag` and, once it exists, the id of the next instance.
    pub(crate) fn task<S: Sql>(call: &Call<'_, S>, task: &Task) -> Result<Self, Problem> {
        let next_id = next_id(call, task)?;
        let etag = Some(condition::etag(task));
        Ok(Self { etag, ..Self::json(&TaskAnswer { task: task.into(), next_id }) })
    }

    /// 201 with a new task and where it lives.
    pub(crate) fn created(task: &Task) -> Self {
        Self::created_as(task, &TaskAnswer { task: task.into(), next_id: None })
    }

    /// 201 with a new task inside of `body`, and where it lives.
    pub(crate) fn created_as(task: &Task, body: &impl Serialize) -> Self {
        Self {
            status: StatusCode::CREATED,
            etag: Some(condition::etag(task)),
            location: Some(format!("/api/v1/tasks/{}", task.id)),
            ..Self::json(body)
        }
    }

    /// 204.
    pub(crate) fn empty() -> Self {
        Self { status: StatusCode::NO_CONTENT, etag: None, location: None, body: String::new() }
    }

    /// 304: the client has it already.
    pub(crate) fn not_modified(task: &Task) -> Self {
        let etag = Some(condition::etag(task));
        Self { status: StatusCode::NOT_MODIFIED, etag, ..Self::empty() }
    }

    /// As it is kept for a repetition of the request.
    pub(crate) fn record(&self, key: String, request_hash: String) -> IdempotencyRecord {
        IdempotencyRecord {
            key,
            request_hash,
            status: self.status.as_u16(),
            etag: self.etag.clone(),
            location: self.location.clone(),
            body: self.body.clone(),
        }
    }

    /// The answer that was given before.
    pub(crate) fn replay(record: IdempotencyRecord) -> Response {
        let mut response = Response::from(Self {
            status: StatusCode::from_u16(record.status).unwrap_or(StatusCode::OK),
            etag: record.etag,
            location: record.location,
            body: record.body,
        });
        response.headers_mut().insert(REPLAYED, HeaderValue::from_static("true"));
        response
    }
}

impl From<Answer> for Response {
    fn from(answer: Answer) -> Self {
        let has_body = !answer.body.is_empty();
        let mut response = Self::new(answer.body.into_bytes());
        *response.status_mut() = answer.status;
        let headers = response.headers_mut();
        if has_body {
            headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        }
        for (name, value) in [(ETAG, answer.etag), (LOCATION, answer.location)] {
            if let Some(value) = value.and_then(|value| HeaderValue::try_from(value).ok()) {
                headers.insert(name, value);
            }
        }
        response
    }
}

/// Only a task that is done can have a next instance, and only in a series.
fn next_id<S: Sql>(call: &Call<'_, S>, task: &Task) -> Result<Option<Uuid>, Problem> {
    let (Some(series), Some(_)) = (&task.series, task.completed_at) else { return Ok(None) };
    let next = call.store().child_of(&call.user_id, series.id, series.occurrence + 1)?;
    Ok(next.filter(|next| next.deleted_at.is_none()).map(|next| next.id))
}
