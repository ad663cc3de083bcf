//! A server with the worst of habits: it answers first and writes later. In front of a real one it
//! looks to a client as if the answer left before the commit.

use axum::{Json, Router, extract::State, http::StatusCode, routing::post};
use conformance::Client;
use serde_json::{Value, json};
use tokio::net::TcpListener;

/// Serves `POST /api/v1/tasks` in front of `server` as long as the process lives; its base URL.
pub(crate) async fn serve(server: &str, token: &str) -> std::io::Result<String> {
    let client = Client::new(server, Some(token));
    let router = Router::new().route("/api/v1/tasks", post(create)).with_state(client);
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let url = format!("http://{}", listener.local_addr()?);
    tokio::spawn(async { axum::serve(listener, router).await });
    Ok(url)
}

async fn create(
    State(client): State<Client>,
    Json(task): Json<Value>,
) -> (StatusCode, Json<Value>) {
    tokio::task::spawn_blocking(move || client.post("/api/v1/tasks", &task));
    (StatusCode::CREATED, Json(json!({ "id": uuid::Uuid::now_v7(), "version": 1 })))
}
