//! A stand-in for the sidecar's gRPC side, made of the same generated messages. It remembers what it is
//! asked for, and fails as it is told to.

use std::{
    collections::{BTreeMap, BTreeSet},
    convert::Infallible,
    net::SocketAddr,
    sync::{Arc, Mutex, MutexGuard},
    task::{Context, Poll},
};

use dapr::dapr::proto::runtime::v1::{
    BulkPublishRequest, BulkPublishResponse, DeleteJobRequest, DeleteJobResponse,
    DeleteJobsByPrefixRequest, DeleteJobsByPrefixResponse, DeleteStateRequest, GetJobRequest,
    GetJobResponse, GetSecretRequest, GetSecretResponse, GetStateRequest, GetStateResponse,
    PublishEventRequest, SaveStateRequest, ScheduleJobRequest, ScheduleJobResponse,
};
use dapr_sidecar::{Endpoint, Sidecar};
use futures_util::future::BoxFuture;
use prost::Message;
use tokio::{net::TcpListener, runtime::Runtime};
use tonic::{
    Request, Response, Status,
    body::Body,
    server::Grpc,
    server::NamedService,
    transport::server::{Server, TcpIncoming},
};
use tonic_prost::ProstCodec;
use tower::{Service, service_fn};

/// What happened, and what shall happen.
#[derive(Default)]
pub(crate) struct Script {
    /// Names of the calls that it does not know.
    pub(crate) unknown: BTreeSet<&'static str>,
    /// Answer to everything.
    pub(crate) failure: Option<Status>,
    /// The id of the event that the broker does not take.
    pub(crate) poison: Option<String>,
    /// What was called, with the token that came along.
    pub(crate) calls: Vec<(String, Option<String>)>,
    /// Published: topic, id and key.
    pub(crate) published: Vec<(String, String, String)>,
    pub(crate) jobs: BTreeMap<String, ScheduleJobRequest>,
    pub(crate) values: BTreeMap<String, (Vec<u8>, u32)>,
    pub(crate) saved: Vec<SaveStateRequest>,
    pub(crate) secrets: BTreeMap<String, BTreeMap<String, String>>,
}

/// The stand-in. It goes on with the same memory after it was stopped and started again.
#[derive(Clone, Default)]
pub(crate) struct Fake(Arc<Mutex<Script>>);

/// A running stand-in, gone when dropped, with all its connections.
pub(crate) struct Running {
    pub(crate) address: SocketAddr,
    runtime: Option<Runtime>,
}

impl Drop for Running {
    fn drop(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}

impl Fake {
    pub(crate) fn script(&self) -> MutexGuard<'_, Script> {
        self.0.lock().unwrap()
    }

    pub(crate) async fn start(&self) -> Running {
        self.start_on("127.0.0.1:0".parse().unwrap()).await
    }

    pub(crate) async fn start_on(&self, address: SocketAddr) -> Running {
        let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
        let server = Server::builder().add_service(self.clone());
        let listening = runtime.spawn(async move {
            // The one before it may not be gone yet.
            let listener = loop {
                match TcpListener::bind(address).await {
                    Ok(listener) => break listener,
                    Err(_) => tokio::task::yield_now().await,
                }
            };
            let address = listener.local_addr().unwrap();
            tokio::spawn(server.serve_with_incoming(TcpIncoming::from(listener)));
            address
        });
        let address = listening.await.unwrap();
        Running { address, runtime: Some(runtime) }
    }

    fn refuse(&self, name: &str, token: Option<String>) -> Result<(), Status> {
        let mut script = self.script();
        script.calls.push((name.to_owned(), token));
        if script.unknown.contains(name) {
            return Err(Status::unimplemented("unknown method"));
        }
        script.failure.clone().map_or(Ok(()), Err)
    }

    fn publish(&self, request: PublishEventRequest) -> Result<(), Status> {
        let mut script = self.script();
        let id = id_of(&request.data);
        if script.poison.as_ref() == Some(&id) {
            return Err(Status::internal("kafka server: Message was too large"));
        }
        let key = request.metadata.get("partitionKey").cloned().unwrap_or_default();
        script.published.push((request.topic, id, key));
        Ok(())
    }

    fn publish_bulk(&self, request: BulkPublishRequest) -> Result<BulkPublishResponse, Status> {
        let mut script = self.script();
        if request.entries.iter().any(|entry| script.poison.as_ref() == Some(&entry.entry_id)) {
            // As the real one: not a word about which.
            return Err(Status::internal("kafka: Failed to deliver 1 messages."));
        }
        for entry in request.entries {
            let key = entry.metadata.get("partitionKey").cloned().unwrap_or_default();
            script.published.push((request.topic.clone(), entry.entry_id, key));
        }
        Ok(BulkPublishResponse::default())
    }

    fn save(&self, request: SaveStateRequest) -> Result<(), Status> {
        let mut script = self.script();
        for item in &request.states {
            let found = script.values.get(&item.key).map(|(_, tag)| *tag);
            let wanted = item.etag.as_ref().map(|tag| tag.value.parse().unwrap_or(0));
            if wanted.is_some() && wanted != found {
                return Err(Status::aborted("possible etag mismatch"));
            }
            let next = (item.value.clone(), found.unwrap_or(0) + 1);
            script.values.insert(item.key.clone(), next);
        }
        script.saved.push(request);
        Ok(())
    }

    fn get(&self, request: GetStateRequest) -> GetStateResponse {
        match self.script().values.get(&request.key) {
            Some((data, tag)) => GetStateResponse {
                data: data.clone(),
                etag: tag.to_string(),
                ..GetStateResponse::default()
            },
            None => GetStateResponse::default(),
        }
    }

    fn schedule(&self, request: ScheduleJobRequest) -> Result<ScheduleJobResponse, Status> {
        let mut script = self.script();
        let name = request.job.as_ref().map(|job| job.name.clone()).unwrap_or_default();
        if !request.overwrite && script.jobs.contains_key(&name) {
            return Err(Status::already_exists("a job of this name"));
        }
        script.jobs.insert(name, request);
        Ok(ScheduleJobResponse::default())
    }

    fn job(&self, request: GetJobRequest) -> Result<GetJobResponse, Status> {
        let script = self.script();
        // As the real one: there is no word for "not found".
        let job = script.jobs.get(&request.name).ok_or(Status::internal("job not found"))?;
        Ok(GetJobResponse { job: job.job.clone() })
    }

    fn secret(&self, request: GetSecretRequest) -> Result<GetSecretResponse, Status> {
        let script = self.script();
        let found = script.secrets.get(&request.key).ok_or(Status::internal("no such key"))?;
        Ok(GetSecretResponse { data: found.clone().into_iter().collect() })
    }
}

impl NamedService for Fake {
    const NAME: &'static str = "dapr.proto.runtime.v1.Dapr";
}

impl Service<http::Request<Body>> for Fake {
    type Response = http::Response<Body>;
    type Error = Infallible;
    type Future = BoxFuture<'static, Result<http::Response<Body>, Infallible>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: http::Request<Body>) -> Self::Future {
        let fake = self.clone();
        let name = request.uri().path().rsplit('/').next().unwrap_or_default().to_owned();
        let token = request.headers().get("dapr-api-token");
        let token = token.map(|token| token.to_str().unwrap().to_owned());
        if let Err(status) = self.refuse(&name, token) {
            return Box::pin(async move { Ok(status.into_http()) });
        }
        match name.as_str() {
            "PublishEvent" => unary(request, move |asked| fake.publish(asked)),
            "BulkPublishEvent" | "BulkPublishEventAlpha1" => {
                unary(request, move |asked| fake.publish_bulk(asked))
            }
            "ScheduleJob" | "ScheduleJobAlpha1" => {
                unary(request, move |asked| fake.schedule(asked))
            }
            "GetJob" | "GetJobAlpha1" => unary(request, move |asked| fake.job(asked)),
            "DeleteJob" | "DeleteJobAlpha1" => unary(request, move |asked: DeleteJobRequest| {
                fake.script().jobs.remove(&asked.name);
                Ok(DeleteJobResponse::default())
            }),
            "DeleteJobsByPrefix" | "DeleteJobsByPrefixAlpha1" => {
                unary(request, move |asked: DeleteJobsByPrefixRequest| {
                    let prefix = asked.name_prefix.unwrap_or_default();
                    fake.script().jobs.retain(|name, _| !name.starts_with(&prefix));
                    Ok(DeleteJobsByPrefixResponse::default())
                })
            }
            "GetState" => unary(request, move |asked| Ok(fake.get(asked))),
            "SaveState" => unary(request, move |asked| fake.save(asked)),
            "DeleteState" => unary(request, move |asked: DeleteStateRequest| {
                fake.script().values.remove(&asked.key);
                Ok(())
            }),
            "GetSecret" => unary(request, move |asked| fake.secret(asked)),
            other => panic!("the stand-in has no {other}"),
        }
    }
}

/// One message in, one out.
fn unary<Q, A>(
    request: http::Request<Body>,
    answer: impl Fn(Q) -> Result<A, Status> + Send + 'static,
) -> BoxFuture<'static, Result<http::Response<Body>, Infallible>>
where
    Q: Message + Default + 'static,
    A: Message + Default + 'static,
{
    Box::pin(async move {
        let called = service_fn(move |request: Request<Q>| {
            let answer = answer(request.into_inner()).map(Response::new);
            async move { answer }
        });
        Ok(Grpc::new(ProstCodec::<A, Q>::default()).unary(called, request).await)
    })
}

/// The id in a wrapped event.
fn id_of(data: &[u8]) -> String {
    let event: serde_json::Value = serde_json::from_slice(data).unwrap();
    event["id"].as_str().unwrap().to_owned()
}

/// A connection to whoever is at `address`, with a token if there is one.
pub(crate) fn sidecar(address: SocketAddr, token: Option<&str>) -> Sidecar {
    Sidecar::connect(&Endpoint {
        grpc: format!("http://{address}"),
        http: "http://127.0.0.1:9".to_owned(),
        api_token: token.map(str::to_owned),
    })
    .unwrap()
}
