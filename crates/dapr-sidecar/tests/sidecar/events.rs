//! Events, state, secrets and calls, through the real sidecar.

use std::time::Duration;

use axum::{Router, routing::post};
use dapr_sidecar::{Answer, Event, Sidecar, SidecarErrorKind};
use http::{Request, StatusCode};
use http_body_util::Full;
use serde_json::{Value, json};
use servers::DaprdSettings;
use tokio::net::TcpListener;

use crate::rig::{API_TOKEN, APP_TOKEN, Came, Rig, endpoint, wait};

const SOON: Duration = Duration::from_secs(60);

fn event(id: &str, key: &str) -> Event {
    let trace = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
    let wrapped = json!({
        "specversion": "1.0", "id": id, "type": "task.created", "source": "taskloom",
        "time": "2026-11-23T09:00:00Z", "datacontenttype": "application/json",
        "sequence": "7", "correlationid": "c", "traceid": trace, "traceparent": trace,
        "data": {"event_id": id, "title": "Miete ü"},
    });
    Event {
        id: id.to_owned(),
        key: key.to_owned(),
        data: wrapped.to_string().into_bytes(),
        content_type: "application/cloudevents+json".to_owned(),
    }
}

fn events(prefix: &str, count: usize) -> Vec<Event> {
    (0..count).map(|n| event(&format!("{prefix}-{n}"), "ada")).collect()
}

fn ids(came: &[Came]) -> Vec<String> {
    came.iter().map(|came| came.body["id"].as_str().unwrap().to_owned()).collect()
}

/// Those whose id begins so, once there are that many.
async fn come(rig: &Rig, how: &str, name: &str, prefix: &str, count: usize) -> Vec<Came> {
    let is_it = |came: &Came| {
        let id = came.body["id"].as_str().unwrap_or_default();
        came.how == how && came.name == name && id.starts_with(prefix)
    };
    wait(&format!("{count} {how} of {name} {prefix}"), SOON, || async {
        Some(rig.app.came(is_it)).filter(|came| came.len() >= count)
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn the_sidecar_carries_events_and_keeps_what_it_is_given() {
    let mut rig = Rig::start().await;
    it_takes_the_projects_files_without_a_complaint(&rig);
    events_come_back_as_they_went_and_in_order(&rig).await;
    one_that_is_refused_for_now_comes_again(&rig).await;
    one_that_is_refused_for_good_is_a_dead_letter(&rig).await;
    live_views_get_a_copy(&rig).await;
    a_value_has_a_version_and_an_end(&rig).await;
    secrets_are_found(&rig).await;
    what_is_not_configured_is_told_from_what_is_away(&rig).await;
    a_wrong_token_is_refused_either_way(&rig).await;
    others_are_called_by_name_and_we_are_not(&mut rig).await;
    a_sidecar_that_is_killed_is_found_again_and_nothing_is_lost(&mut rig).await;
    a_broker_that_is_killed_is_away_and_comes_back(&mut rig).await;
}

fn it_takes_the_projects_files_without_a_complaint(rig: &Rig) {
    let complaints = rig.complaints();
    let ours = ["pubsub", "statestore", "secrets", "resiliency", "Subscription", "config", "spec."];
    let about_us: Vec<_> = complaints
        .iter()
        .filter(|line| !line.contains("scope=dapr.runtime.actor"))
        .filter(|line| ours.iter().any(|word| line.contains(word)))
        .collect();
    assert!(about_us.is_empty(), "{about_us:#?}");
    println!("{} complaints about other things: {complaints:#?}", complaints.len());
}

async fn events_come_back_as_they_went_and_in_order(rig: &Rig) {
    let sent = events("order", 50);
    rig.sidecar.publish_bulk("pubsub", "task-events", &sent).await.unwrap();
    let came = come(rig, "events", "task-events", "order", 50).await;
    let expect: Vec<_> = sent.iter().map(|event| event.id.clone()).collect();
    assert_eq!(ids(&came), expect);
    let one = &came[0];
    assert_eq!(one.key.as_deref(), Some("ada"), "it is kept under its key");
    let sent: Value = serde_json::from_slice(&sent[0].data).unwrap();
    for field in ["id", "type", "source", "time", "sequence", "correlationid", "traceid", "data"] {
        assert_eq!(one.body[field], sent[field], "{field}");
    }
}

async fn one_that_is_refused_for_now_comes_again(rig: &Rig) {
    rig.app.answer_next([Answer::Retry, Answer::Retry]);
    rig.sidecar.publish_bulk("pubsub", "task-events", &events("again", 2)).await.unwrap();
    let came = come(rig, "events", "task-events", "again", 4).await;
    assert_eq!(ids(&came), ["again-0", "again-0", "again-0", "again-1"], "the next one waits");
}

async fn one_that_is_refused_for_good_is_a_dead_letter(rig: &Rig) {
    rig.app.answer_next([Answer::Drop]);
    rig.sidecar.publish("pubsub", "task-events", &event("dead", "ada")).await.unwrap();
    let came = come(rig, "events", "letters", "dead", 1).await;
    assert_eq!(came[0].body["data"]["title"], "Miete ü");
    assert_eq!(come(rig, "events", "task-events", "dead", 1).await.len(), 1);
}

async fn live_views_get_a_copy(rig: &Rig) {
    // The first ones may come before the broadcast has begun, which starts from now.
    wait("a live copy", SOON, || async {
        let one = [event("live", "ada")];
        rig.sidecar.publish_bulk("pubsub", "task-updates", &one).await.unwrap();
        let came = rig.app.came(|came| came.how == "live" && came.body["id"] == "live");
        Some(()).filter(|()| !came.is_empty())
    })
    .await;
    come(rig, "events", "task-updates", "live", 1).await;
}

async fn a_value_has_a_version_and_an_end(rig: &Rig) {
    let store = rig.sidecar.state("statestore");
    assert_eq!(store.get("k").await.unwrap(), None);
    store.save("k", b"{\"n\":1}".to_vec(), None, None).await.unwrap();
    let first = store.get("k").await.unwrap().unwrap();
    assert_eq!(first.value, b"{\"n\":1}");
    store.save("k", b"{\"n\":2}".to_vec(), Some(&first.etag), None).await.unwrap();
    for outcome in [
        store.save("k", b"{\"n\":3}".to_vec(), Some(&first.etag), None).await,
        store.delete("k", Some(&first.etag)).await,
    ] {
        assert_eq!(outcome.unwrap_err().kind, SidecarErrorKind::Conflict);
    }
    store.delete("k", None).await.unwrap();
    store.delete("k", None).await.unwrap();
    assert_eq!(store.get("k").await.unwrap(), None);
    store.save("short", b"1".to_vec(), None, Some(Duration::from_secs(1))).await.unwrap();
    assert!(store.get("short").await.unwrap().is_some());
    wait("the end of a value", SOON, || async {
        store.get("short").await.unwrap().is_none().then_some(())
    })
    .await;
}

async fn secrets_are_found(rig: &Rig) {
    let secret = rig.sidecar.secret("secrets", "webhook", None).await.unwrap();
    assert_eq!(secret, "hunter2");
    assert!(rig.sidecar.secret("secrets", "nothing", None).await.is_err());
}

async fn what_is_not_configured_is_told_from_what_is_away(rig: &Rig) {
    let one = [event("nowhere", "ada")];
    let error = rig.sidecar.publish_bulk("nobus", "t", &one).await.unwrap_err();
    assert_eq!((error.done, error.cause.kind), (0, SidecarErrorKind::Misconfigured), "{error:?}");
    let error = rig.sidecar.state("nostore").get("k").await.unwrap_err();
    assert_eq!(error.kind, SidecarErrorKind::Misconfigured, "{error:?}");
    let error = rig.sidecar.secret("nostore", "k", None).await.unwrap_err();
    assert_eq!(error.kind, SidecarErrorKind::Misconfigured, "{error:?}");
}

async fn a_wrong_token_is_refused_either_way(rig: &Rig) {
    let stranger = Sidecar::connect(&endpoint(&rig.stack.daprds[0], "wrong")).unwrap();
    let error = stranger.state("statestore").get("k").await.unwrap_err();
    assert_eq!(error.kind, SidecarErrorKind::Misconfigured, "{error:?}");
    let before = rig.app.came(|_| true).len();
    for token in ["", "wrong", APP_TOKEN] {
        let status = direct(rig.app_port, token).await;
        assert_eq!(status, if token == APP_TOKEN { 200 } else { 401 }, "{token}");
    }
    assert_eq!(rig.app.came(|_| true).len(), before + 1);
}

/// A callback that does not come from the sidecar.
async fn direct(port: u16, token: &str) -> u16 {
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    let mut stream = tokio::net::TcpStream::connect(("127.0.0.1", port)).await.unwrap();
    let request = format!(
        "POST /events/task-events HTTP/1.1\r\nhost: x\r\ndapr-api-token: {token}\r\n\
         content-length: 13\r\nconnection: close\r\n\r\n{{\"id\":\"none\"}}"
    );
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    answer.split(' ').nth(1).unwrap().parse().unwrap()
}

async fn others_are_called_by_name_and_we_are_not(rig: &mut Rig) {
    let router = Router::new().route("/internal/echo", post(async |body: String| body));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let app_port = Some(listener.local_addr().unwrap().port());
    tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
    let settings = DaprdSettings { app_port, ..DaprdSettings::new("tasks") };
    let other =
        rig.stack.daprd(DaprdSettings { api_token: Some(API_TOKEN.to_owned()), ..settings });
    let other = Sidecar::connect(&endpoint(other.unwrap(), API_TOKEN)).unwrap();
    let request = || Request::post("/").body(Full::from("hello")).unwrap();
    let answer = wait("an answer of the other app", SOON, || async {
        let answer = rig.sidecar.http().invoke("tasks", "/internal/echo", request(), SOON).await;
        answer.ok().filter(|answer| answer.status() == StatusCode::OK)
    })
    .await;
    assert_eq!(answer.into_body(), "hello");
    let error = rig.sidecar.http().invoke("nobody", "/x", request(), SOON).await.unwrap_err();
    assert_eq!(error.kind, SidecarErrorKind::Unreachable, "{error:?}");

    let before = rig.app.came(|_| true).len();
    for path in ["/job/reminder-1", "/events/task-events", "/healthz"] {
        let answer = other.http().invoke("taskloom", path, request(), SOON).await;
        let status = answer.map(|answer| answer.status());
        assert!(
            status.as_ref().is_ok_and(|status| *status == 403) || status.is_err(),
            "{status:?}"
        );
    }
    assert_eq!(rig.app.came(|_| true).len(), before, "callbacks are for our own sidecar");
}

async fn a_sidecar_that_is_killed_is_found_again_and_nothing_is_lost(rig: &mut Rig) {
    // What it had begun when it died comes again.
    rig.app.answer_next([Answer::Retry; 1000]);
    rig.sidecar.publish_bulk("pubsub", "task-events", &events("killed", 3)).await.unwrap();
    come(rig, "events", "task-events", "killed", 1).await;
    rig.daprd().kill();
    let error = rig.sidecar.publish_bulk("pubsub", "t", &events("away", 1)).await.unwrap_err();
    assert_eq!(error.cause.kind, SidecarErrorKind::Unreachable, "{error:?}");
    assert!(!rig.sidecar.http().is_up().await);
    rig.app.forget_answers();
    rig.daprd().begin().unwrap();
    rig.daprd().wait_for_app(SOON).unwrap();
    assert!(rig.sidecar.http().is_up().await);
    for id in ["killed-0", "killed-1", "killed-2"] {
        come(rig, "events", "task-events", id, 1).await;
    }
    rig.sidecar.publish_bulk("pubsub", "task-events", &events("back", 1)).await.unwrap();
    come(rig, "events", "task-events", "back", 1).await;
}

async fn a_broker_that_is_killed_is_away_and_comes_back(rig: &mut Rig) {
    rig.stack.kafka.kill();
    let error = rig.sidecar.publish_bulk("pubsub", "task-events", &events("none", 2)).await;
    let error = error.unwrap_err();
    assert_eq!((error.done, error.cause.kind), (0, SidecarErrorKind::Unreachable), "{error:?}");
    rig.stack.kafka.begin().unwrap();
    wait("an event after the outage of the broker", SOON, || async {
        let sent = rig.sidecar.publish_bulk("pubsub", "task-events", &events("broker", 1)).await;
        sent.ok()
    })
    .await;
    come(rig, "events", "task-events", "broker", 1).await;
}
