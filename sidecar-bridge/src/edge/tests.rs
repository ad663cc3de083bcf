//! What the edge answers by itself, without any component.

use std::time::Duration;

use chrono::DateTime;
use host::sqlite::{Database, Mode};
use http::{Method, StatusCode};
use http_body_util::BodyExt as _;
use serde_json::Value;
use tokio_util::sync::CancellationToken;
use tower::ServiceExt as _;

use super::*;
use crate::database::{HostSql, Storage};

const NOW: i64 = 1_800_000_000;

struct Rig {
    _folder: tempfile::TempDir,
    keys: Arc<Keys>,
    health: Health,
    router: Router,
}

/// The edge as it stands beside `spin up`: no components of its own.
fn rig() -> Rig {
    let folder = tempfile::tempdir().unwrap();
    let database = Database::open(&folder.path().join("test.db"), Mode::Embedded).unwrap();
    store::migrate(&HostSql(database.clone())).unwrap();
    let keys = Arc::new(Keys::open(folder.path()).unwrap());
    let health = Health::default();
    let storage = Storage::new(HostSql(database));
    let streams = Arc::new(Hub::new(storage.clone(), CancellationToken::new()));
    let router = router(Edge {
        keys: Arc::clone(&keys),
        clock: Arc::new(|| DateTime::from_timestamp(NOW, 0).unwrap()),
        streams,
        push: Push { storage, channels: channels(folder.path()) },
        health: health.clone(),
        host: None,
        body_limit_bytes: 1000,
    });
    Rig { _folder: folder, keys, health, router }
}

impl Rig {
    async fn send(&self, method: Method, path: &str, headers: &[(&str, &str)]) -> Response {
        let mut request = Request::builder().method(method).uri(path);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        self.router.clone().oneshot(request.body(Body::empty()).unwrap()).await.unwrap()
    }

    fn token(&self, at: i64) -> String {
        let now = DateTime::from_timestamp(at, 0).unwrap();
        format!("Bearer {}", self.keys.user_token("ada", Duration::from_secs(900), now))
    }
}

#[track_caller]
fn check_problem(status: StatusCode, problem: &Value, expect: Problem) {
    let (code, expected_status, title) = expect.parts();
    assert_eq!(status, expected_status, "{problem}");
    assert_eq!(problem["code"], code);
    assert_eq!(problem["title"], title);
    assert_eq!(problem["status"], expected_status.as_u16());
}

async fn check(rig: &Rig, method: Method, path: &str, headers: &[(&str, &str)], expect: Problem) {
    let response = rig.send(method, path, headers).await;
    assert_eq!(response.headers()["content-type"], "application/problem+json");
    assert!(response.headers().contains_key("x-correlation-id"));
    let status = response.status();
    let body = response.into_body().collect().await.unwrap().to_bytes();
    check_problem(status, &serde_json::from_slice(&body).unwrap(), expect);
}

#[tokio::test]
async fn internal_routes_are_not_there_for_the_outside() {
    let rig = rig();
    for path in ["/internal/tasks/effects", "//internal/x", "/%69nternal/x"] {
        check(&rig, Method::POST, path, &[], Problem::RouteNotFound).await;
    }
}

#[tokio::test]
async fn a_body_that_is_announced_too_long_is_not_read() {
    let rig = rig();
    let long = [("content-length", "1001")];
    check(&rig, Method::POST, "/api/v1/tasks", &long, Problem::BodyTooLong).await;
    let short = [("content-length", "1000")];
    check(&rig, Method::POST, "/api/v1/tasks", &short, Problem::RouteNotFound).await;
}

#[tokio::test]
async fn the_stream_wants_a_token_of_ours() {
    let rig = rig();
    let stream = "/api/v1/stream";
    let get = || Method::GET;
    check(&rig, get(), stream, &[], Problem::TokenMissing).await;
    check(&rig, get(), stream, &[("authorization", "Basic x")], Problem::TokenMissing).await;
    check(&rig, get(), stream, &[("authorization", "Bearer x.y.z")], Problem::TokenInvalid).await;
    let expired = rig.token(NOW - 10_000);
    check(&rig, get(), stream, &[("authorization", &expired)], Problem::TokenExpired).await;
    let good = rig.token(NOW);
    let twice = [("authorization", good.as_str()), ("authorization", good.as_str())];
    check(&rig, get(), stream, &twice, Problem::TokenMissing).await;
}

#[tokio::test]
async fn the_stream_opens_for_its_user() {
    let rig = rig();
    let token = rig.token(NOW);
    let response = rig.send(Method::GET, "/api/v1/stream", &[("authorization", &token)]).await;
    assert_eq!(response.status(), StatusCode::OK);
    assert_eq!(response.headers()["content-type"], "text/event-stream");
}

#[tokio::test(start_paused = true)]
async fn the_stream_ends_with_its_token() {
    let rig = rig();
    let token = rig.token(NOW - 600);
    let response = rig.send(Method::GET, "/api/v1/stream", &[("authorization", &token)]).await;
    // 300 seconds are left of 900, and a minute for clocks that differ.
    let mut body = response.into_body();
    let open = tokio::time::timeout(Duration::from_secs(355), async {
        while let Some(frame) = body.frame().await {
            frame.unwrap();
        }
    });
    assert!(open.await.is_err(), "the token is good yet");
    let rest = tokio::time::timeout(Duration::from_secs(60), body.collect()).await;
    assert!(rest.is_ok(), "the token is over, and the stream is not");
}

#[tokio::test]
async fn a_place_in_the_stream_that_is_none_is_told() {
    let rig = rig();
    let token = rig.token(NOW);
    let bad = [("authorization", token.as_str()), ("last-event-id", "x")];
    check(&rig, Method::GET, "/api/v1/stream", &bad, Problem::InvalidHeader).await;
    let good = [("authorization", token.as_str())];
    check(&rig, Method::GET, "/api/v1/stream?since=x", &good, Problem::InvalidParameter).await;
}

#[tokio::test]
async fn own_paths_answer_get_only() {
    let rig = rig();
    for path in ["/healthz", "/readyz", "/api/v1/stream"] {
        check(&rig, Method::DELETE, path, &[], Problem::MethodNotAllowed).await;
    }
}

#[tokio::test]
async fn readiness_follows_the_life_of_the_process() {
    let rig = rig();
    let ready = async || rig.send(Method::GET, "/readyz", &[]).await.status();
    assert_eq!(ready().await, StatusCode::SERVICE_UNAVAILABLE);
    rig.health.set_ready();
    assert_eq!(ready().await, StatusCode::OK);
    rig.health.set_stopping();
    assert_eq!(ready().await, StatusCode::SERVICE_UNAVAILABLE);
    let alive = rig.send(Method::GET, "/healthz", &[]).await.status();
    assert_eq!(alive, StatusCode::OK, "a process that stops is still alive");
}

#[tokio::test]
async fn the_correlation_id_comes_back() {
    let rig = rig();
    let id = [("x-correlation-id", "order-66_and-8")];
    let response = rig.send(Method::GET, "/healthz", &id).await;
    assert_eq!(response.headers()["x-correlation-id"], "order-66_and-8");
}

/// Web push, to private networks too.
fn channels(folder: &std::path::Path) -> crate::notify::Channels {
    let push = crate::config::PushSettings {
        subject: "mailto:admin@example.org".to_owned(),
        key_file: folder.join("vapid.pem"),
    };
    crate::notify::Channels::open(&crate::config::Notify {
        allow_private_networks: false,
        webhook: None,
        email: None,
        ntfy: None,
        push: Some(push),
    })
    .unwrap()
}

#[tokio::test]
async fn a_browser_subscribes_is_listed_without_its_secret_and_leaves() {
    let rig = rig();
    let token = rig.token(NOW);
    let call = async |method: Method, path: &str, body: &str| {
        let request = Request::builder().method(method).uri(path).header("authorization", &token);
        let request = request.body(Body::from(body.to_owned())).unwrap();
        let response = rig.router.clone().oneshot(request).await.unwrap();
        let status = response.status();
        let body = response.into_body().collect().await.unwrap().to_bytes();
        (status, serde_json::from_slice::<Value>(&body).unwrap_or_default())
    };
    let (status, key) = call(Method::GET, "/api/v1/push-key", "").await;
    assert_eq!((status, key["key"].as_str().map(str::len)), (StatusCode::OK, Some(87)));

    const PATH: &str = "/api/v1/push-subscriptions";
    let body = |endpoint: &str| {
        let point = key["key"].as_str().unwrap();
        let keys = serde_json::json!({ "p256dh": point, "auth": "BTBZMqHH6r4Tts7J_aSIgg" });
        serde_json::json!({ "endpoint": endpoint, "expirationTime": null, "keys": keys })
            .to_string()
    };
    let (status, made) = call(Method::POST, PATH, &body("https://push.example/secret")).await;
    assert_eq!(status, StatusCode::CREATED, "{made}");
    let (status, again) = call(Method::POST, PATH, &body("https://push.example/secret")).await;
    assert_eq!((status, &again), (StatusCode::CREATED, &made));
    let (_, list) = call(Method::GET, PATH, "").await;
    assert_eq!(list["items"], serde_json::json!([made]));
    assert_eq!(made["push_service"], "https://push.example");
    assert!(!list.to_string().contains("secret"));

    for (bad, detail) in [
        (body("http://push.example/"), "`endpoint` has to begin with https://"),
        ("{}".to_owned(), "has to be an object with `endpoint`, `keys.p256dh` and `keys.auth`"),
    ] {
        let (status, problem) = call(Method::POST, PATH, &bad).await;
        check_problem(status, &problem, Problem::InvalidField);
        assert_eq!(problem["detail"], detail);
    }
    let (status, problem) = call(Method::POST, PATH, &"x".repeat(9000)).await;
    check_problem(status, &problem, Problem::BodyTooLong);

    let path = format!("{PATH}/{}", made["id"].as_str().unwrap());
    assert_eq!(call(Method::DELETE, &path, "").await.0, StatusCode::NO_CONTENT);
    assert_eq!(call(Method::DELETE, &path, "").await.0, StatusCode::NOT_FOUND);
    let (status, problem) = call(Method::PUT, PATH, "").await;
    check_problem(status, &problem, Problem::MethodNotAllowed);
}

#[tokio::test]
async fn subscriptions_are_for_who_has_a_token() {
    let rig = rig();
    for path in ["/api/v1/push-key", "/api/v1/push-subscriptions"] {
        check(&rig, Method::GET, path, &[], Problem::TokenMissing).await;
    }
    check(&rig, Method::POST, "/api/v1/push-subscriptions", &[], Problem::TokenMissing).await;
    check(&rig, Method::DELETE, "/api/v1/push-subscriptions/x", &[], Problem::TokenMissing).await;
}
