//! One request over one connection to one of the addresses that were looked at.

use std::net::SocketAddr;

use bytes::Bytes;
use http::{HeaderMap, HeaderValue, Method, Request, Response, header};
use http_body_util::Full;
use hyper::body::Incoming;
use hyper_util::rt::TokioIo;
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::TcpStream,
};
use tokio_rustls::{TlsConnector, rustls::pki_types::ServerName};

use super::{Answer, HttpUrl};
use crate::SendError;

/// A byte stream, encrypted or not.
trait Stream: AsyncRead + AsyncWrite + Send + Unpin {}
impl<T: AsyncRead + AsyncWrite + Send + Unpin> Stream for T {}

/// Posts `body`; the answer's own body is not read.
pub(super) async fn post(
    url: &HttpUrl,
    addresses: &[SocketAddr],
    tls: &TlsConnector,
    headers: HeaderMap,
    body: Vec<u8>,
) -> Result<Answer, SendError> {
    let host = url.host();
    let stream = connect(url, addresses, tls).await?;
    let request = request(url, headers, body)
        .map_err(|_| SendError::permanent(format!("the request for `{host}` cannot be written")))?;
    let response = exchange(stream, request)
        .await
        .map_err(|_| SendError::transient(format!("`{host}` broke off without an answer")))?;
    Ok(Answer::new(host, response.status(), response.headers()))
}

async fn connect(
    url: &HttpUrl,
    addresses: &[SocketAddr],
    tls: &TlsConnector,
) -> Result<Box<dyn Stream>, SendError> {
    let host = url.host();
    let stream = TcpStream::connect(addresses)
        .await
        .map_err(|error| SendError::transient(format!("`{host}`: {}", error.kind())))?;
    if !url.is_encrypted() {
        return Ok(Box::new(stream));
    }
    let bare = host.trim_start_matches('[').trim_end_matches(']').to_owned();
    let name = ServerName::try_from(bare)
        .map_err(|_| SendError::permanent(format!("`{host}` is no name for a certificate")))?;
    let stream = tls.connect(name, stream).await.map_err(|error| {
        SendError::transient(format!("no encrypted connection to `{host}`: {error}"))
    })?;
    Ok(Box::new(stream))
}

fn request(
    url: &HttpUrl,
    headers: HeaderMap,
    body: Vec<u8>,
) -> Result<Request<Full<Bytes>>, http::Error> {
    let agent = HeaderValue::from_static(concat!("taskloom/", env!("CARGO_PKG_VERSION")));
    let mut request = Request::builder()
        .method(Method::POST)
        .uri(url.path())
        .header(header::HOST, url.authority())
        .header(header::USER_AGENT, agent)
        .body(Full::new(Bytes::from(body)))?;
    request.headers_mut().extend(headers);
    Ok(request)
}

async fn exchange(
    stream: Box<dyn Stream>,
    request: Request<Full<Bytes>>,
) -> Result<Response<Incoming>, hyper::Error> {
    let (mut sender, connection) =
        hyper::client::conn::http1::handshake(TokioIo::new(stream)).await?;
    let answer = sender.send_request(request);
    tokio::pin!(answer, connection);
    tokio::select! {
        answer = &mut answer => answer,
        // A connection that ends has either delivered the answer already or failed.
        ended = &mut connection => {
            ended?;
            answer.await
        }
    }
}
