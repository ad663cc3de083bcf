//! Brings a database to the schema of this version. Forward only.

use crate::{Dialect, Sql, SqlError, SqlErrorKind, postgres, sqlite};

/// Why a database is not at the schema of this version.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MigrateError {
    /// A later version of Taskloom wrote this database.
    #[error("the database has schema {found}, this version knows schemas up to {known}")]
    Newer {
        /// Number of its last migration.
        found: u32,
        /// Number of the last migration that we know.
        known: u32,
    },
    /// A step failed; those before it were kept, and running it again goes on from there.
    #[error("migration {number} could not be applied")]
    Step {
        /// Number of the migration.
        number: u32,
        /// What the database said.
        #[source]
        source: SqlError,
    },
    /// The database did not answer.
    #[error("the schema of the database could not be read")]
    Unavailable(#[from] SqlError),
}

/// Applies what is missing and returns the number of the last migration. Doing it again, or in two
/// processes at once, does no harm.
pub fn migrate(sql: &impl Sql) -> Result<u32, MigrateError> {
    let known = known_version();
    let found = schema_version(sql)?;
    if found > known {
        return Err(MigrateError::Newer { found, known });
    }
    for number in found + 1..=known {
        step(sql, number).map_err(|source| MigrateError::Step { number, source })?;
    }
    Ok(known)
}

/// Number of the last migration of this database; 0 when it has none.
pub fn schema_version(sql: &impl Sql) -> Result<u32, SqlError> {
    let (has_migrations, version) = match sql.dialect() {
        Dialect::Sqlite => (sqlite::statements::HAS_MIGRATIONS, sqlite::statements::SCHEMA_VERSION),
        Dialect::Postgres => {
            (postgres::statements::HAS_MIGRATIONS, postgres::statements::SCHEMA_VERSION)
        }
    };
    if sql.run(has_migrations, &[])?.rows.is_empty() {
        return Ok(0);
    }
    let newest = sql.run(version, &[])?.read_one(|row| row.take())?;
    Ok(newest.flatten().unwrap_or_default())
}

/// Number of the last migration that this version knows.
pub fn known_version() -> u32 {
    sqlite::migrations::ALL.iter().map(|migration| migration.number).max().unwrap_or_default()
}

fn step(sql: &impl Sql, number: u32) -> Result<(), SqlError> {
    match sql.dialect() {
        Dialect::Sqlite => {
            let step = sqlite::migrations::ALL.iter().find(|step| step.number == number);
            step.map_or(Ok(()), |step| sqlite_step(sql, step))
        }
        Dialect::Postgres => {
            let step = postgres::migrations::ALL.iter().find(|step| step.number == number);
            step.map_or(Ok(()), |step| sql.run(&step.statement(), &[]).map(drop))
        }
    }
}

/// Recorded last: until then the step is not done, and doing it again is harmless.
fn sqlite_step(sql: &impl Sql, migration: &sqlite::migrations::Migration) -> Result<(), SqlError> {
    sql.run(sqlite::statements::CREATE_MIGRATIONS, &[])?;
    for statement in migration.statements() {
        match sql.run(statement, &[]) {
            // Another process was faster.
            Err(error) if error.kind() == SqlErrorKind::Exists => {}
            done => drop(done?),
        }
    }
    let record = [migration.number.into(), migration.name.into()];
    sql.run(sqlite::statements::RECORD_MIGRATION, &record)?;
    Ok(())
}
