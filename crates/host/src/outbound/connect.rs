//! One request over one connection to an address that was looked at after it was resolved.

use std::{
    net::SocketAddr,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
    time::Duration,
};

use bytes::Bytes;
use http::{Request, uri::Scheme};
use http_body::{Frame, SizeHint};
use http_body_util::BodyExt as _;
use hyper_util::rt::TokioIo;
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::TcpStream,
    time::timeout,
};
use tokio_rustls::{
    TlsConnector,
    rustls::{ClientConfig, RootCertStore, crypto::ring, pki_types::ServerName},
};
use wasmtime_wasi_http::{Error, RequestOptions, WasiBody};

use super::{Sent, Worker, network, path_only};
use crate::app::App;

/// Longest wait for a connection. The guest may ask for less.
const CONNECT_LIMIT: Duration = Duration::from_secs(10);

/// A byte stream, encrypted or not.
trait Stream: AsyncRead + AsyncWrite + Send + Unpin {}
impl<T: AsyncRead + AsyncWrite + Send + Unpin> Stream for T {}

/// Sends the request; what it returns besides the response has to run while that is read. Redirects
/// are the guest's.
pub(super) async fn send(
    app: &Arc<App>,
    host: &str,
    port: u16,
    mut request: Request<WasiBody>,
    options: Option<RequestOptions>,
) -> Sent {
    let limit =
        |wanted: Option<Duration>, most: Duration| wanted.map_or(most, |wanted| wanted.min(most));
    let connect_limit = limit(options.and_then(|o| o.connect_timeout), CONNECT_LIMIT);
    let answer_limit = limit(options.and_then(|o| o.first_byte_timeout), app.limits.wall);
    let pause_limit = limit(options.and_then(|o| o.between_bytes_timeout), app.limits.wall);

    let encrypted = request.uri().scheme() == Some(&Scheme::HTTPS);
    let connecting = connect(app, host, port, encrypted);
    let stream =
        timeout(connect_limit, connecting).await.map_err(|_| Error::ConnectionTimeout)??;
    *request.uri_mut() = path_only(request.uri());

    let (mut sender, connection) =
        hyper::client::conn::http1::handshake(TokioIo::new(stream)).await?;
    let mut connection = Box::pin(connection);
    let mut over = false;
    let response = {
        let answer = timeout(answer_limit, sender.send_request(request));
        tokio::pin!(answer);
        tokio::select! {
            answer = &mut answer => answer,
            // A connection that ends has either delivered the response already or failed.
            ended = &mut connection => {
                ended?;
                over = true;
                answer.await
            }
        }
    };
    let response = response.map_err(|_| Error::ConnectionReadTimeout)??;
    let response = response.map(|body| Paced::new(body, pause_limit).boxed_unsync());
    let worker: Worker = Box::new(async move { if over { Ok(()) } else { Ok(connection.await?) } });
    Ok((response, worker))
}

async fn connect(
    app: &App,
    host: &str,
    port: u16,
    encrypted: bool,
) -> Result<Box<dyn Stream>, Error> {
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    let mut addresses: Vec<SocketAddr> = tokio::net::lookup_host((bare, port))
        .await
        .map_err(|_| Error::DnsError { rcode: None, info_code: None })?
        .collect();
    // The addresses that are looked at here are the ones that are used: a second answer of the name
    // service cannot lead somewhere else.
    if !app.allow_private_networks {
        addresses.retain(|address| network::is_public(address.ip()));
        if addresses.is_empty() {
            return Err(Error::DestinationIpProhibited);
        }
    }
    let stream = TcpStream::connect(&addresses[..]).await.map_err(Error::Connect)?;
    let _ = stream.set_nodelay(true);
    if !encrypted {
        return Ok(Box::new(stream));
    }
    let name = ServerName::try_from(bare.to_owned()).map_err(|_| Error::TlsProtocolError)?;
    let connector = match app.tls.get() {
        Some(connector) => connector,
        None => {
            let made = connector()?;
            app.tls.get_or_init(|| made)
        }
    };
    Ok(Box::new(connector.connect(name, stream).await.map_err(Error::Tls)?))
}

fn connector() -> Result<TlsConnector, Error> {
    let roots = RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.into() };
    let config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(|_| Error::ConfigurationError)?
        .with_root_certificates(roots)
        .with_no_client_auth();
    Ok(TlsConnector::from(Arc::new(config)))
}

/// A response body that may not pause for too long.
struct Paced {
    body: hyper::body::Incoming,
    limit: Duration,
    pause: Option<Pin<Box<tokio::time::Sleep>>>,
}

impl Paced {
    fn new(body: hyper::body::Incoming, limit: Duration) -> Self {
        Self { body, limit, pause: None }
    }
}

impl http_body::Body for Paced {
    type Data = Bytes;
    type Error = Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Error>>> {
        if let Poll::Ready(frame) = Pin::new(&mut self.body).poll_frame(context) {
            self.pause = None;
            return Poll::Ready(frame.map(|frame| frame.map_err(Error::from)));
        }
        let limit = self.limit;
        let pause = self.pause.get_or_insert_with(|| Box::pin(tokio::time::sleep(limit)));
        pause.as_mut().poll(context).map(|()| Some(Err(Error::ConnectionReadTimeout)))
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
