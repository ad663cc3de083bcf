//! The one way out: every address is looked at before it is connected to, and it is that very
//! address which is connected to. A second answer of the name service cannot lead somewhere else, and
//! no redirect is followed.

mod answer;
mod exchange;
mod resolve;
mod url;

use std::{
    net::{IpAddr, SocketAddr},
    sync::Arc,
    time::Duration,
};

use http::HeaderMap;
use tokio::time::timeout;
use tokio_rustls::{
    TlsConnector,
    rustls::{ClientConfig, RootCertStore, crypto::ring},
};

use crate::SendError;

pub(crate) use answer::Answer;
pub use resolve::{Resolve, SystemResolver};
pub use url::{HttpUrl, UrlError};

/// The longest time that one attempt may take, from the name to the answer.
const PATIENCE: Duration = Duration::from_secs(10);

/// Which addresses may be connected to.
#[derive(Debug, Clone, Copy)]
pub enum Networks {
    /// Those of the open internet, which this function knows.
    Public(fn(IpAddr) -> bool),
    /// All, those of this machine and its neighbours included.
    All,
}

impl Networks {
    /// Whether no one but the two ends can be expected to listen in.
    pub(crate) fn may_go_unencrypted(self) -> bool {
        matches!(self, Self::All)
    }

    fn allow(self, address: IpAddr) -> bool {
        match self {
            Self::Public(is_public) => is_public(address),
            Self::All => true,
        }
    }
}

/// Makes connections and requests. Cloning is cheap.
#[derive(Clone)]
pub struct Outbound {
    networks: Networks,
    resolver: Arc<dyn Resolve>,
    tls: TlsConnector,
    patience: Duration,
}

impl Outbound {
    /// A way out to `networks`, by the names of the system.
    pub fn new(networks: Networks) -> Self {
        let roots = RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.into() };
        let provider = Arc::new(ring::default_provider());
        let config = ClientConfig::builder_with_provider(provider)
            .with_protocol_versions(tokio_rustls::rustls::ALL_VERSIONS);
        #[expect(clippy::expect_used, reason = "ring's own provider speaks every version")]
        let config = config.expect("rustls and ring fit").with_root_certificates(roots);
        Self {
            networks,
            resolver: Arc::new(SystemResolver),
            tls: TlsConnector::from(Arc::new(config.with_no_client_auth())),
            patience: PATIENCE,
        }
    }

    /// With another name service.
    #[must_use]
    pub fn resolver(mut self, resolver: impl Resolve + 'static) -> Self {
        self.resolver = Arc::new(resolver);
        self
    }

    /// With another limit for the time of one attempt.
    #[must_use]
    pub fn patience(mut self, patience: Duration) -> Self {
        self.patience = patience;
        self
    }

    /// Whether a request to `url` is encrypted, or need not be.
    pub fn may_post_to(&self, url: &HttpUrl) -> bool {
        url.is_encrypted() || self.networks.may_go_unencrypted()
    }

    pub(crate) fn time_limit(&self) -> Duration {
        self.patience
    }

    pub(crate) fn networks(&self) -> Networks {
        self.networks
    }

    /// The addresses of a host, all of which may be connected to.
    pub(crate) async fn addresses(
        &self,
        host: &str,
        port: u16,
    ) -> Result<Vec<SocketAddr>, SendError> {
        let bare = host.trim_start_matches('[').trim_end_matches(']');
        let unknown = |_| SendError::transient(format!("the name `{host}` is not known"));
        let found = self.resolver.resolve(bare, port).await.map_err(unknown)?;
        // One private address among public ones is a trap, not a choice.
        if let Some(private) = found.iter().find(|address| !self.networks.allow(address.ip())) {
            let ip = private.ip();
            return Err(SendError::permanent(format!(
                "`{host}` leads to {ip}, which is not of the open internet"
            )));
        }
        if found.is_empty() {
            return Err(SendError::transient(format!("the name `{host}` has no address")));
        }
        Ok(found)
    }

    /// Sends one request and returns the head of the answer; the rest of it is of no interest.
    pub(crate) async fn post(
        &self,
        url: &HttpUrl,
        headers: HeaderMap,
        body: Vec<u8>,
    ) -> Result<Answer, SendError> {
        if !self.may_post_to(url) {
            return Err(SendError::permanent(format!(
                "`{}` is not encrypted, which is for private networks only",
                url.host()
            )));
        }
        let exchange = async {
            let addresses = self.addresses(url.host(), url.port()).await?;
            exchange::post(url, &addresses, &self.tls, headers, body).await
        };
        timeout(self.patience, exchange).await.unwrap_or_else(|_| {
            let seconds = self.patience.as_secs_f32();
            Err(SendError::transient(format!("no answer from `{}` in {seconds} s", url.host())))
        })
    }
}
