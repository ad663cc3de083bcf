//! The database under good and bad statements.

use std::{process::Command, sync::mpsc, thread};

use rusqlite::Connection;

use super::*;

mod group;

/// A database in a folder of its own, with a table `notes(id, text)`.
struct Fixture {
    folder: tempfile::TempDir,
    database: Database,
}

impl Fixture {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let database = Database::open(&folder.path().join("test.db"), Mode::Embedded).unwrap();
        let fixture = Self { folder, database };
        fixture.run("CREATE TABLE notes (id INTEGER PRIMARY KEY, text TEXT UNIQUE)").unwrap();
        fixture
    }

    fn run(&self, sql: &str) -> Result<Rows, Error> {
        self.database.query_blocking(sql, vec![])
    }

    fn count(&self) -> i64 {
        match self.run("SELECT count(*) FROM notes").unwrap().rows[0][0] {
            Value::Integer(count) => count,
            _ => panic!("count is a number"),
        }
    }
}

#[track_caller]
fn check_refused(sql: &str, message_part: &str) {
    let fixture = Fixture::new();
    let error = fixture.run(sql).expect_err(sql);
    assert_eq!(error.kind, ErrorKind::Refused, "{sql}: {error}");
    assert!(error.message.contains(message_part), "{sql}: {error}");
}

#[track_caller]
fn check_allowed(sql: &str) {
    let fixture = Fixture::new();
    fixture.run(sql).expect(sql);
}

#[test]
fn other_files_are_out_of_reach() {
    check_refused("ATTACH '/tmp/other.db' AS other", "its own database only");
    check_refused("ATTACH ':memory:' AS other", "its own database only");
    check_refused("DETACH main", "its own database only");
    check_refused("VACUUM INTO '/tmp/stolen.db'", "VACUUM");
    check_refused("/* quietly */ VACUUM", "VACUUM");
    check_refused("SELECT load_extension('/tmp/evil.so')", "load code");
}

#[test]
fn the_file_is_its_owners_alone() {
    use std::os::unix::fs::PermissionsExt as _;
    let fixture = Fixture::new();
    for name in ["test.db", "test.db-wal"] {
        let file = std::fs::metadata(fixture.folder.path().join(name)).unwrap();
        assert_eq!(file.permissions().mode() & 0o777, 0o600, "{name}");
    }
}

#[test]
fn transactions_are_the_hosts() {
    for sql in ["BEGIN", "BEGIN IMMEDIATE", "COMMIT", "ROLLBACK", "SAVEPOINT one", "RELEASE one"] {
        check_refused(sql, "a transaction of its own");
    }
}

#[test]
fn pragmas_that_change_things_are_refused() {
    for sql in [
        "PRAGMA journal_mode = DELETE",
        "PRAGMA synchronous = OFF",
        "PRAGMA writable_schema = ON",
        "PRAGMA locking_mode = EXCLUSIVE",
        "PRAGMA temp_store_directory = '/tmp'",
        "PRAGMA user_version = 7",
        "PRAGMA query_only = OFF",
        "PRAGMA wal_checkpoint(TRUNCATE)",
        "PRAGMA Journal_Mode = OFF",
    ] {
        check_refused(sql, "PRAGMA");
    }
}

#[test]
fn what_shared_connections_cannot_keep_is_refused() {
    check_refused("CREATE TEMP TABLE t (a)", "temporary");
    check_refused("CREATE TABLE temp.t (a)", "temporary");
    check_refused("CREATE VIRTUAL TABLE temp.f USING fts5(text)", "temporary");
    check_refused("SELECT last_insert_rowid()", "RETURNING");
    check_refused("SELECT changes()", "RETURNING");
}

#[test]
fn a_second_statement_is_refused_and_the_first_does_not_run() {
    let fixture = Fixture::new();
    let error =
        fixture.run("INSERT INTO notes (text) VALUES ('a'); DELETE FROM notes").unwrap_err();
    assert_eq!(error.kind, ErrorKind::Refused);
    assert_eq!(fixture.count(), 0);
    fixture.run("INSERT INTO notes (text) VALUES ('a'); -- a remark is no statement").unwrap();
}

#[test]
fn everyday_statements_are_allowed() {
    for sql in [
        "SELECT 1",
        "EXPLAIN QUERY PLAN SELECT * FROM notes",
        "PRAGMA table_info(notes)",
        "PRAGMA integrity_check",
        "PRAGMA user_version",
        "INSERT INTO notes (text) VALUES ('a') RETURNING id",
        "CREATE TABLE t (a INT PRIMARY KEY) STRICT, WITHOUT ROWID",
        "ALTER TABLE notes ADD COLUMN more",
        "ALTER TABLE notes RENAME COLUMN text TO body",
        "DROP TABLE notes",
        "CREATE INDEX i ON notes (text)",
        "CREATE VIEW v AS SELECT * FROM notes",
        "CREATE VIRTUAL TABLE f USING fts5(text, content='notes')",
        "CREATE TRIGGER t AFTER INSERT ON notes BEGIN SELECT changes(), last_insert_rowid(); END",
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 10) SELECT sum(i) FROM n",
        "SELECT json_extract('{\"a\": 1}', '$.a')",
        "ANALYZE",
        "REINDEX notes",
    ] {
        check_allowed(sql);
    }
}

#[test]
fn full_text_search_works_through_the_guard() {
    let fixture = Fixture::new();
    fixture.run("CREATE VIRTUAL TABLE f USING fts5(text)").unwrap();
    fixture.run("INSERT INTO f VALUES ('pay the rent')").unwrap();
    let found = fixture.run("SELECT text FROM f WHERE f MATCH 'ren*' ORDER BY rank").unwrap();
    assert_eq!(found.rows, [[Value::Text("pay the rent".into())]]);
    fixture.run("INSERT INTO f(f) VALUES ('optimize')").unwrap();
    fixture.run("DROP TABLE f").unwrap();
}

#[test]
fn the_words_of_a_trigger_arrive_as_they_are() {
    let fixture = Fixture::new();
    fixture
        .run("CREATE TRIGGER t BEFORE INSERT ON notes BEGIN SELECT RAISE(ABORT, 'conflict:version'); END")
        .unwrap();
    let error = fixture.run("INSERT INTO notes (text) VALUES ('a')").unwrap_err();
    assert_eq!(error, Error::new(ErrorKind::Constraint, "conflict:version"));
}

#[test]
fn every_kind_of_value_comes_back() {
    let values = vec![
        Value::Null,
        Value::Integer(i64::MIN),
        Value::Real(0.5),
        Value::Text("ü\0ü".into()),
        Value::Blob(vec![0, 255]),
    ];
    let rows = Fixture::new().database.query_blocking("SELECT ?, ?, ?, ?, ?", values.clone());
    assert_eq!(rows.unwrap().rows, [values]);
}

#[test]
fn bad_input_is_an_error_and_nothing_else() {
    let fixture = Fixture::new();
    let kind = |sql: &str, params: Vec<Value>| {
        fixture.database.query_blocking(sql, params).unwrap_err().kind
    };
    assert_eq!(kind("SELEC 1", vec![]), ErrorKind::Invalid);
    assert_eq!(kind("", vec![]), ErrorKind::Invalid);
    assert_eq!(kind("SELECT 'a\0b'", vec![]), ErrorKind::Invalid);
    assert_eq!(kind("SELECT * FROM nowhere", vec![]), ErrorKind::Invalid);
    assert_eq!(kind("SELECT ?", vec![]), ErrorKind::Invalid);
    assert_eq!(kind("SELECT 1", vec![Value::Null]), ErrorKind::Invalid);
    assert_eq!(kind("SELECT CAST(x'ff' AS TEXT)", vec![]), ErrorKind::Invalid);
    assert_eq!(kind("SELECT zeroblob(20000000)", vec![]), ErrorKind::TooBig);
    assert_eq!(kind(&format!("SELECT '{}'", "x".repeat(2 << 20)), vec![]), ErrorKind::TooBig);
    assert_eq!(
        kind(
            "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT zeroblob(100000) FROM n",
            vec![]
        ),
        ErrorKind::TooBig
    );
    assert_eq!(fixture.count(), 0, "the connection still works");
}

#[test]
fn a_runaway_statement_is_stopped_whether_it_reads_or_writes() {
    let fixture = Fixture::new();
    let endless = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n)";
    for sql in [
        format!("{endless} SELECT count(*) FROM n"),
        format!("INSERT INTO notes (text) {endless} SELECT count(*) FROM n"),
    ] {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let error = runtime.block_on(fixture.database.query(&sql, vec![])).unwrap_err();
        assert_eq!(error.kind, ErrorKind::Timeout, "{sql}");
    }
    fixture.run("INSERT INTO notes (text) VALUES ('after')").unwrap();
    assert_eq!(fixture.count(), 1);
}

#[test]
fn a_longer_read_moves_off_the_worker_and_succeeds() {
    let fixture = Fixture::new();
    let sql = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 300000) \
               SELECT count(*) FROM n";
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let rows = runtime.block_on(fixture.database.query(sql, vec![])).unwrap();
    assert_eq!(rows.rows, [[Value::Integer(300_000)]]);
}

#[test]
fn what_was_answered_is_in_the_file_after_reopening() {
    let fixture = Fixture::new();
    fixture.run("INSERT INTO notes (text) VALUES ('kept')").unwrap();
    fixture.database.close().unwrap();
    assert_eq!(fixture.run("SELECT 1").unwrap_err().kind, ErrorKind::Closed);
    assert_eq!(fixture.run("DELETE FROM notes").unwrap_err().kind, ErrorKind::Closed);

    let path = fixture.folder.path().join("test.db");
    assert!(!path.with_extension("db-wal").exists(), "closing leaves one file");
    let again = Database::open(&path, Mode::Embedded).unwrap();
    let rows = again.query_blocking("SELECT text FROM notes", vec![]).unwrap();
    assert_eq!(rows.rows, [[Value::Text("kept".into())]]);
}

#[test]
fn a_shared_file_keeps_its_journal_mode_and_waits_for_the_other_process() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("shared.db");
    let other = Connection::open(&path).unwrap();
    other
        .execute_batch(
            "CREATE TABLE notes (text); BEGIN IMMEDIATE; INSERT INTO notes VALUES ('theirs')",
        )
        .unwrap();

    let database = Database::open(&path, Mode::Shared).unwrap();
    let (started, waiting) = mpsc::channel();
    let write = thread::spawn(move || {
        started.send(()).unwrap();
        database.query_blocking("INSERT INTO notes VALUES ('ours')", vec![])
    });
    waiting.recv().unwrap();
    other.execute_batch("COMMIT").unwrap();
    write.join().unwrap().unwrap();

    let journal: String = other.query_row("PRAGMA journal_mode", [], |row| row.get(0)).unwrap();
    assert_eq!(journal, "delete");
    let count: i64 = other.query_row("SELECT count(*) FROM notes", [], |row| row.get(0)).unwrap();
    assert_eq!(count, 2);
}

#[test]
fn a_file_that_is_no_database_is_said_to_be_none() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("not.db");
    std::fs::write(&path, "x".repeat(4096)).unwrap();
    let error = Database::open(&path, Mode::Embedded).unwrap_err();
    assert_eq!(error, Error::new(ErrorKind::Failed, "file is not a database"));
    let missing = Database::open(&folder.path().join("no/such/folder.db"), Mode::Embedded);
    assert_eq!(missing.unwrap_err().kind, ErrorKind::ReadOnly);
}

#[test]
fn a_failing_disk_ends_all_writing() {
    // Limits belong to processes, so this test runs the one below in a process of its own.
    let output = Command::new("sh")
        .args(["-c", "trap '' XFSZ; ulimit -f 512; exec \"$0\" \"$@\""])
        .arg(std::env::current_exe().unwrap())
        .args(["--exact", "sqlite::tests::with_a_disk_that_fails", "--nocapture"])
        .output()
        .unwrap();
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success() && text.contains(FAILED_AS_IT_SHOULD), "{text}");
}

const FAILED_AS_IT_SHOULD: &str = "the disk failed, and the database with it";

#[test]
fn with_a_disk_that_fails() {
    let limits = std::fs::read_to_string("/proc/self/limits").unwrap();
    let limit = limits.lines().find(|line| line.starts_with("Max file size")).unwrap();
    if limit.contains("unlimited") {
        // Run by itself it has nothing to say.
        return;
    }
    let fixture = Fixture::new();
    let failed = fixture.database.failed();
    fixture.run("INSERT INTO notes (text) VALUES ('small')").unwrap();
    assert!(failed.borrow().is_none());

    let big = || fixture.run("INSERT INTO notes (text) VALUES (hex(randomblob(2000000)))");
    assert_eq!(big().unwrap_err().kind, ErrorKind::Failed);
    assert!(failed.borrow().is_some());
    let refused = fixture.run("INSERT INTO notes (text) VALUES ('small too')").unwrap_err();
    assert_eq!(refused.kind, ErrorKind::Failed, "the disk is never trusted again");
    assert_eq!(fixture.count(), 1, "reads go on");
    println!("{FAILED_AS_IT_SHOULD}");
}
