//! Migrations: once, twice, at once, half done, and never backwards.

use std::{cell::Cell, sync::Barrier, thread};

use domain::{reminder::Reminder, task::Task};
use store::{
    MigrateError, Rows, Sql, SqlError, Value,
    migrate::{known_version, migrate, schema_version},
};
use testkit::{
    Ids, a_task,
    change::created,
    clock,
    sqlite::{self, Connection},
    task::{USER, a_reminder},
};

/// Everything that defines the schema.
fn schema(connection: &Connection) -> Vec<Vec<Value>> {
    connection.rows("select type, name, sql from sqlite_schema order by type, name")
}

#[test]
fn an_empty_database_gets_the_schema_of_this_version() {
    let connection = Connection::in_memory();
    assert_eq!(schema_version(&connection), Ok(0));
    assert_eq!(migrate(&connection), Ok(known_version()));
    assert_eq!(schema_version(&connection), Ok(known_version()));
}

#[test]
fn migrating_again_changes_nothing() {
    let store = sqlite::store();
    store.apply(&created(&a_task(), &mut Ids::new())).unwrap();
    let before = (schema(store.sql()), store.sql().contents());
    assert_eq!(migrate(store.sql()), Ok(known_version()));
    assert_eq!((schema(store.sql()), store.sql().contents()), before);
}

#[test]
fn a_database_of_a_newer_version_is_left_alone() {
    let store = sqlite::store();
    let newer = known_version() + 1;
    store.sql().rows(&format!("insert into schema_migrations values ({newer}, 'from later')"));
    let before = schema(store.sql());
    let refused = MigrateError::Newer { found: newer, known: known_version() };
    assert_eq!(migrate(store.sql()), Err(refused));
    assert_eq!(schema(store.sql()), before);
}

#[test]
fn processes_that_start_at_once_all_end_well() {
    let folder = tempfile::tempdir().unwrap();
    for round in 0..8 {
        let path = folder.path().join(format!("{round}.db"));
        let start = Barrier::new(4);
        thread::scope(|scope| {
            let run = || {
                let connection = Connection::open(&path);
                start.wait();
                migrate(&connection)
            };
            let all: Vec<_> = (0..4).map(|_| scope.spawn(run)).collect();
            for one in all {
                assert_eq!(one.join().unwrap(), Ok(known_version()));
            }
        });
        let connection = Connection::open(&path);
        let expect = sqlite::store();
        assert_eq!(schema(&connection), schema(expect.sql()));
        assert_eq!(connection.rows("pragma integrity_check"), vec![vec!["ok".into()]]);
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
    fn run(&self, sql: &str, params: &[Value]) -> Result<Rows, SqlError> {
        let left = self.left.get().checked_sub(1).ok_or_else(|| SqlError::new("disk I/O error"))?;
        self.left.set(left);
        self.connection.run(sql, params)
    }
}

#[test]
fn a_migration_that_stopped_anywhere_goes_on() {
    let whole = sqlite::store();
    for statements in 0.. {
        let connection = Connection::in_memory();
        let dying = Dying { connection: &connection, left: Cell::new(statements) };
        let stopped = migrate(&dying).is_err();
        assert_eq!(migrate(&connection), Ok(known_version()));
        assert_eq!(schema(&connection), schema(whole.sql()), "after {statements} statements");
        if !stopped {
            assert!(statements > 20, "negative control: it did stop on the way");
            return;
        }
    }
}

#[test]
fn a_step_that_fails_is_named() {
    let connection = Connection::in_memory();
    let dying = Dying { connection: &connection, left: Cell::new(5) };
    let error = migrate(&dying).unwrap_err();
    assert_eq!(error.to_string(), "migration 1 could not be applied");
    assert_eq!(schema_version(&connection), Ok(0));
    assert!(store::Store::new(&connection).task(USER, a_task().id).is_err());
}

/// A component of the version before, which knows only the first trigger.
struct Older<'a>(&'a Connection);

impl Sql for Older<'_> {
    fn run(&self, sql: &str, params: &[Value]) -> Result<Rows, SqlError> {
        self.0.run(&sql.replace("changesets_3", "changesets"), params)
    }
}

#[test]
fn a_component_of_the_version_before_goes_on_writing() {
    let store = sqlite::store();
    let mut ids = Ids::new();
    let reminder = Reminder { snoozed: true, ..a_reminder(clock::id(20), clock::now()) };
    let task = Task { reminders: vec![reminder], ..a_task() };
    let older = store::Store::new(Older(store.sql()));
    older.apply(&created(&task, &mut ids)).unwrap();
    // It knows nothing of reminders that were put off, and says so to nobody.
    assert!(!older.task(USER, task.id).unwrap().unwrap().reminders[0].snoozed);
    let second = Task { id: clock::id(2), ..a_task() };
    store.apply(&created(&second, &mut ids)).unwrap();
    assert_eq!(store.last_seq(USER), Ok(4));
}
