//! Requests that guests send: only where their list lets them, and never into private networks.
//!
//! `http://<id>.spin.internal` and the application's own routes are answered in this process,
//! without a socket.

mod allow;
mod connect;
mod network;

use std::{net::SocketAddr, pin::Pin, sync::Arc};

use http::{HeaderMap, HeaderName, Request, Response, Uri, header};
use http_body_util::BodyExt as _;
use tokio::sync::Semaphore;
use wasmtime_wasi_http::{
    DEFAULT_FORBIDDEN_HEADERS, Error, RequestOptions, WasiBody, WasiHttpHooks,
};

use crate::{Body, app::App, exchange::exchange, failure::Failure, routes};

pub(crate) use allow::{AllowedHost, Target};
pub use network::is_public;

/// What a called component is told about its caller's address, as on Spin.
const CHAINED_CLIENT: SocketAddr =
    SocketAddr::new(std::net::IpAddr::V4(std::net::Ipv4Addr::UNSPECIFIED), 0);

/// One instance's way out.
pub(crate) struct Outbound {
    app: Arc<App>,
    component: usize,
    depth: usize,
    open: Arc<Semaphore>,
}

/// What drives a connection while its response is read.
type Worker = Box<dyn Future<Output = Result<(), Error>> + Send>;
type Sent = Result<(Response<WasiBody>, Worker), Error>;

impl Outbound {
    pub(crate) fn new(app: &Arc<App>, component: usize, depth: usize) -> Self {
        let open = Arc::new(Semaphore::new(app.limits.outbound_requests));
        Self { app: Arc::clone(app), component, depth, open }
    }
}

impl WasiHttpHooks for Outbound {
    /// As the default, which makes a closure for every header it is asked about.
    fn is_forbidden_header(&mut self, name: &HeaderName) -> bool {
        DEFAULT_FORBIDDEN_HEADERS.contains(name)
    }

    fn send_request(
        &mut self,
        request: Request<WasiBody>,
        options: Option<RequestOptions>,
        _: Worker,
    ) -> Box<dyn Future<Output = Sent> + Send> {
        let (app, component, depth) = (Arc::clone(&self.app), self.component, self.depth);
        let Ok(place) = Arc::clone(&self.open).try_acquire_owned() else {
            refuse(&app, component, "too many requests at once", request.uri());
            return Box::new(std::future::ready(Err(Error::ConnectionLimitReached)));
        };
        Box::new(async move {
            let (response, worker) = send(&app, component, depth, request, options).await?;
            // The place is taken until the connection is done, or until the guest drops the
            // response.
            let worker: Worker = Box::new(async move {
                let _place = place;
                Pin::from(worker).await
            });
            Ok((response, worker))
        })
    }
}

async fn send(
    app: &Arc<App>,
    component: usize,
    depth: usize,
    request: Request<WasiBody>,
    options: Option<RequestOptions>,
) -> Sent {
    let uri = request.uri().clone();
    let target = Target::of(&uri).ok_or(Error::HttpRequestUriInvalid)?;
    let scheme = uri.scheme_str().unwrap_or_default();
    if !app.units[component].outbound.iter().any(|entry| entry.allows(scheme, target)) {
        refuse(app, component, "it is not in `allowed_outbound_hosts`", &uri);
        return Err(Error::HttpRequestDenied);
    }
    let response = match target {
        Target::Own => own(app, depth, request).await,
        Target::Component(id) => chained(app, id, depth, request).await?,
        Target::Outside { host, port } => {
            return connect::send(app, host, port, request, options).await.inspect_err(|error| {
                if matches!(error, Error::DestinationIpProhibited) {
                    refuse(app, component, "it is in a private network", &uri);
                }
            });
        }
    };
    let response = response.map(|body| {
        body.map_err(|error| Error::InternalError(Some(error.to_string()))).boxed_unsync()
    });
    Ok((response, Box::new(std::future::ready(Ok(())))))
}

/// A call to another component, whether or not it has a public route.
async fn chained(
    app: &Arc<App>,
    id: &str,
    depth: usize,
    request: Request<WasiBody>,
) -> Result<Response<Body>, Error> {
    let called = *app.by_id.get(id).ok_or(Error::DestinationNotFound)?;
    let mut request = inward(request);
    let path = request.uri().path().to_owned();
    let found = app.routes.direct(called, &path);
    routes::label(&mut request, &found, CHAINED_CLIENT)
        .map_err(|_| Error::HttpRequestUriInvalid)?;
    Ok(exchange_boxed(app, called, request, depth + 1).await)
}

/// A call by the application's own public routes.
async fn own(app: &Arc<App>, depth: usize, request: Request<WasiBody>) -> Response<Body> {
    let mut request = inward(request);
    let path = request.uri().path().to_owned();
    let Some(found) = app.routes.find(&path) else {
        return crate::failure::problem(
            http::StatusCode::NOT_FOUND,
            "no-route",
            "there is nothing at this path",
        );
    };
    match routes::label(&mut request, &found, CHAINED_CLIENT) {
        Ok(()) => exchange_boxed(app, found.component, request, depth + 1).await,
        Err(why) => Failure::BadRequest(why).response(),
    }
}

/// Boxed, because an exchange may contain another one.
fn exchange_boxed(
    app: &Arc<App>,
    component: usize,
    request: Request<Body>,
    depth: usize,
) -> Pin<Box<dyn Future<Output = Response<Body>> + Send>> {
    let app = Arc::clone(app);
    Box::pin(async move { exchange(&app, component, request, depth).await })
}

/// The request as the called component sees it: a path, and no headers that belong to connections.
/// Its host is nobody's, as on Spin.
fn inward(request: Request<WasiBody>) -> Request<Body> {
    let (mut parts, body) = request.into_parts();
    parts.uri = path_only(&parts.uri);
    drop_connection_headers(&mut parts.headers);
    Request::from_parts(parts, Body::new(body.map_err(|error| error.to_string().into())))
}

fn path_only(uri: &Uri) -> Uri {
    uri.path_and_query().cloned().map_or_else(Uri::default, Uri::from)
}

fn drop_connection_headers(headers: &mut HeaderMap) {
    for name in [
        header::HOST,
        header::CONNECTION,
        header::TRANSFER_ENCODING,
        header::UPGRADE,
        HeaderName::from_static("keep-alive"),
    ] {
        headers.remove(name);
    }
}

/// The one line about a request that was not sent. Without its path, which may hold anything.
fn refuse(app: &App, component: usize, why: &str, uri: &Uri) {
    let component = &*app.units[component].id;
    let (scheme, authority) =
        (uri.scheme_str().unwrap_or_default(), uri.authority().map_or("", |a| a.as_str()));
    tracing::warn!(
        component.id = component,
        server.address = authority,
        "component `{component}`: refused a request to `{scheme}://{authority}`: {why}"
    );
}
