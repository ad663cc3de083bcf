//! Where guests get to, and where not.

use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpListener,
};

use super::harness::Fixture;

/// A server that answers each connection with these bytes. Returns its port.
async fn server(answer: &'static str) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let mut request = [0; 4096];
            // The guest may be stopped, and its connection with it, at any moment.
            let _ = stream.read(&mut request).await;
            let _ = stream.write_all(answer.as_bytes()).await;
        }
    });
    port
}

/// The guest was refused with this error, and the only line in the log says why.
async fn check_refused(fixture: &Fixture, path: &str, told: &str, logged: &str) {
    let answer = fixture.get(path).await;
    assert_eq!(answer.status.as_u16(), 403);
    let body = answer.body.unwrap();
    assert!(body.contains(told), "{body}");
    let log = fixture.log();
    assert_eq!(log.len(), 1, "{log:#?}");
    assert!(log[0].contains(logged), "{log:#?}");
}

#[tokio::test]
async fn a_host_that_is_not_in_the_list_is_out_of_reach() {
    let fixture = Fixture::new().await;
    let logged = "refused a request to `http://example.com`: it is not in `allowed_outbound_hosts`";
    check_refused(&fixture, "/host-not-allowed", "HttpRequestDenied", logged).await;
}

#[tokio::test]
async fn private_networks_are_out_of_reach_even_when_the_list_has_them() {
    let port = server("HTTP/1.1 200 OK\r\ncontent-length: 6\r\n\r\nsecret").await;
    let fixture = Fixture::new().await;
    check_refused(
        &fixture,
        &format!("/private-network?{port}"),
        "DestinationIpProhibited",
        "it is in a private network",
    )
    .await;
    let fixture = Fixture::new().await;
    check_refused(
        &fixture,
        "/metadata",
        "DestinationIpProhibited",
        "`http://169.254.169.254:80`: it is in a private network",
    )
    .await;
}

#[tokio::test]
async fn a_developer_may_open_private_networks_and_redirects_are_still_not_followed() {
    let port = server(
        "HTTP/1.1 302 Found\r\nlocation: http://169.254.169.254/\r\ncontent-length: 5\r\n\r\nmoved",
    )
    .await;
    let fixture = Fixture::with(|settings| settings.allow_private_networks = true).await;
    let answer = fixture.get(&format!("/private-network?{port}")).await;
    assert_eq!(answer.body.unwrap(), "302\nmoved");
    assert_eq!(fixture.log(), Vec::<String>::new());
}

#[tokio::test]
async fn a_component_that_is_not_in_the_list_cannot_be_called_by_pretending() {
    let fixture = Fixture::new().await;
    let logged =
        "refused a request to `http://secret.spin.internal`: it is not in `allowed_outbound_hosts`";
    check_refused(&fixture, "/forged-internal", "HttpRequestDenied", logged).await;
}

#[tokio::test]
async fn another_component_is_called_in_this_process_with_fresh_headers() {
    let fixture = Fixture::new().await;
    let body = fixture.get("/neighbour?/echo").await.body.unwrap();
    for line in [
        "200",
        "spin-path-info: /echo",
        "spin-full-url: http://localhost/echo",
        "spin-matched-route: /...",
        "spin-client-addr: 0.0.0.0:0",
    ] {
        assert!(body.lines().any(|found| found == line), "{line} in {body}");
    }
}

#[tokio::test]
async fn what_goes_wrong_in_a_called_component_is_an_answer_to_its_caller() {
    let fixture = Fixture::new().await;
    let body = fixture.get("/neighbour?/trap").await.body.unwrap();
    assert!(body.starts_with("500\n") && body.contains("component-trap"), "{body}");
    let body = fixture.get("/neighbour?/loop").await.body.unwrap();
    assert!(body.starts_with("504\n") && body.contains("component-cpu"), "{body}");
}

#[tokio::test]
async fn ones_own_routes_are_reached_without_a_socket() {
    let fixture = Fixture::new().await;
    let body = fixture.get("/self?/below/ok").await.body.unwrap();
    assert!(body.starts_with("404"), "the neighbour knows only paths of its own: {body}");
    let body = fixture.get("/self?/ok").await.body.unwrap();
    assert_eq!(body, "200\nok");
}

#[tokio::test]
async fn components_that_call_each_other_for_ever_are_stopped() {
    let fixture = Fixture::new().await;
    let nested = "/self?".repeat(6) + "/ok";
    let body = fixture.get(&nested).await.body.unwrap();
    assert!(body.contains("call-too-deep"), "{body}");
    let nested = "/self?".repeat(4) + "/ok";
    let body = fixture.get(&nested).await.body.unwrap();
    assert!(body.ends_with("ok"), "{body}");
}
