//! What is kept, and how: schema, SQL text and row mapping. Knows no driver.
//!
//! A [`Store`] speaks through the port [`Sql`], which a component implements with Spin's SQLite, the
//! bridge with the embedded host's database and tests with `testkit`. Every call is one statement and
//! so one transaction; a whole [`domain::change::ChangeSet`] is one statement too ([`Store::apply`]).
//! All that is particular to SQLite lives in the folder `sqlite`, all that is particular to Postgres in
//! `postgres`; both have the same statements under the same names.

/// The text of a statement in the dialect of a store's port.
macro_rules! text {
    ($store:expr, $module:ident::$statement:ident) => {
        match $crate::Sql::dialect(&$store.sql) {
            $crate::Dialect::Sqlite => $crate::sqlite::$module::$statement,
            $crate::Dialect::Postgres => $crate::postgres::$module::$statement,
        }
    };
}

mod alarms;
mod apply;
mod dead_letters;
mod deliveries;
mod document;
mod error;
mod history;
mod idempotency;
mod leases;
pub mod list;
mod log;
pub mod migrate;
mod names;
mod postgres;
mod push_subscriptions;
mod relay;
mod row;
mod search;
mod sql;
mod sqlite;
mod tags;
mod tasks;

pub use alarms::DueReminder;
pub use apply::Applied;
pub use dead_letters::DeadLetter;
pub use deliveries::{Delivery, DeliveryKey, DeliveryOutcome, NewDelivery};
pub use error::{ApplyError, Conflict, ListError, SqlError, SqlErrorKind};
pub use history::HistoryEntry;
pub use leases::{BUCKETS, Lease, bucket_of};
pub use list::{Cursor, CursorError, ListQuery, Page};
pub use log::LogRow;
pub use migrate::{MigrateError, migrate, schema_version};
pub use postgres::grants;
pub use push_subscriptions::{PUSH_SUBSCRIPTIONS_MAX, PushSubscription};
pub use relay::Lag;
pub use sql::{ACT_FOR, Dialect, Rows, Sql, Value};

/// Reads and writes through one [`Sql`] port. Every read and write names the user it is for, except
/// those of the bridge, which serves all users.
#[derive(Debug, Clone)]
pub struct Store<S> {
    sql: S,
}

impl<S: Sql> Store<S> {
    /// A store on a database whose schema is up to date (see [`migrate()`]).
    pub fn new(sql: S) -> Self {
        Self { sql }
    }

    /// The port that it speaks through.
    pub fn sql(&self) -> &S {
        &self.sql
    }

    /// Every statement goes through here. Postgres has no text with a NUL in it, so that one becomes the
    /// sign for what cannot be shown.
    fn run(&self, sql: &str, params: &[Value]) -> Result<Rows, SqlError> {
        let has_nul = |value: &Value| matches!(value, Value::Text(text) if text.contains('\0'));
        if self.sql.dialect() == Dialect::Sqlite || !params.iter().any(has_nul) {
            return self.sql.run(sql, params);
        }
        let shown = params.iter().map(|value| match value {
            Value::Text(text) => Value::Text(text.replace('\0', "\u{fffd}")),
            other => other.clone(),
        });
        self.sql.run(sql, &shown.collect::<Vec<_>>())
    }
}
