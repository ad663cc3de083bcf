//! What the store asks of the host's database comes back as the store means it.

use domain::task::Task;
use host::sqlite::{Database, Mode};
use store::{ApplyError, Conflict};
use testkit::{Ids, a_task, change};

use super::*;

/// A migrated database of the embedded host in a folder of its own.
fn database() -> (tempfile::TempDir, HostSql) {
    let folder = tempfile::tempdir().unwrap();
    let sql = HostSql(Database::open(&folder.path().join("t.db"), Mode::Embedded).unwrap());
    store::migrate(&sql).unwrap();
    (folder, sql)
}

#[tokio::test]
async fn a_refused_change_comes_back_as_its_conflict() {
    let (_folder, sql) = database();
    let storage = Storage::new(sql);
    let created = change::created(&a_task(), &mut Ids::new());
    let apply = || {
        let created = created.clone();
        storage.write(move |store| store.apply(&created))
    };
    assert_eq!(apply().await.unwrap().first_seq, 1);
    assert_eq!(apply().await, Err(ApplyError::Conflict(Conflict::Version)));
}

#[tokio::test]
async fn what_was_written_is_read_as_it_was() {
    let (_folder, sql) = database();
    let storage = Storage::new(sql);
    let task = Task { title: "Grüße ✓ 'quoted'".to_owned(), ..a_task() };
    let (created, id) = (change::created(&task, &mut Ids::new()), task.id);
    storage.write(move |store| store.apply(&created)).await.unwrap();
    let read = storage.apart().read(move |store| store.task(testkit::task::USER, id)).await;
    assert_eq!(read, Ok(Some(task)));
}

#[tokio::test]
async fn every_kind_of_value_goes_through() {
    let (_folder, sql) = database();
    let values = [
        Value::Null,
        Value::Integer(i64::MIN),
        Value::Real(0.5),
        Value::Text("text".to_owned()),
        Value::Blob(vec![0, 255]),
    ];
    let rows = sql.run("select ?1, ?2, ?3, ?4, ?5", &values).unwrap();
    assert_eq!(rows.rows, [values]);
}

#[tokio::test]
async fn a_bug_in_the_work_is_an_error_and_the_storage_goes_on() {
    let (_folder, sql) = database();
    let storage = Storage::new(sql);
    for _ in 0..2 * READS_AT_ONCE {
        let lost = storage.read(|_| -> Result<(), SqlError> { panic!("a planted bug") }).await;
        assert_eq!(lost.unwrap_err().kind(), SqlErrorKind::Other);
    }
    assert_eq!(storage.read(|store| store.last_seq("nobody")).await, Ok(0));
}

#[test]
fn the_operator_reads_what_the_database_said_and_nobody_else_does() {
    let error = ApplyError::from(SqlError::new("disk I/O error in secrets.db"));
    assert!(!error.to_string().contains("secrets"));
    let expect = "the change could not be stored: disk I/O error in secrets.db";
    assert_eq!(operator_text(&error), expect);
}
