//! Group commit: many statements, one fsync, and nobody pays for another's mistake.

use std::sync::mpsc::{Receiver, channel};

use super::*;

/// Gives the writer all statements at once, so that they are one group, and returns the outcomes in
/// order.
fn as_one_group(
    path: &Path,
    prepare: &str,
    statements: &[&str],
) -> (Vec<Result<Rows, Error>>, u64) {
    let committed = watch::Sender::new(0);
    let connection = Guarded::writer(path, Mode::Embedded).unwrap();
    connection.connection.execute_batch(prepare).unwrap();
    let writer = Writer::new(
        connection,
        Mode::Embedded,
        committed.clone(),
        watch::Sender::new(None),
        #[cfg(feature = "planted-faults")]
        Arc::default(),
    )
    .unwrap();
    let (orders, incoming) = channel();
    let answers: Vec<Receiver<_>> = statements
        .iter()
        .map(|sql| {
            let (answer, receiver) = channel();
            let answer = Box::new(move |outcome| answer.send(outcome).unwrap());
            let limit = Duration::from_millis(200);
            let write = Write { sql: (*sql).to_owned(), params: vec![], limit, answer };
            orders.send(Order::Write(write)).unwrap();
            receiver
        })
        .collect();
    drop(orders);
    writer.serve(&incoming);
    let outcomes = answers.into_iter().map(|answer| answer.recv().unwrap()).collect();
    let groups = *committed.borrow();
    (outcomes, groups)
}

/// Runs the statements as one group; the texts that are stored and the errors, `-` for none.
#[track_caller]
fn check(prepare: &str, statements: &[&str], errors: &[&str], stored: &[&str]) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("group.db");
    let prepare =
        format!("CREATE TABLE notes (id INTEGER PRIMARY KEY, text TEXT UNIQUE); {prepare}");
    let (outcomes, groups) = as_one_group(&path, &prepare, statements);
    let actual: Vec<String> =
        outcomes.into_iter().map(|o| o.map_or_else(|e| e.message, |_| "-".to_owned())).collect();
    assert_eq!(actual, errors);

    let connection = Connection::open(&path).unwrap();
    let mut statement = connection.prepare("SELECT text FROM notes ORDER BY id").unwrap();
    let texts: Vec<String> =
        statement.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect();
    assert_eq!(texts, stored);
    assert!(groups <= 1, "{groups} commits");
}

const A: &str = "INSERT INTO notes (text) VALUES ('a')";
const B: &str = "INSERT INTO notes (text) VALUES ('b')";
const UNIQUE: &str = "UNIQUE constraint failed: notes.text";

#[test]
fn all_of_a_group_are_stored_with_one_commit() {
    check("", &[A, B], &["-", "-"], &["a", "b"]);
}

#[test]
fn a_failing_statement_takes_back_only_itself() {
    let two = "INSERT INTO notes (text) VALUES ('c'), ('a')";
    check("", &[A, two, B], &["-", UNIQUE, "-"], &["a", "b"]);
}

#[test]
fn a_statement_that_rolls_everything_back_takes_back_only_itself() {
    let rollback = "INSERT OR ROLLBACK INTO notes (text) VALUES ('a')";
    check(
        "",
        &[A, B, rollback, "DELETE FROM notes WHERE text = 'b'"],
        &["-", "-", UNIQUE, "-"],
        &["a"],
    );
    let trigger = "CREATE TRIGGER t BEFORE INSERT ON notes WHEN NEW.text = 'bad' \
                   BEGIN SELECT RAISE(ROLLBACK, 'no'); END;";
    let bad = "INSERT INTO notes (text) VALUES ('bad')";
    check(trigger, &[bad, A, bad, B, bad], &["no", "-", "no", "-", "no"], &["a", "b"]);
}

#[test]
fn a_statement_that_runs_too_long_takes_back_only_itself() {
    let endless = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) \
                   INSERT INTO notes (text) SELECT count(*) FROM n";
    check("", &[A, endless, B], &["-", "interrupted", "-"], &["a", "b"]);
}

#[test]
fn a_full_disk_refuses_what_does_not_fit_and_only_that() {
    let big = "INSERT INTO notes (text) VALUES (hex(randomblob(200000)))";
    let full = "database or disk is full";
    check("PRAGMA max_page_count = 30", &[A, big, B], &["-", full, "-"], &["a", "b"]);
}

#[test]
fn an_error_is_told_only_after_what_it_rests_on_is_stored() {
    // The second insert fails because of the first: were that told before the commit, a crash would
    // make it a lie.
    check("", &[A, A], &["-", UNIQUE], &["a"]);
}

#[test]
fn many_threads_share_commits() {
    let fixture = Fixture::new();
    let commits_before = *fixture.database.committed().borrow();
    thread::scope(|scope| {
        for thread in 0..16 {
            let fixture = &fixture;
            scope.spawn(move || {
                for n in 0..50 {
                    fixture
                        .run(&format!("INSERT INTO notes (text) VALUES ('{thread}-{n}')"))
                        .unwrap();
                }
            });
        }
    });
    assert_eq!(fixture.count(), 800);
    let commits = *fixture.database.committed().borrow() - commits_before;
    assert!(commits < 600, "{commits} commits for 800 writes");
}

#[test]
fn a_write_is_readable_as_soon_as_it_is_answered() {
    let fixture = Fixture::new();
    let mut committed = fixture.database.committed();
    committed.mark_unchanged();
    for n in 1..=20 {
        fixture.run(&format!("INSERT INTO notes (text) VALUES ('{n}')")).unwrap();
        assert_eq!(fixture.count(), n);
        assert!(committed.has_changed().unwrap(), "whoever waits for commits is told");
        committed.mark_unchanged();
    }
}

#[cfg(feature = "planted-faults")]
#[test]
fn the_planted_fault_answers_before_it_stores() {
    let fixture = Fixture::new();
    fixture.run(A).unwrap();
    assert_eq!(fixture.count(), 1);
    fixture.database.plant_answer_before_commit();
    fixture.run(B).unwrap();
    assert_eq!(fixture.count(), 1, "answered, and not there");
}
