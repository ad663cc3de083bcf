//! Serves a router on a listener until told to stop, then finishes what has begun.

mod patience;

use std::{net::SocketAddr, time::Duration};

use axum::Router;
use hyper::{
    body::Incoming,
    server::conn::http1,
    service::{Service as _, service_fn},
};
use hyper_util::{
    rt::{TokioIo, TokioTimer},
    server::graceful::GracefulShutdown,
    service::TowerToHyperService,
};
use tokio::net::{TcpListener, TcpStream};
use tokio_util::sync::CancellationToken;

use patience::Patient;

/// A client that does not finish its request line and headers in this time is hung up on.
const HEADERS_WITHIN: Duration = Duration::from_secs(30);
/// A client that takes nothing of its answer for so long is hung up on: it costs memory, and an orderly
/// stop would wait for it.
const TAKES_WITHIN: Duration = Duration::from_secs(15);
/// How long a stop waits for requests under way: longer than a component may take, shorter than the grace
/// of the whole, so that a client that never ends its body does not make a stop disorderly.
const FINISH_WITHIN: Duration = Duration::from_secs(12);
/// Pause after the system could not give us a connection, for example for want of descriptors.
const ACCEPT_AGAIN: Duration = Duration::from_millis(100);

/// Accepts until `stop`, then waits for the requests that are under way.
pub async fn serve(listener: TcpListener, router: Router, stop: CancellationToken) {
    let open = GracefulShutdown::new();
    let service = TowerToHyperService::new(router);
    let mut http = http1::Builder::new();
    http.timer(TokioTimer::new()).header_read_timeout(HEADERS_WITHIN);
    while let Some((stream, client)) = accept(&listener, &stop).await {
        let service = service.clone();
        let with_client = service_fn(move |mut request: http::Request<Incoming>| {
            request.extensions_mut().insert(client);
            service.call(request)
        });
        let connection =
            http.serve_connection(TokioIo::new(Patient::new(stream, TAKES_WITHIN)), with_client);
        let connection = open.watch(connection);
        tokio::spawn(async move {
            if let Err(error) = connection.await {
                tracing::debug!(%error, "a connection ended early");
            }
        });
    }
    drop(listener);
    if tokio::time::timeout(FINISH_WITHIN, open.shutdown()).await.is_err() {
        tracing::warn!("requests that do not end are cut off");
    }
}

/// The next connection, or `None` when it is time to stop.
async fn accept(
    listener: &TcpListener,
    stop: &CancellationToken,
) -> Option<(TcpStream, SocketAddr)> {
    loop {
        let accepted = tokio::select! {
            () = stop.cancelled() => return None,
            accepted = listener.accept() => accepted,
        };
        match accepted {
            Ok((stream, client)) => {
                if let Err(error) = stream.set_nodelay(true) {
                    tracing::debug!(%error, "a connection stays delayed");
                }
                return Some((stream, client));
            }
            Err(error) if is_of_the_client(&error) => {}
            Err(error) => {
                tracing::warn!(%error, "no connection could be accepted; trying again");
                tokio::time::sleep(ACCEPT_AGAIN).await;
            }
        }
    }
}

fn is_of_the_client(error: &std::io::Error) -> bool {
    use std::io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset};
    matches!(error.kind(), ConnectionAborted | ConnectionRefused | ConnectionReset)
}
