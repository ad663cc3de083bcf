//! The dead letters, wherever they can be reached.

use std::time::Duration;

use bytes::Bytes;
use http::{Method, Request, StatusCode, header};
use http_body_util::{BodyExt as _, Empty};
use hyper_util::{
    client::legacy::{Client, connect::HttpConnector},
    rt::TokioExecutor,
};
use serde_json::Value;

use crate::{
    admin,
    app::{self, Opened},
    cli::Failure,
    clock::{Clock as _, SystemClock},
    config::Config,
    database::operator_text,
    dead_letters::{self, Requested},
    keys::Keys,
    lock::{self, LockError},
    running::Server,
};

/// A token of the command line is for this one command.
const TOKEN_TTL: Duration = Duration::from_secs(60);
/// A server of the same machine that does not take a connection in this time is gone.
const CONNECT_WITHIN: Duration = Duration::from_secs(1);
/// As many as one answer of the server lists.
const ALL: u32 = 1000;

/// The dead letters of a running server, or of the database.
pub(super) enum Letters {
    Server(Box<Remote>),
    Here(Opened),
}

pub(super) struct Remote {
    base: String,
    token: String,
    client: Client<HttpConnector, Empty<Bytes>>,
}

/// Does some work with the letters, and puts away in order what was opened for it.
pub(super) fn with<T>(
    config: Config,
    work: impl AsyncFnOnce(&Letters) -> Result<T, Failure>,
) -> Result<T, Failure> {
    app::runtime()?.block_on(async {
        let (letters, lock) = match lock::acquire(&config.data_dir) {
            Ok(lock) => (Letters::Here(Opened::open(&config).await?), Some(lock)),
            Err(in_use @ LockError::InUse { owner, .. }) => {
                let server = Server::of_owner(&config.data_dir, owner);
                let admin = server.and_then(|server| server.admin_listen);
                let Some(address) = admin else { return Err(Failure::failed(in_use)) };
                (Letters::Server(Box::new(Remote::new(&config, address)?)), None)
            }
            Err(error) => return Err(Failure::failed(error)),
        };
        let result = work(&letters).await;
        if let Letters::Here(opened) = letters {
            opened.close().await?;
        }
        drop(lock);
        result
    })
}

impl Letters {
    /// Whether somebody hands letters over right away.
    pub(super) fn are_served(&self) -> bool {
        matches!(self, Self::Server(_))
    }

    pub(super) async fn list(&self, limit: u32) -> Result<Vec<Value>, Failure> {
        match self {
            Self::Server(remote) => {
                let mut found = remote.get(&format!("/dead-letters?limit={limit}")).await?;
                Ok(match found["items"].take() {
                    Value::Array(items) => items,
                    _ => Vec::new(),
                })
            }
            Self::Here(opened) => {
                let found = opened.storage.read(move |store| store.dead_letters(limit)).await;
                let found = found.map_err(|error| Failure::failed(operator_text(&error)))?;
                Ok(found.iter().map(admin::shown).collect())
            }
        }
    }

    pub(super) async fn replay(&self, id: u64) -> Result<Value, Failure> {
        match self {
            Self::Server(remote) => {
                remote.send(Method::POST, &format!("/dead-letters/{id}/replay")).await
            }
            Self::Here(opened) => {
                let asked = dead_letters::request(&opened.storage, id, SystemClock.now()).await;
                match asked.map_err(|error| Failure::failed(operator_text(&error)))? {
                    Requested::Taken(letter) => Ok(admin::shown(&letter)),
                    Requested::Gone => Err(gone(id)),
                    Requested::Notification => {
                        Err(Failure::failed(dead_letters::NOTIFICATIONS_STAY))
                    }
                }
            }
        }
    }

    /// All but notifications, which are not sent again.
    pub(super) async fn replay_all(&self) -> Result<Vec<Value>, Failure> {
        let mut asked = Vec::new();
        for letter in self.list(ALL).await? {
            let consumer = letter["consumer"].as_str().unwrap_or_default();
            if let Some(id) = letter["id"].as_u64()
                && !dead_letters::is_notification(consumer)
            {
                asked.push(self.replay(id).await?);
            }
        }
        Ok(asked)
    }

    pub(super) async fn drop_one(&self, id: u64) -> Result<(), Failure> {
        match self {
            Self::Server(remote) => {
                remote.send(Method::DELETE, &format!("/dead-letters/{id}")).await.map(drop)
            }
            Self::Here(opened) => {
                let dropped = opened.storage.write(move |store| store.drop_dead_letter(id)).await;
                match dropped.map_err(|error| Failure::failed(operator_text(&error)))? {
                    true => Ok(()),
                    false => Err(gone(id)),
                }
            }
        }
    }
}

impl Remote {
    fn new(config: &Config, mut address: std::net::SocketAddr) -> Result<Self, Failure> {
        let keys = Keys::open(&config.data_dir).map_err(Failure::failed)?;
        let mut connector = HttpConnector::new();
        connector.set_connect_timeout(Some(CONNECT_WITHIN));
        let client = Client::builder(TokioExecutor::new()).build(connector);
        app::make_reachable(&mut address);
        let token = keys.admin_token(TOKEN_TTL, SystemClock.now());
        Ok(Self { base: format!("http://{address}"), token, client })
    }

    async fn get(&self, path: &str) -> Result<Value, Failure> {
        self.send(Method::GET, path).await
    }

    async fn send(&self, method: Method, path: &str) -> Result<Value, Failure> {
        let request = Request::builder()
            .method(method)
            .uri(format!("{}{path}", self.base))
            .header(header::AUTHORIZATION, format!("Bearer {}", self.token))
            .body(Empty::new())
            .map_err(Failure::failed)?;
        let response = self.client.request(request).await.map_err(|error| {
            Failure::failed(format!("the server at {} does not answer: {error}", self.base))
        })?;
        let status = response.status();
        let body = response.into_body().collect().await.map_err(Failure::failed)?.to_bytes();
        if status == StatusCode::NO_CONTENT {
            return Ok(Value::Null);
        }
        let body: Value = serde_json::from_slice(&body).map_err(Failure::failed)?;
        if status.is_success() {
            return Ok(body);
        }
        let word = |key: &str| body[key].as_str().unwrap_or_default().to_owned();
        Err(Failure::failed(format!("{} ({})", word("detail"), word("code"))))
    }
}

fn gone(id: u64) -> Failure {
    Failure::failed(format!("there is no dead letter {id}"))
}
