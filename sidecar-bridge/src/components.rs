//! How the bridge reaches a component: in the same process, or over HTTP. Callers see neither.

use std::{sync::Arc, time::Duration};

use async_trait::async_trait;
use bytes::Bytes;
use futures_util::future::BoxFuture;
use http::{Method, Request, Response, StatusCode, Uri, header};
use http_body::Body;
use http_body_util::{BodyExt as _, Full, Limited};
use hyper_util::{
    client::legacy::{Client, connect::HttpConnector},
    rt::TokioExecutor,
};

pub mod dapr;

/// Where the tasks component applies effects, each delivery once.
pub const APPLY_PATH: &str = "/internal/tasks/effects";
/// Carries the id that ties a request to everything that follows from it.
pub const CORRELATION_ID: &str = "x-correlation-id";
/// Answers of components to the bridge are lists of effects; none is longer than this.
const ANSWER_MAX_BYTES: usize = 4 * 1024 * 1024;
/// Longer than any component may run, so that it is the component's limit that speaks first.
const ANSWER_WITHIN: Duration = Duration::from_secs(15);

/// Sends JSON to a route of a component and waits for the whole answer.
#[async_trait]
pub trait Components: Send + Sync {
    /// POSTs `body` to `path`, on behalf of the platform.
    async fn call(
        &self,
        path: &str,
        body: Bytes,
        correlation_id: &str,
    ) -> Result<Answer, CallError>;
}

/// Signs the bridge's own calls.
pub trait TokenMint: Send + Sync {
    /// A token for the platform's own routes that is valid for some seconds yet.
    fn internal_token(&self) -> String;
    /// The same for handlers, who may be strangers: it opens none of those routes.
    fn handler_token(&self) -> String;
}

/// What a component answered, whatever the status.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// HTTP status.
    pub status: StatusCode,
    /// The whole body.
    pub body: Bytes,
}

/// Why there is no answer. Each kind may go away by itself.
#[derive(Debug, thiserror::Error)]
#[error("no answer from {path}")]
pub struct CallError {
    /// The route that was called.
    pub path: String,
    /// Whose fault it looks like.
    pub kind: CallErrorKind,
    #[source]
    cause: BoxError,
}

/// Whose fault a missing answer looks like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CallErrorKind {
    /// Nobody took the request: the whole server is away, this request is not to blame.
    Unreachable,
    /// The request was taken and no good answer came, or none in time.
    Failed,
}

type BoxError = Box<dyn std::error::Error + Send + Sync>;

impl CallError {
    /// For adapters: nothing came back from `path`.
    pub fn new(path: &str, kind: CallErrorKind, cause: impl Into<BoxError>) -> Self {
        Self { path: path.to_owned(), kind, cause: cause.into() }
    }
}

/// Components that run in this process.
pub struct Embedded {
    host: Arc<host::Host>,
    tokens: Arc<dyn TokenMint>,
}

impl Embedded {
    /// Calls the components that `host` has loaded.
    pub fn new(host: Arc<host::Host>, tokens: Arc<dyn TokenMint>) -> Self {
        Self { host, tokens }
    }
}

#[async_trait]
impl Components for Embedded {
    async fn call(
        &self,
        path: &str,
        body: Bytes,
        correlation_id: &str,
    ) -> Result<Answer, CallError> {
        let uri = format!("http://taskloom.internal{path}");
        let request = request(path, &uri, body, &*self.tokens, correlation_id)?
            .map(|body| body.map_err(|never| match never {}).boxed_unsync());
        within(path, async {
            let response = self.host.handle(request).await;
            read(path, response).await
        })
        .await
    }
}

/// Components behind an HTTP server, such as `spin up`.
pub struct Http {
    base: String,
    client: Client<HttpConnector, Full<Bytes>>,
    tokens: Arc<dyn TokenMint>,
}

impl Http {
    /// Calls the components below `base`, such as `http://127.0.0.1:3000`.
    pub fn new(base: &str, tokens: Arc<dyn TokenMint>) -> Self {
        let mut connector = HttpConnector::new();
        connector.set_nodelay(true);
        connector.set_connect_timeout(Some(Duration::from_secs(5)));
        let client = Client::builder(TokioExecutor::new()).build(connector);
        Self { base: base.trim_end_matches('/').to_owned(), client, tokens }
    }
}

#[async_trait]
impl Components for Http {
    async fn call(
        &self,
        path: &str,
        body: Bytes,
        correlation_id: &str,
    ) -> Result<Answer, CallError> {
        let uri = format!("{}{path}", self.base);
        let request = request(path, &uri, body, &*self.tokens, correlation_id)?;
        within(path, async {
            let response = self.client.request(request).await.map_err(|error| {
                let kind = if error.is_connect() {
                    CallErrorKind::Unreachable
                } else {
                    CallErrorKind::Failed
                };
                CallError::new(path, kind, error)
            })?;
            read(path, response).await
        })
        .await
    }
}

fn request(
    path: &str,
    uri: &str,
    body: Bytes,
    tokens: &dyn TokenMint,
    correlation_id: &str,
) -> Result<Request<Full<Bytes>>, CallError> {
    let failed = |cause: BoxError| CallError::new(path, CallErrorKind::Failed, cause);
    let token = if path == APPLY_PATH { tokens.internal_token() } else { tokens.handler_token() };
    let uri: Uri = uri.parse().map_err(|error: http::uri::InvalidUri| failed(error.into()))?;
    Request::builder()
        .method(Method::POST)
        .uri(uri)
        .header(header::CONTENT_TYPE, "application/json")
        .header(header::CONTENT_LENGTH, body.len())
        .header(header::AUTHORIZATION, format!("Bearer {token}"))
        .header(CORRELATION_ID, correlation_id)
        .body(Full::new(body))
        .map_err(|error| failed(error.into()))
}

/// Boxed, because the compiler cannot see through the error types of bodies within an async trait.
fn read<B>(path: &str, response: Response<B>) -> BoxFuture<'static, Result<Answer, CallError>>
where
    B: Body<Data = Bytes> + Send + 'static,
    B::Error: Into<BoxError>,
{
    let failed = {
        let path = path.to_owned();
        move |cause: BoxError| CallError { path, kind: CallErrorKind::Failed, cause }
    };
    Box::pin(async move {
        let (head, body) = response.into_parts();
        match Limited::new(body, ANSWER_MAX_BYTES).collect().await {
            Ok(body) => Ok(Answer { status: head.status, body: body.to_bytes() }),
            Err(cause) => Err(failed(cause)),
        }
    })
}

async fn within<F>(path: &str, answer: F) -> Result<Answer, CallError>
where
    F: Future<Output = Result<Answer, CallError>>,
{
    tokio::time::timeout(ANSWER_WITHIN, answer)
        .await
        .unwrap_or_else(|elapsed| Err(CallError::new(path, CallErrorKind::Failed, elapsed)))
}

#[cfg(test)]
mod tests;
