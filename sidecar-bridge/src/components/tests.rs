//! Calls over HTTP: what is sent, and what each kind of silence is called.

use axum::{Router, body::Body, extract::Request as AxumRequest, routing::post};
use tokio::net::TcpListener;

use super::*;

struct FixedToken;

impl TokenMint for FixedToken {
    fn internal_token(&self) -> String {
        "signed".to_owned()
    }

    fn handler_token(&self) -> String {
        "signed for handlers".to_owned()
    }
}

/// Serves `router` on a port of its own and returns its base URL.
async fn serve(router: Router) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base = format!("http://{}/", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, router).await });
    base
}

async fn call(base: &str, path: &str) -> Result<Answer, CallError> {
    Http::new(base, Arc::new(FixedToken)).call(path, r#"{"n":1}"#.into(), "correlation-1").await
}

/// Says what came in.
async fn echo(request: AxumRequest) -> (StatusCode, String) {
    let (head, body) = request.into_parts();
    let header = |name: &str| head.headers[name].to_str().unwrap().to_owned();
    let body = body.collect().await.unwrap().to_bytes();
    let said = [
        head.uri.to_string(),
        header("content-type"),
        header("authorization"),
        header(CORRELATION_ID),
        String::from_utf8(body.to_vec()).unwrap(),
    ];
    (StatusCode::UNPROCESSABLE_ENTITY, said.join("\n"))
}

#[tokio::test]
async fn a_call_carries_the_token_and_the_correlation_id_and_brings_any_status_back() {
    let router = Router::new().route("/internal/x", post(echo)).route(APPLY_PATH, post(echo));
    let base = serve(router).await;
    for (path, token) in [(APPLY_PATH, "signed"), ("/internal/x", "signed for handlers")] {
        let answer = call(&base, path).await.unwrap();
        let expect =
            format!("{path}\napplication/json\nBearer {token}\ncorrelation-1\n{{\"n\":1}}");
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert_eq!(std::str::from_utf8(&answer.body).unwrap(), expect);
    }
}

#[tokio::test]
async fn a_server_that_is_not_there_is_out_of_reach() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap());
    drop(listener);
    let error = call(&base, "/x").await.unwrap_err();
    assert_eq!((error.kind, error.to_string().as_str()), (Unreachable, "no answer from /x"));
}

#[tokio::test(start_paused = true)]
async fn a_server_that_never_answers_is_left() {
    let never = Router::new().route("/x", post(async || std::future::pending::<()>().await));
    let base = serve(never).await;
    assert_eq!(call(&base, "/x").await.unwrap_err().kind, Failed);
}

#[tokio::test]
async fn an_answer_without_end_is_cut() {
    let long = async || Body::from(vec![b'x'; ANSWER_MAX_BYTES + 1]);
    let base = serve(Router::new().route("/x", post(long))).await;
    assert_eq!(call(&base, "/x").await.unwrap_err().kind, Failed);
}

use CallErrorKind::{Failed, Unreachable};
