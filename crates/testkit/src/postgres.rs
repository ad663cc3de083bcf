//! Postgres databases behind the port of the store, on the server that `TASKLOOM_TEST_POSTGRES` names.

mod client;
mod pool;

use std::{fmt, sync::Arc};

use store::{Dialect, Rows, Sql, SqlError, Store, Value};

use self::{client::Client, pool::Database};

/// What says where the server is: the URL of a superuser.
pub const VARIABLE: &str = "TASKLOOM_TEST_POSTGRES";

/// Columns, indexes, constraints, functions and policies as text.
const SCHEMA: &str = "select 'column', table_name || '.' || column_name,
  concat_ws(' ', data_type, collation_name, is_nullable, column_default, generation_expression)
from information_schema.columns where table_schema = 'public'
union all
select 'index', indexname::text, indexdef from pg_indexes where schemaname = 'public'
union all
select 'constraint', conrelid::regclass || '.' || conname, pg_get_constraintdef(oid)
from pg_constraint where connamespace = 'public'::regnamespace
union all
select 'function', proname::text, md5(prosrc) from pg_proc
where pronamespace = 'public'::regnamespace and prolang <> 13
union all
select 'policy', tablename || '.' || policyname, qual from pg_policies
order by 1, 2, 3";

/// One connection. Runs one statement at a call, which is its own transaction.
#[derive(Debug)]
pub struct Connection {
    client: Arc<Client>,
    database: Arc<Database>,
}

/// A fresh database without a schema, dropped with the last of its connections.
///
/// # Panics
/// When [`VARIABLE`] is not set, or the server that it names is not there.
pub fn database() -> Connection {
    Connection::first(Database::fresh())
}

/// An empty database without a schema that takes more connections than one.
pub fn shared() -> Connection {
    database()
}

/// A store on an empty database, migrated. Its databases are used again: what a test changes of the
/// schema belongs into a [`database`] of its own.
///
/// # Panics
/// As [`database`].
pub fn store() -> Store<Connection> {
    Store::new(Connection::first(Database::migrated()))
}

/// The URL of the server, with another database in it.
pub(crate) fn url(database: &str) -> String {
    #[expect(clippy::disallowed_methods, reason = "the task runner says here where the server is")]
    let server = std::env::var(VARIABLE).ok().filter(|url| !url.is_empty());
    let server = server
        .expect("set TASKLOOM_TEST_POSTGRES to the URL of a Postgres, or run `cargo xtask test`");
    let (address, options) = server.split_once('?').unwrap_or((&server, ""));
    let (address, _) = address.rsplit_once('/').expect("the URL ends with `/` and a database");
    let mark = if options.is_empty() { "" } else { "?" };
    format!("{address}/{database}{mark}{options}")
}

impl Connection {
    fn first(database: Database) -> Self {
        Self { client: database.client(), database: Arc::new(database) }
    }

    /// Another connection to the same database.
    #[must_use]
    pub fn another(&self) -> Self {
        let client = Arc::new(Client::connect(&self.url()));
        Self { client, database: Arc::clone(&self.database) }
    }

    /// Another connection to the same database, as a role that has no rights but those that
    /// [`store::grants`] gives it.
    #[must_use]
    pub fn as_app(&self) -> Self {
        let role = pool::app_role();
        for grant in store::grants(role) {
            self.rows(&grant);
        }
        let app = self.another();
        app.rows(&format!("set role {role}"));
        app
    }

    /// The URL of the database, as a superuser.
    pub fn url(&self) -> String {
        url(self.database.name())
    }

    /// Everything that defines the schema.
    pub fn schema(&self) -> Vec<Vec<Value>> {
        self.rows(SCHEMA)
    }

    /// Runs a statement of the test's own; it has to succeed.
    pub fn rows(&self, sql: &str) -> Vec<Vec<Value>> {
        self.run(sql, &[]).unwrap_or_else(|error| stop(sql, &error)).rows
    }

    /// Every row of every table of ours as text, in order: two of them are equal when nothing was
    /// changed.
    pub fn contents(&self) -> Vec<(String, Vec<Vec<Value>>)> {
        let tables = self.rows(pool::TABLES).into_iter().map(|mut row| row.remove(0));
        tables
            .filter_map(|name| match name {
                Value::Text(name) => {
                    let rows = self.rows(&format!("select t::text from \"{name}\" t order by 1"));
                    Some((name, rows))
                }
                _ => None,
            })
            .collect()
    }
}

impl Sql for Connection {
    fn dialect(&self) -> Dialect {
        Dialect::Postgres
    }

    fn run(&self, sql: &str, params: &[Value]) -> Result<Rows, SqlError> {
        self.client.run(sql, params)
    }

    fn act_for(&self, user_id: &str) -> Result<(), SqlError> {
        self.run(store::ACT_FOR, &[user_id.into()]).map(drop)
    }
}

#[expect(clippy::panic, reason = "a test that runs a wrong statement stops at once")]
fn stop(sql: &str, error: &impl fmt::Debug) -> ! {
    panic!("{error:?}: {sql}")
}
