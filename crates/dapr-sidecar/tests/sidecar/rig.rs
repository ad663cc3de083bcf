//! All servers, a sidecar with the project's own files, and an app that takes what it brings.

use std::{
    collections::VecDeque,
    fs,
    future::Future,
    path::{Path, PathBuf},
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

use async_trait::async_trait;
use bytes::Bytes;
use chrono::{DateTime, Utc};
use dapr_sidecar::{
    Answer, Callbacks, Endpoint, Events, Jobs, Ready, Sidecar,
    callbacks::{self, Again},
};
use http::HeaderMap;
use serde_json::Value;
use servers::{Binaries, Daprd, DaprdSettings, Ports, Stack};
use tempfile::TempDir;
use tokio::net::TcpListener;

pub(crate) const APP_TOKEN: &str = "app-t0ken";
pub(crate) const API_TOKEN: &str = "api-t0ken";

/// Something that the sidecar brought.
#[derive(Debug, Clone)]
pub(crate) struct Came {
    /// `job`, `events` or `live`.
    pub(crate) how: &'static str,
    /// Name of the job, or topic.
    pub(crate) name: String,
    pub(crate) body: Value,
    /// The key that the broker kept it under.
    pub(crate) key: Option<String>,
    pub(crate) at: DateTime<Utc>,
}

/// Takes everything, and answers as it is told.
#[derive(Default)]
pub(crate) struct App {
    came: Mutex<Vec<Came>>,
    /// Answers to what comes next; success when there is none left.
    answers: Mutex<VecDeque<Answer>>,
    away: AtomicBool,
}

impl App {
    pub(crate) fn answer_next(&self, answers: impl IntoIterator<Item = Answer>) {
        self.answers.lock().unwrap().extend(answers);
    }

    pub(crate) fn forget_answers(&self) {
        self.answers.lock().unwrap().clear();
    }

    /// While it is away the sidecar is told to wait.
    pub(crate) fn set_away(&self, away: bool) {
        self.away.store(away, Ordering::SeqCst);
    }

    pub(crate) fn came(&self, is_it: impl Fn(&Came) -> bool) -> Vec<Came> {
        self.came.lock().unwrap().iter().filter(|came| is_it(came)).cloned().collect()
    }

    fn take(&self, how: &'static str, name: &str, headers: &HeaderMap, body: &Bytes) -> Answer {
        let key = headers.get("__key").map(|key| key.to_str().unwrap().to_owned());
        let body = serde_json::from_slice(body).unwrap_or_default();
        let came = Came { how, name: name.to_owned(), body, key, at: Utc::now() };
        self.came.lock().unwrap().push(came);
        // A broadcast has no say in what comes next.
        match how {
            "live" => Answer::Success,
            _ => self.answers.lock().unwrap().pop_front().unwrap_or(Answer::Success),
        }
    }
}

#[async_trait]
impl Jobs for App {
    async fn due(&self, name: &str, data: Bytes) -> Result<(), Again> {
        match self.take("job", name, &HeaderMap::new(), &data) {
            Answer::Success => Ok(()),
            _ => Err(Again),
        }
    }
}

#[async_trait]
impl Events for App {
    async fn arrived(&self, topic: &str, headers: &HeaderMap, body: Bytes) -> Answer {
        self.take("events", topic, headers, &body)
    }
}

/// The same app, at its other route.
struct LiveSide(Arc<App>);

#[async_trait]
impl Events for LiveSide {
    async fn arrived(&self, topic: &str, headers: &HeaderMap, body: Bytes) -> Answer {
        self.0.take("live", topic, headers, &body)
    }
}

impl Ready for App {
    fn check(&self) -> Result<(), &'static str> {
        if self.away.load(Ordering::SeqCst) { Err("away") } else { Ok(()) }
    }
}

pub(crate) struct Rig {
    pub(crate) stack: Stack,
    pub(crate) app: Arc<App>,
    pub(crate) app_port: u16,
    pub(crate) sidecar: Sidecar,
    /// Gone with the rig.
    _folder: TempDir,
}

impl Rig {
    /// Everything up, and the sidecar connected to the app.
    pub(crate) async fn start() -> Self {
        let binaries = Binaries::from_env().unwrap_or_else(|error| panic!("{error}"));
        let folder = tempfile::tempdir().unwrap();
        // The database does not run as we do.
        set_open(folder.path());
        let stack = Stack::start_on(&binaries, folder.path(), Ports::free()).unwrap();
        let app = Arc::new(App::default());
        let app_port = serve(&app).await;
        let resources = resources(folder.path(), &stack);
        let mut rig = Self { sidecar: nobody(), stack, app, app_port, _folder: folder };
        let settings = DaprdSettings {
            app_port: Some(app_port),
            resources: vec![resources],
            config: Some(ours("config.yaml")),
            api_token: Some(API_TOKEN.to_owned()),
            app_token: Some(APP_TOKEN.to_owned()),
            args: vec![
                "--enable-app-health-check".to_owned(),
                "--app-health-check-path=/healthz".to_owned(),
                "--app-health-probe-interval=1".to_owned(),
            ],
            ..DaprdSettings::new("taskloom")
        };
        let daprd = rig.stack.daprd(settings).unwrap();
        daprd.wait_for_app(Duration::from_secs(60)).unwrap();
        let endpoint = endpoint(daprd, API_TOKEN);
        rig.sidecar = Sidecar::connect(&endpoint).unwrap();
        rig
    }

    pub(crate) fn daprd(&mut self) -> &mut Daprd {
        &mut self.stack.daprds[0]
    }

    /// Lines of the sidecar's log that are no information.
    pub(crate) fn complaints(&self) -> Vec<String> {
        let log = fs::read_to_string(self.stack.daprds[0].log()).unwrap();
        let bad = ["level=warning", "level=error", "level=fatal"];
        let lines = log.lines().filter(|line| bad.iter().any(|level| line.contains(level)));
        lines.map(str::to_owned).collect()
    }
}

pub(crate) fn endpoint(daprd: &Daprd, token: &str) -> Endpoint {
    Endpoint {
        grpc: format!("http://127.0.0.1:{}", daprd.grpc_port()),
        http: daprd.http(),
        api_token: Some(token.to_owned()),
    }
}

fn nobody() -> Sidecar {
    let nowhere = "http://127.0.0.1:9".to_owned();
    Sidecar::connect(&Endpoint { grpc: nowhere.clone(), http: nowhere, api_token: None }).unwrap()
}

/// Looks until `found` gives something; panics with `what` when that takes too long.
pub(crate) async fn wait<T, F: Future<Output = Option<T>>>(
    what: &str,
    within: Duration,
    mut found: impl FnMut() -> F,
) -> T {
    let begun = Instant::now();
    loop {
        if let Some(found) = found().await {
            return found;
        }
        assert!(begun.elapsed() < within, "not within {within:?}: {what}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

async fn serve(app: &Arc<App>) -> u16 {
    let router = callbacks::router(Callbacks {
        jobs: Some(Arc::clone(app) as _),
        events: Some(Arc::clone(app) as _),
        live: Some(Arc::new(LiveSide(Arc::clone(app)))),
        ready: Arc::clone(app) as _,
        app_token: Some(APP_TOKEN.to_owned()),
    });
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
    port
}

/// A file of the project's own folder for the sidecar.
fn ours(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../dapr").join(name)
}

/// The project's own components with the addresses of these servers, and one subscription more, to
/// see what became a dead letter.
fn resources(folder: &Path, stack: &Stack) -> PathBuf {
    let resources = folder.join("dapr/components");
    fs::create_dir_all(&resources).unwrap();
    for file in fs::read_dir(ours("components")).unwrap() {
        let file = file.unwrap();
        let text = fs::read_to_string(file.path()).unwrap();
        let text = text.replace("127.0.0.1:9092", &stack.kafka.brokers());
        fs::write(resources.join(file.file_name()), text).unwrap();
    }
    let letters = "apiVersion: dapr.io/v2alpha1\nkind: Subscription\nmetadata: { name: letters }\n\
        spec:\n  pubsubname: pubsub\n  topic: taskloom.dead-letters\n  \
        routes: { default: /events/letters }\nscopes: [taskloom]\n";
    fs::write(resources.join("letters.yaml"), letters).unwrap();
    let secrets = fs::read_to_string(ours("secrets.json")).unwrap();
    let port = format!("port={}", stack.postgres.port());
    let mut secrets: Value = serde_json::from_str(&secrets.replace("port=5432", &port)).unwrap();
    secrets["webhook"] = "hunter2".into();
    fs::write(folder.join("dapr/secrets.json"), secrets.to_string()).unwrap();
    resources
}

fn set_open(folder: &Path) {
    use std::os::unix::fs::PermissionsExt as _;
    fs::set_permissions(folder, fs::Permissions::from_mode(0o755)).unwrap();
}
