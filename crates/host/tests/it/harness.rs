//! An application of hostile components in a folder of its own, and what it logs.

use std::{
    io,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, OnceLock},
    time::Duration,
};

use host::{
    Body, Host, OwnProblem, Settings, full,
    sqlite::{Database, Mode, Value},
};
use http::{Request, Response, StatusCode};
use http_body_util::BodyExt as _;
use tracing::subscriber::DefaultGuard;

/// The application of most tests. `{wasm}` is the hostile guest.
const MANIFEST: &str = r#"
spin_manifest_version = 2
[application]
name = "hostile"
[variables]
given = { required = true }
usual = { default = "plain" }

[[trigger.http]]
route = "/..."
component = "hostile"
[[trigger.http]]
route = "/below/..."
component = "neighbour"
[[trigger.http]]
route = { private = true }
component = "secret"

[component.hostile]
source = "{wasm}"
sqlite_databases = ["default"]
allowed_outbound_hosts = [
    "http://127.0.0.1:*", "http://169.254.169.254", "http://neighbour.spin.internal", "http://self",
]
variables = { greeting = "{{ usual }} {{ given }}" }
environment = { MODE = "test" }
[component.neighbour]
source = "{wasm}"
allowed_outbound_hosts = ["http://*.spin.internal"]
[component.secret]
source = "{wasm}"
"#;

/// A loaded application with what the tests need to look behind it.
pub(crate) struct Fixture {
    pub(crate) host: Host,
    pub(crate) folder: tempfile::TempDir,
    log: Arc<Mutex<Vec<u8>>>,
    _guard: DefaultGuard,
}

/// What a test may look at after a request.
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) content_type: String,
    /// The word of the host, when it answered in the component's place.
    pub(crate) own: Option<&'static str>,
    /// `None`: the body was cut off.
    pub(crate) body: Option<String>,
}

impl Fixture {
    pub(crate) async fn new() -> Self {
        Self::with(|_| {}).await
    }

    /// Short limits, so that tests are; `change` may set others.
    pub(crate) async fn with(change: impl FnOnce(&mut Settings)) -> Self {
        let (log, guard) = log();
        let folder = tempfile::tempdir().unwrap();
        let manifest = write_manifest(folder.path(), MANIFEST);
        compile_once(&manifest);
        let mut settings = Settings::new(manifest, cache());
        settings.variables.insert("given".to_owned(), "value".to_owned());
        let database = Database::open(&folder.path().join("test.db"), Mode::Embedded).unwrap();
        let table = "CREATE TABLE notes (id INTEGER PRIMARY KEY, text TEXT)";
        database.query_blocking(table, vec![]).unwrap();
        settings.databases.insert("default".to_owned(), database);
        settings.limits.cpu = Duration::from_millis(300);
        settings.limits.wall = Duration::from_secs(3);
        change(&mut settings);
        let host = Host::load(settings).await.unwrap();
        Self { host, folder, log, _guard: guard }
    }

    pub(crate) async fn get(&self, path: &str) -> Answer {
        let request = Request::get(path).header("host", "test").body(full("")).unwrap();
        answer(self.host.handle(request).await).await
    }

    /// The texts in the table that `/note` writes to.
    pub(crate) fn notes(&self) -> Vec<String> {
        let file = self.folder.path().join("test.db");
        let database = Database::open(&file, Mode::Shared).unwrap();
        let rows =
            database.query_blocking("SELECT text FROM notes ORDER BY id", vec![]).unwrap().rows;
        let text = |row: Vec<Value>| match &row[0] {
            Value::Text(text) => text.clone(),
            other => panic!("{other:?}"),
        };
        rows.into_iter().map(text).collect()
    }

    /// What was logged so far, without times.
    pub(crate) fn log(&self) -> Vec<String> {
        let log = self.log.lock().unwrap();
        String::from_utf8_lossy(&log).lines().map(str::to_owned).collect()
    }
}

pub(crate) async fn answer(response: Response<Body>) -> Answer {
    let status = response.status();
    let content_type = response.headers().get("content-type");
    let content_type = content_type.map_or("", |value| value.to_str().unwrap()).to_owned();
    let own = response.extensions().get::<OwnProblem>().map(|own| own.code);
    let body = response.into_body().collect().await.ok();
    let body = body.map(|body| String::from_utf8_lossy(&body.to_bytes()).into_owned());
    Answer { status, content_type, own, body }
}

/// Collects what this thread logs, at `info` and above.
pub(crate) fn log() -> (Arc<Mutex<Vec<u8>>>, DefaultGuard) {
    #[derive(Clone)]
    struct Lines(Arc<Mutex<Vec<u8>>>);
    impl io::Write for Lines {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap().extend_from_slice(bytes);
            Ok(bytes.len())
        }
        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }
    let log = Arc::new(Mutex::new(Vec::new()));
    let lines = Lines(Arc::clone(&log));
    let subscriber = tracing_subscriber::fmt()
        .with_ansi(false)
        .without_time()
        .with_max_level(tracing::Level::INFO)
        .with_writer(move || lines.clone())
        .finish();
    (log, tracing::subscriber::set_default(subscriber))
}

/// Writes a manifest whose `{wasm}` is the hostile guest.
pub(crate) fn write_manifest(folder: &Path, text: &str) -> PathBuf {
    let path = folder.join("spin.toml");
    std::fs::write(&path, text.replace("{wasm}", &hostile_wasm().display().to_string())).unwrap();
    path
}

/// Compiled components that all tests share.
pub(crate) fn cache() -> PathBuf {
    Path::new(env!("CARGO_TARGET_TMPDIR")).join("cwasm")
}

/// The guest is built by another target, so it cannot be built here.
pub(crate) fn hostile_wasm() -> PathBuf {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(2).unwrap();
    let path = root.join("target/components/hostile.wasm");
    assert!(path.is_file(), "{} is missing: run `cargo xtask wasm --test-guests`", path.display());
    path
}

fn compile_once(manifest: &Path) {
    static COMPILED: OnceLock<()> = OnceLock::new();
    COMPILED.get_or_init(|| drop(host::compile(manifest, &cache()).unwrap()));
}
