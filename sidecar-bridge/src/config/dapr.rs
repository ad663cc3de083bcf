//! The Dapr sidecar: settings that begin with `dapr_`, or stand in `[dapr]`.

mod secret;

use std::net::SocketAddr;

use ::notify::Secret;
use http::Uri;

use super::reader::{FromText, Reader};

pub(super) use secret::{Store, is_reference};

/// Where the sidecar is and what is used of it. Secrets in it are not shown by `Debug`.
#[derive(Debug, Clone)]
pub struct Dapr {
    /// Its gRPC side, such as `http://127.0.0.1:50001`.
    pub grpc: String,
    /// Its HTTP side, such as `http://127.0.0.1:3500`.
    pub http: String,
    /// Where it calls us back.
    pub listen: SocketAddr,
    /// The component that carries events.
    pub pubsub: String,
    /// The component that keeps the cache of tasks, if there is to be one.
    pub statestore: Option<String>,
    /// The application that runs the components, when they are called through the sidecar.
    pub components_app: Option<String>,
    /// What the sidecar wants to see of us.
    pub api_token: Option<Secret>,
    /// What we want to see of the sidecar.
    pub app_token: Option<Secret>,
}

pub(super) fn read(read: &mut Reader) -> Option<Dapr> {
    let grpc_port: Option<Port> = read.value("dapr_grpc_port");
    let http_port: Option<Port> = read.value("dapr_http_port");
    let endpoint: Option<Uri> = read.optional("dapr_endpoint");
    let listen: Option<SocketAddr> = read.value("dapr_listen");
    let pubsub = read.value("dapr_pubsub");
    let statestore = read.optional("dapr_statestore");
    let components_app = read.optional("dapr_components_app");
    let api_token = read.secret("dapr_api_token");
    let app_token = read.secret("dapr_app_token");
    if app_token.is_none() && listen.is_some_and(|listen| !listen.ip().is_loopback()) {
        read.problem("`dapr_listen` can be reached from outside, so it needs `dapr_app_token`");
    }
    let host = endpoint.as_ref().and_then(Uri::host).unwrap_or("127.0.0.1");
    let (Port(grpc_port), Port(http_port)) = (grpc_port?, http_port?);
    let grpc = match &endpoint {
        Some(uri) => uri.to_string().trim_end_matches('/').to_owned(),
        None => format!("http://{host}:{grpc_port}"),
    };
    Some(Dapr {
        grpc,
        http: format!("http://{host}:{http_port}"),
        listen: listen?,
        pubsub: pubsub?,
        statestore,
        components_app,
        api_token,
        app_token,
    })
}

/// A port of the sidecar.
struct Port(u16);

impl FromText for Port {
    const EXPECTED: &'static str = "a port, 1 to 65535";

    fn from_text(text: &str) -> Option<Self> {
        text.parse().ok().filter(|port| *port > 0).map(Self)
    }
}

#[cfg(test)]
mod tests;
