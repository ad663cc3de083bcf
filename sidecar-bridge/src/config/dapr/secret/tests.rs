//! References to secrets, answered by a sidecar that is there, late or wrong.

use std::{
    io::{BufRead as _, BufReader},
    net::TcpListener,
    thread,
};

use super::*;

/// A sidecar that gives each of these answers once; what it was asked comes out.
fn sidecar(
    answers: &'static [(u16, &'static str)],
) -> (Store, thread::JoinHandle<Vec<(String, String)>>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap().to_string();
    let asked = thread::spawn(move || {
        let mut asked = Vec::new();
        for (status, body) in answers {
            let (mut stream, _) = listener.accept().unwrap();
            let mut lines = Vec::new();
            for line in BufReader::new(stream.try_clone().unwrap()).lines() {
                match line.unwrap() {
                    line if line.is_empty() => break,
                    line => lines.push(line),
                }
            }
            let token = lines.iter().find_map(|line| line.strip_prefix("dapr-api-token: "));
            asked.push((lines[0].clone(), token.unwrap_or_default().to_owned()));
            let answer = format!("HTTP/1.0 {status} X\r\ncontent-type: a/b\r\n\r\n{body}");
            stream.write_all(answer.as_bytes()).unwrap();
        }
        asked
    });
    let api_token = Some(Secret::new("t0ken"));
    (Store { address, api_token, patience: Duration::ZERO }, asked)
}

#[track_caller]
fn check(reference: &str, body: &'static str, expect: Result<&str, &str>) {
    let answers: &'static [(u16, &str)] = Box::leak(Box::new([(200, body)]));
    let (store, _) = sidecar(answers);
    let got = store.get(&Secret::new(reference));
    let got = got.as_ref().map(Secret::reveal).map_err(String::as_str);
    assert_eq!(got, expect, "{reference}");
}

#[test]
fn a_reference_names_a_value() {
    check("dapr://s/one", r#"{"one":"hunter2"}"#, Ok("hunter2"));
    check("dapr://s/one/two", r#"{"one":"1","two":"2"}"#, Ok("2"));
    check("dapr://s/a", r#"{"b":"1","a":"2"}"#, Ok("2"));
    let which = Err("has to say which value of the secret is meant, as `/key`");
    check("dapr://s/a", r#"{"b":"1","c":"2"}"#, which);
    check("dapr://s/a/d", r#"{"b":"1"}"#, Err("cannot be had: the secret has no `d`"));
    check("dapr://s/a", r#"{"a":""}"#, Err("cannot be had: it is empty"));
    check("dapr://s", "{}", Err("is not dapr://store/name or dapr://store/name/key"));
}

#[test]
fn the_sidecar_is_asked_with_our_token() {
    let (store, asked) = sidecar(&[(200, r#"{"x":"y"}"#)]);
    store.get(&Secret::new("dapr://my store/a:b")).unwrap();
    let line = "GET /v1.0/secrets/my%20store/a%3Ab HTTP/1.0".to_owned();
    assert_eq!(asked.join().unwrap(), [(line, "t0ken".to_owned())]);
}

#[test]
fn a_store_that_is_a_little_late_is_waited_for() {
    let (store, asked) = sidecar(&[(500, ""), (200, r#"{"x":"y"}"#)]);
    let store = Store { patience: Duration::from_secs(20), ..store };
    assert_eq!(store.get(&Secret::new("dapr://s/x")).unwrap().reveal(), "y");
    assert_eq!(asked.join().unwrap().len(), 2);
}

#[test]
fn what_cannot_be_had_is_one_sentence_without_a_secret_in_it() {
    let (store, _) = sidecar(&[(500, "hunter2")]);
    let problem = store.get(&Secret::new("dapr://s/x")).unwrap_err();
    assert_eq!(problem, "cannot be had: the sidecar answers 500");
    let (store, _) = sidecar(&[(401, "invalid api token")]);
    let problem = store.get(&Secret::new("dapr://s/x")).unwrap_err();
    assert_eq!(problem, "cannot be had: the sidecar wants another `dapr_api_token`");
    let away = Store { patience: Duration::ZERO, ..Store::new("127.0.0.1", "9", None) };
    let problem = away.get(&Secret::new("dapr://s/x")).unwrap_err();
    assert!(problem.starts_with("cannot be had: no sidecar at 127.0.0.1:9: "), "{problem}");
}
