//! HTTP <-> `taskloom:plugin/event-handler`: what makes a component of a handler plugin.
//!
//! Each handler is composed with a copy of this one, so that a plugin needs neither HTTP nor tokens.
//! Only the bridge is let in. [`respond`] is the whole adapter as a function of plain values, so that
//! tests run it natively; only `component` knows Spin and WIT.

#[cfg(target_arch = "wasm32")]
mod component;
mod wish;

use events::{RawEnvelope, effect::Failure, plugin};
use guest::{Code, INTERNAL_BODY_MAX_BYTES, Problem, Request, Response, Scope, tokens::Verifier};
use http::{
    HeaderValue, Method,
    header::{ALLOW, CONTENT_TYPE},
};
use serde::Serialize;

pub use wish::{Place, Wish};

/// On the wire the same as [`events::effect::HandlerReply`].
#[derive(Serialize)]
struct Reply {
    effects: Vec<Wish>,
}

/// Lets `handler` handle the event in the body and answers with its effects, or with a problem: 422
/// for an event that can never be handled, 503 for one that may be sent again.
pub fn respond(
    request: &Request,
    scope: &Scope,
    verifier: &Verifier,
    handler: impl FnOnce(&RawEnvelope) -> Result<Vec<Wish>, Failure>,
) -> Response {
    match reply(request, scope, verifier, handler) {
        Ok(reply) => scope.seal(json(&reply)),
        Err(problem) => scope.refuse(problem),
    }
}

fn reply(
    request: &Request,
    scope: &Scope,
    verifier: &Verifier,
    handler: impl FnOnce(&RawEnvelope) -> Result<Vec<Wish>, Failure>,
) -> Result<Reply, Problem> {
    verifier.bridge_to_handler(request.headers(), scope.now)?;
    let effects = handler(&envelope(request)?).map_err(|failure| match failure {
        Failure::Invalid(why) => Problem::new(Code::EventRefused, why),
        Failure::TryLater(why) => Problem::new(Code::HandlerTryLater, why),
    })?;
    Ok(Reply { effects })
}

fn envelope(request: &Request) -> Result<RawEnvelope, Problem> {
    if request.method() != Method::POST {
        return Err(Problem::new(Code::MethodNotAllowed, "events are sent by POST")
            .with_header(ALLOW, HeaderValue::from_static("POST")));
    }
    let content_type = request.headers().get(CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let essence = content_type.and_then(|value| value.split(';').next()).unwrap_or_default();
    if !essence.trim().eq_ignore_ascii_case("application/json") {
        let detail = "send `content-type: application/json`";
        return Err(Problem::at(Code::ContentType, CONTENT_TYPE.as_str(), detail));
    }
    if request.body().len() > INTERNAL_BODY_MAX_BYTES {
        let detail = format!("an envelope has at most {INTERNAL_BODY_MAX_BYTES} bytes");
        return Err(Problem::new(Code::BodyTooLong, detail));
    }
    Ok(RawEnvelope::parse_raw(request.body())?)
}

fn json(reply: &Reply) -> Response {
    let mut response = Response::new(plugin::json(reply).into_bytes());
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    response
}

#[cfg(test)]
mod tests;
