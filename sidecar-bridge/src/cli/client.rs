//! Speaks to the API as any other client does: to the running server of the data folder, or, when
//! there is none, to the application loaded into this process without a listener.

use std::time::Duration;

use bytes::Bytes;
use http::{Method, Request, StatusCode, header};
use http_body_util::{BodyExt as _, Full};
use hyper_util::{
    client::legacy::{Client, connect::HttpConnector},
    rt::TokioExecutor,
};
use serde::{Deserialize, de::DeserializeOwned};
use serde_json::Value;
use uuid::Uuid;

use crate::{
    app::{self, Local},
    cli::Failure,
    clock::{Clock as _, SystemClock},
    config::Config,
    keys::Keys,
    lock::{self, LockError},
    running::Server,
};

/// A token of the command line is for this one command.
const TOKEN_TTL: Duration = Duration::from_secs(60);
/// A server of the same machine that does not take a connection in this time is gone.
const CONNECT_WITHIN: Duration = Duration::from_secs(1);
/// Another command holds the data folder for a moment only; a server would say where it answers.
const OTHER_COMMAND: Duration = Duration::from_secs(5);
const LOOK_AGAIN: Duration = Duration::from_millis(20);

/// The API, on behalf of the user.
pub(super) struct Api {
    route: Route,
    token: String,
}

enum Route {
    Server(Box<Remote>),
    Here(Box<Local>),
}

struct Remote {
    base: String,
    client: Client<HttpConnector, Full<Bytes>>,
}

/// What a server says when it refuses.
#[derive(Deserialize)]
struct Problem {
    detail: String,
    code: String,
}

/// Does some work with the API, and stops in order what was started for it.
pub(super) fn with_api<T>(
    config: Config,
    work: impl AsyncFnOnce(&Api) -> Result<T, Failure>,
) -> Result<T, Failure> {
    let runtime = app::runtime()?;
    runtime.block_on(async {
        let api = Api::open(config).await?;
        let result = work(&api).await;
        if let Route::Here(local) = api.route {
            local.close().await?;
        }
        result
    })
}

impl Api {
    async fn open(config: Config) -> Result<Self, Failure> {
        let mut tries = (OTHER_COMMAND.as_millis() / LOOK_AGAIN.as_millis()).max(1);
        loop {
            match lock::acquire(&config.data_dir) {
                Ok(lock) => {
                    let local = Local::open(config, lock).await?;
                    let token = token(local.keys(), local.user());
                    return Ok(Self { route: Route::Here(Box::new(local)), token });
                }
                Err(in_use @ LockError::InUse { owner, .. }) => {
                    if let Some(server) = Server::of_owner(&config.data_dir, owner) {
                        return Self::of_server(&config, server);
                    }
                    tries -= 1;
                    if tries == 0 {
                        return Err(Failure::failed(in_use));
                    }
                    tokio::time::sleep(LOOK_AGAIN).await;
                }
                Err(error) => return Err(Failure::failed(error)),
            }
        }
    }

    fn of_server(config: &Config, server: Server) -> Result<Self, Failure> {
        let keys = Keys::open(&config.data_dir).map_err(Failure::failed)?;
        let mut connector = HttpConnector::new();
        connector.set_connect_timeout(Some(CONNECT_WITHIN));
        connector.set_nodelay(true);
        let client = Client::builder(TokioExecutor::new()).build(connector);
        let token = token(&keys, &config.user);
        Ok(Self { route: Route::Server(Box::new(Remote { base: server.api, client })), token })
    }

    /// Reads something.
    pub(super) async fn get<T: DeserializeOwned>(&self, path: &str) -> Result<T, Failure> {
        self.send(Method::GET, path, None).await
    }

    /// Changes something.
    pub(super) async fn post<T: DeserializeOwned>(
        &self,
        path: &str,
        body: Option<&Value>,
    ) -> Result<T, Failure> {
        self.send(Method::POST, path, body).await
    }

    async fn send<T: DeserializeOwned>(
        &self,
        method: Method,
        path: &str,
        body: Option<&Value>,
    ) -> Result<T, Failure> {
        let base = match &self.route {
            Route::Server(remote) => &remote.base,
            Route::Here(_) => "http://taskloom.local",
        };
        let mut request = Request::builder()
            .method(method)
            .uri(format!("{base}{path}"))
            .header(header::AUTHORIZATION, format!("Bearer {}", self.token))
            .header("x-correlation-id", Uuid::now_v7().to_string());
        if body.is_some() {
            request = request.header(header::CONTENT_TYPE, "application/json");
        }
        let body = body.map(Value::to_string).unwrap_or_default();
        let request = request
            .header(header::CONTENT_LENGTH, body.len())
            .body(Full::new(Bytes::from(body)))
            .map_err(Failure::failed)?;
        let (status, body) = self.exchange(request).await?;
        if status.is_success() {
            return serde_json::from_slice(&body).map_err(Failure::failed);
        }
        Err(match serde_json::from_slice::<Problem>(&body) {
            Ok(problem) => Failure::failed(format!("{} ({})", problem.detail, problem.code)),
            Err(_) => Failure::failed(format!("the server answered {status}")),
        })
    }

    async fn exchange(
        &self,
        request: Request<Full<Bytes>>,
    ) -> Result<(StatusCode, Bytes), Failure> {
        match &self.route {
            Route::Here(local) => {
                let body = |body: Full<Bytes>| body.map_err(|never| match never {}).boxed_unsync();
                let response = local.host().handle(request.map(body)).await;
                let status = response.status();
                let body = response.into_body().collect().await.map_err(Failure::failed)?;
                Ok((status, body.to_bytes()))
            }
            Route::Server(remote) => {
                let Remote { base, client } = &**remote;
                let response = client.request(request).await.map_err(|error| {
                    Failure::failed(format!("the server at {base} does not answer: {error}"))
                })?;
                let status = response.status();
                let body = response.into_body().collect().await.map_err(Failure::failed)?;
                Ok((status, body.to_bytes()))
            }
        }
    }
}

fn token(keys: &Keys, user: &str) -> String {
    keys.user_token(user, TOKEN_TTL, SystemClock.now())
}
