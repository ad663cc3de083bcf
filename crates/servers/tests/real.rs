//! The real servers, in a network of their own: `cargo xtask e2e servers` runs this.

use std::{
    fs,
    io::{Read, Write},
    net::TcpListener,
    path::Path,
    process::Command,
    time::{Duration, Instant},
};

use servers::{Binaries, Daprd, DaprdSettings, ErrorKind, Kafka, Ports, Postgres, Stack};

/// How many processes name this folder in their command line.
fn left_in(folder: &Path) -> usize {
    let folder = folder.to_str().unwrap();
    let entries = fs::read_dir("/proc").unwrap().flatten();
    let lines = entries.filter_map(|entry| fs::read(entry.path().join("cmdline")).ok());
    lines.filter(|line| String::from_utf8_lossy(line).contains(folder)).count()
}

/// One statement, by the client that comes with the server.
fn sql(postgres: &Postgres, statement: &str) -> Result<String, String> {
    let psql = Binaries::from_env().unwrap().postgres_bin.join("psql");
    let mut command = Command::new(&psql);
    command.args([&postgres.url("taskloom"), "-qAtc", statement]);
    let out = command.output().unwrap_or_else(|error| panic!("{}: {error}", psql.display()));
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).trim().to_owned();
    if out.status.success() { Ok(text(&out.stdout)) } else { Err(text(&out.stderr)) }
}

#[test]
fn postgres_keeps_what_it_acknowledged_when_it_is_killed() {
    let folder = tempfile::tempdir().unwrap();
    let binaries = Binaries::from_env().unwrap();
    let mut postgres = Postgres::start(&binaries, folder.path(), Ports::free().postgres).unwrap();
    sql(&postgres, "create table kept (n int)").unwrap();
    for n in 1..=3 {
        sql(&postgres, &format!("insert into kept values ({n})")).unwrap();
        postgres.kill();
        assert!(!postgres.is_running());
        assert_eq!(left_in(folder.path()), 0);
        assert!(sql(&postgres, "select 1").is_err(), "a killed server answers");
        postgres.begin().unwrap();
    }
    assert_eq!(sql(&postgres, "select sum(n) from kept").unwrap(), "6");
    postgres.stop();
    assert!(fs::read_to_string(postgres.log()).unwrap().contains("database system is shut down"));
}

#[test]
fn a_port_that_is_taken_is_said() {
    let folder = tempfile::tempdir().unwrap();
    let binaries = Binaries::from_env().unwrap();
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port();
    let error = Postgres::start(&binaries, folder.path(), port).unwrap_err();
    assert_eq!(error.kind, ErrorKind::Ended);
    assert!(error.to_string().contains("Address already in use"), "{error}");
    let error = Kafka::start(&binaries, folder.path(), port).unwrap_err();
    assert_eq!(error.kind, ErrorKind::Ended);
    assert_eq!(left_in(folder.path()), 0);
}

#[test]
fn all_servers_work_together_and_nothing_is_left_of_them() {
    let folder = tempfile::tempdir().unwrap();
    let binaries = Binaries::from_env().unwrap();
    let mut stack = Stack::start_on(&binaries, folder.path(), Ports::free()).unwrap();
    let resources = resources(folder.path(), &stack);
    let app = TcpListener::bind("127.0.0.1:0").unwrap();
    let app_port = Some(app.local_addr().unwrap().port());
    std::thread::spawn(move || serve(&app));

    let settings = |app_id: &str| DaprdSettings {
        resources: vec![resources.clone()],
        api_token: Some("secret".to_owned()),
        ..DaprdSettings::new(app_id)
    };
    stack.daprd(DaprdSettings { app_port, ..settings("bridge") }).unwrap();
    stack.daprd(settings("other")).unwrap();
    let begun = Instant::now();
    stack.daprds[0].wait_for_app(Duration::from_secs(30)).unwrap();
    println!("the sidecar sees its application after {} ms", begun.elapsed().as_millis());
    assert_eq!(post(&stack.daprds[0], "/v1.0/publish/pubsub/topic", "{}"), 204);
    assert_eq!(post(&stack.daprds[1], "/v1.0/state/statestore", r#"[{"key":"a","value":1}]"#), 204);
    assert_eq!(sql(&stack.postgres, "select count(*) from dapr_state").unwrap(), "1");
    assert_eq!(post(&stack.daprds[0], "/v1.0/jobs/job", r#"{"dueTime":"1h"}"#), 204);
    assert_eq!(post(&stack.daprds[1], "/v1.0/invoke/bridge/method/hello", "{}"), 200);

    stack.kafka.restart().unwrap();
    stack.scheduler.restart().unwrap();
    stack.daprds[1].restart().unwrap();
    let deadline = Instant::now() + Duration::from_secs(60);
    while post(&stack.daprds[1], "/v1.0/publish/pubsub/topic", "{}") != 204 {
        assert!(Instant::now() < deadline, "no event is taken after a restart");
        std::thread::sleep(Duration::from_millis(200));
    }
    if let Some(kcat) = &binaries.kcat {
        let mut read = Command::new(kcat);
        read.args(["-b", &stack.kafka.brokers(), "-C", "-t", "topic", "-e", "-q"]);
        let read = String::from_utf8(read.output().unwrap().stdout).unwrap();
        assert!(read.lines().count() >= 2, "{read}");
    }
    assert!(left_in(folder.path()) >= 4);
    let path = folder.path().to_owned();
    let panicked = std::thread::spawn(move || {
        let _stack = stack;
        panic!("as a failing test does");
    });
    assert!(panicked.join().is_err());
    assert_eq!(left_in(&path), 0);
}

/// Components for a bus and a store.
fn resources(folder: &Path, stack: &Stack) -> std::path::PathBuf {
    let resources = folder.join("resources");
    fs::create_dir_all(&resources).unwrap();
    let component = |name: &str, kind: &str, version: &str, metadata: &[(&str, &str)]| {
        let metadata: String = metadata
            .iter()
            .map(|(name, value)| format!("    - {{ name: {name}, value: \"{value}\" }}\n"))
            .collect();
        let text = format!(
            "apiVersion: dapr.io/v1alpha1\nkind: Component\nmetadata: {{ name: {name} }}\nspec:\n  \
             type: {kind}\n  version: {version}\n  metadata:\n{metadata}"
        );
        fs::write(resources.join(format!("{name}.yaml")), text).unwrap();
    };
    let brokers = stack.kafka.brokers();
    let bus = [("brokers", brokers.as_str()), ("authType", "none"), ("version", "3.6.0")];
    component("pubsub", "pubsub.kafka", "v1", &bus);
    let port = stack.postgres.port();
    let url = format!("host=127.0.0.1 port={port} user=postgres dbname=taskloom sslmode=disable");
    let store = [("connectionString", url.as_str()), ("tablePrefix", "dapr_")];
    component("statestore", "state.postgresql", "v2", &store);
    resources
}

/// An application that says yes to everything.
fn serve(app: &TcpListener) {
    for stream in app.incoming().flatten() {
        std::thread::spawn(move || {
            let mut stream = stream;
            let _ = stream.set_read_timeout(Some(Duration::from_secs(1)));
            let _ = stream.read(&mut [0; 4096]);
            let answer = "HTTP/1.1 200 OK\r\ncontent-length: 2\r\nconnection: close\r\n\r\n[]";
            let _ = stream.write_all(answer.as_bytes());
        });
    }
}

fn post(daprd: &Daprd, path: &str, body: &str) -> u16 {
    let mut stream = std::net::TcpStream::connect(("127.0.0.1", daprd.http_port())).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(30))).unwrap();
    let length = body.len();
    let head = format!(
        "POST {path} HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-type: application/json\r\n\
         content-length: {length}\r\ndapr-api-token: secret\r\nconnection: close\r\n\r\n{body}"
    );
    stream.write_all(head.as_bytes()).unwrap();
    let mut answer = String::new();
    let _ = stream.read_to_string(&mut answer);
    answer.split_whitespace().nth(1).and_then(|status| status.parse().ok()).unwrap_or(0)
}
