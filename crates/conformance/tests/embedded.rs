//! The whole suite on the embedded host, so that `cargo test` covers it; and on servers that answer
//! wrongly, so that a suite which lets everything pass is caught.

use std::{
    io::{BufRead, BufReader, Read, Write},
    net::{TcpListener, TcpStream},
    path::{Path, PathBuf},
    thread,
};

use anyhow::{Context, Result, ensure};
use conformance::{Outcome, Report, Setup, Signer, World, cases, host::Host, run};

/// The program beside this test, where `cargo build` and `cargo test --workspace` put it.
fn taskloom() -> Result<PathBuf> {
    let test = std::env::current_exe()?;
    let path = test.ancestors().nth(2).context("no target folder")?.join("taskloom");
    ensure!(path.exists(), "`{}` is missing; build sidecar-bridge first", path.display());
    Ok(path)
}

#[test]
fn every_case_holds_on_the_embedded_host() -> Result<()> {
    let setup = Setup {
        taskloom: taskloom()?,
        manifest: Path::new(env!("CARGO_MANIFEST_DIR")).join("../../spin.toml").canonicalize()?,
        cache_dir: Some(Path::new(env!("CARGO_TARGET_TMPDIR")).join("cache")),
        log: "warn",
    };
    let host = Host::embedded(&setup)?;
    let cases = cases::all();
    let mut report = Report::new(&cases);
    report.add("embedded", Some(run(&cases, host.world())));
    assert!(report.is_clean(), "{report}");
    Ok(())
}

#[test]
fn no_two_cases_have_the_same_name() {
    let mut names: Vec<_> = cases::all().iter().map(|case| (case.area, case.name)).collect();
    names.sort_unstable();
    let count = names.len();
    names.dedup();
    assert_eq!(names.len(), count);
}

/// Runs all cases against a server that gives the same answer to everything.
#[track_caller]
fn check_that_every_case_fails(status: &str, content_type: &str, body: &str) -> Result<()> {
    let length = body.len();
    let url = serve(format!(
        "HTTP/1.1 {status}\r\nwww-authenticate: Bearer\r\ncontent-type: {content_type}\r\n\
         content-length: {length}\r\n\r\n{body}"
    ))?;
    // A user's token that can be taken apart.
    let token = "eyJhbGciOiJFZERTQSJ9.eyJzdWIiOiJhZGEifQ.AA";
    let world = World {
        api: url.clone(),
        events: url,
        mint: Box::new(move |_| Ok(token.to_owned())),
        signer: Signer::stranger(),
    };
    let cases = cases::all();
    let outcomes = run(&cases, &world);
    let passed: Vec<_> = cases
        .iter()
        .zip(&outcomes)
        .filter(|(_, outcome)| matches!(outcome, Outcome::Passed))
        .map(|(case, _)| case.name)
        .collect();
    assert!(passed.is_empty(), "these cases hold whatever is answered: {passed:#?}");
    Ok(())
}

#[test]
fn a_server_that_says_yes_to_everything_fails_every_case() -> Result<()> {
    check_that_every_case_fails("200 OK", "application/json", "{}")
}

#[test]
fn a_server_that_refuses_everything_fails_every_case() -> Result<()> {
    let problem = r#"{"type":"t","title":"t","detail":"d","code":"x","status":400}"#;
    check_that_every_case_fails("400 Bad Request", "application/problem+json", problem)
}

#[test]
fn a_server_that_lets_nobody_in_fails_every_case() -> Result<()> {
    check_that_every_case_fails("401 Unauthorized", "text/plain", "")
}

/// Answers every request on every connection, until the test ends.
fn serve(answer: String) -> Result<String> {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let url = format!("http://{}", listener.local_addr()?);
    thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let answer = answer.clone();
            thread::spawn(move || answer_all(&stream, &answer));
        }
    });
    Ok(url)
}

fn answer_all(stream: &TcpStream, answer: &str) -> Option<()> {
    let mut from = BufReader::new(stream);
    loop {
        let mut length = 0;
        loop {
            let mut line = Vec::new();
            from.read_until(b'\n', &mut line).ok().filter(|bytes| *bytes > 0)?;
            let line = String::from_utf8_lossy(&line).to_ascii_lowercase();
            match line.trim().strip_prefix("content-length:") {
                Some(value) => length = value.trim().parse().ok()?,
                None if line.trim().is_empty() => break,
                None => {}
            }
        }
        std::io::copy(&mut from.by_ref().take(length), &mut std::io::sink()).ok()?;
        let mut to = stream;
        to.write_all(answer.as_bytes()).ok()?;
    }
}
