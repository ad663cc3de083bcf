//! What a hostile guest can do with a database that it is granted, and with those it is not.

use std::time::{Duration, Instant};

use super::{Fresh, connect, eventually, number};
use crate::harness::{Answer, Fixture};

/// An application whose guest may use the fresh database over one connection.
async fn fixture(fresh: &Fresh, change: impl FnOnce(&mut host::Settings)) -> Fixture {
    let endpoint = fresh.endpoint();
    Fixture::with(|settings| {
        let text = std::fs::read_to_string(&settings.manifest).unwrap();
        let granted = format!("\"postgres://{endpoint}\", \"postgres://*:*\", \"http://self\"");
        std::fs::write(&settings.manifest, text.replacen("\"http://self\"", &granted, 1)).unwrap();
        settings.postgres.connections_max = 1;
        settings.postgres.wait = Duration::from_millis(300);
        settings.postgres.statement = Duration::from_secs(1);
        change(settings);
    })
    .await
}

/// The guest runs these on one connection.
async fn run(fixture: &Fixture, url: &str, statements: &[&str]) -> Answer {
    let escape = |text: &str| {
        let escape = |byte: u8| match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' => (byte as char).to_string(),
            _ => format!("%{byte:02X}"),
        };
        text.bytes().map(escape).collect::<String>()
    };
    fixture.get(&format!("/postgres?{};{}", escape(url), escape(&statements.join(";")))).await
}

#[track_caller]
fn check(answer: &Answer, status: u16, part: &str) {
    let body = answer.body.as_deref().unwrap();
    assert_eq!(answer.status.as_u16(), status, "{body}");
    assert!(body.contains(part), "{part} is not in {body}");
    assert!(!body.contains("hunter2"), "{body}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn rows_reach_the_guest_and_refusals_with_their_codes() {
    let fresh = Fresh::new().await;
    let fixture = fixture(&fresh, |_| {}).await;
    let values = "select true, 1::int2, 2::int4, 3::int8, 0.5::float8, 'x'::text, null::text, \
                  '\\xff'::bytea, '{\"a\": 1}'::jsonb, \
                  '01890a5d-ac96-774b-bcce-b302099a8057'::uuid";
    let expect = "[[DbValue::Boolean(true), DbValue::Int16(1), DbValue::Int32(2), DbValue::Int64(3), \
                  DbValue::Floating64(0.5), DbValue::Str(\"x\"), DbValue::DbNull, \
                  DbValue::Binary([255]), DbValue::Jsonb([123, 34, 97, 34, 58, 32, 49, 125]), \
                  DbValue::Uuid(\"01890a5d-ac96-774b-bcce-b302099a8057\")]]";
    check(&run(&fixture, &fresh.url, &[values]).await, 200, expect);
    check(&run(&fixture, &fresh.url, &["select 1/0"]).await, 403, "22012");
    check(&run(&fixture, &fresh.url, &["select now()"]).await, 403, "timestamptz");
    check(&run(&fixture, &fresh.url, &["select $1::text"]).await, 403, "BadParameter");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_of_one_request_stays_for_the_next() {
    let fresh = Fresh::new().await;
    let database = fresh.open(|_| {});
    database.query("create table notes (text text)", vec![]).await.unwrap();
    database.query("create role host_hostile", vec![]).await.ok();
    let fixture = fixture(&fresh, |_| {}).await;
    let url = &fresh.url;
    let pid = async || run(&fixture, url, &["select pg_backend_pid()"]).await.body.unwrap();
    let before = pid().await;

    check(&run(&fixture, url, &["begin", "insert into notes values ('stolen')"]).await, 200, "");
    // It is rolled back at once, not when the next one comes: a lock would keep others waiting.
    eventually("no transaction is open", async || {
        fresh.backends("idle in transaction%").await == 0
    })
    .await;
    check(&run(&fixture, url, &["insert into notes values ('kept')"]).await, 200, "");
    let rows = database.query("select text from notes", vec![]).await.unwrap().rows;
    assert_eq!(rows, [[host::postgres::Value::Text("kept".into())]]);

    let set = [
        "select set_config('taskloom.user_id', 'mallory', false)",
        "set search_path = pg_temp",
        "select pg_advisory_lock(7)::text",
        "create temporary table notes (text text)",
        "set role host_hostile",
    ];
    // A temporary table cannot be made by what is cleaned up after, so that connection is not kept.
    check(&run(&fixture, url, &set[..3]).await, 200, "");
    let state = "select coalesce(current_setting('taskloom.user_id', true), '') || '|' || \
                 current_setting('search_path') || '|' || (current_user = session_user)::text || '|' || \
                 (select count(*) from pg_locks where locktype = 'advisory')";
    let expect = "\"|\\\"$user\\\", public|true|0\"";
    check(&run(&fixture, url, &[state]).await, 200, expect);
    assert_eq!(pid().await, before, "all of that was one and the same connection");
    check(&run(&fixture, url, &set[3..]).await, 200, "");
    check(&run(&fixture, url, &["select count(*) from notes"]).await, 200, "Int64(1)");
    check(&run(&fixture, url, &[state]).await, 200, expect);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_transaction_that_failed_or_a_poisoned_statement_costs_the_connection() {
    let fresh = Fresh::new().await;
    let fixture = fixture(&fresh, |_| {}).await;
    let url = &fresh.url;
    for misdeed in [
        &["begin", "select 1/0"][..],
        &["select 1::int8", "deallocate all"],
        &["select 1::int8", "/* */ deallocate all", "select 1::int8"],
        &["copy (select 1) to stdout"],
        &["listen news", "declare c cursor with hold for select 1"],
    ] {
        run(&fixture, url, misdeed).await;
        check(&run(&fixture, url, &["select 1::int8"]).await, 200, "Int64(1)");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn only_the_host_that_is_named_can_be_reached() {
    let fresh = Fresh::new().await;
    let fixture = fixture(&fresh, |_| {}).await;
    let port: u16 = fresh.endpoint().rsplit_once(':').unwrap().1.parse().unwrap();
    let database = fresh.url.rsplit_once('/').unwrap().1;
    let root = fixture.folder.path().join("ca.pem");
    for (url, why) in [
        (format!("postgres://u:hunter2@other.internal:{port}/{database}"), "not permitted"),
        (format!("postgres://u:hunter2@127.0.0.2:{port}/{database}"), "not permitted"),
        (format!("postgres://u:hunter2@127.0.0.1:{}/{database}", port + 1), "not permitted"),
        (format!("postgres://u:hunter2@127.0.0.1:{port},127.0.0.2:{port}/x"), "not permitted"),
        (format!("postgres://u:hunter2@127.0.0.1:{port}/x?host=127.0.0.2"), "not permitted"),
        (format!("postgres://u:hunter2@127.0.0.1:{port}/x?hostaddr=127.0.0.2"), "by its name"),
        ("postgres://u:hunter2@%2Fvar%2Frun%2Fpostgresql/x".to_owned(), "by its name"),
        ("host=/var/run/postgresql user=u password=hunter2".to_owned(), "by its name"),
        ("mysql://u:hunter2@127.0.0.1/x".to_owned(), "is not an address"),
        (
            format!("{}?sslmode=verify-full&sslrootcert={}", fresh.url, root.display()),
            "is not one for components",
        ),
    ] {
        check(&run(&fixture, &url, &["select 1"]).await, 403, why);
    }
    // Another component, which is granted nothing.
    let elsewhere = run_below(&fixture, &fresh.url).await;
    check(&elsewhere, 403, "not permitted");
    let log = fixture.log().join("\n");
    assert!(log.contains("refused a connection to `postgres://other.internal"), "{log}");
    assert!(!log.contains("hunter2"), "{log}");
    check(&run(&fixture, &fresh.url, &["select 1::int8"]).await, 200, "Int64(1)");
}

async fn run_below(fixture: &Fixture, url: &str) -> Answer {
    let url: String = url.bytes().map(|byte| format!("%{byte:02X}")).collect();
    let path = format!("/postgres?{url};select%201");
    let request = http::Request::get(path).body(host::full("")).unwrap();
    let response = fixture.host.call("neighbour", request).await.unwrap();
    crate::harness::answer(response).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_guest_gets_neither_many_connections_nor_many_databases() {
    let fresh = Fresh::new().await;
    let fixture = fixture(&fresh, |_| {}).await;
    let url: String = fresh.url.bytes().map(|byte| format!("%{byte:02X}")).collect();
    check(&fixture.get(&format!("/hoard?{url}")).await, 403, "4 ");
    for n in 0..2 {
        run(&fixture, &format!("{}?application_name=a{n}", fresh.url), &["select 1"]).await;
    }
    let third = run(&fixture, &format!("{}?application_name=b", fresh.url), &["select 1"]).await;
    check(&third, 403, "a component may use 2 databases");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_full_pool_a_dead_server_and_a_killed_connection_end_in_an_error_soon() {
    let fresh = Fresh::new().await;
    let fixture = fixture(&fresh, |_| {}).await;
    let url = fresh.url.as_str();
    let (first, second) =
        tokio::join!(run(&fixture, url, &["select pg_sleep(0.8)::text"]), async {
            eventually("it sleeps", async || fresh.backends("active").await == 1).await;
            let begun = Instant::now();
            (run(&fixture, url, &["select 1"]).await, begun.elapsed())
        },);
    check(&first, 200, "Str(\"\")");
    check(&second.0, 403, "ConnectionFailed");
    assert!(second.1 < Duration::from_millis(700), "{:?}", second.1);

    let long = run(&fixture, url, &["select pg_sleep(60)"]).await;
    // Not as a cancelled statement: it may have been carried out all the same.
    check(&long, 403, "ConnectionFailed");
    eventually("it is cancelled", async || fresh.backends("active").await == 0).await;

    let (killed, ()) = tokio::join!(run(&fixture, url, &["select pg_sleep(60)"]), async {
        eventually("it sleeps", async || fresh.backends("active").await == 1).await;
        fresh.terminate().await;
    });
    check(&killed, 403, "57P01");
    check(&run(&fixture, url, &["select 1::int8"]).await, 200, "Int64(1)");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_request_that_is_cut_off_leaves_no_statement_behind() {
    let fresh = Fresh::new().await;
    let fixture = fixture(&fresh, |settings| {
        settings.limits.wall = Duration::from_millis(500);
        settings.postgres.statement = Duration::from_secs(60);
    })
    .await;
    let cut = run(&fixture, &fresh.url, &["select pg_sleep(60)"]).await;
    assert_eq!(cut.status.as_u16(), 504);
    eventually("it is cancelled", async || fresh.backends("active").await == 0).await;
    check(&run(&fixture, &fresh.url, &["select 1::int8"]).await, 200, "Int64(1)");
    let database = connect(&fresh.url, |_| {});
    let one = database.query("select 1::int8", vec![]).await.unwrap().rows[0][0].clone();
    assert_eq!(number(one), 1);
}
