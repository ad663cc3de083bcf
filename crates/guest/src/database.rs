//! The component's database: Postgres where the variable `database_url` names one, else SQLite.

use store::{Dialect, Rows, Sql, SqlError, Value};

use crate::{postgres::SpinPostgres, sqlite::SpinSqlite};

/// An open database.
pub enum Database {
    /// The SQLite database with the label `default`.
    Sqlite(SpinSqlite),
    /// The Postgres database of `database_url`.
    Postgres(SpinPostgres),
}

/// Opens it. `variable` gives the value of a variable of the component.
///
/// # Errors
/// What Spin says, when the manifest does not grant it or it cannot be opened.
pub fn open(variable: impl Fn(&str) -> Option<String>) -> Result<Database, SqlError> {
    match variable("database_url").filter(|address| !address.is_empty()) {
        Some(address) => SpinPostgres::open(&address).map(Database::Postgres),
        None => SpinSqlite::open().map(Database::Sqlite),
    }
}

impl Sql for Database {
    fn dialect(&self) -> Dialect {
        match self {
            Self::Sqlite(database) => database.dialect(),
            Self::Postgres(database) => database.dialect(),
        }
    }

    fn run(&self, sql: &str, params: &[Value]) -> Result<Rows, SqlError> {
        match self {
            Self::Sqlite(database) => database.run(sql, params),
            Self::Postgres(database) => database.run(sql, params),
        }
    }

    fn act_for(&self, user_id: &str) -> Result<(), SqlError> {
        match self {
            Self::Sqlite(database) => database.act_for(user_id),
            Self::Postgres(database) => database.act_for(user_id),
        }
    }
}
