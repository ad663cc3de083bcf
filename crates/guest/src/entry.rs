//! From Spin's request to a plain one and back, reading no more of a body than may be there.

use http::{HeaderName, HeaderValue, Uri};
use spin_sdk::http::{
    Fields, IncomingRequest, Method, OutgoingBody, OutgoingResponse, ResponseOutparam,
};

use wasi::io::streams::StreamError;

use crate::{Code, Problem, Request, Response};

/// Reads the request, asks `handler` and sends its answer. `body_max_bytes` says how long a body the
/// path takes; a longer one arrives with just one byte too many, for the handler to refuse. One that
/// breaks off is refused here: a part must not be taken for the whole.
pub fn serve(
    incoming: IncomingRequest,
    out: ResponseOutparam,
    body_max_bytes: impl FnOnce(&str) -> usize,
    handler: impl FnOnce(Request) -> Response,
) {
    let response = match request(incoming, body_max_bytes) {
        Some(request) => handler(request),
        None => Problem::new(Code::BodyNotJson, "the body breaks off").into_response(),
    };
    send(out, response);
}

/// `None` when its body did not come whole.
fn request(
    incoming: IncomingRequest,
    body_max_bytes: impl FnOnce(&str) -> usize,
) -> Option<Request> {
    let method = method(incoming.method());
    let target = incoming.path_with_query().unwrap_or_default();
    let uri = Uri::try_from(target).unwrap_or_default();
    let headers = incoming.headers().entries();
    let has_body = !matches!(method, http::Method::GET | http::Method::HEAD);

    let bytes = if has_body { body(incoming, body_max_bytes(uri.path()))? } else { Vec::new() };
    let mut request = Request::new(bytes);
    *request.method_mut() = method;
    *request.uri_mut() = uri;
    for (name, value) in headers {
        if let (Ok(name), Ok(value)) = (HeaderName::try_from(name), HeaderValue::try_from(value)) {
            request.headers_mut().append(name, value);
        }
    }
    Some(request)
}

fn method(method: Method) -> http::Method {
    match method {
        Method::Get => http::Method::GET,
        Method::Head => http::Method::HEAD,
        Method::Post => http::Method::POST,
        Method::Put => http::Method::PUT,
        Method::Delete => http::Method::DELETE,
        Method::Connect => http::Method::CONNECT,
        Method::Options => http::Method::OPTIONS,
        Method::Trace => http::Method::TRACE,
        Method::Patch => http::Method::PATCH,
        // A name that is none becomes a method that no route takes.
        Method::Other(name) => http::Method::from_bytes(name.as_bytes()).unwrap_or_default(),
    }
}

/// At most `max` bytes and one more; `None` when it breaks off before.
fn body(incoming: IncomingRequest, max: usize) -> Option<Vec<u8>> {
    let mut bytes = Vec::new();
    let body = incoming.consume().ok()?;
    let stream = body.stream().ok()?;
    while bytes.len() <= max {
        let room = max + 1 - bytes.len();
        match stream.blocking_read(room as u64) {
            Ok(chunk) if bytes.is_empty() => bytes = chunk,
            Ok(chunk) => bytes.extend_from_slice(&chunk),
            Err(StreamError::Closed) => break,
            Err(StreamError::LastOperationFailed(_)) => return None,
        }
    }
    Some(bytes)
}

fn send(out: ResponseOutparam, response: Response) {
    let (head, bytes) = response.into_parts();
    let named = head.headers.iter();
    let mut fields: Vec<_> =
        named.map(|(name, value)| (name.as_str().to_owned(), value.as_bytes().to_vec())).collect();
    if !bytes.is_empty() {
        fields.push(("content-length".to_owned(), bytes.len().to_string().into_bytes()));
    }
    let fields = Fields::from_list(&fields).unwrap_or_else(|_| Fields::new());

    let response = OutgoingResponse::new(fields);
    // Every status of ours is one.
    let _ = response.set_status_code(head.status.as_u16());
    let body = response.body();
    out.set(response);
    if let Ok(body) = body {
        write(&body, &bytes);
        let _ = OutgoingBody::finish(body, None);
    }
}

/// Writes as much as the host takes at a time. A client that went away is no failure.
fn write(body: &OutgoingBody, mut bytes: &[u8]) {
    let Ok(stream) = body.write() else { return };
    while !bytes.is_empty() {
        match stream.check_write() {
            Ok(0) => stream.subscribe().block(),
            Ok(room) => {
                let (now, later) = bytes.split_at(bytes.len().min(room as usize));
                if stream.write(now).is_err() {
                    return;
                }
                bytes = later;
            }
            Err(_) => return,
        }
    }
}
