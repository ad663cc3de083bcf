//! `taskloom bridge`: events and streams beside a server of components that shares the database.

use std::{
    collections::BTreeMap,
    io::{BufRead as _, BufReader, Write as _},
    sync::Arc,
};

use axum::{Router, body::Body, extract::Request};
use host::{
    Host, Settings,
    sqlite::{Database, Mode},
};
use http_body_util::BodyExt as _;
use rustix::process::Signal;
use serde_json::{Value, json};
use sidecar_bridge::server;
use tokio::{net::TcpListener, runtime::Runtime};
use tokio_util::sync::CancellationToken;

use crate::support::{Home, Server, connect, exchange, manifest};

/// Serves every route of the application, private ones included, as `spin up` does.
struct Components {
    url: String,
    _runtime: Runtime,
}

impl Components {
    fn start(home: &Home) -> Self {
        let runtime = Runtime::new().unwrap();
        let file = home.path().join("shared.db");
        let mut settings = Settings::new(manifest(), home.path().join("cache"));
        settings.variables = BTreeMap::from([("auth_jwks".to_owned(), home.run(&["jwks"]))]);
        let url = runtime.block_on(async {
            let database = Database::open(&file, Mode::Shared).unwrap();
            settings.databases.insert("default".to_owned(), database);
            let host = Arc::new(Host::load(settings).await.unwrap());
            let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
            let url = format!("http://{}", listener.local_addr().unwrap());
            let router = Router::new().fallback(move |request: Request| {
                let host = Arc::clone(&host);
                async move {
                    let request = request.map(|body| body.map_err(Into::into).boxed_unsync());
                    host.handle(request).await.map(Body::new)
                }
            });
            tokio::spawn(server::serve(listener, router, CancellationToken::new()));
            url
        });
        Self { url, _runtime: runtime }
    }
}

fn bridge(home: &Home, components: &Components) -> Server {
    let command = home.with_components(&[
        "bridge",
        "--listen",
        "127.0.0.1:0",
        "--admin-listen",
        "127.0.0.1:0",
        "--components-url",
        &components.url,
        "--sqlite-file",
        "shared.db",
    ]);
    Server::start(command, "data ")
}

#[test]
fn events_move_and_streams_live_beside_another_server_of_the_components() {
    let home = Home::new();
    let components = Components::start(&home);
    let bridge = bridge(&home, &components);

    // Commands find the API where the components are, not where the bridge listens.
    let added: Value = serde_json::from_str(&home.app(&[
        "add",
        "Water",
        "--due",
        "2030-01-31",
        "--repeat",
        "FREQ=DAILY",
        "--json",
    ]))
    .unwrap();
    let id = added["id"].as_str().unwrap();

    let token = home.token("me");
    let mut stream = connect(&bridge.api);
    let request = format!(
        "GET /api/v1/stream HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {token}\r\n\
         last-event-id: 0\r\n\r\n"
    );
    stream.write_all(request.as_bytes()).unwrap();
    let mut events = BufReader::new(stream).lines().filter_map(|line| {
        let line = line.unwrap();
        let data = line.strip_prefix("data: ")?;
        Some(serde_json::from_str::<Value>(data).unwrap())
    });
    assert_eq!(events.next().unwrap()["payload"]["task_id"], id);

    home.app(&["done", id]);
    assert_eq!(events.next().unwrap()["payload"]["task_id"], id, "it is done");
    let next = events.next().unwrap()["payload"]["task_id"].clone();
    assert_ne!(next, id, "and the next one is there");
    let tasks: Value =
        serde_json::from_str(&home.app(&["list", "--status", "all", "--json"])).unwrap();
    assert!(tasks.as_array().unwrap().iter().any(|task| task["id"] == next));

    assert_eq!(exchange(&bridge.api, "GET", "/readyz", "", b"").status, 200);
    let api = exchange(&bridge.api, "GET", "/api/v1/tasks", "", b"");
    assert_eq!((api.status, &api.json()["code"]), (404, &json!("TASKLOOM-0013")));

    bridge.signal(Signal::TERM);
    let (code, log) = bridge.wait();
    assert_eq!(code, Some(0), "{log}");
}
