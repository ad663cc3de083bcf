//! The way out: one connection to the sidecar that is made when it is needed, and again when it broke.

use std::time::Duration;

use dapr::dapr::proto::runtime::v1::dapr_client::DaprClient;
use tonic::{
    Request, Status,
    metadata::{Ascii, MetadataValue},
    service::{Interceptor, interceptor::InterceptedService},
    transport::{self, Channel},
};

use crate::{HttpApi, JobApi, SidecarError, SidecarErrorKind, StateStore, TOKEN_HEADER};

/// It is on this machine, so it answers soon or is away.
const CONNECT_WITHIN: Duration = Duration::from_secs(2);
/// A sidecar that has stopped to answer is found out in so long.
const ALIVE_EVERY: Duration = Duration::from_secs(10);
const ALIVE_WITHIN: Duration = Duration::from_secs(5);
/// Longest answer; a list of jobs may be longer than the usual 4 MiB.
const ANSWER_MAX_BYTES: usize = 64 * 1024 * 1024;

pub(crate) type Client = DaprClient<InterceptedService<Channel, Token>>;

/// Where the sidecar is.
#[derive(Clone)]
pub struct Endpoint {
    /// Such as `http://127.0.0.1:50001`.
    pub grpc: String,
    /// Such as `http://127.0.0.1:3500`.
    pub http: String,
    /// What it wants to see of us, if anything.
    pub api_token: Option<String>,
}

/// The sidecar. Cloning is cheap; all clones share a connection.
#[derive(Clone)]
pub struct Sidecar {
    client: Client,
    http: HttpApi,
}

impl Sidecar {
    /// Connects when the first call is made. Needs a runtime all the same.
    pub fn connect(endpoint: &Endpoint) -> Result<Self, SidecarError> {
        let refused = |cause: transport::Error| {
            SidecarError::new("have a usable address", SidecarErrorKind::Misconfigured, cause)
        };
        let channel = transport::Endpoint::from_shared(endpoint.grpc.clone())
            .map_err(refused)?
            .connect_timeout(CONNECT_WITHIN)
            .tcp_nodelay(true)
            .http2_keep_alive_interval(ALIVE_EVERY)
            .keep_alive_timeout(ALIVE_WITHIN)
            .connect_lazy();
        let token = Token::new(endpoint.api_token.as_deref())?;
        let client = DaprClient::with_interceptor(channel, token)
            .max_decoding_message_size(ANSWER_MAX_BYTES);
        let http = HttpApi::new(&endpoint.http, endpoint.api_token.clone());
        Ok(Self { client, http })
    }

    /// Its jobs.
    pub fn jobs(&self) -> JobApi {
        JobApi::new(self.client())
    }

    /// One of its state stores.
    pub fn state(&self, store: &str) -> StateStore {
        StateStore::new(self.client(), store)
    }

    /// What it offers over HTTP: health and calls to other applications.
    pub fn http(&self) -> &HttpApi {
        &self.http
    }

    pub(crate) fn client(&self) -> Client {
        self.client.clone()
    }
}

/// Adds our token to every call.
#[derive(Clone)]
pub(crate) struct Token(Option<MetadataValue<Ascii>>);

impl Token {
    fn new(token: Option<&str>) -> Result<Self, SidecarError> {
        let value = token.map(str::parse::<MetadataValue<Ascii>>).transpose();
        let value = value.map_err(|_| {
            // The text of the error may hold the token.
            let cause = "it has characters that no header takes";
            SidecarError::new("get a usable token", SidecarErrorKind::Misconfigured, cause)
        })?;
        Ok(Self(value))
    }
}

impl Interceptor for Token {
    fn call(&mut self, mut request: Request<()>) -> Result<Request<()>, Status> {
        if let Some(token) = &self.0 {
            request.metadata_mut().insert(TOKEN_HEADER, token.clone());
        }
        Ok(request)
    }
}
