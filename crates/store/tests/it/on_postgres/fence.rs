//! Row level security: a statement that forgets whose rows it reads shows the application nothing of
//! anybody else.

use domain::task::Task;
use store::{ApplyError, ListQuery, Sql, SqlErrorKind, Store, Value};
use testkit::{
    Ids, a_task,
    change::created,
    clock,
    postgres::{self, Connection},
    task::{USER, a_reminder},
};

/// A task of `ada` and one of `bob`, by the owner of the tables.
fn rig() -> Store<Connection> {
    let store = postgres::store();
    let mut ids = Ids::new();
    for (n, user) in [(1, USER), (2, "bob")] {
        let task = Task {
            id: clock::id(n),
            user_id: user.to_owned(),
            tags: vec!["home".into()],
            reminders: vec![a_reminder(clock::id(20), clock::now())],
            ..a_task()
        };
        store.apply(&created(&task, &mut ids)).unwrap();
    }
    store
}

/// The planted faults: none of them names a user.
const FORGETFUL: [&str; 6] = [
    "select title from tasks",
    "select label from task_tags",
    "select state from reminders",
    "select topic from events",
    "select seq from user_seq",
    "select user_id from tasks where title like '%'",
];

#[test]
fn a_statement_that_forgets_the_user_shows_the_application_its_own_rows_only() {
    let store = rig();
    let app = store.sql().as_app();
    for forgetful in FORGETFUL {
        // The fault is real: the owner sees rows of both.
        let all = store.sql().rows(forgetful).len();
        app.act_for(USER).unwrap();
        assert_eq!(app.rows(forgetful).len(), all / 2, "{forgetful}");
        app.act_for("mallory").unwrap();
        assert!(app.rows(forgetful).is_empty(), "{forgetful}");
        app.act_for("").unwrap();
        assert!(app.rows(forgetful).is_empty(), "{forgetful}");
        assert!(all >= 2, "{forgetful}");
    }
    // Nobody said for whom: nothing.
    let app = store.sql().as_app();
    assert!(app.rows("select title from tasks").is_empty());
    // And a change that forgets whose rows it changes changes those of the user only.
    app.act_for(USER).unwrap();
    app.rows("update tasks set title = 'mine'");
    app.rows("delete from reminders");
    let others = store.sql().rows("select title from tasks where user_id = 'bob'");
    assert_eq!(others, [["Buy milk".into()]]);
    assert_eq!(store.sql().rows("select user_id from reminders"), [["bob".into()]]);
}

#[test]
fn the_application_does_its_work_for_the_user_that_it_acts_for() {
    let store = rig();
    let app = Store::new(store.sql().as_app());
    app.sql().act_for(USER).unwrap();
    let task = Task { id: clock::id(3), tags: vec!["work".into()], ..a_task() };
    assert_eq!(app.apply(&created(&task, &mut Ids::after(100))).unwrap().first_seq, 3);
    assert_eq!(app.task(USER, task.id), Ok(Some(task)));
    assert_eq!(app.list(USER, &ListQuery::default()).unwrap().items.len(), 2);
    assert_eq!(app.tags(USER).unwrap().len(), 2);
    assert_eq!(app.history(USER, clock::id(1), 0, 10).unwrap().len(), 1);
    assert_eq!(app.stream_since(USER, 0, 10).unwrap().len(), 2);
    assert_eq!(app.search(USER, "milk", 10).unwrap().len(), 2);
    assert_eq!(app.idempotent_answer(USER, "key"), Ok(None));
    assert_eq!(store::schema_version(app.sql()), Ok(store::migrate::known_version()));
    assert_eq!(app.task("bob", clock::id(2)), Ok(None), "even when asked for by name");
}

#[test]
fn a_change_of_another_user_is_refused_and_changes_nothing() {
    let store = rig();
    let app = Store::new(store.sql().as_app());
    let theirs = Task { id: clock::id(3), user_id: "bob".into(), ..a_task() };
    let change = created(&theirs, &mut Ids::after(100));
    let before = store.sql().contents();
    for user in ["", USER] {
        app.sql().act_for(user).unwrap();
        let Err(ApplyError::Unavailable(error)) = app.apply(&change) else { unreachable!() };
        assert_eq!(error.kind(), SqlErrorKind::ReadOnly, "{error:?}");
        assert!(error.message().contains("row-level security"), "{error:?}");
    }
    assert_eq!(store.sql().contents(), before);
    // Negative control.
    app.sql().act_for("bob").unwrap();
    app.apply(&change).unwrap();
}

#[test]
fn the_application_cannot_touch_what_is_the_bridges() {
    let store = rig();
    let app = store.sql().as_app();
    app.act_for(USER).unwrap();
    for forbidden in [
        "update events set published_at = 1",
        "delete from events",
        "delete from idempotency",
        "delete from inbox",
        "select id from dead_letters",
        "select channel from deliveries",
        "select endpoint from push_subscriptions",
        "select owner from relay_leases",
        "insert into schema_migrations values (99, 'x')",
        "alter table tasks disable row level security",
        "create table more (n int)",
        "drop function apply_changeset",
    ] {
        assert!(app.run(forbidden, &[]).is_err(), "{forbidden}");
    }
}

#[test]
fn every_table_with_a_user_is_behind_the_fence() {
    let open = "select c.relname::text from pg_class c
join pg_attribute a on a.attrelid = c.oid and a.attname = 'user_id'
where c.relkind = 'r' and c.relnamespace = 'public'::regnamespace
  and not (c.relrowsecurity and exists (select from pg_policy p where p.polrelid = c.oid))";
    let database = postgres::database();
    store::migrate(&database).unwrap();
    assert_eq!(database.rows(open), Vec::<Vec<Value>>::new());
    let fenced = "select count(*) from pg_policies where schemaname = 'public'";
    assert_eq!(database.rows(fenced), [[9_i64.into()]]);
    // Negative control.
    database.rows("create table more (user_id text)");
    assert_eq!(database.rows(open), [["more".into()]]);
}
