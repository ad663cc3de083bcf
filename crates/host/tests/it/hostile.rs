//! Every misdeed ends with the status that `docs/decisions/0006-embedded-host-limits.md` says, and
//! one line in the log.

use std::time::Duration;

use host::full;
use http::{Request, StatusCode};
use http_body_util::BodyExt as _;

use super::harness::Fixture;

/// `logged` must be part of the only line about this component.
#[track_caller]
fn judge(
    fixture: &Fixture,
    answer: &super::harness::Answer,
    status: u16,
    body: &str,
    logged: &str,
) {
    let text = answer.body.as_deref().unwrap_or("(cut off)");
    assert_eq!(answer.status.as_u16(), status, "{text}");
    assert!(text.contains(body), "{text}");
    if status >= 500 {
        assert_eq!(answer.content_type, "application/problem+json");
    }
    let about: Vec<_> = fixture
        .log()
        .into_iter()
        .filter(|line| line.contains("WARN host") || line.contains("ERROR"))
        .collect();
    match (&about[..], logged) {
        ([], "") => {}
        ([line], logged) => assert!(!logged.is_empty() && line.contains(logged), "{line}"),
        (lines, _) => panic!("{lines:#?}"),
    }
}

async fn check(path: &str, status: u16, body: &str, logged: &str) {
    let fixture = Fixture::new().await;
    let answer = fixture.get(path).await;
    judge(&fixture, &answer, status, body, logged);
    assert_eq!(fixture.get("/ok").await.status, StatusCode::OK, "the next request is served");
}

#[tokio::test]
async fn a_good_request_is_answered() {
    check("/ok", 200, "ok", "").await;
}

#[tokio::test]
async fn a_loop_ends_at_its_processor_time() {
    check("/loop", 504, "component-cpu", "`hostile`: stopped after 300ms of processor time").await;
}

#[tokio::test]
async fn a_recursion_ends_at_its_stack() {
    check("/recursion", 500, "component-trap", "`hostile`: trapped: ").await;
}

#[tokio::test]
async fn a_memory_bomb_ends_at_its_limit() {
    check("/memory", 500, "component-memory", "`hostile`: stopped at its memory limit").await;
}

#[tokio::test]
async fn a_bomb_of_host_resources_ends_at_its_limit() {
    check("/table", 500, "component-trap", "`hostile`: trapped: ").await;
}

#[tokio::test]
async fn a_trap_is_an_error_of_this_request() {
    check("/trap", 500, "component-trap", "`hostile`: trapped: wasm trap: wasm `unreachable`")
        .await;
    check("/exit", 500, "component-trap", "`hostile`: trapped: ").await;
    check("/no-answer", 500, "component-no-answer", "`hostile`: ended without an answer").await;
}

#[tokio::test]
async fn a_sleeper_ends_at_its_deadline() {
    check("/sleep", 504, "component-timeout", "`hostile`: stopped after 3s").await;
}

#[tokio::test]
async fn too_many_headers_are_no_answer() {
    check("/many-headers", 500, "component-trap", "`hostile`: trapped: ").await;
}

#[tokio::test]
async fn an_answer_that_says_it_is_too_long_is_not_begun() {
    check(
        "/long-answer",
        500,
        "component-answer-too-long",
        "`hostile`: cut off, its answer is longer than 8388608 bytes",
    )
    .await;
}

#[tokio::test]
async fn an_endless_answer_is_cut_off() {
    let fixture = Fixture::new().await;
    let answer = fixture.get("/endless-body").await;
    assert_eq!(answer.status, StatusCode::OK);
    assert_eq!(answer.body, None, "the connection is cut, so that nobody takes this for an answer");
    let log = fixture.log();
    assert_eq!(log.len(), 1, "{log:#?}");
    assert!(log[0].contains("cut off, its answer is longer than 8388608 bytes"), "{log:#?}");
}

#[tokio::test]
async fn a_client_that_does_not_read_keeps_no_place() {
    let wall = Duration::from_millis(500);
    let fixture = Fixture::with(|settings| settings.limits.wall = wall).await;
    let request = Request::get("/endless-body").header("host", "test").body(full("")).unwrap();
    let mut answer = fixture.host.handle(request).await;
    assert!(answer.body_mut().frame().await.unwrap().is_ok(), "it has begun");
    // Nobody reads on. Its time is over all the same, and with it its place.
    let places = tokio::time::timeout(wall * 10, fixture.host.drained()).await;
    assert!(places.is_ok(), "the place is still taken");
    let log = fixture.log();
    assert_eq!(log.len(), 1, "{log:#?}");
    assert!(log[0].contains("`hostile`: stopped after 500ms"), "{log:#?}");
    assert!(answer.into_body().collect().await.is_err(), "a part is not taken for the whole");
    assert_eq!(fixture.log().len(), 1, "it is said once");
}

#[tokio::test]
async fn a_flood_of_log_lines_is_stopped_and_said_once() {
    let fixture = Fixture::with(|settings| settings.limits.cpu = Duration::from_secs(3)).await;
    let answer = fixture.get("/logs").await;
    judge(&fixture, &answer, 200, "a million lines", "`hostile` logs too much");
    let log = fixture.log();
    assert!(log.len() <= 66, "{} lines", log.len());
    assert!(
        log.iter().any(|line| line.contains("INFO guest: line 1, with \\u{1b}[31mcolour")),
        "{log:#?}"
    );
}

#[tokio::test]
async fn the_database_gives_only_what_is_the_components() {
    check("/attach", 403, "a component sees its own database only", "").await;
    check("/vacuum-into", 403, "VACUUM", "").await;
    check("/pragma", 403, "PRAGMA", "").await;
    check("/transaction", 403, "each statement is a transaction of its own", "").await;
    check("/invalid-utf8", 403, "not UTF-8", "").await;
    check("/other-database", 403, "AccessDenied", "").await;
    check("/endless-query", 403, "interrupted", "").await;
    assert!(!std::path::Path::new("/tmp/taskloom-stolen.db").exists());
}

#[tokio::test]
async fn there_are_no_files() {
    check("/read-file", 403, "", "").await;
}
