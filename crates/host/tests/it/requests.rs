//! How requests reach components: by routes, with Spin's headers, with their variables, within
//! their length.

use bytes::Bytes;
use host::{Body, CallError, full};
use http::{Request, StatusCode};
use http_body_util::{BodyExt as _, StreamBody};

use super::harness::{Answer, Fixture, answer};

async fn send(fixture: &Fixture, request: Request<Body>) -> Answer {
    answer(fixture.host.handle(request).await).await
}

#[tokio::test]
async fn a_component_sees_the_request_as_on_spin() {
    let fixture = Fixture::new().await;
    let mut request = Request::post("/echo?x=1")
        .header("host", "example.com")
        .header("spin-full-url", "http://forged/")
        .header("x-own", "kept")
        .body(full("four"))
        .unwrap();
    request.extensions_mut().insert(std::net::SocketAddr::from(([10, 1, 2, 3], 4)));
    let answer = send(&fixture, request).await;
    let body = answer.body.unwrap();
    let mut lines: Vec<&str> = body.lines().collect();
    lines.sort_unstable();
    assert_eq!(
        lines,
        [
            "body-bytes: 4",
            "method: POST",
            "spin-base-path: /",
            "spin-client-addr: 10.1.2.3:4",
            "spin-component-route: ",
            "spin-full-url: http://example.com/echo?x=1",
            "spin-matched-route: /...",
            "spin-path-info: /echo",
            "spin-raw-component-route: /...",
            "x-own: kept",
        ]
    );
}

#[tokio::test]
async fn variables_and_environment_are_the_manifests() {
    let fixture = Fixture::new().await;
    let get = async |path: &str| fixture.get(path).await.body.unwrap();
    assert_eq!(get("/variable?greeting").await, "\"plain value\"");
    assert!(
        get("/variable?given").await.contains("Undefined"),
        "an application's variable is not the component's"
    );
    assert!(get("/variable?No-Name").await.contains("InvalidName"));
    assert_eq!(get("/environment").await, "MODE=test\n");
}

#[tokio::test]
async fn a_private_component_has_no_route_and_can_be_called_by_its_host() {
    let fixture = Fixture::new().await;
    let request = || Request::get("/ok").body(full("")).unwrap();
    let called = fixture.host.call("secret", request()).await.unwrap();
    assert_eq!(answer(called).await.body.unwrap(), "ok");
    let unknown = fixture.host.call("nobody", request()).await.unwrap_err();
    assert!(matches!(unknown, CallError::UnknownComponent(id) if id == "nobody"));

    let ids: Vec<_> =
        fixture.host.components().iter().map(|c| (c.id.as_str(), c.routes.len())).collect();
    assert_eq!(ids, [("hostile", 1), ("neighbour", 1), ("secret", 0)]);
}

#[tokio::test]
async fn a_request_that_is_too_long_is_refused_or_cut_off() {
    let fixture = Fixture::with(|settings| settings.limits.request_bytes = 1000).await;
    let announced = Request::post("/echo").header("content-length", "1001").body(full("")).unwrap();
    let refused = send(&fixture, announced).await;
    assert_eq!(refused.status, StatusCode::PAYLOAD_TOO_LARGE);
    assert_eq!(refused.own, Some("request-too-long"));
    assert!(refused.body.unwrap().contains("request-too-long"));

    let frame = |bytes: Vec<u8>| Ok(http_body::Frame::data(Bytes::from(bytes)));
    let chunks = vec![frame(vec![0; 600]), frame(vec![0; 600])];
    let streamed = StreamBody::new(futures_stream(chunks));
    let request = Request::post("/echo")
        .body(Body::new(streamed.map_err(|never: std::convert::Infallible| match never {})))
        .unwrap();
    let cut = send(&fixture, request).await;
    assert!(cut.body.unwrap().contains("body: cut off"));

    let fits = send(&fixture, Request::post("/echo").body(full(vec![0; 1000])).unwrap()).await;
    assert_eq!(fits.own, None);
    assert!(fits.body.unwrap().contains("body-bytes: 1000"));
    assert_eq!(fixture.log(), Vec::<String>::new(), "a client's mistakes are no news");
}

fn futures_stream<T>(items: Vec<T>) -> impl futures_util::Stream<Item = T> {
    futures_util::stream::iter(items)
}

#[tokio::test]
async fn an_instance_keeps_nothing_for_the_next() {
    let fixture = Fixture::with(|settings| settings.limits.concurrent_requests = 1).await;
    for _ in 0..300 {
        assert_eq!(fixture.get("/ok").await.status, StatusCode::OK);
    }
}

#[tokio::test]
async fn what_a_component_stores_is_stored() {
    let fixture = Fixture::new().await;
    assert_eq!(fixture.get("/note?one").await.body.unwrap(), "Some(1)");
    assert_eq!(fixture.get("/note?two").await.body.unwrap(), "Some(2)");
    assert_eq!(fixture.notes(), ["one", "two"]);
}
