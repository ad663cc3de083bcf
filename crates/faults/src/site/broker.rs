//! The broker of a site, which clients reach by a proxy.

use std::{net::SocketAddr, path::Path};

use anyhow::Result;
use servers::{Binaries, Kafka};

/// Where those listen who come by the proxy, from the broker's port on.
pub(super) const PROXIED: u16 = 2;

/// A broker that says to those who come by the proxy that it lives there, and to strangers where it
/// really does.
pub(super) fn start(
    binaries: &Binaries,
    folder: &Path,
    port: u16,
    proxy: SocketAddr,
) -> Result<Kafka> {
    let (controller, proxied) = (port + 1, port + PROXIED);
    let listeners = format!(
        "PLAINTEXT://127.0.0.1:{port},CONTROLLER://127.0.0.1:{controller},\
         PROXIED://127.0.0.1:{proxied}"
    );
    let advertised = format!("PLAINTEXT://127.0.0.1:{port},PROXIED://{proxy}");
    let properties = [
        ("listeners", &*listeners),
        ("advertised.listeners", &*advertised),
        (
            "listener.security.protocol.map",
            "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT,PROXIED:PLAINTEXT",
        ),
        // Whoever died is missed soon.
        ("group.min.session.timeout.ms", "1000"),
    ];
    Ok(Kafka::start_with(binaries, folder, port, &properties)?)
}
