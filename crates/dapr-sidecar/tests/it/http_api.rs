//! Health, and calls to other applications.

use std::time::Duration;

use axum::{
    Json, Router,
    routing::{get, post},
};
use bytes::Bytes;
use dapr_sidecar::{Endpoint, HttpApi, Sidecar, SidecarErrorKind};
use http::{HeaderMap, Request, StatusCode};
use http_body_util::Full;
use serde_json::json;
use tokio::net::TcpListener;

async fn api(router: Router) -> HttpApi {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
    at(&format!("http://{address}"))
}

fn at(http: &str) -> HttpApi {
    let endpoint = Endpoint {
        grpc: "http://127.0.0.1:9".to_owned(),
        http: http.to_owned(),
        api_token: Some("t0ken".to_owned()),
    };
    Sidecar::connect(&endpoint).unwrap().http().clone()
}

fn request() -> Request<Full<Bytes>> {
    Request::post("/").body(Full::from("{}")).unwrap()
}

#[tokio::test]
async fn a_sidecar_that_is_not_there_or_not_ready_is_not_up() {
    assert!(!at("http://127.0.0.1:9").is_up().await);
    let status = |status: StatusCode| {
        Router::new().route("/v1.0/healthz/outbound", get(async move || status))
    };
    assert!(!api(status(StatusCode::INTERNAL_SERVER_ERROR)).await.is_up().await);
    assert!(api(status(StatusCode::NO_CONTENT)).await.is_up().await);
}

#[tokio::test]
async fn another_application_is_called_by_its_name() {
    let echo = async |headers: HeaderMap, body: String| {
        let token = headers["dapr-api-token"].to_str().unwrap().to_owned();
        (StatusCode::UNPROCESSABLE_ENTITY, format!("{token} {body}"))
    };
    let api = api(Router::new().route("/v1.0/invoke/tasks/method/a/b", post(echo))).await;
    let answer = api.invoke("tasks", "/a/b", request(), Duration::from_secs(5)).await.unwrap();
    assert_eq!(answer.status(), StatusCode::UNPROCESSABLE_ENTITY, "its own answer, whatever it is");
    assert_eq!(answer.into_body(), "t0ken {}");
}

#[tokio::test]
async fn an_application_that_is_away_is_told_from_one_that_fails() {
    let fails = async || (StatusCode::INTERNAL_SERVER_ERROR, Json(json!({"code": "X"})));
    let away = async || {
        let said = json!({"errorCode": "ERR_DIRECT_INVOKE", "message": "fail to invoke"});
        (StatusCode::INTERNAL_SERVER_ERROR, Json(said))
    };
    let router = Router::new()
        .route("/v1.0/invoke/fails/method/x", post(fails))
        .route("/v1.0/invoke/away/method/x", post(away));
    let api = api(router).await;
    let call = async |app| api.invoke(app, "/x", request(), Duration::from_secs(5)).await;
    assert_eq!(call("fails").await.unwrap().status(), StatusCode::INTERNAL_SERVER_ERROR);
    assert_eq!(call("away").await.unwrap_err().kind, SidecarErrorKind::Unreachable);
    let nobody = at("http://127.0.0.1:9");
    let error = nobody.invoke("x", "/x", request(), Duration::from_secs(5)).await.unwrap_err();
    assert_eq!(error.kind, SidecarErrorKind::Unreachable);
}
