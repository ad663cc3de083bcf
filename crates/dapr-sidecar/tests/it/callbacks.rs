//! What the sidecar calls, answered so that nothing is lost by the answer.

use std::sync::{
    Arc, Mutex,
    atomic::{AtomicBool, Ordering},
};

use async_trait::async_trait;
use axum::{Router, body::Body};
use bytes::Bytes;
use dapr_sidecar::{
    Answer, Callbacks, Events, Jobs, Ready,
    callbacks::{self, Again},
};
use http::{HeaderMap, Request, StatusCode};
use http_body_util::BodyExt as _;
use tower::ServiceExt as _;

/// Writes down what comes, and answers as it is told.
struct Taker {
    ready: AtomicBool,
    answer: Mutex<Answer>,
    seen: Mutex<Vec<String>>,
}

impl Taker {
    fn new() -> Arc<Self> {
        let (answer, seen) = (Mutex::new(Answer::Success), Mutex::default());
        Arc::new(Self { ready: AtomicBool::new(true), answer, seen })
    }

    fn see(&self, what: &str, name: &str, body: &Bytes) {
        let body = String::from_utf8_lossy(body).into_owned();
        self.seen.lock().unwrap().push(format!("{what} {name} {body}"));
    }
}

#[async_trait]
impl Jobs for Taker {
    async fn due(&self, name: &str, data: Bytes) -> Result<(), Again> {
        self.see("job", name, &data);
        if *self.answer.lock().unwrap() == Answer::Success { Ok(()) } else { Err(Again) }
    }
}

#[async_trait]
impl Events for Taker {
    async fn arrived(&self, topic: &str, _: &HeaderMap, body: Bytes) -> Answer {
        self.see("event", topic, &body);
        *self.answer.lock().unwrap()
    }
}

impl Ready for Taker {
    fn check(&self) -> Result<(), &'static str> {
        if self.ready.load(Ordering::Relaxed) { Ok(()) } else { Err("starting") }
    }
}

fn router(taker: &Arc<Taker>, app_token: Option<&str>) -> Router {
    callbacks::router(Callbacks {
        jobs: Some(Arc::clone(taker) as _),
        events: Some(Arc::clone(taker) as _),
        live: None,
        ready: Arc::clone(taker) as _,
        app_token: app_token.map(str::to_owned),
    })
}

async fn call(router: &Router, method: &str, path: &str, token: Option<&str>) -> (u16, String) {
    let mut request = Request::builder().method(method).uri(path);
    if let Some(token) = token {
        request = request.header("dapr-api-token", token);
    }
    let request = request.body(Body::from("{}")).unwrap();
    let answer = router.clone().oneshot(request).await.unwrap();
    let status = answer.status().as_u16();
    let body = answer.into_body().collect().await.unwrap().to_bytes();
    (status, String::from_utf8(body.to_vec()).unwrap())
}

#[tokio::test]
async fn a_job_is_never_answered_404_whatever_its_name() {
    let taker = Taker::new();
    let router = router(&taker, None);
    for path in ["/job/a", "/job/reminder-1", "/job/a%7C%7Cb", "/job/a/b/c", "/job/%20"] {
        assert_eq!(call(&router, "POST", path, None).await.0, 204, "{path}");
    }
    assert_eq!(taker.seen.lock().unwrap()[1], "job reminder-1 {}");
    assert_eq!(call(&router, "PUT", "/job/a", None).await.0, 204);
    *taker.answer.lock().unwrap() = Answer::Retry;
    assert_eq!(call(&router, "POST", "/job/a", None).await.0, 503);
}

#[tokio::test]
async fn an_event_is_answered_by_a_word() {
    let taker = Taker::new();
    let router = router(&taker, None);
    for (answer, word) in
        [(Answer::Success, "SUCCESS"), (Answer::Retry, "RETRY"), (Answer::Drop, "DROP")]
    {
        *taker.answer.lock().unwrap() = answer;
        let (status, body) = call(&router, "POST", "/events/task-events", None).await;
        assert_eq!((status, body), (200, format!("{{\"status\":\"{word}\"}}")));
    }
    assert_eq!(taker.seen.lock().unwrap()[0], "event task-events {}");
    assert_eq!(call(&router, "GET", "/events/task-events", None).await.0, 503);
    // Nobody takes those here.
    let (_, body) = call(&router, "POST", "/live/task-events", None).await;
    assert_eq!(body, "{\"status\":\"RETRY\"}");
}

#[tokio::test]
async fn while_nobody_is_ready_everything_comes_again() {
    let taker = Taker::new();
    let router = router(&taker, None);
    assert_eq!(call(&router, "GET", "/healthz", None).await, (200, "ok\n".to_owned()));
    taker.ready.store(false, Ordering::Relaxed);
    assert_eq!(call(&router, "GET", "/healthz", None).await, (503, "starting\n".to_owned()));
    for path in ["/job/a", "/events/a", "/live/a"] {
        assert_eq!(call(&router, "POST", path, None).await.0, 503, "{path}");
    }
    assert!(taker.seen.lock().unwrap().is_empty());
}

#[tokio::test]
async fn who_does_not_show_the_token_is_turned_away() {
    let taker = Taker::new();
    let router = router(&taker, Some("t0ken"));
    for token in [None, Some(""), Some("t0ke"), Some("t0ken2")] {
        for path in ["/job/a", "/events/a", "/live/a"] {
            let (status, _) = call(&router, "POST", path, token).await;
            assert_eq!(status, StatusCode::UNAUTHORIZED, "{path} {token:?}");
        }
    }
    assert!(taker.seen.lock().unwrap().is_empty());
    assert_eq!(call(&router, "POST", "/job/a", Some("t0ken")).await.0, 204);
    assert_eq!(call(&router, "GET", "/healthz", None).await.0, 200, "probes show none");
}

#[tokio::test]
async fn what_the_sidecar_asks_at_its_start_has_an_answer() {
    let router = router(&Taker::new(), None);
    assert_eq!(call(&router, "GET", "/dapr/subscribe", None).await, (200, "[]".to_owned()));
    assert_eq!(call(&router, "GET", "/dapr/config", None).await, (200, "{}".to_owned()));
}
