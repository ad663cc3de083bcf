//! No question reads a whole table, even when there is one to read: Postgres's own plans say so.

use std::sync::{Mutex, OnceLock};

use domain::{
    change::{ChangeSet, InboxKey, ReminderFire},
    task::{Priority, Status, Task},
};
use store::{
    BUCKETS, Cursor, Dialect, Lease, ListQuery, Rows, Sql, SqlError, Store, Value,
    list::{Moment, Sort, SortKey},
};
use testkit::{
    Ids, a_task,
    change::{changed, created},
    clock,
    postgres::{self, Connection},
    task::{a_reminder, done},
};

const USER: &str = "user-7";

/// 60 users with 500 tasks each, of which some are deleted, and everything else that belongs to them.
const FILL: [&str; 9] = [
    "insert into tasks (user_id, id, version, title, description, status, priority, due_date, due_at,
  parent_id, series_id, occurrence, completed_at, created_at, updated_at, deleted_at)
select 'user-' || n % 60, md5(n::text)::uuid, 1, 'Task ' || md5((n % 977)::text) || ' of ' || n,
  'about ' || md5((n % 131)::text), case when n % 4 = 0 then 'done' else 'open' end, n % 4,
  case when n % 3 > 0 then '2026-01-' || lpad((n % 28 + 1)::text, 2, '0') end,
  case when n % 3 > 0 then 1769774400000 + n * 60000 end,
  case when n % 9 = 0 then md5((n - 60)::text)::uuid end,
  case when n % 5 = 0 then md5((n % 1000)::text)::uuid end, case when n % 5 = 0 then n end,
  case when n % 4 = 0 then 1769774400000 + n end, 1769774400000 + n, 1769774400000 + n * 7 % 99999,
  case when n % 50 = 0 then 1769774400000 end
from generate_series(1, 30000) n",
    "insert into task_tags select user_id, id, 'tag-' || priority, 'Tag', 1 from tasks",
    "insert into reminders (user_id, id, task_id, position, generation, before_days, before_seconds,
  fire_at, state)
select user_id, id, id, 1, 1, 0, 60, created_at + row_number() over () * 1000,
  case when priority = 0 then 'scheduled' else 'fired' end from tasks",
    "insert into events (user_id, seq, event_id, topic, event_type, timestamp_ms, actor,
  correlation_id, task_id, payload, published_at, parked_at)
select 'user-' || n % 60, n / 60 + 1, md5(n::text)::uuid, 'task-events', 'task.created', n, 'person', 'c',
  md5((n % 30000)::text)::uuid, '{}', case when n < 39000 then 1 end,
  case when n > 39000 and n % 60 = 3 then 1 end
from generate_series(1, 40000) n",
    "insert into user_seq select 'user-' || n, n + 1000 from generate_series(1, 20000) n",
    "insert into idempotency (user_id, key, request_hash, status, body)
select 'user-' || n % 60, n::text, 'hash', 200, '{}' from generate_series(1, 20000) n",
    "insert into dead_letters (consumer, event_id, user_id, topic, envelope, reason, source_seq, at_ms,
  replay_at)
select 'c', md5(n::text)::uuid, 'user-' || n % 60, 't', '{}', 'r', n, n,
  case when n % 1000 = 0 then n end from generate_series(1, 20000) n",
    "insert into push_subscriptions
select md5(n::text)::uuid, 'user-' || n % 5000, n::text, '{}', n from generate_series(1, 20000) n",
    "insert into deliveries (message_id, channel, receiver, user_id, seq, event_id, envelope, created_at,
  next_attempt_at, outcome, settled_at)
select md5(n::text)::uuid, 'ntfy', '', 'user-7', n, md5(n::text)::uuid, '{}', n,
  case when n % 100 = 0 then n end, case when n % 100 > 0 then 'sent' end,
  case when n % 100 > 0 then n end
from generate_series(1, 20000) n",
];

/// A connection to the database with all of that.
fn filled() -> Connection {
    static FILLED: OnceLock<Connection> = OnceLock::new();
    let filled = FILLED.get_or_init(|| {
        let connection = postgres::database();
        store::migrate(&connection).unwrap();
        FILL.iter().for_each(|fill| drop(connection.rows(fill)));
        connection.rows("vacuum analyze");
        connection
    });
    filled.another()
}

/// Notes the plan of every statement that goes through. What it changes is not kept.
struct Explaining {
    connection: Connection,
    plans: Mutex<Vec<String>>,
}

impl Sql for Explaining {
    fn dialect(&self) -> Dialect {
        Dialect::Postgres
    }

    fn run(&self, sql: &str, params: &[Value]) -> Result<Rows, SqlError> {
        let plan = self.connection.run(&format!("explain {sql}"), params)?;
        let steps = plan.rows.into_iter().filter_map(|mut row| match row.pop() {
            Some(Value::Text(step)) => Some(step),
            _ => None,
        });
        self.plans.lock().unwrap().extend(steps);
        self.connection.run(sql, params)
    }
}

fn plan_on<T>(connection: Connection, ask: impl FnOnce(&Store<&Explaining>) -> T) -> Vec<String> {
    connection.rows("begin");
    let explaining = Explaining { connection, plans: Mutex::default() };
    ask(&Store::new(&explaining));
    explaining.connection.rows("rollback");
    explaining.plans.into_inner().unwrap()
}

/// The steps that `ask` takes.
fn plan<T>(ask: impl FnOnce(&Store<&Explaining>) -> T) -> Vec<String> {
    plan_on(filled(), ask)
}

/// Steps that read a table of ours from one end to the other. The two tables of the relays are tiny.
fn scans(plan: &[String]) -> Vec<&String> {
    let tiny = ["Seq Scan on relay_", "Seq Scan on pg_extension"];
    let ours = |step: &&String| !tiny.iter().any(|tiny| step.contains(tiny));
    plan.iter().filter(|step| step.contains("Seq Scan on ")).filter(ours).collect()
}

fn has(plan: &[String], part: &str) -> bool {
    plan.iter().any(|step| step.contains(part))
}

#[track_caller]
fn check<T>(ask: impl FnOnce(&Store<&Explaining>) -> T) {
    let plan = plan(ask);
    assert!(has(&plan, "Index"), "{plan:#?}");
    assert_eq!(scans(&plan), Vec::<&String>::new(), "{plan:#?}");
}

fn by(sort: &[(SortKey, bool)]) -> ListQuery {
    let sort = sort.iter().map(|(key, descending)| Sort { key: *key, descending: *descending });
    ListQuery { sort: sort.collect(), ..ListQuery::default() }
}

/// The index that gives this order.
fn index_of(key: SortKey, descending: bool) -> String {
    let last = descending && matches!(key, SortKey::Due | SortKey::Completion);
    format!("tasks_by_{}{} ", key.name(), if last { "_last" } else { "" })
}

/// The page of a list in this order, from its beginning and from behind its first page.
fn in_order(
    connect: impl Fn() -> Connection,
    key: SortKey,
    descending: bool,
) -> Result<(), String> {
    let mut cursor: Option<Cursor> = None;
    for first in [true, false] {
        let query = ListQuery { cursor: cursor.take(), ..by(&[(key, descending)]) };
        let plan = plan_on(connect(), |store| {
            let page = store.list(USER, &query).unwrap();
            assert_eq!(page.items.len(), 50);
            cursor = page.next;
        });
        let page = &plan[..plan.iter().position(|step| step.contains("SubPlan")).unwrap()];
        // A sort would read all rows of the user first. Behind a cursor only the rest is left, which
        // may be little enough for one.
        let walks =
            has(page, &format!("using {}", index_of(key, descending))) && !has(page, "Sort");
        let from_there = !first && has(page, &index_of(key, descending));
        if !(walks || from_there) || !scans(&plan).is_empty() {
            return Err(format!("{key:?} {plan:#?}"));
        }
    }
    Ok(())
}

#[test]
fn each_order_is_read_from_its_own_index() {
    for key in SortKey::ALL {
        for descending in [false, true] {
            in_order(filled, key, descending).unwrap();
        }
    }
}

/// Row level security comes before conditions that could tell something, which no order needs.
#[test]
fn the_application_reads_each_order_from_its_own_index_too() {
    let owner = filled();
    let app = || {
        let app = owner.as_app();
        app.act_for(USER).unwrap();
        app
    };
    for key in SortKey::ALL {
        for descending in [false, true] {
            in_order(app, key, descending).unwrap();
        }
    }
}

/// Negative control: without the index the same check fails.
#[test]
fn an_order_without_its_index_is_caught() {
    let database = postgres::database();
    store::migrate(&database).unwrap();
    FILL[..3].iter().for_each(|fill| drop(database.rows(fill)));
    database.rows("vacuum analyze");
    in_order(|| database.another(), SortKey::Title, true).unwrap();
    database.rows("drop index tasks_by_title");
    in_order(|| database.another(), SortKey::Title, true).unwrap_err();

    let due = |connection| plan_on(connection, |store| store.due_reminders(i64::MAX, 10));
    assert!(has(&due(database.another()), "using reminders_scheduled"));
    database.rows("drop index reminders_scheduled");
    assert_eq!(scans(&due(database.another())).len(), 1);
}

#[test]
fn orders_by_two_keys_use_an_index() {
    for first in SortKey::ALL {
        for second in SortKey::ALL {
            for descending in [(false, false), (true, true), (true, false)] {
                check(|store| {
                    store.list(USER, &by(&[(first, descending.0), (second, descending.1)])).unwrap()
                });
            }
        }
    }
}

#[test]
fn filters_use_an_index_in_every_order() {
    let moments = [Moment::Instant(clock::now()), Moment::Date(clock::now().date_naive())];
    for key in SortKey::ALL {
        for descending in [false, true] {
            let list = |change: &dyn Fn(&mut ListQuery)| {
                let mut query = by(&[(key, descending)]);
                change(&mut query);
                check(|store| store.list(USER, &query).unwrap());
            };
            list(&|query| query.status = Some(Status::Open));
            list(&|query| query.priorities = vec![Priority::High, Priority::Low]);
            list(&|query| query.tags = vec!["tag-1".into(), "tag-2".into()]);
            for moment in moments {
                list(&|query| query.due_after = Some(moment));
                list(&|query| query.due_before = Some(moment));
            }
        }
    }
}

#[test]
fn a_task_is_read_without_the_other_tasks_of_its_user() {
    for plan in [
        plan(|store| store.task(USER, clock::id(1)).unwrap()),
        plan(|store| store.child_of(USER, clock::id(1), 2).unwrap()),
        plan(|store| store.parts_of(USER, clock::id(1)).unwrap()),
    ] {
        assert_eq!(scans(&plan), Vec::<&String>::new(), "{plan:#?}");
        let walk = |step: &&String| step.trim().ends_with("Index Cond: (user_id = 'user-7'::text)");
        assert_eq!(plan.iter().filter(walk).count(), 0, "{plan:#?}");
    }
}

/// Postgres does not explain functions, but counts what they read from end to end.
#[test]
fn a_change_is_written_without_reading_a_table() {
    let scanned = "select relname::text, seq_scan from pg_stat_xact_user_tables where seq_scan > 0";
    let store = Store::new(filled());
    store.sql().rows("begin");
    let mut ids = Ids::after(1_000_000);
    // More often than Postgres makes a plan for each call.
    for n in 1..=10 {
        let reminders = vec![a_reminder(clock::id(1_000 + n), clock::now())];
        let tags = vec!["home".into()];
        let user_id = USER.to_owned();
        let task = Task { id: clock::id(n), user_id, tags, reminders, ..a_task() };
        store.apply(&created(&task, &mut ids)).unwrap();
        let fire = vec![ReminderFire { reminder_id: clock::id(1_000 + n), generation: 1 }];
        let inbox = InboxKey { consumer: "recurrence".into(), event_id: clock::id(n) };
        let changed = changed(&task, &done(&task), &mut ids);
        store.apply(&ChangeSet { fire, inbox: Some(inbox), ..changed }).unwrap();
        let removed = vec![task.id];
        let user_id = USER.to_owned();
        store.apply(&ChangeSet { user_id, removed, ..ChangeSet::default() }).unwrap();
    }
    assert_eq!(store.sql().rows(scanned), Vec::<Vec<Value>>::new());
    // Negative control.
    store.sql().rows("select count(title) from tasks");
    assert_eq!(store.sql().rows(scanned).len(), 1);
    store.sql().rows("rollback");
}

#[test]
fn a_search_uses_an_index() {
    check(|store| store.search(USER, "task about", 10).unwrap());
    check(|store| store.search(USER, "zzzz zzzz", 10).unwrap());
}

#[test]
fn everything_else_uses_an_index_too() {
    check(|store| store.tags(USER).unwrap());
    check(|store| store.history(USER, clock::id(1), 0, 10).unwrap());
    check(|store| store.idempotent_answer(USER, "key").unwrap());
    check(|store| store.stream_since(USER, 0, 10).unwrap());
    check(|store| store.last_seq(USER).unwrap());
    check(|store| store.due_reminders(0, 10).unwrap());
    check(|store| store.waiting_deliveries("ntfy", 5, 10).unwrap());
    check(|store| store.next_delivery_ms("ntfy").unwrap());
    check(|store| store.forget_deliveries(5).unwrap());
    check(|store| store.push_subscriptions(USER).unwrap());
    check(|store| store.push_subscription(USER, clock::id(1)).unwrap());
    check(|store| store.dead_letters(10).unwrap());
    check(|store| store.dead_letter(7).unwrap());
    check(|store| store.replays_due(10).unwrap());
    check(|store| store.request_replay(7, 1).unwrap());
}

#[test]
fn the_relay_reads_what_it_has_to_publish_and_no_more() {
    check(|store| store.mark_published(&[clock::id(1)], 0).unwrap());
    check(|store| store.record_failure(clock::id(1), 1, 0, "down").unwrap());
    check(|store| store.park(clock::id(1), 0, "down").unwrap());
    check(|store| store.release(USER).unwrap());
    check(|store| store.release_all().unwrap());
    check(|store| store.lag().unwrap());
    let skip = ["bob".to_owned()];
    let leases: Vec<Lease> = (0..BUCKETS).map(|bucket| Lease { bucket, fence: 0 }).collect();
    for plan in [
        plan(|store| store.unpublished(0, 10, &skip).unwrap()),
        plan(|store| store.unpublished_in(&leases, 0, 10, &skip).unwrap()),
    ] {
        assert!(has(&plan, "using events_unpublished on events e"), "{plan:#?}");
        assert!(has(&plan, "events_held"), "{plan:#?}");
        assert_eq!(scans(&plan), Vec::<&String>::new(), "{plan:#?}");
    }
    let lease = plan(|store| {
        drop(store.mark_published_in(&[clock::id(1)], 0, leases[0]));
        drop(store.record_failure_in(clock::id(1), 1, 0, "down", leases[0]));
        drop(store.park_in(clock::id(1), 0, "down", leases[0]));
    });
    assert_eq!(scans(&lease), Vec::<&String>::new(), "{lease:#?}");
}
