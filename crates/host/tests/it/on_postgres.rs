//! The pool and the guests' interface, on a real Postgres.

mod guests;
mod pool;
mod server;
mod tls;

use std::{
    sync::atomic::{AtomicU32, Ordering},
    time::{Duration, Instant},
};

use host::postgres::{Address, Database, Settings, Value};

/// A database of its own on the server that the variable names; gone with the test.
pub(crate) struct Fresh {
    name: String,
    admin: Database,
    /// With a password, which the server does not ask for.
    pub(crate) url: String,
}

impl Fresh {
    pub(crate) async fn new() -> Self {
        #[expect(clippy::disallowed_methods, reason = "the task runner says where the server is")]
        let server = std::env::var("TASKLOOM_TEST_POSTGRES").unwrap_or_default();
        assert!(
            !server.is_empty(),
            "set TASKLOOM_TEST_POSTGRES to the URL of a Postgres, or run `cargo xtask test`"
        );
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let count = COUNT.fetch_add(1, Ordering::Relaxed);
        let name = format!("host_{}_{count}", std::process::id());
        let admin = connect(&server, |_| {});
        admin.query(&format!("create database {name}"), vec![]).await.unwrap();
        let (base, _) = server.rsplit_once('/').unwrap();
        let (scheme, rest) = base.split_once("://").unwrap();
        let (user, host) = rest.split_once('@').unwrap_or(("postgres", rest));
        let url = match user.contains(':') {
            true => format!("{base}/{name}"),
            false => format!("{scheme}://{user}:hunter2@{host}/{name}"),
        };
        Self { name, admin, url }
    }

    pub(crate) fn open(&self, change: impl FnOnce(&mut Settings)) -> Database {
        connect(&self.url, change)
    }

    /// `host:port`.
    pub(crate) fn endpoint(&self) -> String {
        let address: Address = self.url.parse().unwrap();
        let (host, port) = address.endpoints().next().unwrap();
        format!("{host}:{port}")
    }

    /// What the server says of connections to this database, apart from the asking one.
    pub(crate) async fn backends(&self, state: &str) -> i64 {
        let sql = "select count(*)::int8 from pg_stat_activity where datname = $1::text \
                   and state like $2::text and backend_type = 'client backend'";
        let params = vec![Value::Text(self.name.clone()), Value::Text(state.to_owned())];
        number(self.admin.query(sql, params).await.unwrap().rows[0][0].clone())
    }

    /// Ends all connections to this database.
    pub(crate) async fn terminate(&self) {
        let sql = "select count(pg_terminate_backend(pid))::int8 from pg_stat_activity \
                   where datname = $1::text and pid <> pg_backend_pid()";
        self.admin.query(sql, vec![Value::Text(self.name.clone())]).await.unwrap();
    }
}

impl Drop for Fresh {
    fn drop(&mut self) {
        let sql = format!("drop database if exists {} with (force)", self.name);
        let admin = self.admin.clone();
        let runtime = tokio::runtime::Handle::current();
        // The runtime of the test may end before a task of it does.
        let dropping = std::thread::spawn(move || runtime.block_on(admin.query(&sql, vec![])));
        let _ = dropping.join();
    }
}

pub(crate) fn connect(url: &str, change: impl FnOnce(&mut Settings)) -> Database {
    let mut settings = Settings::default();
    change(&mut settings);
    Database::connect(&url.parse().unwrap(), settings).unwrap()
}

pub(crate) fn number(value: Value) -> i64 {
    match value {
        Value::Integer(number) => number,
        other => panic!("{other:?}"),
    }
}

/// Looks until it is so.
pub(crate) async fn eventually(what: &str, mut is_so: impl AsyncFnMut() -> bool) {
    let begun = Instant::now();
    while !is_so().await {
        assert!(begun.elapsed() < Duration::from_secs(10), "{what}: it never came to be");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}
