//! The pool: values, refusals, limits, and a server that goes away.

use std::time::{Duration, Instant};

use host::postgres::{ErrorKind, Value};

use super::{Fresh, connect, eventually, number};

const RUNTIME: Duration = Duration::from_secs(5);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn values_come_back_as_they_went_in() {
    let fresh = Fresh::new().await;
    let database = fresh.open(|_| {});
    let values = vec![
        Value::Text("naïve ✓".into()),
        Value::Integer(i64::MIN),
        Value::Real(-0.5),
        Value::Blob(vec![0, 255]),
        Value::Null,
    ];
    let sql = "select $1::text a, $2::int8 b, $3::float8 c, $4::bytea d, $5::text e, 7::int4 f, \
               8::int2 g, 0.25::float4 h";
    let rows = database.query(sql, values.clone()).await.unwrap();
    assert_eq!(rows.columns, ["a", "b", "c", "d", "e", "f", "g", "h"]);
    assert_eq!(rows.rows[0][..5], values[..]);
    assert_eq!(rows.rows[0][5..], [Value::Integer(7), Value::Integer(8), Value::Real(0.25)]);
    let none = database.query("select 1::int8 as one where false", vec![]).await.unwrap();
    assert_eq!((none.columns.as_slice(), none.rows.len()), (&["one".to_owned()][..], 0));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_refusal_carries_its_code_and_the_pool_goes_on() {
    let fresh = Fresh::new().await;
    let database = fresh.open(|settings| settings.connections_max = 1);
    for (sql, params, kind, code) in [
        ("select 1/0", vec![], ErrorKind::Refused, Some("22012")),
        ("selec", vec![], ErrorKind::Refused, Some("42601")),
        ("select * from nowhere", vec![], ErrorKind::Refused, Some("42P01")),
        (
            "do $$ begin raise exception 'conflict:version'; end $$",
            vec![],
            ErrorKind::Refused,
            Some("P0001"),
        ),
        ("select $1::text", vec![], ErrorKind::Invalid, None),
        ("select $1::int4", vec![Value::Integer(1)], ErrorKind::Invalid, None),
        ("select now()", vec![], ErrorKind::Invalid, None),
        ("select 1; select 2", vec![], ErrorKind::Refused, Some("42601")),
    ] {
        let error = database.query(sql, params).await.unwrap_err();
        assert_eq!((error.kind, error.sqlstate.as_deref()), (kind, code), "{sql}: {error}");
        assert!(!error.is_retryable(), "{error}");
    }
    let raised = "do $$ begin raise exception 'conflict:version'; end $$";
    assert_eq!(database.query(raised, vec![]).await.unwrap_err().message, "conflict:version");
    database.ping().await.unwrap();
    assert_eq!(fresh.backends("%").await, 1, "nothing of that costs a connection");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_finds_no_connection_in_time_is_told_and_nothing_hangs() {
    let fresh = Fresh::new().await;
    let database = fresh.open(|settings| {
        settings.connections_max = 1;
        settings.wait = Duration::from_millis(200);
    });
    let sleeper = tokio::spawn({
        let database = database.clone();
        async move { database.query("select pg_sleep(1)", vec![]).await }
    });
    eventually("it sleeps", async || fresh.backends("active").await == 1).await;
    let begun = Instant::now();
    let error = database.ping().await.unwrap_err();
    assert_eq!((error.kind, error.is_retryable()), (ErrorKind::Busy, true), "{error}");
    assert!(begun.elapsed() < Duration::from_millis(900), "{:?}", begun.elapsed());
    sleeper.await.unwrap().unwrap();
    database.ping().await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_statement_that_runs_too_long_is_cancelled_on_the_server_too() {
    let fresh = Fresh::new().await;
    let database = fresh.open(|settings| settings.statement = Duration::from_millis(200));
    let error = database.query("select pg_sleep(60)", vec![]).await.unwrap_err();
    assert_eq!((error.kind, error.is_retryable()), (ErrorKind::Timeout, true), "{error}");
    eventually("it is cancelled", async || fresh.backends("active").await == 0).await;
    database.ping().await.unwrap();
    let patient = database.query_within("select pg_sleep(0.5)", vec![], RUNTIME).await;
    patient.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_goes_away_leaves_no_statement_behind() {
    let fresh = Fresh::new().await;
    let database = fresh.open(|settings| settings.connections_max = 1);
    let sleeper = database.query("select pg_sleep(60)", vec![]);
    assert!(tokio::time::timeout(Duration::from_millis(300), sleeper).await.is_err());
    database.ping().await.unwrap();
    eventually("it is cancelled", async || fresh.backends("active").await == 0).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_answer_that_is_too_long_is_not_kept() {
    let fresh = Fresh::new().await;
    let database = fresh.open(|settings| settings.result_bytes_max = 10_000);
    let sql = "select n::int8 from generate_series(1, 10000000) n";
    let error = database.query(sql, vec![]).await.unwrap_err();
    assert_eq!((error.kind, error.is_retryable()), (ErrorKind::TooBig, false), "{error}");
    database.ping().await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_connection_that_was_killed_is_never_used_again() {
    let fresh = Fresh::new().await;
    let database = fresh.open(|settings| settings.connections_max = 2);
    database.ping().await.unwrap();
    // One that is idle: nobody notices.
    fresh.terminate().await;
    eventually("they are gone", async || fresh.backends("%").await == 0).await;
    tokio::time::sleep(Duration::from_millis(50)).await;
    database.ping().await.unwrap();
    // One in the middle of a statement: away, and nobody knows what became of it.
    let sleeper = tokio::spawn({
        let database = database.clone();
        async move { database.query("select pg_sleep(60)", vec![]).await }
    });
    eventually("it sleeps", async || fresh.backends("active").await == 1).await;
    fresh.terminate().await;
    let error = sleeper.await.unwrap().unwrap_err();
    assert_eq!((error.kind, error.is_retryable()), (ErrorKind::Away, true), "{error}");
    eventually("the pool goes on", async || database.ping().await.is_ok()).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_is_not_there_is_said_so_in_time_and_without_the_password() {
    let closed = {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        listener.local_addr().unwrap()
    };
    // Takes connections and never says a word.
    let mute = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    for address in [closed, mute.local_addr().unwrap()] {
        let url = format!("postgres://ada:hunter2@{address}/app");
        let database = connect(&url, |settings| settings.wait = Duration::from_millis(300));
        let begun = Instant::now();
        let error = database.ping().await.unwrap_err();
        assert_eq!((error.kind, error.is_retryable()), (ErrorKind::Away, true), "{error}");
        assert!(begun.elapsed() < Duration::from_secs(2), "{:?}", begun.elapsed());
        let shown = format!("{error} {error:?} {database:?} {}", database.address());
        assert!(!shown.contains("hunter2"), "{shown}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_wrong_name_is_no_reason_to_try_again() {
    let fresh = Fresh::new().await;
    let url = format!("{}_not", fresh.url);
    let error = connect(&url, |_| {}).ping().await.unwrap_err();
    assert_eq!((error.kind, error.sqlstate.as_deref()), (ErrorKind::Refused, Some("3D000")));
    assert!(!format!("{error:?}").contains("hunter2"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_others_notify_is_heard_also_after_the_connection_broke() {
    let fresh = Fresh::new().await;
    let (database, other) = (fresh.open(|_| {}), fresh.open(|_| {}));
    let mut heard = database.listen("news");
    let changed = async |heard: &mut tokio::sync::watch::Receiver<u64>| {
        tokio::time::timeout(Duration::from_secs(10), heard.changed()).await.unwrap().unwrap();
    };
    changed(&mut heard).await;
    let notify = async || {
        let sql = "select pg_notify('news', '')::text";
        other.query(sql, vec![]).await.map(drop)
    };
    heard.mark_unchanged();
    notify().await.unwrap();
    changed(&mut heard).await;
    heard.mark_unchanged();
    fresh.terminate().await;
    // It is back, and something may have been missed.
    changed(&mut heard).await;
    heard.mark_unchanged();
    eventually("the other one is back too", async || notify().await.is_ok()).await;
    changed(&mut heard).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn own_writes_are_counted_and_reads_are_not() {
    let fresh = Fresh::new().await;
    let database = fresh.open(|_| {});
    let committed = database.committed();
    database.query("select 1::int8", vec![]).await.unwrap();
    assert!(!committed.has_changed().unwrap());
    database.query("create table notes (text text)", vec![]).await.unwrap();
    assert!(committed.has_changed().unwrap());
    let blocking = tokio::task::spawn_blocking(move || {
        database.query_blocking("insert into notes values ('x')", vec![]).unwrap();
        database.query_blocking("select count(*)::int8 from notes", vec![]).unwrap()
    });
    assert_eq!(number(blocking.await.unwrap().rows[0][0].clone()), 1);
}
