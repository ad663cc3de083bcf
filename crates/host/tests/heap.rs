//! The memory of SQLite. A process of its own, because the limit is one of the whole process.

use host::sqlite::{Database, ErrorKind, Mode};

#[test]
fn a_statement_cannot_take_all_memory() {
    let folder = tempfile::tempdir().unwrap();
    let database = Database::open(&folder.path().join("test.db"), Mode::Embedded).unwrap();
    let run = |sql: &str| database.query_blocking(sql, vec![]);
    run("CREATE TABLE notes (id INTEGER PRIMARY KEY, text TEXT)").unwrap();
    // A sort of three gigabytes, read, and the same for a write.
    let sorted = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT 3000)
        SELECT length(blob) FROM (SELECT zeroblob(1000000) || i AS blob FROM n ORDER BY blob)";
    for sql in [sorted.to_owned(), format!("INSERT INTO notes (text) {sorted}")] {
        let error = run(&sql).unwrap_err();
        assert_eq!(error.kind, ErrorKind::TooBig, "{error}");
    }
    run("INSERT INTO notes (text) VALUES ('the next one is served')").unwrap();
    assert_eq!(run("SELECT count(*) FROM notes").unwrap().rows.len(), 1);
    assert!(database.failed().borrow().is_none(), "want of memory is no fault of the disk");
}
