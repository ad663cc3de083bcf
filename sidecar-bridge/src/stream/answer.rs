//! `GET /api/v1/stream`: the request's place in the log, and the answer that goes on for ever.

use std::{convert::Infallible, time::Duration};

use axum::response::{
    IntoResponse as _, Response,
    sse::{Event, KeepAlive, Sse},
};
use futures_util::{StreamExt as _, stream};
use http::{HeaderMap, HeaderName, HeaderValue};

use super::Live;

/// The header with which a client comes back.
const LAST_EVENT_ID: &str = "last-event-id";
/// A comment so often, so that proxies keep the connection and both sides see when it is gone.
const HEARTBEAT_EVERY: Duration = Duration::from_secs(15);
/// Clients come back after so long, if they are cut off.
const RETRY_AFTER: Duration = Duration::from_secs(2);

/// What the client says about its place in the log makes no sense.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SinceError {
    /// The header.
    #[error("`Last-Event-ID` has to be the id of an event of this stream, a whole number")]
    LastEventId,
    /// The parameter.
    #[error("`since` has to be the id of an event of this stream, a whole number")]
    Since,
}

/// Reads `Last-Event-ID`, or else the parameter `since`: `seq` of the last event that the client has.
/// Without either, the stream begins now.
pub fn since(headers: &HeaderMap, parameter: Option<&str>) -> Result<Option<u64>, SinceError> {
    match (headers.get(LAST_EVENT_ID), parameter) {
        (Some(id), _) => id.to_str().ok().and_then(seq).map(Some).ok_or(SinceError::LastEventId),
        (None, Some(parameter)) => seq(parameter).map(Some).ok_or(SinceError::Since),
        (None, None) => Ok(None),
    }
}

/// Plain digits only: `+5` is no id.
fn seq(text: &str) -> Option<u64> {
    text.bytes().all(|byte| byte.is_ascii_digit()).then(|| text.parse().ok()).flatten()
}

/// The answer that passes on what `live` gives, for as long as the client may see it.
pub fn answer(live: Live, time_left: Duration) -> Response {
    // Something has to be sent at once, or clients and proxies wait for the head of the answer.
    let hello = stream::iter([Event::default().comment("taskloom").retry(RETRY_AFTER)]);
    let events = stream::unfold(live, |mut live| async {
        live.next().await.map(|frame| (frame.event.clone(), live))
    });
    let heartbeat = KeepAlive::new().interval(HEARTBEAT_EVERY);
    // A client whose token is over comes back with another one, and with its place in the log.
    let over = tokio::time::sleep(time_left);
    let events = hello.chain(events).take_until(over).map(Ok::<_, Infallible>);
    let mut response = Sse::new(events).keep_alive(heartbeat).into_response();
    response
        .headers_mut()
        .insert(HeaderName::from_static("x-accel-buffering"), HeaderValue::from_static("no"));
    response
}
