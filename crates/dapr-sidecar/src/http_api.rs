//! What is better done over HTTP: health, and calls to other applications.

use std::time::Duration;

use bytes::Bytes;
use http::{HeaderName, HeaderValue, Request, Response, StatusCode};
use http_body_util::{BodyExt as _, Full, Limited};
use hyper_util::{
    client::legacy::{Client, connect::HttpConnector},
    rt::TokioExecutor,
};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use crate::{SidecarError, SidecarErrorKind, TOKEN_HEADER};

const CONNECT_WITHIN: Duration = Duration::from_secs(2);
const HEALTH_WITHIN: Duration = Duration::from_secs(2);
const BODY_MAX_BYTES: usize = 4 * 1024 * 1024;
/// In one part of a path.
const PART: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// The HTTP side of the sidecar.
#[derive(Clone)]
pub struct HttpApi {
    base: String,
    token: Option<String>,
    client: Client<HttpConnector, Full<Bytes>>,
}

impl HttpApi {
    pub(crate) fn new(base: &str, token: Option<String>) -> Self {
        let mut connector = HttpConnector::new();
        connector.set_nodelay(true);
        connector.set_connect_timeout(Some(CONNECT_WITHIN));
        let client = Client::builder(TokioExecutor::new()).build(connector);
        Self { base: base.trim_end_matches('/').to_owned(), token, client }
    }

    /// Whether it can be published to and read from. Does not depend on whether we answer ourselves.
    pub async fn is_up(&self) -> bool {
        let asked = Request::get(format!("{}/v1.0/healthz/outbound", self.base));
        let Ok(request) = asked.body(Full::default()) else { return false };
        let answer = tokio::time::timeout(HEALTH_WITHIN, self.client.request(request)).await;
        matches!(answer, Ok(Ok(answer)) if answer.status().is_success())
    }

    /// Sends a request to the application `app`, through its sidecar: `path` begins with a slash. The
    /// answer is the application's, whatever its status.
    pub async fn invoke(
        &self,
        app: &str,
        path: &str,
        mut request: Request<Full<Bytes>>,
        within: Duration,
    ) -> Result<Response<Bytes>, SidecarError> {
        let operation = format!("call `{app}`");
        let failed = |kind, cause: Box<dyn std::error::Error + Send + Sync>| {
            SidecarError::new(operation.clone(), kind, cause)
        };
        let app_id = utf8_percent_encode(app, PART);
        let uri = format!("{}/v1.0/invoke/{app_id}/method{path}", self.base);
        *request.uri_mut() = uri.parse().map_err(|error: http::uri::InvalidUri| {
            failed(SidecarErrorKind::Misconfigured, error.into())
        })?;
        if let Some(token) = &self.token
            && let Ok(value) = HeaderValue::from_str(token)
        {
            request.headers_mut().insert(HeaderName::from_static(TOKEN_HEADER), value);
        }
        let exchange = async {
            let answer = self.client.request(request).await.map_err(|error| {
                let kind = match error.is_connect() {
                    true => SidecarErrorKind::Unreachable,
                    false => SidecarErrorKind::Failed,
                };
                failed(kind, error.into())
            })?;
            let (head, body) = answer.into_parts();
            let body = Limited::new(body, BODY_MAX_BYTES).collect().await;
            let body = body.map_err(|error| failed(SidecarErrorKind::Failed, error))?;
            Ok(Response::from_parts(head, body.to_bytes()))
        };
        let late = |late| failed(SidecarErrorKind::Failed, Box::new(late));
        let answer = tokio::time::timeout(within, exchange).await.map_err(late)??;
        if is_own(&answer) {
            let cause = "the sidecar could not reach it";
            return Err(failed(SidecarErrorKind::Unreachable, cause.into()));
        }
        Ok(answer)
    }
}

/// Whether the sidecar answers for an application that it does not find.
fn is_own(answer: &Response<Bytes>) -> bool {
    if answer.status() != StatusCode::INTERNAL_SERVER_ERROR {
        return false;
    }
    let said: serde_json::Value = serde_json::from_slice(answer.body()).unwrap_or_default();
    let code = said.get("errorCode").and_then(serde_json::Value::as_str).unwrap_or_default();
    code == "ERR_DIRECT_INVOKE"
}
