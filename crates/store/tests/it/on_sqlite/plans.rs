//! No question reads a whole table: SQLite's own plans say so.

use std::sync::Mutex;

use domain::task::{Priority, Status};
use store::{
    ListQuery, Rows, Sql, SqlError, Store, Value,
    list::{Moment, Sort, SortKey},
};
use testkit::{clock, sqlite::Connection, task::USER};

/// Notes the plan of every statement that goes through.
struct Explaining {
    connection: Connection,
    plans: Mutex<Vec<String>>,
}

impl Sql for Explaining {
    fn run(&self, sql: &str, params: &[Value]) -> Result<Rows, SqlError> {
        let plan = self.connection.run(&format!("explain query plan {sql}"), params)?;
        let steps = plan.rows.into_iter().filter_map(|mut row| match row.pop() {
            Some(Value::Text(step)) => Some(step),
            _ => None,
        });
        self.plans.lock().unwrap().extend(steps);
        self.connection.run(sql, params)
    }
}

/// The steps that `ask` takes.
fn plan<T>(ask: impl FnOnce(&Store<&Explaining>) -> T) -> Vec<String> {
    let connection = Connection::in_memory();
    store::migrate(&connection).unwrap();
    let explaining = Explaining { connection, plans: Mutex::default() };
    ask(&Store::new(&explaining));
    explaining.plans.into_inner().unwrap()
}

/// Steps that read a table of ours, or an index of it, from one end to the other.
fn scans(plan: &[String]) -> Vec<&String> {
    let harmless =
        ["SCAN part", "SCAN page", "SCAN CONSTANT ROW", "SCAN (subquery", "SCAN json_each"];
    let harmless = |step: &String| harmless.iter().any(|known| step.starts_with(known));
    plan.iter().filter(|step| step.contains("SCAN") && !harmless(step)).collect()
}

#[track_caller]
fn check<T>(ask: impl FnOnce(&Store<&Explaining>) -> T) {
    let plan = plan(ask);
    assert!(!plan.is_empty());
    assert_eq!(scans(&plan), Vec::<&String>::new(), "{plan:#?}");
}

fn by(key: SortKey, descending: bool) -> ListQuery {
    ListQuery { sort: vec![Sort { key, descending }], ..ListQuery::default() }
}

#[test]
fn each_order_is_read_from_its_own_index() {
    for key in SortKey::ALL {
        for descending in [false, true] {
            check(|store| store.list(USER, &by(key, descending)));
            let plan = plan(|store| store.list(USER, &by(key, descending)));
            let index = format!("INDEX tasks_by_{} (user_id=?)", key.name());
            assert!(plan[..4].iter().any(|step| step.contains(&index)), "{key:?} {plan:#?}");
            // One small sort for the rows of the page; none for the rows of the user.
            let sorts = plan.iter().filter(|step| *step == "USE TEMP B-TREE FOR ORDER BY");
            assert!(sorts.count() <= 1, "{key:?} {plan:#?}");
        }
    }
}

#[test]
fn filters_use_an_index() {
    let query = ListQuery::default;
    check(|store| store.list(USER, &ListQuery { status: Some(Status::Open), ..query() }));
    check(|store| store.list(USER, &ListQuery { priorities: vec![Priority::High], ..query() }));
    check(|store| store.list(USER, &ListQuery { tags: vec!["a".into(), "b".into()], ..query() }));
    for moment in [Moment::Instant(clock::now()), Moment::Date(clock::now().date_naive())] {
        check(|store| store.list(USER, &ListQuery { due_after: Some(moment), ..query() }));
        check(|store| store.list(USER, &ListQuery { due_before: Some(moment), ..query() }));
    }
}

/// Steps that walk through all rows of a user.
fn walks_of_a_user(plan: &[String]) -> Vec<&String> {
    plan.iter().filter(|step| step.ends_with("(user_id=?)")).collect()
}

#[test]
fn a_task_is_read_without_the_other_tasks_of_its_user() {
    let tasks = [
        plan(|store| store.task(USER, clock::id(1))),
        plan(|store| store.child_of(USER, clock::id(1), 2)),
        plan(|store| store.parts_of(USER, clock::id(1))),
    ];
    for plan in tasks {
        assert_eq!(scans(&plan), Vec::<&String>::new(), "{plan:#?}");
        assert_eq!(walks_of_a_user(&plan), Vec::<&String>::new(), "{plan:#?}");
    }
    // Negative control: the page of a list does walk through the index of its order.
    let list = plan(|store| store.list(USER, &ListQuery::default()));
    assert!(!walks_of_a_user(&list).is_empty(), "{list:#?}");
}

/// SQLite does not explain triggers, so each statement of it is explained by itself.
#[test]
fn a_change_is_written_without_the_other_rows_of_its_user() {
    let trigger = plain("select sql from sqlite_schema where name = 'apply_changeset_3'").remove(0);
    let body = trigger.split_once(" begin\n").unwrap().1.trim_end_matches("end");
    let code: Vec<&str> =
        body.lines().filter(|line| !line.trim_start().starts_with("--")).collect();
    let code = code.join("\n").replace("new.doc", "?1").replace("raise(abort, ", "quote(");
    let statements = code.split(";\n").filter(|statement| !statement.trim().is_empty());
    let mut explained = 0;
    for statement in statements {
        let plan = plan(|store| store.sql().run(statement, &["{}".into()]).unwrap());
        // The documents are read from end to end, tables of ours are not.
        let scans = scans(&plan).into_iter().filter(|step| !step.contains("VIRTUAL TABLE"));
        assert_eq!(scans.count(), 0, "{statement} {plan:#?}");
        let walks = walks_of_a_user(&plan);
        let walks =
            walks.iter().filter(|step| !step.contains(" user_seq ") && !step.contains(" s "));
        assert_eq!(walks.count(), 0, "{statement} {plan:#?}");
        explained += 1;
    }
    assert!(explained > 10);
}

/// The first column of a question of the test's own.
fn plain(sql: &str) -> Vec<String> {
    let store = testkit::sqlite::store();
    let rows = store.sql().rows(sql).into_iter();
    rows.filter_map(|mut row| match row.remove(0) {
        Value::Text(text) => Some(text),
        _ => None,
    })
    .collect()
}

#[test]
fn everything_else_uses_an_index_too() {
    check(|store| store.tags(USER));
    check(|store| store.history(USER, clock::id(1), 0, 10));
    check(|store| store.idempotent_answer(USER, "key"));
    check(|store| store.stream_since(USER, 0, 10));
    check(|store| store.last_seq(USER));
    check(|store| store.mark_published(&[clock::id(1)], 0));
    check(|store| store.record_failure(clock::id(1), 1, 0, "down"));
    check(|store| store.park(clock::id(1), 0, "down"));
    check(|store| store.release(USER));
    check(|store| store.due_reminders(0, 10));
}

#[test]
fn the_relay_reads_what_it_has_to_publish_and_no_more() {
    let unpublished = plan(|store| store.unpublished(0, 10, &["bob".to_owned()]));
    assert_eq!(unpublished[0], "SCAN e USING INDEX events_unpublished", "{unpublished:#?}");
    let held = unpublished.iter().any(|step| step.contains("USING INDEX events_held (user_id=?"));
    assert!(held, "{unpublished:#?}");
    let lag = plan(|store| store.lag());
    let partial = |step: &&String| {
        step.contains("INDEX events_unpublished") || step.contains("INDEX events_held")
    };
    assert!(scans(&lag).iter().all(partial), "{lag:#?}");
}

#[test]
fn reminders_come_from_the_index_of_those_that_wait() {
    let plan = plan(|store| store.due_reminders(0, 10));
    assert!(plan[0].contains("INDEX reminders_scheduled"), "{plan:#?}");
}

/// Negative control: a scan is seen.
#[test]
fn a_question_without_an_index_is_caught() {
    let plan = plan(|store| store.sql().run("select * from tasks where title = 'x'", &[]));
    assert_eq!(scans(&plan).len(), 1, "{plan:#?}");
}

#[test]
fn notifications_that_wait_are_found_without_those_that_ended() {
    check(|store| store.waiting_deliveries("ntfy", 5, 10).unwrap());
    check(|store| store.next_delivery_ms("ntfy").unwrap());
    check(|store| store.forget_deliveries(5).unwrap());
    check(|store| store.push_subscriptions(USER).unwrap());
}
