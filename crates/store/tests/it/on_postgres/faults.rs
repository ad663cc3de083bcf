//! A change that is interrupted in the middle changes nothing, and who waited goes on.

use std::{thread, time::Duration};

use domain::task::Task;
use store::{ApplyError, BUCKETS, Sql, SqlErrorKind, Store, bucket_of};
use testkit::{
    Ids, a_task,
    change::created,
    clock,
    postgres::{self, Connection},
    task::{USER, a_reminder},
};

fn migrated() -> Store<Connection> {
    let store = Store::new(postgres::database());
    store::migrate(store.sql()).unwrap();
    store
}

fn a_change(n: u64) -> domain::change::ChangeSet {
    let task = Task {
        id: clock::id(n),
        title: "Renew passport".into(),
        tags: vec!["home".into()],
        reminders: vec![a_reminder(clock::id(100 + n), clock::now())],
        ..a_task()
    };
    created(&task, &mut Ids::after(1_000 * n))
}

#[test]
fn a_fault_at_any_table_leaves_nothing_behind() {
    let store = migrated();
    store.apply(&a_change(1)).unwrap();
    store.sql().rows(
        "create function fail() returns trigger language plpgsql as
         $$ begin raise exception 'planted'; end $$",
    );
    let before = store.sql().contents();
    for table in ["tasks", "task_tags", "reminders", "user_seq", "events"] {
        let trigger = format!(
            "create trigger fail after insert or update on {table} for each row
             execute function fail()"
        );
        store.sql().rows(&trigger);
        let Err(ApplyError::Unavailable(error)) = store.apply(&a_change(2)) else { unreachable!() };
        assert_eq!((error.kind(), error.message()), (SqlErrorKind::Other, "planted"), "{table}");
        assert_eq!(store.sql().contents(), before, "{table}");
        store.sql().rows(&format!("drop trigger fail on {table}"));
    }
    store.apply(&a_change(2)).unwrap();
    assert_eq!(store.last_seq(USER), Ok(4));
}

/// Holds the table `events` as long as it lives.
fn block(store: &Store<Connection>) -> Connection {
    let blocker = store.sql().another();
    blocker.rows("begin");
    blocker.rows("lock table events in access exclusive mode");
    blocker
}

/// Process id of the session that waits for a lock in this database.
fn waiting(store: &Store<Connection>) -> i64 {
    let waits = "select pid from pg_stat_activity
where datname = current_database() and wait_event_type = 'Lock'";
    loop {
        if let Some(row) = store.sql().rows(waits).pop()
            && let [store::Value::Integer(pid)] = row[..]
        {
            return pid;
        }
        thread::sleep(Duration::from_millis(5));
    }
}

#[test]
fn a_connection_that_is_cut_in_the_middle_leaves_nothing_behind() {
    let store = migrated();
    store.apply(&a_change(1)).unwrap();
    let before = store.sql().contents();
    let blocker = block(&store);
    let victim = Store::new(store.sql().another());
    let cut = thread::scope(|scope| {
        let cut = scope.spawn(|| victim.apply(&a_change(2)));
        let pid = waiting(&store);
        store.sql().rows(&format!("select pg_terminate_backend({pid})::int"));
        cut.join().unwrap()
    });
    let Err(ApplyError::Unavailable(error)) = cut else { unreachable!("{cut:?}") };
    assert_eq!(error.kind(), SqlErrorKind::Away, "{error:?}");
    assert!(error.is_retryable());
    blocker.rows("rollback");
    assert_eq!(store.sql().contents(), before);
    // The user's turn was given back with the connection.
    store.apply(&a_change(2)).unwrap();
}

#[test]
fn a_statement_that_waits_too_long_may_be_tried_again() {
    let store = migrated();
    let blocker = block(&store);
    let hurried = Store::new(store.sql().another());
    hurried.sql().rows("set lock_timeout = '50ms'");
    let Err(ApplyError::Unavailable(error)) = hurried.apply(&a_change(1)) else { unreachable!() };
    assert_eq!(error.kind(), SqlErrorKind::Busy, "{error:?}");
    hurried.sql().rows("set lock_timeout = 0");
    hurried.sql().rows("set statement_timeout = '50ms'");
    let Err(ApplyError::Unavailable(error)) = hurried.apply(&a_change(1)) else { unreachable!() };
    assert_eq!(error.kind(), SqlErrorKind::Busy, "{error:?}");
    blocker.rows("rollback");
    assert_eq!(hurried.apply(&a_change(1)).unwrap().first_seq, 1);
}

#[test]
fn a_database_that_lets_nobody_write_says_so() {
    let store = migrated();
    store.sql().rows("set default_transaction_read_only = on");
    let Err(ApplyError::Unavailable(error)) = store.apply(&a_change(1)) else { unreachable!() };
    assert_eq!(error.kind(), SqlErrorKind::ReadOnly, "{error:?}");
    assert_eq!(store.sql().dialect(), store::Dialect::Postgres);
}

/// Its holder has slept, but the write that it began counts: who takes over comes after it.
#[test]
fn a_lease_is_not_taken_over_while_its_holder_writes() {
    let store = migrated();
    store.apply(&a_change(1)).unwrap();
    let acquire = |owner| store.acquire_leases(owner, 0, 60_000, BUCKETS).unwrap();
    let lease = acquire("a")[usize::from(bucket_of(USER))];
    let event = store.unpublished_in(&[lease], 0, 1, &[]).unwrap()[0].event_id;
    store.sql().rows("update relay_leases set expires_at = 1");
    let writer = Store::new(store.sql().another());
    writer.sql().rows("begin");
    writer.mark_published_in(&[event], 1, lease).unwrap();
    assert_eq!(acquire("b").len(), usize::from(BUCKETS) - 1);
    writer.sql().rows("commit");
    let late = acquire("b");
    assert_eq!((late.len(), late[usize::from(lease.bucket)].fence), (usize::from(BUCKETS), 2));
    assert_eq!(store.unpublished_in(&late, 0, 10, &[]).unwrap().len(), 1);
}

#[test]
fn searches_go_on_without_the_extension() {
    let store = migrated();
    store.apply(&a_change(1)).unwrap();
    assert_eq!(store.search(USER, "renew pasport", 10).unwrap().len(), 1);
    store.sql().rows("drop extension pg_trgm cascade");
    assert_eq!(store.search(USER, "renew pasport", 10).unwrap().len(), 0);
    assert_eq!(store.search(USER, "renew pass", 10).unwrap().len(), 1);
}
