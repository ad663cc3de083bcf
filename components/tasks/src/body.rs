//! Bodies: how long, of which kind, in which alphabet. What is in them is read by `events`.

use guest::{BODY_MAX_BYTES, Code, INTERNAL_BODY_MAX_BYTES, Problem, Request};
use http::header::CONTENT_TYPE;

/// What a plain JSON route takes.
pub(crate) const JSON: &[&str] = &["application/json"];

/// What `PATCH` takes.
pub(crate) const JSON_OR_PATCH: &[&str] = &["application/merge-patch+json", "application/json"];

/// The body of a route that takes JSON, read by `parse`.
pub(crate) fn read<T>(
    request: &Request,
    types: &[&str],
    parse: impl FnOnce(&[u8]) -> Result<T, events::FieldError>,
) -> Result<T, Problem> {
    check_length(request)?;
    check_type(request, types)?;
    let body = request.body();
    let text = std::str::from_utf8(body).map_err(|error| {
        let at = error.valid_up_to();
        Problem::new(Code::BodyNotUtf8, format!("byte {at} of the body is not UTF-8"))
    })?;
    // Only a body that was refused is looked at twice, to tell bad JSON from a bad field.
    parse(body).map_err(|refused| match serde_json::from_str::<serde::de::IgnoredAny>(text) {
        Ok(_) => refused.into(),
        Err(error) => Problem::new(Code::BodyNotJson, format!("the body is not JSON: {error}")),
    })
}

/// For routes that take no body; `{}` is none as well.
pub(crate) fn refuse(request: &Request) -> Result<(), Problem> {
    check_length(request)?;
    match request.body().trim_ascii() {
        b"" | b"{}" => Ok(()),
        _ => Err(Problem::new(Code::InvalidField, "this route takes no body")),
    }
}

fn check_length(request: &Request) -> Result<(), Problem> {
    let max = max_bytes(request.uri().path());
    if request.body().len() <= max {
        return Ok(());
    }
    Err(Problem::new(Code::BodyTooLong, format!("a body has at most {max} bytes")))
}

/// How long a body this path takes. What the bridge sends can hold more than what a person may send:
/// the effects of an event carry the task that the event is about.
pub(crate) fn max_bytes(path: &str) -> usize {
    if path.starts_with("/internal/") { INTERNAL_BODY_MAX_BYTES } else { BODY_MAX_BYTES }
}

fn check_type(request: &Request, types: &[&str]) -> Result<(), Problem> {
    let given = request.headers().get(CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let (essence, parameters) = given.map_or(("", ""), |g| g.split_once(';').unwrap_or((g, "")));
    let is_taken = types.iter().any(|taken| essence.trim().eq_ignore_ascii_case(taken));
    if is_taken && charset(parameters).is_none_or(|name| name.eq_ignore_ascii_case("utf-8")) {
        return Ok(());
    }
    let detail = format!("send `content-type: {}` in UTF-8", types.join("` or `content-type: "));
    Err(Problem::at(Code::ContentType, CONTENT_TYPE.as_str(), detail))
}

fn charset(parameters: &str) -> Option<&str> {
    parameters.split(';').find_map(|parameter| {
        let (name, value) = parameter.split_once('=')?;
        name.trim().eq_ignore_ascii_case("charset").then(|| value.trim().trim_matches('"'))
    })
}
