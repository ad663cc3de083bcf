//! What operators do with dead letters. They hold what people wrote, so all of it needs a token that
//! the key of the data folder signed for this purpose.

use std::sync::Arc;

use axum::{
    Json, Router,
    extract::{Path, Query, Request, State, rejection::QueryRejection},
    middleware::{self, Next},
    response::{IntoResponse, Response},
    routing::{delete, get, post},
};
use chrono::{DateTime, SecondsFormat, Utc};
use http::{StatusCode, header};
use serde::Deserialize;
use serde_json::{Value, json};
use store::{DeadLetter, SqlError};
use tokio::sync::Notify;

use crate::{
    clock::Clock,
    database::{Storage, operator_text},
    dead_letters,
    keys::Keys,
    problem::Problem,
};

/// Letters that one answer lists, unless asked for another number.
const LIST_ROWS: u32 = 100;
/// Letters that one answer lists at most.
const LIST_ROWS_MAX: u32 = 1000;

/// What the routes need of the rest.
pub struct DeadLetters {
    /// Where the letters are.
    pub storage: Storage,
    /// Checks the tokens of operators.
    pub keys: Arc<Keys>,
    /// Says what time it is.
    pub clock: Arc<dyn Clock>,
    /// Wakes who hands letters over again.
    pub asked: Arc<Notify>,
}

type Shared = State<Arc<DeadLetters>>;

/// Why an operator does not get what was asked for.
struct Refused(Problem, String);

impl IntoResponse for Refused {
    fn into_response(self) -> Response {
        let Self(problem, detail) = self;
        problem.answer(&detail)
    }
}

impl From<SqlError> for Refused {
    fn from(error: SqlError) -> Self {
        let text = operator_text(&error);
        tracing::warn!(error = text, "the dead letters could not be reached");
        Self(Problem::StoreBusy, error.to_string())
    }
}

pub(super) fn routes(letters: DeadLetters) -> Router {
    let letters = Arc::new(letters);
    Router::new()
        .route("/dead-letters", get(list))
        .route("/dead-letters/{id}", delete(drop_one).get(one))
        .route("/dead-letters/{id}/replay", post(replay))
        .layer(middleware::from_fn_with_state(Arc::clone(&letters), operators_only))
        .with_state(letters)
}

/// A letter as it is shown, here and by the command line.
pub(crate) fn shown(letter: &DeadLetter) -> Value {
    json!({
        "id": letter.id,
        "consumer": letter.consumer,
        "event_id": letter.event_id,
        "user_id": letter.user_id,
        "topic": letter.topic,
        "reason": letter.reason,
        "at": time(letter.at_ms),
        "replay_at": letter.replay_at_ms.map(time),
        "source": {
            "seq": letter.source_seq,
            "topic": letter.source_topic,
            "partition": letter.source_partition,
            "offset": letter.source_offset,
        },
        "event": serde_json::from_str(&letter.envelope).unwrap_or(Value::Null),
    })
}

fn time(ms: i64) -> Option<String> {
    let time = DateTime::<Utc>::from_timestamp_millis(ms)?;
    Some(time.to_rfc3339_opts(SecondsFormat::Millis, true))
}

async fn operators_only(State(letters): Shared, request: Request, next: Next) -> Response {
    let value = request.headers().get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
    let token = value.and_then(|value| value.strip_prefix("Bearer "));
    let Some(token) = token else {
        let detail = "send `Authorization: Bearer <token>`; `taskloom token --admin` prints one";
        return Problem::TokenMissing.answer(detail);
    };
    match letters.keys.operator(token, letters.clock.now()) {
        Ok(()) => next.run(request).await,
        Err(refused) => Problem::TokenInvalid.answer(&refused.to_string()),
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ListQuery {
    limit: Option<u32>,
}

async fn list(
    State(letters): Shared,
    query: Result<Query<ListQuery>, QueryRejection>,
) -> Result<Json<Value>, Refused> {
    let limit = match query {
        Ok(Query(ListQuery { limit })) => limit.unwrap_or(LIST_ROWS),
        Err(_) => 0,
    };
    if !(1..=LIST_ROWS_MAX).contains(&limit) {
        let detail = format!("the query takes `limit`, 1 to {LIST_ROWS_MAX}");
        return Err(Refused(Problem::InvalidParameter, detail));
    }
    let found = letters.storage.read(move |store| store.dead_letters(limit)).await?;
    Ok(Json(json!({ "items": found.iter().map(shown).collect::<Vec<_>>() })))
}

async fn one(State(letters): Shared, Path(id): Path<String>) -> Result<Json<Value>, Refused> {
    let id = number(&id)?;
    let found = letters.storage.read(move |store| store.dead_letter(id)).await?;
    Ok(Json(shown(&found.ok_or_else(|| gone(id))?)))
}

async fn replay(State(letters): Shared, Path(id): Path<String>) -> Result<Response, Refused> {
    let (id, now) = (number(&id)?, letters.clock.now());
    match dead_letters::request(&letters.storage, id, now).await? {
        dead_letters::Requested::Taken(letter) => {
            letters.asked.notify_one();
            Ok((StatusCode::ACCEPTED, Json(shown(&letter))).into_response())
        }
        dead_letters::Requested::Gone => Err(gone(id)),
        dead_letters::Requested::Notification => {
            Err(Refused(Problem::NotReplayed, dead_letters::NOTIFICATIONS_STAY.to_owned()))
        }
    }
}

async fn drop_one(State(letters): Shared, Path(id): Path<String>) -> Result<Response, Refused> {
    let id = number(&id)?;
    match letters.storage.write(move |store| store.drop_dead_letter(id)).await? {
        true => Ok(StatusCode::NO_CONTENT.into_response()),
        false => Err(gone(id)),
    }
}

fn number(id: &str) -> Result<u64, Refused> {
    id.parse()
        .map_err(|_| Refused(Problem::InvalidParameter, "the id has to be a number".to_owned()))
}

fn gone(id: u64) -> Refused {
    Refused(Problem::DeadLetterNotFound, format!("there is no dead letter {id}"))
}
