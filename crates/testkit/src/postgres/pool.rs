//! Databases on the test server: made in milliseconds from a template, wiped and used again.

use std::{
    mem, process,
    sync::{
        Arc, Mutex, OnceLock, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
};

use store::{Sql, Value};

use super::{client::Client, stop, url};

const PREFIX: &str = "taskloom_test_db_";

/// The tables of ours.
pub(super) const TABLES: &str = "select relname::text from pg_class
where relkind = 'r' and relnamespace = 'public'::regnamespace order by relname";

/// Empties every table, and puts back what migrations put there.
const WIPE: &str = "do $$
begin
  delete from tasks; delete from task_tags; delete from reminders; delete from events;
  delete from user_seq; delete from inbox; delete from idempotency; delete from dead_letters;
  delete from push_subscriptions; delete from deliveries; delete from relay_owners;
  update relay_leases set owner = '', fence = 0, expires_at = 0 where fence <> 0;
end
$$";

/// Migrated and empty, waiting for the next test.
static READY: Mutex<Vec<(String, Arc<Client>)>> = Mutex::new(Vec::new());
static MADE: AtomicU64 = AtomicU64::new(0);
static TEMPLATE: OnceLock<String> = OnceLock::new();
/// Holds the lock that says that the databases of this process are in use.
static KEEPER: OnceLock<Client> = OnceLock::new();

/// A database that belongs to one test.
#[derive(Debug)]
pub(super) struct Database {
    name: String,
    /// The connection that it was made ready with; there may be others.
    client: Arc<Client>,
    /// It has our schema and may be used again.
    again: bool,
}

impl Database {
    /// An empty one.
    pub(super) fn fresh() -> Self {
        let (name, client) = create("template0");
        Self { name, client, again: false }
    }

    /// One with our schema.
    pub(super) fn migrated() -> Self {
        let ready = READY.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let (name, client) = ready.unwrap_or_else(|| create(TEMPLATE.get_or_init(template)));
        Self { name, client, again: true }
    }

    pub(super) fn name(&self) -> &str {
        &self.name
    }

    pub(super) fn client(&self) -> Arc<Client> {
        Arc::clone(&self.client)
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        if self.again && self.client.run(WIPE, &[]).is_ok() {
            let ready = (mem::take(&mut self.name), self.client());
            READY.lock().unwrap_or_else(PoisonError::into_inner).push(ready);
        } else {
            remove(&admin(), &self.name);
        }
    }
}

/// The role of an application, made on first use: roles belong to the server as a whole.
pub(super) fn app_role() -> &'static str {
    const MAKE: &str = "do $$
begin
  perform pg_advisory_xact_lock(7701);
  if not exists (select from pg_roles where rolname = 'taskloom_test_app') then
    create role taskloom_test_app nologin;
  end if;
end
$$";
    admin().run(MAKE, &[]).unwrap_or_else(|error| stop(MAKE, &error));
    "taskloom_test_app"
}

/// A database with our schema, which nobody is connected to.
fn template() -> String {
    let (name, client) = create("template0");
    store::migrate(&*client).expect("an empty database can be migrated");
    name
}

fn admin() -> Client {
    Client::connect(&url("postgres"))
}

/// A new database and a connection to it.
fn create(template: &str) -> (String, Arc<Client>) {
    KEEPER.get_or_init(keeper);
    let name = format!("{PREFIX}{}_{}", process::id(), MADE.fetch_add(1, Ordering::Relaxed));
    let sql = format!("create database {name} template {template}");
    admin().run(&sql, &[]).unwrap_or_else(|error| stop(&sql, &error));
    let client = Client::connect(&url(&name));
    (name, Arc::new(client))
}

/// Takes the lock of this process and removes the databases of processes that have theirs no more.
fn keeper() -> Client {
    let keeper = admin();
    let lock = |process: &str| {
        let sql = format!("select pg_try_advisory_lock(7701, {process})::int");
        keeper.run(&sql, &[]).is_ok_and(|taken| taken.rows == [[Value::Integer(1)]])
    };
    let own = process::id().to_string();
    assert!(lock(&own), "another process has our number");
    let databases = format!("select datname::text from pg_database where datname like '{PREFIX}%'");
    for row in keeper.run(&databases, &[]).expect("the server lists its databases").rows {
        let [Value::Text(name)] = &row[..] else { continue };
        let process = name.trim_start_matches(PREFIX).split('_').next().unwrap_or_default();
        if process == own || lock(process) {
            remove(&keeper, name);
        }
        if process != own {
            drop(keeper.run(&format!("select pg_advisory_unlock(7701, {process})::int"), &[]));
        }
    }
    keeper
}

/// Whoever is still connected is cut off.
fn remove(admin: &Client, name: &str) {
    drop(admin.run(&format!("drop database if exists {name} with (force)"), &[]));
}
