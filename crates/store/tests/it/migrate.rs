//! Migrations: once, twice, at once, half done, and never backwards.

use std::{cell::Cell, sync::Barrier, thread};

use store::{
    Dialect, MigrateError, Rows, Sql, SqlError, Value,
    migrate::{known_version, migrate, schema_version},
};
use testkit::{Ids, a_task, change::created, task::USER};

use super::database::{self, Connection};

#[test]
fn an_empty_database_gets_the_schema_of_this_version() {
    let connection = database::database();
    assert_eq!(schema_version(&connection), Ok(0));
    assert_eq!(migrate(&connection), Ok(known_version()));
    assert_eq!(schema_version(&connection), Ok(known_version()));
}

#[test]
fn migrating_again_changes_nothing() {
    let store = database::store();
    store.apply(&created(&a_task(), &mut Ids::new())).unwrap();
    let before = (store.sql().schema(), store.sql().contents());
    assert_eq!(migrate(store.sql()), Ok(known_version()));
    assert_eq!((store.sql().schema(), store.sql().contents()), before);
}

#[test]
fn a_database_of_a_newer_version_is_left_alone() {
    let connection = database::database();
    migrate(&connection).unwrap();
    let newer = known_version() + 1;
    connection.rows(&format!("insert into schema_migrations values ({newer}, 'from later')"));
    let before = connection.schema();
    let refused = MigrateError::Newer { found: newer, known: known_version() };
    assert_eq!(migrate(&connection), Err(refused));
    assert_eq!(connection.schema(), before);
}

#[test]
fn processes_that_start_at_once_all_end_well() {
    for _ in 0..8 {
        let connection = database::shared();
        let start = Barrier::new(4);
        thread::scope(|scope| {
            let run = || {
                let connection = connection.another();
                start.wait();
                migrate(&connection)
            };
            let all: Vec<_> = (0..4).map(|_| scope.spawn(run)).collect();
            for one in all {
                assert_eq!(one.join().unwrap(), Ok(known_version()));
            }
        });
        let expect = database::store();
        assert_eq!(connection.schema(), expect.sql().schema());
        if connection.dialect() == Dialect::Sqlite {
            assert_eq!(connection.rows("pragma integrity_check"), vec![vec!["ok".into()]]);
        }
        let versions = connection.rows("select number from schema_migrations");
        assert_eq!(versions.len(), known_version() as usize);
    }
}

/// Fails the `n`th statement, as when the process dies there.
struct Dying<'a> {
    connection: &'a Connection,
    left: Cell<usize>,
}

impl Sql for Dying<'_> {
    fn dialect(&self) -> Dialect {
        self.connection.dialect()
    }

    fn run(&self, sql: &str, params: &[Value]) -> Result<Rows, SqlError> {
        let left = self.left.get().checked_sub(1).ok_or_else(|| SqlError::new("disk I/O error"))?;
        self.left.set(left);
        self.connection.run(sql, params)
    }
}

#[test]
fn a_migration_that_stopped_anywhere_goes_on() {
    let whole = database::store();
    for statements in 0.. {
        let connection = database::database();
        let dying = Dying { connection: &connection, left: Cell::new(statements) };
        let stopped = migrate(&dying).is_err();
        assert_eq!(migrate(&connection), Ok(known_version()));
        assert_eq!(connection.schema(), whole.sql().schema(), "after {statements} statements");
        if !stopped {
            assert!(
                statements > known_version() as usize,
                "negative control: it did stop on the way"
            );
            return;
        }
    }
}

#[test]
fn a_step_that_fails_is_named() {
    let connection = database::database();
    let dying = Dying { connection: &connection, left: Cell::new(1) };
    let error = migrate(&dying).unwrap_err();
    assert_eq!(error.to_string(), "migration 1 could not be applied");
    assert_eq!(schema_version(&connection), Ok(0));
    assert!(store::Store::new(&connection).task(USER, a_task().id).is_err());
}
