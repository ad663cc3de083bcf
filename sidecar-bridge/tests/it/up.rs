//! `taskloom up`: what it says, serves, and how it ends.

use std::{
    io::{BufRead as _, BufReader, Read as _, Write as _},
    process::Stdio,
    time::{Duration, Instant},
};

use rustix::process::Signal;
use serde_json::{Value, json};

use crate::support::{Home, connect, exchange};

#[test]
fn it_says_where_it_is_in_under_ten_lines() {
    let home = Home::new();
    let server = home.up();
    assert!(server.said.len() < 10, "{:?}", server.said);
    let said = server.said.join("\n");
    let data = home.data().display().to_string();
    for part in [server.api.as_str(), &server.admin, &data, "add \"Pay rent\""] {
        assert!(said.contains(part), "no {part} in {said}");
    }
}

#[test]
fn it_serves_the_api_and_keeps_metrics_to_itself() {
    let home = Home::new();
    let server = home.up();
    let token = home.token("ada");
    let wish = json!({ "title": "Pay rent" });
    let created = server.send(&token, "POST", "/api/v1/tasks", Some(&wish));
    assert_eq!(created.status, 201, "{}", created.body);
    assert!(created.header("x-correlation-id").is_some());
    for path in ["/healthz", "/readyz"] {
        assert_eq!(exchange(&server.api, "GET", path, "", b"").status, 200, "{path}");
    }
    assert_eq!(exchange(&server.api, "GET", "/metrics", "", b"").status, 404);
    wait_until(|| {
        let metrics = exchange(&server.admin, "GET", "/metrics", "", b"");
        metrics.body.contains("taskloom_outbox_published_total")
    });
    assert_eq!(exchange(&server.admin, "GET", "/api/v1/tasks", "", b"").status, 404);
}

#[test]
fn nobody_speaks_for_the_platform_from_outside() {
    let home = Home::new();
    let server = home.up();
    let effects = exchange(&server.api, "POST", "/internal/tasks/effects", "", b"");
    assert_eq!((effects.status, effects.json()["status"].clone()), (404, 404.into()));
    let forged = exchange(&server.api, "GET", "/api/v1/tasks", "x-user-id: ada\r\n", b"");
    assert_eq!(forged.status, 401, "{}", forged.body);
}

#[test]
fn the_correlation_id_is_in_the_answer_and_in_the_log() {
    let home = Home::new();
    let server = home.up_with(&["--log-format", "json"]);
    let id = "order-66-and-8";
    let head = format!("x-correlation-id: {id}\r\n");
    let answer = exchange(&server.api, "GET", "/api/v1/tasks?q=secret", &head, b"");
    assert_eq!(answer.header("x-correlation-id"), Some(id));
    server.signal(Signal::TERM);
    let (_, log) = server.wait();
    assert!(!log.contains("secret"), "a query may hold what a person searched for");
    let line = log.lines().find(|line| line.contains(id)).unwrap_or_else(|| panic!("{log}"));
    let line: Value = serde_json::from_str(line).unwrap();
    assert_eq!(line["correlation_id"], id);
    assert_eq!(line["http.response.status_code"], 401);
    assert_eq!(line["url.path"], "/api/v1/tasks");
}

#[test]
fn a_signal_ends_it_in_order() {
    let home = Home::new();
    let server = home.up();
    let token = home.token("ada");
    server.send(&token, "POST", "/api/v1/tasks", Some(&json!({ "title": "x" })));

    // A live stream must not hold the end up.
    let mut stream = connect(&server.api);
    let request =
        format!("GET /api/v1/stream HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {token}\r\n\r\n");
    stream.write_all(request.as_bytes()).unwrap();
    let mut stream = BufReader::new(stream);
    let mut first = String::new();
    stream.read_line(&mut first).unwrap();
    assert!(first.contains("200"), "{first}");

    let asked = Instant::now();
    server.signal(Signal::TERM);
    let mut rest = String::new();
    stream.read_to_string(&mut rest).unwrap();
    let (code, log) = server.wait();
    assert_eq!(code, Some(0), "{log}");
    assert!(asked.elapsed() < Duration::from_secs(5), "it took {:?}", asked.elapsed());
    assert!(log.contains("stopped in order"), "{log}");
    for name in ["server.json", "taskloom.db-wal"] {
        assert!(!home.data().join(name).exists(), "{name} is left behind");
    }
}

#[test]
fn a_client_that_never_ends_its_request_does_not_make_the_end_disorderly() {
    let home = Home::new();
    let server = home.up();
    let mut endless = connect(&server.api);
    let request = "POST /api/v1/push-subscriptions HTTP/1.1\r\nhost: x\r\n\
                   authorization: Bearer x\r\ncontent-length: 100\r\n\r\n{";
    endless.write_all(request.as_bytes()).unwrap();
    // The server is certainly at it.
    std::thread::sleep(Duration::from_millis(300));
    server.signal(Signal::TERM);
    let (code, log) = server.wait();
    assert_eq!(code, Some(0), "{log}");
    assert!(log.contains("stopped in order"), "{log}");
    assert!(log.contains("requests that do not end are cut off"), "{log}");
}

#[test]
fn a_second_signal_ends_it_at_once() {
    let home = Home::new();
    let server = home.up();
    // A request that never ends keeps the orderly end waiting.
    let mut slow = connect(&server.api);
    let token = home.token("ada");
    let head = format!(
        "POST /api/v1/tasks HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {token}\r\n\
         content-type: application/json\r\ncontent-length: 1000\r\n\r\n{{"
    );
    slow.write_all(head.as_bytes()).unwrap();
    // The server has taken it once it answers another request on a later connection.
    assert_eq!(exchange(&server.api, "GET", "/healthz", "", b"").status, 200);
    server.signal(Signal::TERM);
    wait_until(|| std::net::TcpStream::connect(&server.api).is_err());
    let asked = Instant::now();
    server.signal(Signal::INT);
    let (code, log) = server.wait();
    assert_eq!(code, Some(1), "{log}");
    assert!(asked.elapsed() < Duration::from_secs(2), "it took {:?}", asked.elapsed());
    assert!(log.contains("taskloom: SIGINT again: stopped at once"), "{log}");
}

/// `taskloom up 2>&1 | head -1`: whoever started it goes away, and it goes on.
#[test]
fn nobody_has_to_read_what_it_says() {
    let home = Home::new();
    let free = || {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        listener.local_addr().unwrap().to_string()
    };
    let (api, admin) = (free(), free());
    let mut command =
        home.with_components(&["up", "--listen", &api, "--admin-listen", &admin, "--log", "debug"]);
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    drop((child.stdout.take(), child.stderr.take()));
    wait_until(|| std::net::TcpStream::connect(&api).is_ok());
    let token = home.token("ada");
    let wish = json!({ "title": "Pay rent" }).to_string();
    let head = format!(
        "authorization: Bearer {token}\r\ncontent-type: application/json\r\n\
         content-length: {}\r\n",
        wish.len()
    );
    for _ in 0..3 {
        let created = exchange(&api, "POST", "/api/v1/tasks", &head, wish.as_bytes());
        assert_eq!(created.status, 201, "{}", created.body);
    }
    rustix::process::kill_process(rustix::process::Pid::from_child(&child), Signal::TERM).unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(0));
}

#[test]
fn a_body_that_is_too_long_is_refused_in_the_same_words_by_all() {
    let home = Home::new();
    let server = home.up();
    let token = home.token("ada");
    let head = format!("authorization: Bearer {token}\r\ncontent-type: application/json\r\n");
    let body = " ".repeat(0x11000);
    let chunks = format!("11000\r\n{body}\r\n0\r\n\r\n");
    // By the component, by the edge, and by the component again.
    for (length, body) in [
        ("content-length: 65537", &body[..65537]),
        ("content-length: 2097152", ""),
        ("transfer-encoding: chunked", &chunks),
    ] {
        let head = format!("{head}{length}\r\n");
        let refused = exchange(&server.api, "POST", "/api/v1/tasks", &head, body.as_bytes());
        let problem = refused.json();
        assert_eq!((refused.status, &problem["code"]), (413, &json!("TASKLOOM-0003")), "{length}");
        assert_eq!(problem["detail"], "a body has at most 65536 bytes", "{length}");
    }
}

#[test]
fn what_no_component_answers_has_a_number_too() {
    let home = Home::new();
    let server = home.up();
    let nowhere = exchange(&server.api, "GET", "/nowhere", "", b"");
    let problem = nowhere.json();
    assert_eq!((nowhere.status, &problem["code"]), (404, &json!("TASKLOOM-0013")));
    assert_eq!(problem["type"], "/errors/TASKLOOM-0013");
    let token = home.token("ada");
    let twice = server.send(&token, "GET", "/api/v1/stream?since=1&since=2", None);
    assert_eq!((twice.status, &twice.json()["code"]), (400, &json!("TASKLOOM-0006")));
}

#[test]
fn what_was_done_is_there_after_a_kill() {
    let home = Home::new();
    let server = home.up();
    let token = home.token("ada");
    let created =
        server.send(&token, "POST", "/api/v1/tasks", Some(&json!({ "title": "kept" }))).json();
    server.signal(Signal::KILL);
    server.wait();
    let server = home.up();
    let path = format!("/api/v1/tasks/{}", created["id"].as_str().unwrap());
    assert_eq!(server.send(&token, "GET", &path, None).json(), created);
}

/// Looks until it is so; a server's listener closes a moment after the signal.
fn wait_until(is_so: impl Fn() -> bool) {
    let begun = Instant::now();
    while !is_so() {
        assert!(begun.elapsed() < Duration::from_secs(10), "it never came to be");
        std::thread::yield_now();
    }
}
